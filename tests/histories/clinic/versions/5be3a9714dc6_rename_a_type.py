"""rename a type

Revision ID: 5be3a9714dc6
Revises: 82f5e0a6c3b9
Create Date: 2024-09-24 16:56:44

"""
from alembic import op

revision = "5be3a9714dc6"
down_revision = "82f5e0a6c3b9"
branch_labels = None
depends_on = None


def upgrade():
    bind = op.get_bind()
    if bind.engine.name == "postgresql":
        op.execute("ALTER TYPE priority RENAME TO urgency")


def downgrade():
    raise NotImplementedError
