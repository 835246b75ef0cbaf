"""Random Alembic operations, and what real Alembic makes of them: operations.py SEED FROM TO.

Prints a JSON object a line: the body of an `upgrade()`, the `env.py` beside it, and the schema that it leaves. On SQLite that
is the catalogue of a database in memory. For PostgreSQL each DDL construct that Alembic hands to its connection is followed by
a small model here, with names, types and defaults as SQLAlchemy's own compiler has them.
Given lines of JSON on its standard input it runs these instead: `operations.py -`.
"""
import importlib.util, json, pathlib, random, re, sqlite3, sys, warnings

import sqlalchemy as sa
from alembic.ddl import base
from alembic.ddl.postgresql import PostgresqlColumnType
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import schema as ddl
from sqlalchemy.dialects import postgresql as pg, sqlite

warnings.simplefilter("ignore")
HEAD = """import enum
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.schema import FetchedValue

class Colour(enum.Enum):
    red = "r"
    green = "g"

class Fruit(str, enum.Enum):
    APPLE = "apple"
    PEAR = "pear"

class Money(sa.types.TypeDecorator):
    impl = sa.Numeric(12, 4)

class Code(sa.TypeDecorator):
    impl = sa.String
    cache_ok = True

class Either(sa.types.TypeDecorator):
    impl = sa.Text
    def load_dialect_impl(self, dialect):
        if dialect.name == "postgresql":
            return dialect.type_descriptor(postgresql.JSONB())
        return dialect.type_descriptor(sa.Text())

class Sized(sa.types.TypeDecorator):
    impl = sa.String
    def __init__(self, length=5, **words):
        super().__init__(length=length * 2, **words)

class Point(sa.types.UserDefinedType):
    def get_col_spec(self, **words):
        return "POINT"

class Short(sa.String):
    pass

class Chosen(sa.types.TypeDecorator):
    impl = sa.String(3)
    def __init__(self, size):
        super().__init__()
        self.impl = sa.String(size)

class Secret(sa.types.TypeDecorator):
    impl = sa.LargeBinary
    cache_ok = True
    def __init__(self, inner, key, **words):
        self.inner, self.key = inner, key
        super().__init__(**words)
    def load_dialect_impl(self, dialect):
        return dialect.type_descriptor(sa.String(len(self.key) * 10))

class Guid(sa.types.TypeDecorator):
    impl = sa.CHAR
    def load_dialect_impl(self, dialect):
        if dialect.name == "postgresql":
            return dialect.type_descriptor(postgresql.UUID(as_uuid=True))
        else:
            return dialect.type_descriptor(sa.CHAR(32))

class Same(sa.TypeDecorator):
    impl = sa.Integer
    def load_dialect_impl(self, dialect):
        return self.impl

class Level(sa.Enum):
    pass

class Wide(Code):
    pass

class Listed(sa.types.TypeDecorator):
    impl = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")

class Fixed(sa.types.UserDefinedType):
    def __init__(self, size=4):
        self.size = size
    def get_col_spec(self, **words):
        return "VARCHAR(%d)" % self.size

def name_of(part):
    return f"q_{part}"
"""

TYPES = """sa.Integer sa.Integer() sa.BigInteger() sa.SmallInteger sa.String sa.String() sa.String(20) sa.String(length=30)
sa.VARCHAR(12) sa.Text sa.Text() sa.Unicode(9) sa.UnicodeText() sa.Boolean sa.Boolean() sa.DateTime sa.DateTime(timezone=True)
sa.DateTime(True) sa.TIMESTAMP(timezone=True) sa.TIMESTAMP() sa.Date sa.Time() sa.Float sa.Float(precision=10) sa.Float(53)
sa.Numeric sa.Numeric(10,2) sa.Numeric(precision=8) sa.DECIMAL(5,1) sa.LargeBinary sa.LargeBinary(100) sa.JSON sa.JSON()
sa.Interval sa.Interval() sa.Uuid sa.Uuid() sa.UUID() sa.Uuid(as_uuid=False) sa.Uuid(native_uuid=False) sa.CHAR(4) sa.CHAR sa.REAL sa.BIGINT()
sa.Enum("a","b",name="ab") sa.Enum("x","yy",native_enum=False) sa.Enum("x","yyy",name="n",native_enum=False,length=12) sa.Enum(Colour)
sa.Enum(Fruit,name="fruit",values_callable=lambda_of) sa.Enum("p","q",name="pq",create_constraint=True,native_enum=False) sa.PickleType()
sa.Double sa.DOUBLE_PRECISION() sa.NVARCHAR(3) sa.String(length=None) sa.Float(asdecimal=True)
sa.String(5).with_variant(sa.Text(),"mysql") sa.Text().with_variant(sa.String(7),"postgresql","sqlite")
sa.JSON().with_variant(postgresql.JSONB(),"postgresql") sa.Boolean(create_constraint=True,name="flag") sa.JSON(none_as_null=True)
Money() Money Code(8) Code() Code(length=9) Either() Sized() Sized(4) Point() Short(6) Short Chosen(9) Secret(sa.Text,"key") Guid Guid() Same() Same Wide(7) Wide Listed() Fixed(6) Fixed Code(None) sa.types.String(3) sa.sql.sqltypes.Integer()""".split()
PG_TYPES = """postgresql.JSONB postgresql.JSONB() postgresql.JSONB(astext_type=sa.Text()) postgresql.JSON(astext_type=sa.Text())
postgresql.UUID postgresql.UUID() postgresql.UUID(as_uuid=True) postgresql.INET() postgresql.CIDR postgresql.MACADDR() postgresql.BYTEA()
postgresql.ARRAY(sa.String()) postgresql.ARRAY(sa.Integer) postgresql.ARRAY(sa.String(4),dimensions=2) sa.ARRAY(sa.Text()) sa.ARRAY(sa.DateTime(timezone=True))
postgresql.TSVECTOR() postgresql.TIMESTAMP(timezone=True) postgresql.TIMESTAMP(precision=3) postgresql.TIME(timezone=True,precision=2) postgresql.HSTORE()
postgresql.HSTORE(text_type=sa.Text()) postgresql.INTERVAL() postgresql.INTERVAL(fields="YEAR") postgresql.INTERVAL(precision=3) postgresql.BIT(3) postgresql.BIT(varying=True)
postgresql.BIT(4,varying=True) postgresql.DOUBLE_PRECISION() postgresql.DOUBLE_PRECISION(precision=53) postgresql.ENUM("k","l",name="kl") postgresql.INT4RANGE()
postgresql.ENUM("m","n",name="mn",create_type=False) postgresql.TSTZRANGE postgresql.MONEY() postgresql.OID() postgresql.REGCLASS pg.NUMERIC(6,3)
postgresql.VARCHAR(8) sa.String(20,collation="C") postgresql.CITEXT() postgresql.DOMAIN("dom",sa.Integer()) postgresql.REAL() postgresql.DATERANGE() pg.BOOLEAN() pg.FLOAT(20)
postgresql.ARRAY(postgresql.UUID(as_uuid=True)) postgresql.ARRAY(sa.Enum("s","t",name="st")) sa.Enum("o1","o2",name="oo",schema="other")""".split()
DEFAULTS = """None "x" "it's" "0" "" sa.text("0") sa.text("now()") sa.func.now() sa.null() sa.text("NULL") sa.text("null") FetchedValue() sa.FetchedValue()
sa.true() sa.false() sa.text("'a'") sa.literal("q") sa.text("CURRENT_TIMESTAMP") sa.func.current_timestamp() sa.sql.expression.false()
sa.text("(NULL)") sa.literal_column("1") sa.DefaultClause("5") sa.schema.DefaultClause(sa.text("6")) sa.sql.null() sa.cast("1",sa.Integer)""".split()
TOKENS = ["table_name", "column_0_name", "column_0_label", "column_0_N_name", "column_0N_name", "column_0_N_label", "column_1_name", "column_0_key"]
OPTIONAL = ["alter", "add", "index", "drop_index", "unique", "check", "fk", "drop_constraint", "drop_column", "rename", "drop_table", "batch",
            "insert", "comment", "raw", "create", "table_object", "add", "index", "create", "exclude", "pk", "sql"]


