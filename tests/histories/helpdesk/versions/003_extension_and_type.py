"""extension, type and domain

Revision ID: 003
Revises: 002
Create Date: 2024-04-23 11:21:39

"""
from alembic import op
import sqlalchemy as sa

revision = "003"
down_revision = "002"
branch_labels = None
depends_on = None


def upgrade():
    op.execute("CREATE EXTENSION IF NOT EXISTS citext")
    op.execute(sa.text("CREATE TYPE channel AS ENUM ('mail', 'phone')"))
    op.execute("ALTER TABLE tickets ADD COLUMN channel channel; ALTER TABLE agents ADD COLUMN email citext")


def downgrade():
    raise NotImplementedError
