"""brewers are not told

Revision ID: e2740fa8c6d1
Revises: bc08d36f915e
Create Date: 2024-07-23 14:42:18

"""
from alembic import op

revision = "e2740fa8c6d1"
down_revision = "bc08d36f915e"
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table("beers") as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_beers_brewer_id_brewers"), type_="foreignkey")
        batch_op.drop_column("brewer_id")
    op.drop_index(op.f("ix_brewers_name"), table_name="brewers")
    op.drop_table("brewers")


def downgrade():
    raise NotImplementedError
