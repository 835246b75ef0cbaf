"""try, and never mind

Revision ID: ff650718293a
Revises: ee54f6071829
Create Date: 2024-07-12 14:42:18

"""
from alembic import op
import sqlalchemy as sa

revision = "ff650718293a"
down_revision = "ee54f6071829"
branch_labels = None
depends_on = None


def upgrade():
    try:
        op.add_column("loans", sa.Column("due", sa.Date, nullable=True))
    except Exception as error:
        print(f"loans.due is there already: {error}")


def downgrade():
    raise NotImplementedError
