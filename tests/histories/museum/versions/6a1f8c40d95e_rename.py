"""rooms are halls

Revision ID: 6a1f8c40d95e
Revises: 0de7c2a8b3f4
Create Date: 2024-05-24 12:28:52

"""
from alembic import op
import sqlalchemy as sa

revision = "6a1f8c40d95e"
down_revision = "0de7c2a8b3f4"
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table("exhibits") as batch_op:
        batch_op.alter_column("room", new_column_name="hall", existing_type=sa.String())


def downgrade():
    raise NotImplementedError
