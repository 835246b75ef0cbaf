"""comments only

Revision ID: b9d0e1f2a304
Revises: b9d0e1f2a303
Create Date: 2024-05-23 12:28:52

"""
from alembic import op
import sqlalchemy as sa

revision = "b9d0e1f2a304"
down_revision = "b9d0e1f2a303"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table_comment("bookings", "who sleeps where", existing_comment=None)
    op.drop_table_comment("rooms", existing_comment="what can be booked")
    with op.batch_alter_table("bookings", schema=None) as batch_op:
        batch_op.alter_column("guests", existing_type=sa.Integer(), comment="how many", existing_nullable=True)


def downgrade():
    raise NotImplementedError
