"""fill"""

import sqlalchemy as sa
from alembic import op

revision = 't02'
down_revision = 't01'


def upgrade():
    op.create_index("ix_half_whole", "t", ["half", "whole"])
    op.create_check_constraint("ck_half", "t", "half > 0")
    op.create_unique_constraint("uq_half", "t", ["half"])