class Skip(Exception):
    pass


class Maker:
    """Writes one random body. What it notes of tables is a hint, that most of what it writes can be carried out."""

    def __init__(self, chance, dialect):
        self.r, self.pg = chance, dialect == "postgresql"
        self.tables, self.lines, self.count, self.enums = {}, [], 0, set()

    def maybe(self, text, odds=0.3):
        return text if self.r.random() < odds else ""

    def pick(self, items):
        return self.r.choice(list(items))

    def fresh(self, start):
        self.count += 1
        if start not in "ct" and self.r.random() < 0.03:
            return start + "_" + "long" * 17 + str(self.count)
        return f"{start}{self.count}"

    def kind(self):
        while True:
            kind = self.pick(TYPES + PG_TYPES) if self.pg else self.pick(TYPES)
            named = re.search(r'Enum\(.*name="(\w+)"|ENUM\(.*name="(\w+)"|Enum\((Colour)', kind)
            # A type of the database can be made once.
            if self.pg and named and kind in self.enums:
                continue
            self.enums.add(kind)
            return kind.replace("lambda_of", "lambda e: [m.value for m in e]")

    def name(self, start, odds=0.75):
        if self.r.random() > odds:
            return None, "None"
        name = self.fresh(start)
        text = repr(name)
        if self.r.random() < 0.3:
            text = f"op.f({text})"
        elif self.r.random() < 0.1:
            text = f"f'{name}'"
        return name, text

    def foreign(self, table):
        others = [(other, column) for other, held in self.tables.items() for column in held["columns"] if column == "id"]
        if not others:
            return ""
        other, column = self.pick(others)
        name, text = self.name("fkc", 0.4)
        more = f", name={text}" if name else ""
        more += self.maybe(', ondelete="%s"' % self.pick(["CASCADE", "SET NULL", "RESTRICT", "cascade", "NO ACTION"]))
        more += self.maybe(", use_alter=True", 0.15) + self.maybe(", deferrable=True, initially='DEFERRED'", 0.1)
        return f'sa.ForeignKey("{other}.{column}"{more})'

    def default(self):
        return self.pick(DEFAULTS)

    def column(self, name, table, bare=False, added=False):
        parts = [repr(name), self.kind()]
        words = []
        if not bare:
            chance = self.r.random()
            if chance < 0.15 and (made := self.foreign(table)):
                parts.append(made)
                if self.r.random() < 0.3:
                    parts.pop(1)
                    parts[1:1] = [self.pick(["sa.Integer", "sa.Integer()"])]
            elif chance < 0.19 and self.pg:
                parts[1:2] = ["sa.BigInteger()"]
                parts.append(self.pick(["sa.Identity()", "sa.Identity(always=True, start=5)"]))
            elif chance < (0.23 if self.pg else 0.155):
                parts.append(self.pick(["sa.Computed('1 + 1')", "sa.Computed('2', persisted=True)"]))
            elif chance < 0.26:
                parts.append(f"sa.CheckConstraint({name + ' > 0'!r}{self.maybe(', name=' + repr(self.fresh('cc')), 0.95)})")
            elif chance < 0.5:
                words.append("server_default=" + self.default())
            if self.r.random() < 0.5:
                words.append("nullable=" + self.pick(["True", "False"]))
            if self.r.random() < 0.12:
                words.append(self.pick(["unique=True", "index=True", "unique=True, index=True", "unique=False", "index=None"]))
            if self.r.random() < 0.1:
                words.append(self.pick(["comment='c'", "autoincrement=False", "default=5", "onupdate=5", "info={}", "key='k%d'" % self.count, "doc='d'",
                                        "quote=True", "system=False", "insert_default=1"]))
            if added and self.pg and self.r.random() < 0.04:
                words.append("primary_key=True")
        if self.r.random() < 0.05:
            parts[:2] = [f"name={parts[0]}", f"type_={parts[1]}"]
            parts = [*parts[2:], *parts[:2]]
        text = f"sa.Column({', '.join(parts + words)})"
        return text

    def constraint(self, table, columns):
        chance, pick = self.r.random(), self.r.sample(columns, min(len(columns), self.r.randint(1, 2)))
        name, text = self.name("co", 0.6)
        named = f", name={text}" if name else ""
        listed = ", ".join(map(repr, pick))
        if chance < 0.3:
            return f"sa.UniqueConstraint({listed}{named})", name, "unique"
        if chance < 0.55 and (name or chance < 0.32):
            return f"sa.CheckConstraint({pick[0] + ' > 1'!r}{named})", name, "check"
        if chance < 0.75 and self.tables:
            other = self.pick(self.tables)
            return f'sa.ForeignKeyConstraint([{pick[0]!r}], ["{other}.id"]{named}{self.maybe(", ondelete=" + repr("CASCADE"))}' \
                   f'{self.maybe(", use_alter=True", 0.1)})', name, "foreignkey"
        if chance < 0.8 and self.pg:
            return f"postgresql.ExcludeConstraint(({pick[0]!r}, '=') {', name=' + text if name else ''})", name, "exclude"
        if name:
            parts = ", ".join(self.pick([repr(c), repr(c), f"sa.text({c!r})", f"sa.text('lower({c})')"]) for c in pick)
            return f"sa.Index({text}, {parts}{self.maybe(', unique=True')})", None, "index"
        return f"sa.UniqueConstraint({listed}{named})", name, "unique"

    def schema(self, odds=0.08):
        return self.pg and self.r.random() < odds

    def create(self, how="op"):
        name = self.fresh("t")
        columns = ["id"] + [self.fresh("c") for _ in range(self.r.randint(1, 4))]
        held = {"columns": list(columns), "constraints": [], "indexes": [], "schema": None}
        key = self.r.random()
        first = "sa.Column('id', %s%s)" % (self.pick(["sa.Integer", "sa.Integer()", "sa.BigInteger()", "sa.String(32)"]),
                                          ", primary_key=True" if key < 0.6 else ", nullable=False")
        parts = [first] + [self.column(column, name) for column in columns[1:]]
        if 0.6 <= key < 0.9:
            label, text = self.name("pk", 0.5)
            parts.append(f"sa.PrimaryKeyConstraint('id'{', name=' + text if label else ''})")
            if label:
                held["constraints"].append((text, "primary"))
        for _ in range(self.r.randint(0, 2)):
            text, label, kind = self.constraint(name, columns)
            parts.append(text)
            if label and kind != "exclude":
                held["constraints"].append((repr(label) if "op.f" not in text else f"op.f({label!r})", kind))
        self.r.shuffle(parts) if self.r.random() < 0.2 else None
        words = []
        if how == "op":
            if self.schema():
                held["schema"] = "other"
                words.append("schema='other'")
            words.append(self.maybe("if_not_exists=True", 0.1))
            words.append(self.maybe("comment='a table'", 0.1))
            words.append(self.maybe("sqlite_autoincrement=False", 0.04))
            words.append(self.maybe("prefixes=['UNLOGGED']", 0.03) if self.pg else "")
            words.append(self.maybe("mysql_engine='InnoDB', info={}", 0.05))
        text = ", ".join([repr(name), *parts, *filter(None, words)])
        if self.r.random() < 0.06:
            self.lines.append(f"columns = [{', '.join(parts)}]")
            text = ", ".join([repr(name), "*columns", *filter(None, words)])
        self.lines.append(f"op.create_table({text})")
        self.tables[name] = held
        return name

    def table(self):
        name = self.pick(self.tables)
        held = self.tables[name]
        return name, held, f", schema={held['schema']!r}" if held["schema"] else ""

    def step(self):
        what = self.pick(OPTIONAL)
        if what == "create" or not self.tables:
            return self.create()
        name, held, schema = self.table()
        columns = held["columns"]
        at = repr(name)
        if what == "batch":
            return self.batch(name, held)
        if what in ("unique", "check", "fk", "drop_constraint", "alter", "pk", "exclude", "drop_column") and not self.pg:
            return self.batch(name, held)
        getattr(self, what)(name, held, schema, at, columns)

    def indexed(self, columns):
        parts = []
        for column in self.r.sample(columns, min(len(columns), self.r.randint(1, 2))):
            parts.append(self.pick([repr(column)] * 6 + [f"sa.text('lower({column})')", f"sa.text({column!r})", f"sa.text('{column} DESC')", f"sa.desc({column!r})",
                                    f"sa.func.lower(sa.column({column!r}))", f"sa.column({column!r})", f"sa.literal_column({column!r})",
                                    f"sa.text('{column}, {columns[0]}')", f"sa.column({column!r}).desc()", f"sa.literal_column('{column} + 1')"]))
        return "[" + ", ".join(parts) + "]"

    def add(self, name, held, schema, at, columns, op="op", batch=False):
        column = self.fresh("c")
        more = "" if batch else self.maybe(", if_not_exists=True", 0.08)
        more += self.maybe(", inline_references=True", 0.05) if not batch else ""
        self.lines.append(f"{op}.add_column({'' if batch else at + ', '}{self.column(column, name, added=True)}{more}{schema})")
        columns.append(column)

    def index(self, name, held, schema, at, columns, op="op", batch=False):
        label, text = self.name("ix", 0.92)
        more = self.maybe(", unique=True") + self.maybe(", unique=False", 0) + ("" if batch else self.maybe(", if_not_exists=True", 0.1))
        if self.pg:
            more += self.maybe(f", postgresql_where=sa.text('{columns[0]} IS NOT NULL')", 0.15) + self.maybe(", postgresql_using='btree'", 0.15)
            more += self.maybe(", postgresql_concurrently=True", 0.1) + self.maybe(f", postgresql_include=[{columns[0]!r}]", 0.1)
            more += self.maybe(f", postgresql_ops={{{columns[0]!r}: 'text_pattern_ops'}}", 0.05)
        else:
            more += self.maybe(f", sqlite_where=sa.text('{columns[0]} IS NOT NULL')", 0.1)
        self.lines.append(f"{op}.create_index({text}, {'' if batch else at + ', '}{self.indexed(columns)}{more}{schema})")
        if label:
            held["indexes"].append(text)

    def drop_index(self, name, held, schema, at, columns, op="op", batch=False):
        if not held["indexes"]:
            return
        text = held["indexes"].pop()
        table = self.pick(["", f", table_name={at}", f", {at}"]) if not batch and not schema else ("" if batch else f", table_name={at}")
        more = "" if batch else self.maybe(", if_exists=True", 0.2)
        self.lines.append(f"{op}.drop_index({text}{table}{more}{schema})")

    def unique(self, name, held, schema, at, columns, op="op", batch=False):
        label, text = self.name("uq", 0.8)
        self.lines.append(f"{op}.create_unique_constraint({text}, {'' if batch else at + ', '}{self.r.sample(columns, 1)}{schema})")
        held["constraints"] += [(text, "unique")] if label else []

    def check(self, name, held, schema, at, columns, op="op", batch=False):
        label, text = self.name("ck", 1)
        condition = self.pick([repr(columns[0] + " > 2"), f"sa.column({columns[0]!r}) > 2", f"sa.text('{columns[0]} > 3')"])
        self.lines.append(f"{op}.create_check_constraint({text}, {'' if batch else at + ', '}{condition}{schema})")
        held["constraints"].append((text, "check"))

    def pk(self, name, held, schema, at, columns, op="op", batch=False):
        if self.r.random() < 0.7:
            return self.check(name, held, schema, at, columns, op, batch)
        label, text = self.name("pk", 0.8)
        self.lines.append(f"{op}.create_primary_key({text}, {'' if batch else at + ', '}['id']{schema})")

    def exclude(self, name, held, schema, at, columns, op="op", batch=False):
        label, text = self.name("ex", 1)
        self.lines.append(f"{op}.create_exclude_constraint({text}, {'' if batch else at + ', '}({columns[0]!r}, '='), using='gist'{schema})")

    def fk(self, name, held, schema, at, columns, op="op", batch=False):
        label, text = self.name("fk", 0.8)
        other, there, _ = self.table()
        more = self.maybe(f", ondelete={self.pick(['CASCADE', 'SET NULL', 'set null'])!r}") + self.maybe(", onupdate='CASCADE'", 0.1)
        if there["schema"]:
            more += f", referent_schema={there['schema']!r}"
        if held["schema"] and not batch:
            more += f", source_schema={held['schema']!r}"
        place = f"{other!r}" if batch else f"{at}, {other!r}"
        if not batch and self.r.random() < 0.1:
            place, more = f"source_table={at}, referent_table={other!r}, local_cols={columns[:1]}, remote_cols=['id']", more
            self.lines.append(f"{op}.create_foreign_key(constraint_name={text}, {place}{more})")
        else:
            self.lines.append(f"{op}.create_foreign_key({text}, {place}, {self.r.sample(columns, 1)}, ['id']{more})")
        held["constraints"] += [(text, "foreignkey")] if label else []

    def drop_constraint(self, name, held, schema, at, columns, op="op", batch=False):
        if not held["constraints"]:
            return
        text, kind = self.pick(held["constraints"])
        held["constraints"].remove((text, kind))
        with_kind = "" if self.pg and kind != "check" and self.r.random() < 0.3 else f", type_={kind!r}"
        self.lines.append(f"{op}.drop_constraint({text}{'' if batch else ', ' + at}{with_kind}{schema})")

    def drop_column(self, name, held, schema, at, columns, op="op", batch=False):
        if len(columns) < 3:
            return
        column = self.pick(columns[1:])
        columns.remove(column)
        self.lines.append(f"{op}.drop_column({'' if batch else at + ', '}{column!r}{schema}{'' if batch else self.maybe(', if_exists=True', 0.1)})")

    def alter(self, name, held, schema, at, columns, op="op", batch=False):
        column, words = self.pick(columns[1:] or columns), []
        if self.r.random() < 0.4:
            words.append("nullable=" + self.pick(["True", "False", "None"]))
        if self.r.random() < 0.4:
            words.append("server_default=" + self.pick([self.default(), "None", "False"]))
        if self.r.random() < 0.3:
            words.append("type_=" + self.kind())
        if self.r.random() < 0.3:
            words.append(self.pick(["existing_nullable=True", "comment='x'", "existing_server_default=None", "comment=None", "existing_comment='y'"]))
        if self.r.random() < 0.25:
            words.append("existing_type=" + self.pick(["sa.Integer()", "sa.String(5)", "sa.Text"]))
        if self.pg and self.r.random() < 0.1:
            words.append(f"postgresql_using='{column}::text'")
        if self.r.random() < 0.2:
            new = self.fresh("c")
            words.append(self.pick(["new_column_name"] * 3) + f"={new!r}")
            columns[columns.index(column)] = new
        self.lines.append(f"{op}.alter_column({'' if batch else at + ', '}{', '.join([repr(column), *words])}{schema})")

    def rename(self, name, held, schema, at, columns):
        new = self.fresh("t")
        self.lines.append(f"op.rename_table({at}, {new!r}{schema})")
        self.tables[new] = self.tables.pop(name)

    def drop_table(self, name, held, schema, at, columns):
        if len(self.tables) > 1:
            self.lines.append(f"op.drop_table({at}{self.maybe(', if_exists=True', 0.3)}{schema})")
            del self.tables[name]

    def insert(self, name, held, schema, at, columns):
        self.lines.append(f"rows = sa.table({at}, sa.column('id', sa.Integer))")
        self.lines.append(self.pick(["op.bulk_insert(rows, [])", "op.execute(rows.delete())", "op.execute(rows.update().values(id=1))"]))

    def comment(self, name, held, schema, at, columns):
        if self.pg:
            self.lines.append(self.pick([f"op.create_table_comment({at}, 'x'{schema})", f"op.drop_table_comment({at}{schema})"]))

    def raw(self, name, held, schema, at, columns):
        self.lines.append(self.pick(["op.execute(sa.text('SELECT 1'))", "op.execute('SELECT 1')", "pass"]))

    def sql(self, name, held, schema, at, columns):
        self.lines.append(self.pick([f"label = name_of({columns[0]!r})", "other = [c for c in 'ab']"]))

    def table_object(self, name, held, schema, at, columns):
        """Columns that loops and helpers make."""
        new = self.fresh("c")
        self.lines.append(self.pick([f"for part in ('x', 'y'):\n    op.add_column({at}, sa.Column(f'{new}_{{part}}', sa.Integer){schema})",
                                     f"made = sa.Column({new!r}, sa.Integer())\nop.add_column({at}, made{schema})",
                                     f"op.add_column(table_name={at}, column=sa.Column(name_of({new!r}), sa.Text){schema})"]))

    def batch(self, name, held):
        words = self.maybe(", recreate='always'", 0.1) + self.maybe(", schema=None", 0.05) 
        if held["schema"]:
            words = f", schema={held['schema']!r}"
        before, self.lines = self.lines, []
        for _ in range(self.r.randint(1, 3)):
            # Where the table is made anew a column has its old name to the end.
            if not self.pg and "new_column_name" in "".join(self.lines):
                break
            what = self.pick(["alter", "add", "index", "drop_index", "unique", "check", "fk", "drop_constraint", "drop_column"])
            getattr(self, what)(name, held, "", repr(name), held["columns"], "batch_op", True)
        inner, self.lines = self.lines, before
        if inner:
            body = "\n".join(inner).replace("\n", "\n    ")
            self.lines.append(f"with op.batch_alter_table({name!r}{words}) as batch_op:\n    {body}")

    def body(self):
        for _ in range(self.r.randint(1, 2)):
            self.create()
        for _ in range(self.r.randint(0, 4)):
            self.step()
        return "\n".join(self.lines)


