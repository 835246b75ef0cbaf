"""two batches, one in a loop, one with a comment

Revision ID: 0ba7e39d45f2
Revises: f51d8c6029ae
Create Date: 2024-11-14 18:10:10

"""
from alembic import op
import sqlalchemy as sa

revision = "0ba7e39d45f2"
down_revision = "f51d8c6029ae"
branch_labels = None
depends_on = None


def upgrade():
    for table, column in (("shelf", "label"), ("reader", "phone")):
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column(column, sa.String(25)))
            if op.get_bind().dialect.name == "postgresql":
                batch.create_table_comment(f"has a {column}", existing_comment=None)
                batch.drop_table_comment(existing_comment=f"has a {column}")
            batch.execute("SELECT 1")


def downgrade():
    raise NotImplementedError
