"""view, function, trigger"""

import sqlalchemy as sa
from alembic import op

revision = 'r04'
down_revision = 'r03'


def upgrade():
    op.execute("CREATE VIEW v AS SELECT id FROM t")
    op.execute("CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$")
    op.execute("CREATE TRIGGER touch BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f()")
