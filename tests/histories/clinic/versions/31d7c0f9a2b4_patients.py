"""patients

Revision ID: 31d7c0f9a2b4
Revises:
Create Date: 2024-02-17 09:07:13

"""
from alembic import op
import sqlalchemy as sa

revision = "31d7c0f9a2b4"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "patients",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sex", sa.Enum("female", "male", name="sex"), nullable=True),
        sa.Column("state", sa.Enum("waiting", "treated", name="patientstate"), server_default="waiting", nullable=False),
        sa.Column("payer", sa.Enum("self", "insurance", "state fund", name="payer", native_enum=False), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )


def downgrade():
    raise NotImplementedError
