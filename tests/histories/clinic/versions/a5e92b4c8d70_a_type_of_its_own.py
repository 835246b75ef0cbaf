"""op.add_column does not create the type

Revision ID: a5e92b4c8d70
Revises: 31d7c0f9a2b4
Create Date: 2024-03-18 10:14:26

"""
from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

revision = "a5e92b4c8d70"
down_revision = "31d7c0f9a2b4"
branch_labels = None
depends_on = None


blood = postgresql.ENUM("A", "B", "AB", "0", name="blood", create_type=False)


def upgrade():
    if op.get_bind().dialect.name == "postgresql":
        blood.create(op.get_bind(), checkfirst=True)
        op.add_column("patients", sa.Column("blood", blood, nullable=True))
    else:
        op.add_column("patients", sa.Column("blood", sa.Enum("A", "B", "AB", "0", name="blood"), nullable=True))


def downgrade():
    raise NotImplementedError
