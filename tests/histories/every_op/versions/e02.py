"""constraints"""

import sqlalchemy as sa
from alembic import op

revision = 'e02'
down_revision = 'e01'


def upgrade():
    op.create_unique_constraint("uq_users_email", "users", ["email"])
    op.create_foreign_key("fk_posts_user", "posts", "users", ["user_id"], ["id"], ondelete="CASCADE")
    op.create_check_constraint("ck_users_age", "users", "age >= 0")
    op.create_index("ix_users_age", "users", ["age"], unique=False)
    op.create_index("ix_posts_lower", "posts", [sa.text("(user_id + 1)")])
