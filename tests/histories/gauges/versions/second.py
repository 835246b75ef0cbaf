"""widen it once more

Revision ID: 0_2_widen_the_version_table_before_the_names_get_long
Revises: 0.1.0
Create Date: 2024-03-03 10:14:26

"""
from alembic import op

revision = "0_2_widen_the_version_table_before_the_names_get_long"
down_revision = "0.1.0"
branch_labels = None
depends_on = None


def upgrade():
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE alembic_version ALTER COLUMN version_num TYPE varchar(255)")


def downgrade():
    raise NotImplementedError
