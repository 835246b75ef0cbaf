"""tickets

Revision ID: 001
Revises:
Create Date: 2024-02-21 09:07:13

"""
from alembic import op

revision = "001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    op.execute("""
        CREATE TABLE tickets (
            id serial PRIMARY KEY,
            subject varchar(200) NOT NULL,
            body text,
            opened_at timestamptz NOT NULL DEFAULT now(),
            weight double precision,
            tags text[] DEFAULT '{}',
            CONSTRAINT subject_is_not_empty CHECK (subject <> '')
        );
        -- a comment with a ; in it
        CREATE UNIQUE INDEX CONCURRENTLY_is_not_said ON tickets (subject, opened_at DESC);
        INSERT INTO tickets (subject) VALUES ('it''s; a trap');
    """)


def downgrade():
    raise NotImplementedError
