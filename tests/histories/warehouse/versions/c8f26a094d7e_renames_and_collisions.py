"""a new table under an old name

Revision ID: c8f26a094d7e
Revises: 7b1ed3f8a250
Create Date: 2024-07-05 14:42:18

"""
from alembic import op
import sqlalchemy as sa

revision = "c8f26a094d7e"
down_revision = "7b1ed3f8a250"
branch_labels = None
depends_on = None


def upgrade():
    # The old table's constraints and sequence keep their names, so those of the new one are numbered.
    op.rename_table("people", "staff")
    op.create_table(
        "people",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("email", sa.String(80), unique=True),
        sa.Column("boss_id", sa.Integer, sa.ForeignKey("staff.id")),
    )


def downgrade():
    raise NotImplementedError
