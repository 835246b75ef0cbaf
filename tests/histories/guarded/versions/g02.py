"""inspector"""

import sqlalchemy as sa
from alembic import op

revision = 'g02'
down_revision = 'g01'


def upgrade():
    inspector = sa.inspect(op.get_bind())
    if "u" not in inspector.get_table_names():
        op.create_table("u", sa.Column("id", sa.Integer, primary_key=True))
    if "t" in inspector.get_table_names():
        columns = [column["name"] for column in inspector.get_columns("t")]
        if "a" not in columns:
            op.add_column("t", sa.Column("a", sa.Integer()))
