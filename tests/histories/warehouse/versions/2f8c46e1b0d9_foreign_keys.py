"""foreign keys in every form

Revision ID: 2f8c46e1b0d9
Revises: a93e0b5d7f14
Create Date: 2024-04-02 11:21:39

"""
from alembic import op
import sqlalchemy as sa

revision = "2f8c46e1b0d9"
down_revision = "a93e0b5d7f14"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "stock",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("maker", sa.String(10), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("site", sa.String(8), nullable=False),
        sa.Column("amount", sa.Integer),
        sa.Column("counted_by", sa.Integer),
    )
    op.create_foreign_key(None, "stock", "parts", ["maker", "number"], ["maker", "number"], ondelete="CASCADE", onupdate="CASCADE")
    op.create_foreign_key("fk_stock_site", source_table="stock", referent_table="sites", local_cols=["site"], remote_cols=["code"])
    op.create_foreign_key(
        constraint_name="fk_stock_counter", source_table="stock", referent_table="people",
        local_cols=["counted_by"], remote_cols=["id"], ondelete="SET NULL", deferrable=True, initially="DEFERRED",
    )
    op.create_foreign_key("fk_people_site", "people", "sites", ["site"], ["code"], use_alter=True)


def downgrade():
    raise NotImplementedError
