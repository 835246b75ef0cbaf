"""a column goes, and what hangs on it

Revision ID: 4ca8f1e6d735
Revises: e07d9c2b4a61
Create Date: 2024-10-08 17:03:57

"""
from alembic import op

revision = "4ca8f1e6d735"
down_revision = "e07d9c2b4a61"
branch_labels = None
depends_on = None


def upgrade():
    # The unique constraint over three columns, the check and the foreign key go too.
    op.drop_column("stock", "site")
    op.drop_column("stock", "amount")
    op.drop_column("people", "email")


def downgrade():
    raise NotImplementedError
