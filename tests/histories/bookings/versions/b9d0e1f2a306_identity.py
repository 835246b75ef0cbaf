"""identities and generated columns

Revision ID: b9d0e1f2a306
Revises: b9d0e1f2a305
Create Date: 2024-07-25 14:42:18

"""
from alembic import op
import sqlalchemy as sa

revision = "b9d0e1f2a306"
down_revision = "b9d0e1f2a305"
branch_labels = None
depends_on = None


def upgrade():
    op.execute("ALTER TABLE bookings ALTER COLUMN id DROP DEFAULT")
    op.execute("DROP SEQUENCE bookings_id_seq")
    op.alter_column("bookings", "id", existing_type=sa.Integer(), server_default=sa.Identity(always=True))
    op.add_column("bookings", sa.Column("beds", sa.Integer, sa.Computed("(guests + 1) / 2")))


def downgrade():
    raise NotImplementedError
