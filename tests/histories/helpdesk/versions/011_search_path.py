"""into another schema, by search_path

Revision ID: 011
Revises: 010
Create Date: 2024-12-04 08:17:23

"""
from alembic import op

revision = "011"
down_revision = "010"
branch_labels = None
depends_on = None


def upgrade():
    op.execute("CREATE SCHEMA IF NOT EXISTS archive")
    op.execute("SET LOCAL search_path TO archive, public")
    op.execute("CREATE TABLE closed_tickets (LIKE tickets INCLUDING DEFAULTS, archived_at date)")
    op.execute("CREATE TABLE plain (id bigint PRIMARY KEY, ticket_id int)")
    op.execute("SET LOCAL search_path TO public")


def downgrade():
    raise NotImplementedError
