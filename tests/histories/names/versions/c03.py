"""final names"""

import sqlalchemy as sa
from alembic import op

revision = 'c03'
down_revision = 'c02'


def upgrade():
    op.create_index(op.f("ix_t_a"), "t", ["a"])
    op.create_unique_constraint(op.f("uq_t_a_b"), "t", ["a", "b"])
