"""a name for each concert

Revision ID: 1111aaaa0008
Revises: 1111aaaa0007
Create Date: 2024-09-20 16:56:44

"""
from alembic import op
import sqlalchemy as sa

revision = "1111aaaa0008"
down_revision = "1111aaaa0007"
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table("concerts") as batch_op:
        batch_op.add_column(sa.Column("name", sa.String(40), nullable=True))
    op.execute("UPDATE concerts SET name = 'untitled'")
    with op.batch_alter_table("concerts") as batch_op:
        batch_op.alter_column("name", existing_type=sa.String(40), nullable=False)


def downgrade():
    raise NotImplementedError
