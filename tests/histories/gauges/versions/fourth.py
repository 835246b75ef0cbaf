"""an index over both

Revision ID: v4
Revises: 0003_a_revision_whose_identifier_says_everything_that_it_does
Create Date: 2024-05-05 12:28:52

"""
from alembic import op

revision = "v4"
down_revision = "0003_a_revision_whose_identifier_says_everything_that_it_does"
branch_labels = None
depends_on = None


def upgrade():
    op.create_index(table_name="levels", columns=["gauge_id", "at"], unique=True, index_name="ux_levels")


def downgrade():
    raise NotImplementedError
