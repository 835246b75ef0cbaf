"""beers

Revision ID: 2a6d9c01e4f7
Revises:
Create Date: 2024-02-18 09:07:13

"""
from alembic import op
import sqlalchemy as sa

revision = "2a6d9c01e4f7"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "styles",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_styles")),
        sa.UniqueConstraint("name", name=op.f("uq_styles_name")),
    )
    op.create_table(
        "beers",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("style_id", sa.Integer(), sa.ForeignKey("styles.id"), nullable=False),
        sa.Column("strength", sa.Numeric(3, 1)),
        sa.Column("code", sa.String(8), unique=True),
        sa.CheckConstraint("strength >= 0", name="strength"),
    )


def downgrade():
    raise NotImplementedError
