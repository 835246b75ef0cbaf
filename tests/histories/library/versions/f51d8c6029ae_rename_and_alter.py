"""a batch on a renamed table

Revision ID: f51d8c6029ae
Revises: 93e07ba4c2d8
Create Date: 2024-10-13 17:03:57

"""
from alembic import op
import sqlalchemy as sa

revision = "f51d8c6029ae"
down_revision = "93e07ba4c2d8"
branch_labels = None
depends_on = None


def upgrade():
    op.rename_table("medium", "item")
    with op.batch_alter_table("item") as batch_op:
        batch_op.add_column(sa.Column("lent_to", sa.Integer, sa.ForeignKey("reader.card", name="fk_item_reader")))
        batch_op.alter_column("pages", new_column_name="extent", type_=sa.String(30), existing_type=sa.String(10))


def downgrade():
    raise NotImplementedError
