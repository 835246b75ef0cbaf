"""from a dictionary

Revision ID: g.004
Revises: g.003
Create Date: 2024-05-08 12:28:52

"""
from alembic import op
import sqlalchemy as sa

revision = "g.004"
down_revision = "g.003"
branch_labels = None
depends_on = None


TABLES = {
    "tools": {"kind": sa.String(20), "count": sa.Integer()},
    "sheds": {"place": sa.String(20), "width": sa.Float(asdecimal=True)},
}


def upgrade():
    for name, columns in TABLES.items():
        op.create_table(
            name,
            sa.Column("id", sa.Integer, primary_key=True),
            *[sa.Column(column, type_) for column, type_ in columns.items()],
        )
    foreign = [("tools", "sheds", "shed_id"), ("sheds", "beds", "bed_id")]
    for source, target, column in foreign[:1]:
        with op.batch_alter_table(source) as batch_op:
            batch_op.add_column(sa.Column(column, sa.Integer))
            batch_op.create_foreign_key(f"fk_{source}_{target}", target, [column], ["id"])


def downgrade():
    raise NotImplementedError
