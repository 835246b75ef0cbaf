"""views and a sequence

Revision ID: 007
Revises: 006
Create Date: 2024-08-27 15:49:31

"""
from alembic import op

revision = "007"
down_revision = "006"
branch_labels = None
depends_on = None


def upgrade():
    op.execute("CREATE VIEW open_tickets AS SELECT * FROM tickets WHERE closed_at IS NULL")
    op.execute("CREATE MATERIALIZED VIEW load AS SELECT agent_id, count(*) AS tickets FROM tickets GROUP BY agent_id")
    op.execute("CREATE SEQUENCE IF NOT EXISTS case_numbers START WITH 1000 INCREMENT BY 5")


def downgrade():
    raise NotImplementedError
