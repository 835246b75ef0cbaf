"""binds"""

import sqlalchemy as sa
from alembic import op

revision = 'r05'
down_revision = 'r04'


def upgrade():
    op.get_bind().execute(sa.text("INSERT INTO t (label, at) VALUES (:label, now())"), {"label": "z"})
    op.execute("DROP TRIGGER touch ON t; DROP VIEW v")
