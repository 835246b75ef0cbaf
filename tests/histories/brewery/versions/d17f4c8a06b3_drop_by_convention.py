"""drop by the names that the convention gave, and note the temperature of the cellar

Revision ID: d17f4c8a06b3
Revises: 8e30b7d5f1ca
Create Date: 2024-04-20 11:21:39

"""
import sqlalchemy as sa
from alembic import op

revision = "d17f4c8a06b3"
down_revision = "8e30b7d5f1ca"
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table("beers") as batch_op:
        batch_op.drop_constraint("uq_beers_style_id", type_="unique")
        batch_op.drop_constraint(op.f("ck_beers_strength"), type_="check")
    op.drop_index("ix_beers_strength", "beers")
    op.add_column("beers", sa.Column("cellar_temperature", sa.Integer(), nullable=True))


def downgrade():
    raise NotImplementedError
