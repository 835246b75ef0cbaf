"""tables"""

import sqlalchemy as sa
from alembic import op

revision = 'r01'
down_revision = None


def upgrade():
    op.execute("""
        CREATE TABLE t (
            id serial PRIMARY KEY,
            name varchar(20) NOT NULL DEFAULT 'x' UNIQUE,
            at timestamptz,
            CONSTRAINT ck_name CHECK (name <> '')
        );
        CREATE INDEX ON t (at);
    """)
