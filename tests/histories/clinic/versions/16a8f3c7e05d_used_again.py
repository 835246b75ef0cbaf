"""a second table with a type that is there

Revision ID: 16a8f3c7e05d
Revises: e9b2d5806f4a
Create Date: 2024-06-21 13:35:05

"""
from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

revision = "16a8f3c7e05d"
down_revision = "e9b2d5806f4a"
branch_labels = None
depends_on = None


def upgrade():
    blood = sa.Enum("A", "B", "AB", "0", name="blood").with_variant(
        postgresql.ENUM("A", "B", "AB", "0", name="blood", create_type=False), "postgresql"
    )
    op.create_table(
        "donors",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("blood", blood, nullable=False),
    )


def downgrade():
    raise NotImplementedError
