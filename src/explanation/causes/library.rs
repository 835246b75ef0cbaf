//! What Alembic, SQLAlchemy and the drivers refuse of env.py, the settings and the migration's own code.

use super::{Follows, Reason, Sign, family};
use crate::explanation::recognise;

family! {
    /// A `%` in what is given to Alembic's configuration.
    INTERPOLATION {
        code: "interpolation",
        meaning: "a % of the value is read as an interpolation by the parser of alembic.ini",
        signs: &[Sign::Text("invalid interpolation syntax in "), Sign::Line("InterpolationSyntaxError: "), Sign::Line("InterpolationMissingOptionError: ")],
        reasons: &[Reason::new(
            "The password is percent-encoded, and env.py passes the URL on with a single %.",
            "env.py calls set_main_option with the URL.",
            "config.set_main_option('sqlalchemy.url', url.replace('%', '%%')) in env.py",
        )],
    }

    /// Something else than a text is given to Alembic's configuration.
    OPTION_NOT_TEXT {
        code: "option-not-text",
        meaning: "env.py gives Alembic's configuration a value that is no text: mostly a URL that is None, or a URL object",
        signs: &[Sign::Text("option values must be strings")],
        reasons: &[
            Reason::run(
                "The variable that env.py reads is not set where this runs, so that the URL is None.",
                "`levelhead verify`, run in the same place, says whether DATABASE_URL is set there.",
                "levelhead verify",
            ),
            Reason::new(
                "The settings hold a URL object: pydantic's PostgresDsn, SQLAlchemy's URL.",
                "The settings class declares it as PostgresDsn.",
                "config.set_main_option('sqlalchemy.url', str(url).replace('%', '%%')) in env.py",
            ),
        ],
    }

    /// A constraint without a name.
    NAMELESS_CONSTRAINT {
        code: "nameless-constraint",
        meaning: "the migration drops or makes a constraint that has no name",
        signs: &[
            Sign::Text("Constraint must have a name"),
            Sign::Line("it has no name"),
            Sign::Text("Can't emit DROP CONSTRAINT for constraint"),
        ],
        reasons: &[Reason::new(
            "Autogenerate wrote None for the name, since the metadata has no naming convention.",
            "The migration holds drop_constraint(None, …) or create_foreign_key(None, …).",
            "write the name that the database has into {migration}; give MetaData a naming_convention for the next ones",
        )],
    }

    /// Asynchronous input and output without its bridge.
    ASYNC_BRIDGE {
        code: "async-bridge",
        meaning: "an asynchronous driver is used where SQLAlchemy runs synchronously",
        signs: &[
            Sign::Line("MissingGreenlet: "),
            Sign::Text("greenlet_spawn has not been called"),
            Sign::Text("The asyncio extension requires an async driver"),
            Sign::Line("the greenlet library is required"),
            Sign::Found(recognise::not_async),
            Sign::Text("asyncio.run() cannot be called from a running event loop"),
            Sign::Line("attached to a different loop"),
        ],
        reasons: &[
            Reason::new(
                "env.py makes a synchronous engine, and DATABASE_URL names an asynchronous driver: asyncpg, aiosqlite.",
                "The message says MissingGreenlet or greenlet_spawn.",
                "to see the env.py for it, run alembic init -t async; or replace +asyncpg by +psycopg in the URL that env.py uses",
            ),
            Reason::new(
                "The application makes an asynchronous engine, and the URL names a synchronous driver.",
                "The message says: requires an async driver.",
                "write the driver into DATABASE_URL: postgresql+asyncpg://… or postgresql+psycopg://…",
            ),
            Reason::run(
                "greenlet is not installed: SQLAlchemy 2.1 no longer brings it.",
                "pip show greenlet finds nothing.",
                "pip install 'sqlalchemy[asyncio]'",
            ),
        ],
    }

    /// `autocommit_block` where there is no transaction to step out of.
    AUTOCOMMIT_BLOCK {
        code: "autocommit-block",
        meaning: "autocommit_block() is used where Alembic has not begun the transaction itself",
        signs: &[Sign::Line("_in_connection_transaction")],
        reasons: &[Reason::new(
            "env.py begins a transaction on the connection before it gives it to Alembic.",
            "env.py holds connection.begin(), engine.begin(), or executes something before context.configure().",
            "use `with engine.connect()` in env.py, and transaction_per_migration=True in context.configure()",
        )],
    }

    /// The isolation level is changed within a transaction.
    ISOLATION_LEVEL {
        code: "isolation-level",
        meaning: "the isolation level cannot be changed within a transaction",
        signs: &[
            Sign::Text("This connection has already initialized a SQLAlchemy Transaction"),
            Sign::Line("set_isolation_level cannot be called inside a transaction"),
            Sign::Line("set_session cannot be used inside a transaction"),
            Sign::Line("autocommit cannot be used inside a transaction"),
            Sign::Text("Can't change 'autocommit' now"),
            Sign::Text("can't change 'autocommit' now"),
            Sign::Line("isolation_level may not be altered"),
            Sign::Text("Can't operate on closed transaction inside context manager"),
        ],
        reasons: &[Reason::new(
            "The migration asks for AUTOCOMMIT inside the transaction that Alembic has opened.",
            "It calls execution_options(isolation_level=…), or `COMMIT`, on op.get_bind().",
            "use `with op.get_context().autocommit_block():` in {migration}",
        )],
    }

    /// A word of the URL that the driver does not know.
    DRIVER_OPTION {
        code: "driver-option",
        meaning: "the URL or connect_args hold an option that this driver does not know",
        signs: &[
            Sign::Line("got an unexpected keyword argument 'sslmode'"),
            Sign::Line("connect() got an unexpected keyword argument"),
            Sign::Words("invalid dsn: invalid connection option"),
            Sign::Words("invalid connection option"),
            Sign::Words("invalid URI query parameter"),
            Sign::Words("invalid sslmode value"),
            Sign::Line("is an invalid keyword argument for Connection()"),
        ],
        reasons: &[
            Reason::new(
                "The URL is written for libpq (psycopg), and the driver is asyncpg: it says ssl, not sslmode, and knows no channel_binding.",
                "The URL holds ?sslmode=…",
                "replace sslmode= by ssl= for asyncpg, and drop channel_binding; or use postgresql+psycopg://",
            ),
            Reason::new(
                "The option is misspelled, or for another library: pgbouncer=true, schema=, connection_limit= are Prisma's.",
                "The message names it.",
                "take the option out of DATABASE_URL",
            ),
        ],
    }

    /// The row of a pending foreign key.
    PENDING_TRIGGERS {
        code: "pending-triggers",
        meaning: "the transaction has changed rows whose foreign keys are checked at its end; until then the table cannot be altered",
        signs: &[Sign::Worded(&["55006"], &["pending trigger events"])],
        reasons: &[Reason::new(
            "The migration fills rows and alters the same table, in one transaction, and a constraint is DEFERRABLE.",
            "An UPDATE or INSERT stands before the ALTER in the same revision.",
            "op.execute('SET CONSTRAINTS ALL IMMEDIATE') between both in {migration}, or part them into two revisions",
        )],
    }

    /// Another session is connected.
    IN_USE {
        code: "in-use",
        meaning: "another session uses it",
        signs: &[Sign::State(&["55006"])],
        reasons: &[Reason::new(
            "Another session is connected, or a cursor of the same session is still open.",
            "SELECT pid, application_name, query FROM pg_stat_activity shows who.",
            "run in the database: SELECT pid, application_name, query FROM pg_stat_activity WHERE datname = '{name}'",
        )],
    }

    /// A text is executed as a statement.
    TEXT_AS_STATEMENT {
        code: "text-as-statement",
        meaning: "SQLAlchemy 2 takes no plain text for a statement, and no old call of version 1",
        signs: &[
            Sign::Text("Not an executable object: "),
            Sign::Text("Textual SQL expression "),
            Sign::Line("'Engine' object has no attribute"),
            Sign::Line("'OptionEngine' object has no attribute"),
            Sign::Text("select() got an unexpected keyword argument"),
            Sign::Text("Column expression, FROM clause, or other columns clause element expected"),
        ],
        reasons: &[Reason::new(
            "The code was written for SQLAlchemy 1, and version 2 is installed.",
            "pip show sqlalchemy says 2.",
            "wrap the text: connection.execute(sa.text('…')), in {place}; or pin SQLAlchemy<2",
        )],
    }

    /// The program that ran the upgrade tells that it has failed.
    COMMAND_FAILED {
        code: "command-failed",
        meaning: "a program that this one has started failed; its own error is the cause",
        signs: &[Sign::Line("returned non-zero exit status "), Sign::Text("Application startup failed")],
        follows: Follows::Anything,
        reasons: &[Reason::new(
            "The upgrade was started by another program, which has swallowed what it said.",
            "The error stands above, or nowhere.",
            "alembic upgrade heads, to see its own words",
        )],
    }
}
