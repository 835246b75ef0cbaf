"""columns"""

import sqlalchemy as sa
from alembic import op

revision = 'e03'
down_revision = 'e02'


def upgrade():
    op.add_column("posts", sa.Column("title", sa.Text(), nullable=True))
    op.alter_column("users", "age", existing_type=sa.SmallInteger(), type_=sa.Integer(), nullable=False)
    op.alter_column("users", "score", server_default=None, existing_type=sa.Numeric(10, 2))
