"""rename the type"""

import sqlalchemy as sa
from alembic import op

revision = 'm05'
down_revision = 'm04'


def upgrade():
    op.execute('ALTER TYPE "level" RENAME TO degree')
    op.execute("ALTER TYPE degree RENAME VALUE 'low' TO 'lowest'")
