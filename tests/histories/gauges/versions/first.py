"""gauges

Revision ID: 0.1.0
Revises:
Create Date: 2024-02-02 09:07:13

"""
from alembic import op
import sqlalchemy as sa

revision = "0.1.0"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    # The next revision's name would not fit.
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("alembic_version", "version_num", existing_type=sa.String(32), type_=sa.String(128))
    op.create_table(
        "gauges",
        sa.Column(name="id", type_=sa.Integer(), primary_key=True),
        sa.Column(name="river", type_=sa.String(length=64), nullable=False),
    )


def downgrade():
    raise NotImplementedError
