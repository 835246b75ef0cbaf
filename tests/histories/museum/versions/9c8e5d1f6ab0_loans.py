"""loans

Revision ID: 9c8e5d1f6ab0
Revises: 4f0a9be7c213
Create Date: 2024-03-22 10:14:26

"""
from alembic import op
import sqlalchemy as sa

revision = "9c8e5d1f6ab0"
down_revision = "4f0a9be7c213"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "loans",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("exhibit_id", sa.Integer, sa.ForeignKey("exhibits.id"), nullable=False),
        sa.Column("lender_id", sa.Integer, sa.ForeignKey("lenders.id")),
    )


def downgrade():
    raise NotImplementedError
