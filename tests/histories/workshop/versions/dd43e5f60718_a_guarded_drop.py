"""drop what may not be there

Revision ID: dd43e5f60718
Revises: cc32d4e5f607
Create Date: 2024-05-10 12:28:52

"""
from alembic import op
import sqlalchemy as sa

revision = "dd43e5f60718"
down_revision = "cc32d4e5f607"
branch_labels = None
depends_on = None


def upgrade():
    inspector = sa.inspect(op.get_bind())
    existing_indexes = [index["name"] for index in inspector.get_indexes("tools")]
    if "ix_tools_bought" in existing_indexes:
        op.drop_index("ix_tools_bought", table_name="tools")
    if "bought" in [c["name"] for c in inspector.get_columns("tools")]:
        op.drop_column("tools", "bought")


def downgrade():
    raise NotImplementedError
