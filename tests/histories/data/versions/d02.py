"""rows"""

import sqlalchemy as sa
from alembic import op

revision = 'd02'
down_revision = 'd01'


def upgrade():
    t = sa.table("t", sa.column("id"), sa.column("a"))
    op.bulk_insert(t, [{"id": 1, "a": 1}, {"id": 2, "a": 2}])
    op.execute(t.update().values(a=3))
