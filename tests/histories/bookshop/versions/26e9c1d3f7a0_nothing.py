"""a placeholder that was never filled in

Revision ID: 26e9c1d3f7a0
Revises: f8b04a6d5e17
Create Date: 2024-11-21 18:10:10

"""
from alembic import op

revision = "26e9c1d3f7a0"
down_revision = "f8b04a6d5e17"
branch_labels = None
depends_on = None


def upgrade():
    pass


def downgrade():
    pass
