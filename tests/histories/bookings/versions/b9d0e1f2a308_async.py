"""what stands in a coroutine, beside a plain one

Revision ID: b9d0e1f2a308
Revises: b9d0e1f2a307
Create Date: 2024-09-27 16:56:44

"""
from alembic import op
import sqlalchemy as sa

revision = "b9d0e1f2a308"
down_revision = "b9d0e1f2a307"
branch_labels = None
depends_on = None


async def fill(connection):
    await connection.execute(sa.text("UPDATE bookings SET guests = 1"))


def upgrade():
    if op.get_bind().dialect.is_async:
        op.run_async(fill)
    op.drop_column("visits", "left_early")


def downgrade():
    raise NotImplementedError
