"""batch"""

import sqlalchemy as sa
from alembic import op

revision = 'b02'
down_revision = 'b01'


def upgrade():
    with op.batch_alter_table("a") as batch_op:
        batch_op.add_column(sa.Column("y", sa.Integer(), nullable=True))
        batch_op.alter_column("x", existing_type=sa.String(10), type_=sa.String(30), nullable=False)
        batch_op.create_index("ix_a_y", ["y"], unique=True)
