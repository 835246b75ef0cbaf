"""fewer states, by way of a new type

Revision ID: c7901dfe28a3
Revises: 5be3a9714dc6
Create Date: 2024-10-25 17:03:57

"""
from alembic import op
import sqlalchemy as sa

revision = "c7901dfe28a3"
down_revision = "5be3a9714dc6"
branch_labels = None
depends_on = None


OLD = ("registered", "waiting", "treated", "discharged")
NEW = tuple(state for state in OLD if state != "registered")

old_type = sa.Enum(*OLD, name="patientstate")
new_type = sa.Enum(*NEW, name="patientstate")


def upgrade():
    op.add_column("patients", sa.Column("discharged_on", sa.Date()))
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("patients", "state", server_default=None)
        op.execute("ALTER TYPE patientstate RENAME TO patientstate_old")
        new_type.create(op.get_bind(), checkfirst=False)
        op.execute("ALTER TABLE patients ALTER COLUMN state TYPE patientstate USING state::text::patientstate")
        op.execute("DROP TYPE patientstate_old")


def downgrade():
    raise NotImplementedError
