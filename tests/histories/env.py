"""Alembic's environment for every history: the database of DATABASE_URL, and the metadata of models.py where there is one."""
import os

from alembic import context
from sqlalchemy import create_engine, pool

try:
    from models import metadata
except ImportError:
    metadata = None

engine = create_engine(os.environ["DATABASE_URL"], poolclass=pool.NullPool)

with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=metadata, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()
