"""let the database ask

Revision ID: ee54f6071829
Revises: dd43e5f60718
Create Date: 2024-06-11 13:35:05

"""
from alembic import op
import sqlalchemy as sa

revision = "ee54f6071829"
down_revision = "dd43e5f60718"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "loans",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("tool_id", sa.Integer, sa.ForeignKey("tools.id")),
        if_not_exists=True,
    )
    op.create_index("ix_loans_tool_id", "loans", ["tool_id"], if_not_exists=True)
    op.drop_table("never_was", if_exists=True)


def downgrade():
    raise NotImplementedError
