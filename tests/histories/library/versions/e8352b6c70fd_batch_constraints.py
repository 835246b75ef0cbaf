"""constraints

Revision ID: e8352b6c70fd
Revises: 47f1c0a9d3e6
Create Date: 2024-05-08 12:28:52

"""
from alembic import op

revision = "e8352b6c70fd"
down_revision = "47f1c0a9d3e6"
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table("shelf", schema=None) as batch_op:
        batch_op.create_unique_constraint("uq_shelf_place", ["room", "position"])
        batch_op.create_check_constraint("ck_shelf_position", "position > 0")
    with op.batch_alter_table("medium", schema=None) as batch_op:
        batch_op.create_foreign_key("fk_medium_shelf", "shelf", ["shelf_id"], ["id"])
    with op.batch_alter_table("reader") as batch_op:
        batch_op.create_primary_key("pk_reader", ["card"])


def downgrade():
    raise NotImplementedError
