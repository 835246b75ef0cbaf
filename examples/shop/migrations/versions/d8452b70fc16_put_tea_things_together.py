"""put the tea things into a category of their own

Revision ID: d8452b70fc16
Revises: c30fa6d1be95
Create Date: 2026-05-11 11:47:20.014992
"""

from alembic import op

revision = "d8452b70fc16"
down_revision = "c30fa6d1be95"
branch_labels = None
depends_on = None


def upgrade():
    op.execute("INSERT INTO categories (name) VALUES ('tea')")
    op.execute(
        "UPDATE products SET category_id = (SELECT id FROM categories WHERE name = 'tea') "
        "WHERE name LIKE 'tea%'"
    )


def downgrade():
    op.execute("UPDATE products SET category_id = NULL WHERE category_id = (SELECT id FROM categories WHERE name = 'tea')")
    op.execute("DELETE FROM categories WHERE name = 'tea'")