def convention(r, hidden):
    """A naming convention, as Python has it; one that nobody finds leaves the names alone that are given, but for checks'."""
    if r.random() < 0.3:
        return {"ix": "ix_%(column_0_label)s", "uq": "uq_%(table_name)s_%(column_0_name)s", "ck": "ck_%(table_name)s_%(constraint_name)s",
                "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s", "pk": "pk_%(table_name)s"}
    made = {}
    for kind in ("ix", "uq", "ck", "fk", "pk"):
        if r.random() < 0.6:
            tokens = r.sample(TOKENS, r.randint(1, 3)) + (["constraint_name"] if kind == "ck" or (not hidden and r.random() < 0.15) else [])
            tokens += ["referred_table_name"] if kind == "fk" and r.random() < 0.5 else []
            made[kind] = kind + "".join(f"_%({token})s" for token in tokens)
    return made


ENVIRONMENTS = [
    "from sqlalchemy import MetaData\nfrom alembic import context\nmetadata = MetaData(naming_convention={0})\ntarget_metadata = metadata\n",
    "import sqlalchemy as sa\nfrom sqlalchemy.orm import declarative_base\nNAMES = {0}\nBase = declarative_base(metadata=sa.MetaData(naming_convention=NAMES))\n"
    "target_metadata = Base.metadata\n",
    "from sqlalchemy import MetaData\nfrom sqlalchemy.orm import DeclarativeBase\nclass Base(DeclarativeBase):\n    metadata = MetaData(naming_convention={0})\n"
    "target_metadata = Base.metadata\n",
    "from sqlalchemy import MetaData\nfrom sqlalchemy.orm import DeclarativeBase, registry\nclass Base(DeclarativeBase):\n"
    "    registry = registry(metadata=MetaData(naming_convention={0}))\ntarget_metadata = Base.metadata\n",
    "from flask_sqlalchemy import SQLAlchemy\nfrom sqlalchemy import MetaData\ndb = SQLAlchemy(metadata=MetaData(naming_convention={0}))\n"
    "target_metadata = db.metadata\n",
    "from sqlalchemy import MetaData\ntarget_metadata = [MetaData(naming_convention={0})][0]\n",
]


