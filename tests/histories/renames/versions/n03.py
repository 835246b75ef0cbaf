"""column"""

import sqlalchemy as sa
from alembic import op

revision = 'n03'
down_revision = 'n02'


def upgrade():
    with op.batch_alter_table("new") as batch_op:
        batch_op.alter_column("a", new_column_name="c", existing_type=sa.Integer())
