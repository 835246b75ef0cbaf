"""drop by the database's names"""

import sqlalchemy as sa
from alembic import op

revision = 'c02'
down_revision = 'c01'


def upgrade():
    op.drop_constraint("t_a_key", "t")
    op.drop_constraint("t_b_fkey", "t", type_="foreignkey")
