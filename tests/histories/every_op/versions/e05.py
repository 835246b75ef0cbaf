"""away"""

import sqlalchemy as sa
from alembic import op

revision = 'e05'
down_revision = 'e04'


def upgrade():
    op.drop_column("users", "score")
    op.drop_constraint("fk_posts_user", "posts", "foreignkey")
    op.create_primary_key("pk_other", "other", ["a"]) if False else None
    op.rename_table("posts", "articles")
    op.drop_table("users")
