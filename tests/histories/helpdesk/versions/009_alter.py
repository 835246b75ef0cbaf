"""everything ALTER TABLE can

Revision ID: 009
Revises: 008
Create Date: 2024-10-02 17:03:57

"""
from alembic import op

revision = "009"
down_revision = "008"
branch_labels = None
depends_on = None


def upgrade():
    op.get_bind().exec_driver_sql("DROP VIEW unsolved")
    op.get_bind().exec_driver_sql("UPDATE tickets SET body = ''")
    op.execute(
        "ALTER TABLE IF EXISTS public.tickets "
        "ALTER COLUMN body SET NOT NULL, "
        "ALTER weight TYPE numeric(6,2) USING weight::numeric, "
        "ALTER COLUMN tags DROP DEFAULT, "
        "ALTER opened_at DROP NOT NULL, "
        "DROP CONSTRAINT IF EXISTS no_such_thing, "
        "DROP CONSTRAINT ck_subject, "
        "ADD CONSTRAINT weight_is_positive CHECK (weight > 0) NOT VALID"
    )


def downgrade():
    raise NotImplementedError
