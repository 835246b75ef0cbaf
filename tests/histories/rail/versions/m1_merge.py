"""merge

Revision ID: m1
Revises: a1, b2
Create Date: 2024-06-23 13:35:05

"""
from alembic import op

revision = "m1"
down_revision = ("a1", "b2")
branch_labels = None
depends_on = None


def upgrade():
    pass


def downgrade():
    pass
