"""alter"""

import sqlalchemy as sa
from alembic import op

revision = 'r02'
down_revision = 'r01'


def upgrade():
    conn = op.get_bind()
    conn.execute(sa.text("ALTER TABLE t ADD COLUMN IF NOT EXISTS n numeric(8, 3), ALTER COLUMN at SET NOT NULL"))
    conn.exec_driver_sql("ALTER TABLE t RENAME COLUMN name TO label")