def make(seed, number):
    r = random.Random(f"{seed}/{number}")
    dialect = r.choice(["postgresql", "postgresql", "sqlite"])
    case = {"dialect": dialect, "body": Maker(r, dialect).body(), "convention": None, "env": None}
    chance = r.random()
    if chance < 0.45:
        case["convention"] = convention(r, chance >= 0.35)
        # Else there is one, and nobody finds it.
        if chance < 0.35:
            case["env"] = r.choice(ENVIRONMENTS).format(repr(case["convention"]))
    elif chance < 0.55:
        case["env"] = r.choice(["target_metadata = None\n", "from sqlalchemy import MetaData\ntarget_metadata = MetaData()\n"])
    return case


def plain(text):
    return "".join(text.lower().split()).replace('"', "")


def cut(name):
    """What PostgreSQL makes of a name that is too long."""
    return name.encode()[:63].decode()


class Postgres:
    """What PostgreSQL has after each construct."""

    def __init__(self, dialect):
        self.dialect, self.tables, self.enums = dialect, {}, {}
        self.prepare = dialect.identifier_preparer

    def key(self, name, schema):
        name = cut(name)
        return f"{schema}.{name}" if schema and schema != "public" else name

    def kind(self, kind, column=None):
        text = self.dialect.type_compiler_instance.process(kind, type_expression=column)
        array = "[]" if text.endswith("[]") else ""
        text = text.rstrip("[]") if array else text
        text = re.sub(r' COLLATE .*', "", text).replace('"', "")
        match = re.match(r"([A-Za-z_0-9. ]+?)\s*(\([^)]*\))?\s*((?:WITH|WITHOUT) TIME ZONE)?$", text)
        if not match:
            return text.lower() + array
        name, size, zone = match[1].upper(), (match[2] or "").replace(" ", ""), match[3]
        plain = {"VARCHAR": "character varying", "CHAR": "character", "INT": "integer", "FLOAT": "double precision", "DECIMAL": "numeric",
                 "SERIAL": "integer", "BIGSERIAL": "bigint", "SMALLSERIAL": "smallint", "NVARCHAR": "character varying"}.get(name, name.lower())
        if plain == "double precision":
            precision = int(size.strip("()") or 53)
            return ("real" if precision <= 24 else plain) + array
        if plain == "numeric" and size and "," not in size:
            size = size[:-1] + ",0)"
        if plain == "character" and not size or plain == "bit" and not size:
            size = "(1)"
        return plain + size + (" " + zone.lower() if zone else "") + array

    def default(self, column):
        compiler = self.dialect.ddl_compiler(self.dialect, None)
        if column.computed is not None:
            return True
        if column.identity is not None or column.server_default is None:
            return False
        return self.stored(compiler.get_column_default_string(column), self.kind(column.type))

    def stored(self, text, kind):
        if text is None:
            return False
        if re.fullmatch(r"\(*null\)*", text.strip(), re.I):
            # A length makes a cast of it, which is kept.
            return "(" in kind
        if re.match(r"null\b", text.strip(), re.I):
            raise Skip("a NULL with a cast")
        return not text.lower().startswith("nextval(")

    def column(self, column):
        spec = self.dialect.ddl_compiler(self.dialect, None).get_column_specification(column)
        return [cut(column.name), self.kind(column.type), "NOT NULL" not in spec and column.identity is None, self.default(column)]

    def constraint(self, held, const):
        if isinstance(const, ddl.PrimaryKeyConstraint):
            columns = [cut(column.name) for column in const.columns]
            if not columns:
                return
            if held["pk"]:
                raise Skip("two keys")
            held["pk"], held["pk_name"] = columns, self.named(const)
            for column in held["columns"]:
                column[2] = column[2] and column[0] not in columns
            return
        name = self.named(const)
        if isinstance(const, sa.UniqueConstraint):
            columns = [cut(column.name) for column in const.columns]
            held["uniques"].append([name, columns])
        elif isinstance(const, sa.ForeignKeyConstraint):
            target = const.elements[0].target_fullname.split(".")
            held["fks"].append([name, [cut(element.parent.name) for element in const.elements], cut(".".join(target[:-1]).removeprefix("public.")),
                                {None: "a", "CASCADE": "c", "SET NULL": "n", "RESTRICT": "r", "NO ACTION": "a"}[const.ondelete and const.ondelete.upper()]])
        elif isinstance(const, (sa.CheckConstraint, pg.ExcludeConstraint)):
            # What nobody named the server names, which may be any.
            held["checks"].append([name, str(getattr(const, "sqltext", ""))])
        else:
            raise Skip(type(const).__name__)
        if name and (any(name == other for others in held.values() if isinstance(others, list) for other in [o[0] for o in others[:-1] if isinstance(o, list)])):
            raise Skip("two of one name")

    def bare(self, name):
        return name.strip('"')

    def named(self, const):
        """The name as the server gets it, or none where the server makes one."""
        return self.bare(self.prepare.format_constraint(const)) if isinstance(const.name, str) else None

    def index(self, held, index, if_not_exists=False):
        name = self.bare(self.prepare.format_index(index))
        name = name.split(".")[-1]
        if any(name in other["indexes"] for other in self.tables.values()):
            if if_not_exists:
                return
            raise Skip("two of one name")
        compiler = self.dialect.ddl_compiler(self.dialect, None)
        parts = []
        for expression in index.expressions:
            text = compiler.sql_compiler.process(expression, include_table=False, literal_binds=True)
            for part in text.split(","):
                part = re.sub(r"\s+(DESC|ASC)\b.*", "", part.strip()).strip('"')
                parts.append(cut(part) if re.fullmatch(r"\w+", part) else None)
        held["indexes"][name] = [parts, bool(index.unique)]

    def names_of(self, name):
        return self.tables[name]

    def __call__(self, construct):
        if isinstance(construct, ddl.CreateTable):
            table = construct.element
            key = self.key(table.name, table.schema)
            if key in self.tables:
                if construct.if_not_exists:
                    return
                raise Skip("there")
            held = {"columns": [], "pk": None, "pk_name": None, "uniques": [], "fks": [], "checks": [], "indexes": {}}
            held["columns"] = [self.column(column) for column in table.columns if not column.system]
            for const in table._sorted_constraints if hasattr(table, "_sorted_constraints") else sorted(table.constraints, key=lambda c: c._creation_order):
                if const._create_rule is not None and not const._create_rule(self.dialect.ddl_compiler(self.dialect, None)):
                    continue
                if getattr(const, "use_alter", False):
                    continue
                self.constraint(held, const)
            for const in [const for column in table.columns for const in column.constraints]:
                self.constraint(held, const)
            self.merge(held)
            self.tables[key] = held
        elif isinstance(construct, ddl.DropTable):
            table = construct.element
            key = self.key(table.name, table.schema)
            if any(fk[2] == key for other, held in self.tables.items() if other != key for fk in held["fks"]):
                raise Skip("is referred to")
            self.tables.pop(key)
        elif isinstance(construct, ddl.CreateIndex):
            table = construct.element.table
            self.index(self.tables[self.key(table.name, table.schema)], construct.element, construct.if_not_exists)
        elif isinstance(construct, ddl.DropIndex):
            name = self.bare(self.prepare.format_index(construct.element)).split(".")[-1]
            holders = [held for held in self.tables.values() if name in held["indexes"]]
            if not holders and not construct.if_exists:
                raise Skip("no such index")
            for held in holders:
                del held["indexes"][name]
        elif isinstance(construct, ddl.AddConstraint):
            table = construct.element.table
            self.constraint(self.tables[self.key(table.name, table.schema)], construct.element)
        elif isinstance(construct, ddl.DropConstraint):
            self.drop_constraint(construct)
        elif isinstance(construct, ddl.CreateEnumType if hasattr(ddl, "CreateEnumType") else pg.CreateEnumType):
            kind = construct.element
            name = self.key(kind.name, kind.schema).lower()
            if name in self.enums:
                raise Skip("two types of one name")
            self.enums[name] = list(kind.enums)
        elif isinstance(construct, base.AlterTable):
            self.alter(construct)
        elif isinstance(construct, pg.CreateDomainType):
            pass
        elif isinstance(construct, (ddl.SetTableComment, ddl.SetColumnComment, ddl.DropTableComment, ddl.SetConstraintComment)):
            pass
        elif isinstance(construct, ddl.DDLElement):
            raise Skip(type(construct).__name__)

    def merge(self, held):
        """Of equal keys in one CREATE TABLE the server keeps the first, the primary key before others, under the first name."""
        kept = []
        for name, columns in held["uniques"]:
            if columns == held["pk"]:
                held["pk_name"] = held["pk_name"] or name
            elif same := [other for other in kept if other[1] == columns]:
                same[0][0] = same[0][0] or name
            else:
                kept.append([name, columns])
        held["uniques"] = kept

    def drop_constraint(self, construct):
        const = construct.element
        held = self.tables[self.key(const.table.name, const.table.schema)]
        name = self.named(const)
        if not name:
            raise Skip("no name")
        if held["pk_name"] == name:
            held["pk"], held["pk_name"] = None, None
            return
        for kind in ("uniques", "fks", "checks"):
            for at, item in enumerate(held[kind]):
                if item[0] == name:
                    del held[kind][at]
                    return
        if not construct.if_exists:
            raise Skip("no such constraint")

    def alter(self, construct):
        key = self.key(construct.table_name, construct.schema)
        held = self.tables[key]
        if isinstance(construct, base.RenameTable):
            new = self.key(construct.new_table_name, construct.schema)
            self.tables[new] = self.tables.pop(key)
            for other in self.tables.values():
                for fk in other["fks"]:
                    fk[2] = new if fk[2] == key else fk[2]
            return
        if isinstance(construct, base.AddColumn):
            column = construct.column
            if any(other[0] == column.name for other in held["columns"]):
                if construct.if_not_exists:
                    raise Skip("there")
                raise Skip("two of one name")
            held["columns"].append(self.column(column))
            for const in column.constraints:
                self.constraint(held, const)
            if construct.inline_primary_key and column.primary_key:
                held["pk"], held["columns"][-1][2] = [column.name], False
            if construct.inline_references and len(column.foreign_keys) == 1:
                [fk] = column.foreign_keys
                held["fks"].append([None, [cut(column.name)], ".".join(fk.target_fullname.split(".")[:-1]), {None: "a", "CASCADE": "c", "SET NULL": "n",
                                    "RESTRICT": "r", "NO ACTION": "a"}[fk.ondelete and fk.ondelete.upper()]])
            return
        name = cut(construct.column.name if isinstance(construct, base.DropColumn) else construct.column_name)
        found = [column for column in held["columns"] if column[0] == name]
        if not found:
            raise Skip("no such column")
        [column] = found
        if isinstance(construct, base.DropColumn):
            self.drop_column(key, held, column)
        elif isinstance(construct, base.ColumnNullable):
            if name in (held["pk"] or []) and construct.nullable:
                raise Skip("a key")
            column[2] = construct.nullable
        elif isinstance(construct, (base.ColumnType, PostgresqlColumnType)):
            column[1] = self.kind(construct.type_)
            if column[3] == "null":
                raise Skip("a default that is cast")
        elif isinstance(construct, base.ColumnDefault):
            default = construct.default
            text = None if default is None else base.format_server_default(self.dialect.ddl_compiler(self.dialect, None), default)
            column[3] = self.stored(text, column[1])
        elif isinstance(construct, base.ColumnName):
            self.rename_column(key, held, name, cut(construct.newname))
        elif isinstance(construct, base.ColumnComment):
            pass
        else:
            raise Skip(type(construct).__name__)

    def drop_column(self, key, held, column):
        name = column[0]
        if any(fk[2] == key for other in self.tables.values() for fk in other["fks"]):
            raise Skip("may be referred to")
        held["columns"].remove(column)
        if name in (held["pk"] or []):
            held["pk"], held["pk_name"] = None, None
        held["uniques"] = [item for item in held["uniques"] if name not in item[1]]
        held["fks"] = [item for item in held["fks"] if name not in item[1]]
        held["checks"] = [item for item in held["checks"] if not re.search(rf"\b{name}\b", item[1])]
        if any(None in parts for parts, _ in held["indexes"].values()) or any(not check[1] for check in held["checks"]):
            raise Skip("an expression")
        held["indexes"] = {label: index for label, index in held["indexes"].items() if name not in index[0]}

    def rename_column(self, key, held, name, new):
        for column in held["columns"]:
            column[0] = new if column[0] == name else column[0]
        for item in held["uniques"] + held["fks"]:
            item[1] = [new if column == name else column for column in item[1]]
        held["pk"] = held["pk"] and [new if column == name else column for column in held["pk"]]
        for check in held["checks"]:
            check[1] = re.sub(rf"\b{name}\b", new, check[1])
        for index in held["indexes"].values():
            index[0] = [new if column == name else column for column in index[0]]

    def schema(self):
        for held in self.tables.values():
            held["checks"] = [check[0] for check in held["checks"]]
        return {"tables": self.tables, "enums": self.enums}


