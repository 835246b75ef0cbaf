"""stock

Revision ID: 60d1f7a3c8e2
Revises:
Create Date: 2024-02-27 09:07:13

"""
from alembic import op
import sqlalchemy as sa

revision = "60d1f7a3c8e2"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "sites",
        sa.Column("code", sa.String(8), nullable=False),
        sa.Column("manager_id", sa.Integer),
        sa.PrimaryKeyConstraint("code"),
        # PostgreSQL drops a UNIQUE that equals the primary key.
        sa.UniqueConstraint("code"),
    )
    op.create_table(
        "people",
        sa.Column("id", sa.Integer, primary_key=True),
        # One unique index, no constraint.
        sa.Column("badge", sa.String(20), unique=True, index=True),
        sa.Column("email", sa.String(80), unique=True),
        sa.Column("boss_id", sa.Integer, sa.ForeignKey("people.id")),
        # use_alter: op.create_table never makes this one.
        sa.Column("site", sa.String(8), sa.ForeignKey("sites.code", use_alter=True, name="fk_people_site")),
    )
    op.create_table(
        "parts",
        sa.Column("maker", sa.String(10)),
        sa.Column("number", sa.Integer),
        sa.Column("label", sa.String(50)),
        sa.PrimaryKeyConstraint("maker", "number"),
    )


def downgrade():
    raise NotImplementedError
