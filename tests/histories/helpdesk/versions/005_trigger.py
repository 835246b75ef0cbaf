"""a function and its trigger

Revision ID: 005
Revises: 004
Create Date: 2024-06-25 13:35:05

"""
from alembic import op

revision = "005"
down_revision = "004"
branch_labels = None
depends_on = None


TOUCH = """
CREATE OR REPLACE FUNCTION touch_ticket() RETURNS trigger AS $body$
BEGIN
    NEW.opened_at := coalesce(NEW.opened_at, now()); -- ALTER TABLE tickets DROP COLUMN body;
    RETURN NEW;
END;
$body$ LANGUAGE plpgsql;
"""


def upgrade():
    op.execute(TOUCH)
    op.execute("CREATE TRIGGER touch BEFORE INSERT ON tickets FOR EACH ROW EXECUTE FUNCTION touch_ticket()")


def downgrade():
    raise NotImplementedError
