"""coaches

Revision ID: t1
Revises: t0
Create Date: 2024-08-25 15:49:31

"""
from alembic import op
import sqlalchemy as sa

revision = "t1"
down_revision = "t0"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table("coaches", sa.Column("id", sa.Integer, primary_key=True), sa.Column("train_id", sa.Integer))


def downgrade():
    raise NotImplementedError
