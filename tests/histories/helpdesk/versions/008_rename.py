"""rename in SQL

Revision ID: 008
Revises: 007
Create Date: 2024-09-01 16:56:44

"""
from alembic import op

revision = "008"
down_revision = "007"
branch_labels = None
depends_on = None


def upgrade():
    for statement in [
        "ALTER TABLE agents RENAME TO people",
        "ALTER TABLE people RENAME COLUMN name TO full_name",
        "ALTER TYPE channel RENAME TO medium",
        "ALTER INDEX concurrently_is_not_said RENAME TO ux_tickets_subject",
        "ALTER TABLE tickets RENAME CONSTRAINT subject_is_not_empty TO ck_subject",
        "ALTER VIEW open_tickets RENAME TO unsolved",
    ]:
        op.execute(statement)


def downgrade():
    raise NotImplementedError
