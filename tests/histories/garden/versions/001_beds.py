"""beds and plants

Revision ID: g.001
Revises:
Create Date: 2024-02-05 09:07:13

"""
from alembic import op
import sqlalchemy as sa
from garden import types
from garden.migration_tools import timestamps

revision = "g.001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "beds",
        sa.Column("id", types.GUID(), primary_key=True),
        sa.Column("name", types.Name, nullable=False),
        *timestamps(),
    )
    op.create_table(
        "plants",
        sa.Column("id", types.GUID, primary_key=True),
        sa.Column("bed_id", types.GUID(), sa.ForeignKey("beds.id")),
        sa.Column("price", types.Money(), nullable=True),
        sa.Column("details", types.JsonType),
        *timestamps(nullable=True),
    )


def downgrade():
    raise NotImplementedError
