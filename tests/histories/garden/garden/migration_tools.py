"""What several migrations share."""
import sqlalchemy as sa
from alembic import op


def timestamps(*, nullable=False):
    return [
        sa.Column("created_at", sa.DateTime, server_default=sa.func.now(), nullable=nullable),
        sa.Column("updated_at", sa.DateTime, nullable=True),
    ]


def add_to_all(tables, make_column):
    for table in tables:
        op.add_column(table, make_column())


class Renamer:
    def __init__(self, table):
        self.table = table

    def column(self, old, new, **kw):
        with op.batch_alter_table(self.table) as batch_op:
            batch_op.alter_column(old, new_column_name=new, **kw)
