"""everything up to last year

Revision ID: 4f0a9be7c213
Revises:
Create Date: 2024-02-21 09:07:13

"""
from alembic import op
from models import Base

revision = "4f0a9be7c213"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    Base.metadata.create_all(bind=op.get_bind())


def downgrade():
    raise NotImplementedError
