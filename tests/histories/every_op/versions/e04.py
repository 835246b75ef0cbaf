"""keyword arguments"""

import sqlalchemy as sa
from alembic import op

revision = 'e04'
down_revision = 'e03'


def upgrade():
    op.drop_constraint(constraint_name="uq_users_email", table_name="users", type_="unique")
    op.drop_index(index_name="ix_users_age", table_name="users")
    op.add_column(table_name="posts", column=sa.Column("slug", sa.String(40), unique=True, index=True))
    op.alter_column(table_name="posts", column_name="title", new_column_name="headline")
