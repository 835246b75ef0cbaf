"""a helper that asks first

Revision ID: 2187293041bc
Revises: 1076182930ab
Create Date: 2024-09-14 16:56:44

"""
from alembic import op
import sqlalchemy as sa
import logging

revision = "2187293041bc"
down_revision = "1076182930ab"
branch_labels = None
depends_on = None


log = logging.getLogger(__name__)


def table_exists(name: str) -> bool:
    return sa.inspect(op.get_bind()).has_table(name)


def safe_drop(name: str) -> None:
    """Drops a table if it is there."""
    if table_exists(name):
        log.info("dropping %s", name)
        op.drop_table(name)


def upgrade():
    safe_drop("repairs")
    safe_drop("never_was")


def downgrade():
    raise NotImplementedError
