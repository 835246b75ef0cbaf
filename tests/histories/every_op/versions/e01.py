"""create"""

import sqlalchemy as sa
from alembic import op

revision = 'e01'
down_revision = None


def upgrade():
    op.create_table(
        "users",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=120), nullable=False),
        sa.Column("age", sa.SmallInteger()),
        sa.Column("score", sa.Numeric(10, 2), server_default="0"),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
    )
    op.create_table("posts", sa.Column("id", sa.BigInteger, primary_key=True), sa.Column("user_id", sa.Integer))
