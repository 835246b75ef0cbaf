"""nobody books what is taken

Revision ID: b9d0e1f2a302
Revises: b9d0e1f2a301
Create Date: 2024-03-21 10:14:26

"""
from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ExcludeConstraint, TSTZRANGE

revision = "b9d0e1f2a302"
down_revision = "b9d0e1f2a301"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "bookings",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("room_id", sa.BigInteger, sa.ForeignKey("rooms.id", name="fk_booking_room", deferrable=True)),
        sa.Column("during", TSTZRANGE(), nullable=False),
        sa.Column("guests", sa.Integer),
        ExcludeConstraint(("room_id", "="), ("during", "&&"), name="not_twice", using="gist"),
    )
    op.create_exclude_constraint("rooms_not_twice", "rooms", ("code", "="), ("days", "&&"), using="gist")


def downgrade():
    raise NotImplementedError
