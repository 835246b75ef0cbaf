"""alter columns in every form

Revision ID: d5074ba9e63c
Revises: 2f8c46e1b0d9
Create Date: 2024-05-03 12:28:52

"""
from alembic import op
import sqlalchemy as sa

revision = "d5074ba9e63c"
down_revision = "2f8c46e1b0d9"
branch_labels = None
depends_on = None


def upgrade():
    op.alter_column("stock", "amount", existing_type=sa.Integer(), type_=sa.BigInteger(), existing_nullable=True)
    op.alter_column("parts", "label", nullable=False, existing_type=sa.String(50))
    op.alter_column(table_name="people", column_name="badge", new_column_name="badge_number", existing_type=sa.String(20))
    op.alter_column("stock", "amount", server_default="0", nullable=False)
    op.alter_column("sites", "manager_id", type_=sa.String(12), postgresql_using="manager_id::varchar")


def downgrade():
    raise NotImplementedError
