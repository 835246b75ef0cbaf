"""alter columns in every form

Revision ID: 47f1c0a9d3e6
Revises: d60b82f5e913
Create Date: 2024-04-07 11:21:39

"""
from alembic import op
import sqlalchemy as sa

revision = "47f1c0a9d3e6"
down_revision = "d60b82f5e913"
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table("medium") as batch_op:
        batch_op.alter_column("kind", existing_type=sa.String(10), nullable=False, server_default="book")
        batch_op.alter_column("title", existing_type=sa.String(length=80), type_=sa.String(length=200), existing_nullable=False)
    with op.batch_alter_table(table_name="shelf") as batch_op:
        batch_op.alter_column(column_name="number", new_column_name="position", existing_type=sa.Integer())


def downgrade():
    raise NotImplementedError
