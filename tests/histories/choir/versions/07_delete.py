"""forget those who left

Revision ID: 1111aaaa0007
Revises: 1111aaaa0006
Create Date: 2024-08-19 15:49:31

"""
from alembic import op
import sqlalchemy as sa

revision = "1111aaaa0007"
down_revision = "1111aaaa0006"
branch_labels = None
depends_on = None


def upgrade():
    op.get_bind().execute(sa.text("DELETE FROM singers WHERE voice_id IS NULL"))


def downgrade():
    raise NotImplementedError
