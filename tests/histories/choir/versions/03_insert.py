"""the four voices

Revision ID: 1111aaaa0003
Revises: 1111aaaa0002
Create Date: 2024-04-15 11:21:39

"""
from alembic import op
import sqlalchemy as sa

revision = "1111aaaa0003"
down_revision = "1111aaaa0002"
branch_labels = None
depends_on = None


voices = sa.table("voices", sa.column("id", sa.Integer), sa.column("name", sa.String))


def upgrade():
    op.bulk_insert(voices, [{"id": n, "name": name} for n, name in enumerate(["soprano", "alto", "tenor", "bass"], start=1)])


def downgrade():
    op.execute(voices.delete())
