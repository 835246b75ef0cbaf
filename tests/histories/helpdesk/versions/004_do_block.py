"""a DO block, as people write it

Revision ID: 004
Revises: 003
Create Date: 2024-05-24 12:28:52

"""
from alembic import op

revision = "004"
down_revision = "003"
branch_labels = None
depends_on = None


def upgrade():
    op.execute("""
    DO $$
    BEGIN
        IF NOT EXISTS (SELECT 1 FROM information_schema.columns WHERE table_name = 'tickets' AND column_name = 'closed_at') THEN
            ALTER TABLE tickets ADD COLUMN closed_at timestamp with time zone;
        END IF;
        BEGIN
            CREATE TYPE verdict AS ENUM ('solved', 'ignored');
        EXCEPTION WHEN duplicate_object THEN NULL;
        END;
    END
    $$;
    """)


def downgrade():
    raise NotImplementedError
