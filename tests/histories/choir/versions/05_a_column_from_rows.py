"""each singer has a voice

Revision ID: 1111aaaa0005
Revises: 1111aaaa0004
Create Date: 2024-06-17 13:35:05

"""
from alembic import op
import sqlalchemy as sa

revision = "1111aaaa0005"
down_revision = "1111aaaa0004"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("singers", sa.Column("voice_id", sa.Integer, nullable=True))
    bind = op.get_bind()
    singers = sa.Table("singers", sa.MetaData(), autoload_with=bind)
    for row in bind.execute(sa.select(singers.c.id, singers.c.range)).fetchall():
        bind.execute(singers.update().where(singers.c.id == row.id).values(voice_id=1))
    with op.batch_alter_table("singers") as batch_op:
        batch_op.drop_column("range")


def downgrade():
    raise NotImplementedError