def sqlite_schema(connection):
    tables = {}
    for name, text in connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'").fetchall():
        held = {"columns": [], "pk": None, "pk_name": None, "uniques": [], "fks": [], "indexes": {}}
        held["checks"] = re.findall(r'CONSTRAINT\s+"?(\w+)"?\s+CHECK', text)
        keys = []
        for _, column, kind, required, default, key, _ in connection.execute(f'PRAGMA table_xinfo("{name}")'):
            held["columns"].append([column, plain(kind), not required, default is not None])
            keys += [(key, column)] if key else []
        held["pk"] = [column for _, column in sorted(keys)] or None
        for _, label, unique, origin, _ in connection.execute(f'PRAGMA index_list("{name}")').fetchall():
            columns = [row[2] for row in connection.execute(f'PRAGMA index_info("{label}")')]
            if origin == "u":
                held["uniques"].append([None, columns])
            elif origin == "c":
                held["indexes"][label] = [columns, bool(unique)]
        fks = {}
        for number, _, target, column, _, _, action, _ in connection.execute(f'PRAGMA foreign_key_list("{name}")'):
            action = {"CASCADE": "c", "SET NULL": "n", "RESTRICT": "r", "SET DEFAULT": "d"}.get(action, "a")
            fks.setdefault(number, [None, [], target, action])[1].append(column)
        held["fks"] = list(fks.values())
        tables[name] = held
    return {"tables": tables, "enums": {}}


