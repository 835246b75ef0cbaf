"""a default less, a default more

Revision ID: 93e07ba4c2d8
Revises: 6f42d1e8a09b
Create Date: 2024-09-12 16:56:44

"""
from alembic import op
import sqlalchemy as sa

revision = "93e07ba4c2d8"
down_revision = "6f42d1e8a09b"
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table("medium") as batch_op:
        batch_op.alter_column("kind", server_default=None, existing_type=sa.String(10), existing_nullable=False)
        batch_op.alter_column("bought", existing_type=sa.Date(), server_default=sa.text("CURRENT_DATE"))


def downgrade():
    raise NotImplementedError
