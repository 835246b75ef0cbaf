"""a batch that names what had no name

Revision ID: bc08d36f915e
Revises: 51c9e2f0a7d8
Create Date: 2024-06-22 13:35:05

"""
from alembic import op

revision = "bc08d36f915e"
down_revision = "51c9e2f0a7d8"
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table("beers", naming_convention={"uq": "uq_%(table_name)s_%(column_0_name)s"}) as batch_op:
        batch_op.drop_constraint("uq_beers_code", type_="unique")
        batch_op.drop_constraint("fk_beers_style_id_styles", type_="foreignkey")
        batch_op.create_foreign_key("fk_beers_style", "styles", ["style_id"], ["id"], ondelete="CASCADE")


def downgrade():
    raise NotImplementedError
