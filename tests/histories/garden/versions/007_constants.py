"""names from constants

Revision ID: g.007
Revises: g.006
Create Date: 2024-08-11 15:49:31

"""
from alembic import op
import sqlalchemy as sa
from garden import MAX_NAME as LENGTH

revision = "g.007"
down_revision = "g.006"
branch_labels = None
depends_on = None


table = "plants"
old_columns = ["sown_in_march", "sown_in_may"]


def upgrade():
    with op.batch_alter_table(table, schema=None) as batch_op:
        for column in old_columns:
            batch_op.drop_column(column)
        batch_op.add_column(sa.Column("sown", sa.String(length=LENGTH), nullable=True))


def downgrade():
    raise NotImplementedError
