"""an early return

Revision ID: 1076182930ab
Revises: ff650718293a
Create Date: 2024-08-13 15:49:31

"""
from alembic import op
import sqlalchemy as sa

revision = "1076182930ab"
down_revision = "ff650718293a"
branch_labels = None
depends_on = None


def upgrade():
    inspector = sa.inspect(op.get_bind())
    tables = set(inspector.get_table_names())
    if "repairs" in tables:
        return
    op.create_table("repairs", sa.Column("id", sa.Integer, primary_key=True), sa.Column("cost", sa.Numeric(7, 2)))
    fks = [fk["constrained_columns"] for fk in inspector.get_foreign_keys("loans")]
    if ["bench_id"] not in fks:
        with op.batch_alter_table("loans") as batch_op:
            batch_op.add_column(sa.Column("bench_id", sa.Integer, nullable=True))
            batch_op.create_foreign_key("fk_loans_bench", "benches", ["bench_id"], ["id"])


def downgrade():
    raise NotImplementedError
