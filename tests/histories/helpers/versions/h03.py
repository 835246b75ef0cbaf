"""module"""

import sqlalchemy as sa
from alembic import op

import shared_helpers

revision = 'h03'
down_revision = 'h02'


def upgrade():
    shared_helpers.stamp("t")
