"""genres

Revision ID: 07c3b9f2a65d
Revises: e41a6f0c93d2
Create Date: 2024-06-16 13:35:05

"""
from alembic import op
import sqlalchemy as sa

revision = "07c3b9f2a65d"
down_revision = "e41a6f0c93d2"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column(table_name="books", column=sa.Column("genre", sa.String(40), server_default="fiction", nullable=False))
    op.create_index(index_name="ix_books_genre_title", table_name="books", columns=["genre", "title"])
    op.create_index("ux_customers_code", "customers", ["code"], unique=True)


def downgrade():
    raise NotImplementedError
