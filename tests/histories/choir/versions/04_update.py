"""spell them alike

Revision ID: 1111aaaa0004
Revises: 1111aaaa0003
Create Date: 2024-05-16 12:28:52

"""
from alembic import op
import sqlalchemy as sa
from sqlalchemy.orm import Session

revision = "1111aaaa0004"
down_revision = "1111aaaa0003"
branch_labels = None
depends_on = None


def upgrade():
    session = Session(bind=op.get_bind())
    for (id_, name) in session.execute(sa.text("SELECT id, name FROM voices")).all():
        session.execute(sa.text("UPDATE voices SET name = :name WHERE id = :id"), {"name": name.capitalize(), "id": id_})
    session.commit()


def downgrade():
    raise NotImplementedError
