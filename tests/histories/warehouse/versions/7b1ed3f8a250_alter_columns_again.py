"""and back, with a comment

Revision ID: 7b1ed3f8a250
Revises: d5074ba9e63c
Create Date: 2024-06-04 13:35:05

"""
from alembic import op
import sqlalchemy as sa

revision = "7b1ed3f8a250"
down_revision = "d5074ba9e63c"
branch_labels = None
depends_on = None


def upgrade():
    op.alter_column("stock", "amount", server_default=None)
    op.alter_column("parts", "label", comment="as printed on the box", existing_type=sa.String(50), existing_nullable=False)
    op.alter_column("parts", "label", server_default=sa.text("''"), type_=sa.Text())
    op.alter_column("sites", "manager_id", new_column_name="manager", type_=sa.Integer(), postgresql_using="manager_id::integer")


def downgrade():
    raise NotImplementedError
