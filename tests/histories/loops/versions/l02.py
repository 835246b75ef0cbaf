"""columns"""

import sqlalchemy as sa
from alembic import op

revision = 'l02'
down_revision = 'l01'


def upgrade():
    for table in [t for t in ("one", "two") if t.startswith("o")]:
        for column in ["x", "y"]:
            op.add_column(table, sa.Column(column, sa.Integer()))
    op.create_index("ix_{}_{}".format("one", "x"), "one", ["x"])
