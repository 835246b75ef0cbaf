"""an operation of its own, beside a plain one

Revision ID: b9d0e1f2a307
Revises: b9d0e1f2a306
Create Date: 2024-08-26 15:49:31

"""
from alembic import op
import sqlalchemy as sa
from alembic.operations import MigrateOperation, Operations

revision = "b9d0e1f2a307"
down_revision = "b9d0e1f2a306"
branch_labels = None
depends_on = None


@Operations.register_operation("create_log")
class CreateLog(MigrateOperation):
    def __init__(self, table):
        self.table = table

    @classmethod
    def create_log(cls, operations, table):
        return operations.invoke(cls(table))


@Operations.implementation_for(CreateLog)
def _create_log(operations, operation):
    operations.execute(f"CREATE TABLE {operation.table} (line text)")


def upgrade():
    op.create_log("log")
    op.add_column("visits", sa.Column("left_early", sa.Boolean, server_default=op.inline_literal(False)))


def downgrade():
    raise NotImplementedError
