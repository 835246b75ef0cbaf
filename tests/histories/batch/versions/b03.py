"""more"""

import sqlalchemy as sa
from alembic import op

revision = 'b03'
down_revision = 'b02'


def upgrade():
    with op.batch_alter_table("a", schema=None, recreate="always") as b:
        b.create_unique_constraint("uq_a_x", ["x"])
        b.drop_index("ix_a_y")
    with op.batch_alter_table("a") as b:
        b.drop_column("y")
