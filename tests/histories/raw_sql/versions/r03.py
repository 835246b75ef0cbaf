"""do"""

import sqlalchemy as sa
from alembic import op

revision = 'r03'
down_revision = 'r02'


def upgrade():
    op.execute("""
        DO $$
        BEGIN
            IF NOT EXISTS (SELECT 1 FROM pg_type WHERE typname = 'kind') THEN
                CREATE TYPE kind AS ENUM ('a', 'b');
            END IF;
            EXECUTE 'CREATE TABLE made (k kind)';
        END
        $$;
    """)
