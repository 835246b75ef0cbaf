"""loosen it again

Revision ID: 6f42d1e8a09b
Revises: b97c5e13f046
Create Date: 2024-08-11 15:49:31

"""
from alembic import op

revision = "6f42d1e8a09b"
down_revision = "b97c5e13f046"
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table("medium") as batch_op:
        batch_op.drop_constraint("fk_medium_shelf", type_="foreignkey")
        batch_op.create_foreign_key(
            "fk_medium_shelf_gone", referent_table="shelf", local_cols=["shelf_id"], remote_cols=["id"], ondelete="SET NULL"
        )
    with op.batch_alter_table("shelf") as batch_op:
        batch_op.drop_constraint("uq_shelf_place", "unique")
        batch_op.drop_constraint(constraint_name="ck_shelf_position", type_="check")


def downgrade():
    raise NotImplementedError
