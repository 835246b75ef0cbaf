"""customers, every column type

Revision ID: c2d94e0f6a13
Revises: 8a1f3c5e7b90
Create Date: 2024-03-13 10:14:26

"""
from alembic import op
import sqlalchemy as sa

revision = "c2d94e0f6a13"
down_revision = "8a1f3c5e7b90"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "customers",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True, autoincrement=True),
        sa.Column("email", sa.String(255), nullable=False, unique=True),
        sa.Column(name="code", type_=sa.CHAR(4)),
        sa.Column("level", sa.SmallInteger, server_default="0"),
        sa.Column("since", sa.DateTime),
        sa.Column("wakes", sa.Time()),
        sa.Column("photo", sa.LargeBinary),
        sa.Column("settings", sa.JSON()),
        sa.Column("token", sa.Uuid()),
        sa.Column("ratio", sa.Float(precision=24)),
        sa.Column("exact", sa.Float(53)),
        sa.Column("plain", sa.VARCHAR),
        sa.CheckConstraint("level >= 0", name="level_is_not_negative"),
    )


def downgrade():
    op.drop_table("customers")
