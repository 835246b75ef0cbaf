"""patients can be discharged

Revision ID: e9b2d5806f4a
Revises: 7c0f6e13d9a8
Create Date: 2024-05-20 12:28:52

"""
from alembic import op

revision = "e9b2d5806f4a"
down_revision = "7c0f6e13d9a8"
branch_labels = None
depends_on = None


def upgrade():
    if op.get_context().dialect.name == "postgresql":
        with op.get_context().autocommit_block():
            op.execute("ALTER TYPE patientstate ADD VALUE 'discharged'")
            op.execute("ALTER TYPE patientstate ADD VALUE IF NOT EXISTS 'registered' BEFORE 'waiting'")


def downgrade():
    raise NotImplementedError
