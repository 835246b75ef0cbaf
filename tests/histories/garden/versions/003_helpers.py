"""helpers of its own and of others

Revision ID: g.003
Revises: g.002
Create Date: 2024-04-07 11:21:39

"""
from alembic import op
import sqlalchemy as sa
import garden.migration_tools as tools
from garden.migration_tools import Renamer

revision = "g.003"
down_revision = "g.002"
branch_labels = None
depends_on = None


NOTE = dict(type_=sa.Text(), nullable=True)


def note():
    return sa.Column("note", **NOTE)


def upgrade():
    tools.add_to_all(["beds", "plants"], note)
    Renamer("plants").column("price", "cost", existing_type=sa.Numeric(10, 2))


def downgrade():
    raise NotImplementedError
