"""the northern ward has a name

Revision ID: 82f5e0a6c3b9
Revises: d48c1b97f2e0
Create Date: 2024-08-23 15:49:31

"""
from alembic import op

revision = "82f5e0a6c3b9"
down_revision = "d48c1b97f2e0"
branch_labels = None
depends_on = None


def upgrade():
    if op.get_bind().dialect.name != "postgresql":
        return
    op.execute("ALTER TYPE ward RENAME VALUE 'north' TO 'nightingale'")


def downgrade():
    raise NotImplementedError
