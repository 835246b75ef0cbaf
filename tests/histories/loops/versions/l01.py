"""tables"""

import sqlalchemy as sa
from alembic import op

TABLES = {"one": 10, "two": 20}

revision = 'l01'
down_revision = None


def upgrade():
    for name, size in TABLES.items():
        op.create_table(name, sa.Column("id", sa.Integer, primary_key=True), sa.Column("v", sa.String(size)))
