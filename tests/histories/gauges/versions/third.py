"""levels

Revision ID: 0003_a_revision_whose_identifier_says_everything_that_it_does
Revises: 0_2_widen_the_version_table_before_the_names_get_long
Create Date: 2024-04-04 11:21:39

"""
from alembic import op
import sqlalchemy as sa

revision = "0003_a_revision_whose_identifier_says_everything_that_it_does"
down_revision = "0_2_widen_the_version_table_before_the_names_get_long"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table("levels", sa.Column("gauge_id", sa.Integer), sa.Column("at", sa.DateTime), sa.Column("level", sa.REAL))


def downgrade():
    raise NotImplementedError
