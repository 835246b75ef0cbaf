"""rooms may

Revision ID: b9d0e1f2a303
Revises: b9d0e1f2a302
Create Date: 2024-04-22 11:21:39

"""
from alembic import op

revision = "b9d0e1f2a303"
down_revision = "b9d0e1f2a302"
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table("rooms") as batch_op:
        batch_op.drop_constraint("rooms_not_twice")
    with op.batch_alter_table("bookings") as batch_op:
        batch_op.create_exclude_constraint("guests_not_twice", ("guests", "="), ("during", "&&"), using="gist")


def downgrade():
    raise NotImplementedError
