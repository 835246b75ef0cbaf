"""Column types of the application."""
import uuid

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import CHAR, TypeDecorator

from . import MAX_NAME


class GUID(TypeDecorator):
    """PostgreSQL's uuid, elsewhere 36 characters."""

    impl = CHAR
    cache_ok = True

    def load_dialect_impl(self, dialect):
        if dialect.name == "postgresql":
            return dialect.type_descriptor(postgresql.UUID())
        return dialect.type_descriptor(CHAR(36))

    def process_bind_param(self, value, dialect):
        return value if value is None else str(value)

    def process_result_value(self, value, dialect):
        return value if value is None else uuid.UUID(value)


class Name(TypeDecorator):
    impl = sa.String(MAX_NAME)
    cache_ok = True


class Money(TypeDecorator):
    impl = sa.Numeric
    cache_ok = True

    def __init__(self, *args, **kwargs):
        super().__init__(precision=10, scale=2)


JsonType = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
