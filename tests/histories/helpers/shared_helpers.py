"""What the migrations of this history share."""

import sqlalchemy as sa
from alembic import op

NAMES = ["one", "two"]


class Secret(sa.TypeDecorator):
    """Text that is not shown."""

    impl = sa.String
    cache_ok = True


def add_table(name, *columns, **options):
    op.create_table(name, sa.Column("id", sa.Integer, primary_key=True), *columns, **options)


def stamp(table):
    for when in ("created", "updated"):
        op.add_column(table, sa.Column(f"{when}_at", sa.DateTime(timezone=True)))
