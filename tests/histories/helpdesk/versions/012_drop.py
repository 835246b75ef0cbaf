"""drop things

Revision ID: 012
Revises: 011
Create Date: 2024-01-05 09:24:36

"""
from alembic import op

revision = "012"
down_revision = "011"
branch_labels = None
depends_on = None


def upgrade():
    op.execute("DROP TRIGGER IF EXISTS touch ON tickets; DROP FUNCTION touch_ticket() CASCADE;")
    op.execute("DROP MATERIALIZED VIEW load")
    op.execute("DROP TABLE IF EXISTS archive.plain, archive.never_was CASCADE")
    op.execute("DROP INDEX ux_tickets_subject")
    op.execute("DROP SEQUENCE case_numbers")


def downgrade():
    raise NotImplementedError
