"""brewers

Revision ID: 51c9e2f0a7d8
Revises: d17f4c8a06b3
Create Date: 2024-05-21 12:28:52

"""
from alembic import op
import sqlalchemy as sa

revision = "51c9e2f0a7d8"
down_revision = "d17f4c8a06b3"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "brewers",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("name", sa.String(60), index=True),
    )
    with op.batch_alter_table("beers") as batch_op:
        batch_op.add_column(sa.Column("brewer_id", sa.Integer, nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_beers_brewer_id_brewers"), "brewers", ["brewer_id"], ["id"])


def downgrade():
    raise NotImplementedError
