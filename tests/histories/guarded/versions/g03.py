"""dialect"""

import sqlalchemy as sa
from alembic import op

revision = 'g03'
down_revision = 'g02'


def upgrade():
    if op.get_bind().dialect.name == "oracle":
        op.drop_table("t")
    else:
        op.add_column("t", sa.Column("b", sa.Integer()))
