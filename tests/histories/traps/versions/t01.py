"""equal keys"""

import sqlalchemy as sa
from alembic import op

revision = 't01'
down_revision = None


def upgrade():
    op.create_table(
        "t",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("both", sa.Integer, unique=True, index=True),
        sa.Column("half", sa.Float(24)),
        sa.Column("whole", sa.Float(53)),
        sa.Column("later", sa.Integer, sa.ForeignKey("t.id", use_alter=True, name="fk_later")),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("id"),
    )