def run(case):
    options = {}
    metadata = sa.MetaData(naming_convention=case["convention"]) if case["convention"] else sa.MetaData()
    options["target_metadata"] = metadata
    if case["dialect"] == "sqlite":
        engine = sa.create_engine("sqlite://")
        with engine.connect() as connection:
            context = MigrationContext.configure(connection, opts=options)
            follow(case, context)
            return sqlite_schema(connection.connection.driver_connection)
    database = Postgres(pg.dialect())
    database.dialect.server_version_info = (15, 0)
    engine = sa.create_mock_engine("postgresql://", lambda construct, *_, **__: database(construct))
    engine.dialect.server_version_info = (15, 0)
    database.dialect = engine.dialect
    database.prepare = engine.dialect.identifier_preparer
    context = MigrationContext.configure(engine, opts=options)
    context.impl._exec = lambda construct, *_, **__: None if isinstance(construct, str) else database(construct)
    follow(case, context)
    return database.schema()


def follow(case, context):
    names = dict(GLOBALS)
    text = "\ndef upgrade():\n    " + case["body"].replace("\n", "\n    ") + "\n"
    with Operations.context(context):
        exec(compile(text, "revision", "exec"), names)
        names["upgrade"]()


class Printed:
    """The driver's report, kept."""

    def __init__(self):
        self.events = []

    def say(self, event, **fields):
        self.events.append(dict(fields, event=event))


