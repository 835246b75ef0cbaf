"""rooms, every type of PostgreSQL

Revision ID: b9d0e1f2a301
Revises:
Create Date: 2024-02-20 09:07:13

"""
from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

revision = "b9d0e1f2a301"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    op.create_table(
        "rooms",
        sa.Column("id", sa.BigInteger, sa.Identity(start=10), primary_key=True),
        sa.Column("labels", pg.ARRAY(sa.String(20)), server_default="{}"),
        sa.Column("more", sa.ARRAY(sa.Integer)),
        sa.Column("info", pg.JSONB(astext_type=sa.Text()), nullable=False, server_default=sa.text("'{}'::jsonb")),
        sa.Column("key", pg.UUID(as_uuid=True), server_default=sa.text("md5(random()::text)::uuid")),
        sa.Column("address", pg.INET),
        sa.Column("stays", pg.INTERVAL(fields="DAY TO SECOND", precision=3)),
        sa.Column("length", sa.Interval()),
        sa.Column("at", pg.TIMESTAMP(timezone=True, precision=3)),
        sa.Column("hour", pg.TIME(timezone=True)),
        sa.Column("price", sa.DECIMAL(8, 2)),
        sa.Column("factor", sa.REAL()),
        sa.Column("width", sa.Double()),
        sa.Column("bits", pg.BIT(3)),
        sa.Column("raw", pg.BYTEA()),
        sa.Column("search", pg.TSVECTOR, sa.Computed("to_tsvector('simple', 'x')", persisted=True)),
        sa.Column("days", pg.DATERANGE()),
        sa.Column("code", sa.NCHAR(4)),
        comment="what can be booked",
    )


def downgrade():
    raise NotImplementedError
