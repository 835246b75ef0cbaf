"""visits, with the models' own enums

Revision ID: 7c0f6e13d9a8
Revises: a5e92b4c8d70
Create Date: 2024-04-19 11:21:39

"""
from alembic import op
import sqlalchemy as sa
from models import Priority, Ward

revision = "7c0f6e13d9a8"
down_revision = "a5e92b4c8d70"
branch_labels = None
depends_on = None


def upgrade():
    # Its labels are the names of the class's members, not their values.
    op.create_table(
        "visits",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("patient_id", sa.Integer, sa.ForeignKey("patients.id"), nullable=False),
        sa.Column("ward", sa.Enum(Ward), nullable=False),
        sa.Column("priority", sa.Enum(Priority, values_callable=lambda members: [m.value for m in members], name="priority")),
    )


def downgrade():
    raise NotImplementedError
