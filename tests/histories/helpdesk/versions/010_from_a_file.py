"""statements from a file beside it

Revision ID: 010
Revises: 009
Create Date: 2024-11-03 18:10:10

"""
from alembic import op
import sqlalchemy as sa
from pathlib import Path

revision = "010"
down_revision = "009"
branch_labels = None
depends_on = None


FOLDER = Path(__file__).parent / "sql"


def upgrade():
    op.execute((FOLDER / "010_notes.sql").read_text())
    # What is said here need not be read from the file.
    op.add_column("people", sa.Column("left_on", sa.Date))


def downgrade():
    raise NotImplementedError
