"""a while, a ternary and a lambda

Revision ID: g.005
Revises: g.004
Create Date: 2024-06-09 13:35:05

"""
from alembic import op
import sqlalchemy as sa

revision = "g.005"
down_revision = "g.004"
branch_labels = None
depends_on = None


WIDE = True


def upgrade():
    n = 1
    while n <= 3:
        op.add_column("sheds", sa.Column("hook_%d" % n, sa.String(80 if WIDE else 8)))
        n += 1
    make = lambda name, kind=sa.Integer: sa.Column(name, kind())
    op.add_column("sheds", make("height"))
    op.add_column("sheds", make("colour", kind=sa.Text))
    if not WIDE:
        op.drop_table("sheds")


def downgrade():
    raise NotImplementedError
