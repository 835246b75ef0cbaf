"""tidy up

Revision ID: ac07e5f1d382
Revises: 4e8bc92d7f10
Create Date: 2024-08-03 15:49:31

"""
from alembic import op

revision = "ac07e5f1d382"
down_revision = "4e8bc92d7f10"
branch_labels = None
depends_on = None


def upgrade():
    op.drop_column("accounts", "iban", schema="billing")
    op.drop_table("notices", schema="public")
    op.execute("CREATE TABLE reports (id uuid PRIMARY KEY, made_at timestamp)")


def downgrade():
    raise NotImplementedError
