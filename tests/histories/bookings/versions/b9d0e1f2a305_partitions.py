"""a table in partitions

Revision ID: b9d0e1f2a305
Revises: b9d0e1f2a304
Create Date: 2024-06-24 13:35:05

"""
from alembic import op
import sqlalchemy as sa

revision = "b9d0e1f2a305"
down_revision = "b9d0e1f2a304"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "visits",
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("room_id", sa.BigInteger),
        postgresql_partition_by="RANGE (day)",
    )
    for year in range(2023, 2025):
        op.execute(f"CREATE TABLE visits_{year} PARTITION OF visits FOR VALUES FROM ('{year}-01-01') TO ('{year + 1}-01-01')")


def downgrade():
    raise NotImplementedError
