"""alarms

Revision ID: 2024.11.07_1530
Revises: v6 merge, nothing
Create Date: 2024-08-08 15:49:31

"""
from alembic import op
import sqlalchemy as sa

revision = "2024.11.07_1530"
down_revision = "v6 merge, nothing"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("gauges", sa.Column("alarm_at", sa.DOUBLE_PRECISION(), nullable=True))


def downgrade():
    raise NotImplementedError
