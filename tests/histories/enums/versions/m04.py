"""an enum class, no type"""

import sqlalchemy as sa
from alembic import op

import enum


class Size(enum.Enum):
    small = "S"
    enormous = "XXL"

revision = 'm04'
down_revision = 'm03'


def upgrade():
    op.add_column("t", sa.Column("size", sa.Enum(Size, native_enum=False)))