def rendered(case):
    """What the driver of the rendering has Alembic print of it."""
    report = Printed()
    recorder = render.Recorder(report)
    metadata = sa.MetaData(naming_convention=case["convention"]) if case["convention"] else sa.MetaData()
    options = {"as_sql": True, "output_buffer": recorder, "literal_binds": True, "target_metadata": metadata}
    with render.recording(recorder, None):
        context = MigrationContext.configure(dialect_name=case["dialect"], dialect_opts={"paramstyle": "named"}, opts=options)
        with recorder.running("a", "revision"):
            follow(case, context)
    operations = [event for event in report.events if event["event"] == "operation"]
    end = report.events[-1]
    sure = [each for each in operations if not each["after_question"] and not each["raised"]]
    whole = end["failure"] is None and not end["questions"] and len(sure) == len(operations)
    return {"operations": sure, "whole": whole}


def driver():
    path = pathlib.Path(__file__).parents[3] / "rendering" / "driver" / "render.py"
    spec = importlib.util.spec_from_file_location("render", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


render = driver()
GLOBALS = {}
exec(HEAD, GLOBALS)


def cases():
    if sys.argv[1] == "-":
        return (json.loads(line) for line in sys.stdin if line.strip())
    seed, first, last = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    return (make(seed, number) for number in range(first, last))


for case in cases():
    try:
        case["schema"] = run(case)
        case["rendered"] = rendered(case)
    except Skip as skip:
        case["skipped"] = str(skip)
    except Exception as error:
        case["skipped"] = f"{type(error).__name__}: {error}"[:300]
    print(json.dumps({**case, "text": HEAD + "\ndef upgrade():\n    " + case["body"].replace("\n", "\n    ") + "\n"}))
