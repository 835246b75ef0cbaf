"""one way or the other

Revision ID: cc32d4e5f607
Revises: bb21c3d4e5f6
Create Date: 2024-04-09 11:21:39

"""
from alembic import op
import sqlalchemy as sa

revision = "cc32d4e5f607"
down_revision = "bb21c3d4e5f6"
branch_labels = None
depends_on = None


def upgrade():
    if op.get_bind().dialect.name == "sqlite":
        with op.batch_alter_table("tools") as batch_op:
            batch_op.alter_column("serial", existing_type=sa.String(30), type_=sa.String(64))
    else:
        op.alter_column("tools", "serial", type_=sa.String(64))
    columns = {column["name"] for column in sa.inspect(op.get_bind()).get_columns("benches")}
    if "place" in columns and "room" not in columns:
        with op.batch_alter_table("benches") as batch_op:
            batch_op.alter_column("place", new_column_name="room", existing_type=sa.String(10))


def downgrade():
    raise NotImplementedError
