"""sex becomes free text

Revision ID: d48c1b97f2e0
Revises: 16a8f3c7e05d
Create Date: 2024-07-22 14:42:18

"""
from alembic import op
import sqlalchemy as sa

revision = "d48c1b97f2e0"
down_revision = "16a8f3c7e05d"
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table("patients") as batch_op:
        batch_op.alter_column(
            "sex",
            existing_type=sa.Enum("female", "male", name="sex"),
            type_=sa.String(30),
            existing_nullable=True,
            postgresql_using="sex::text",
        )
    sa.Enum(name="sex").drop(op.get_bind(), checkfirst=False)


def downgrade():
    raise NotImplementedError
