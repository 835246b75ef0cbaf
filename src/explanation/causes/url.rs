//! What the application takes for the database's URL.

use super::{Reason, Sign, family};
use crate::explanation::recognise;

const UNSET: Reason = Reason::run(
    "The variable is set where you look, and not where this process runs.",
    "`levelhead verify`, run in the same place, says whether DATABASE_URL is set there.",
    "levelhead verify",
);

family! {
    /// `postgres://`, which SQLAlchemy gave up.
    POSTGRES_SCHEME {
        code: "postgres-scheme",
        meaning: "SQLAlchemy wants postgresql://; it gave postgres:// up in version 1.4",
        signs: &[Sign::Found(recognise::old_scheme)],
        reasons: &[
            Reason::new(
                "The platform writes postgres:// into DATABASE_URL, as Heroku and Render do.",
                "echo ${DATABASE_URL%%:*} answers postgres.",
                "url = url.replace('postgres://', 'postgresql://', 1), where the application reads DATABASE_URL",
            ),
            Reason::new(
                "The value was typed by hand.",
                "You set the variable yourself.",
                "write DATABASE_URL as postgresql://…",
            ),
        ],
    }

    /// A dialect that SQLAlchemy does not have.
    NO_DIALECT {
        code: "no-dialect",
        meaning: "the URL names a kind of database that SQLAlchemy does not have here",
        signs: &[Sign::Text("Can't load plugin: sqlalchemy.dialects:")],
        reasons: &[
            Reason::new(
                "sqlalchemy.url in alembic.ini still holds Alembic's placeholder, driver://….",
                "The message ends with sqlalchemy.dialects:driver.",
                "set the URL in env.py: config.set_main_option('sqlalchemy.url', os.environ['DATABASE_URL'].replace('%', '%%'))",
            ),
            Reason::run(
                "The scheme is misspelled, or its package is not installed.",
                "The message ends with the name that SQLAlchemy looked for.",
                "levelhead verify",
            ),
        ],
    }

    /// The URL is none.
    BAD_URL {
        code: "bad-url",
        meaning: "the text that the application takes for a database URL is none",
        signs: &[Sign::Text("Could not parse SQLAlchemy URL")],
        reasons: &[
            Reason::run(
                "The variable is empty, or holds a host or a placeholder in place of a URL.",
                "`levelhead verify` says what is wrong with it, without showing the password.",
                "levelhead verify",
            ),
            Reason::new(
                "Quotes or white space were copied along with the value.",
                "The value begins with a quotation mark.",
                "remove the quotation marks around DATABASE_URL's value",
            ),
        ],
    }

    /// No URL reaches the application.
    NO_URL {
        code: "no-url",
        meaning: "the application starts without its database URL",
        signs: &[
            Sign::Text("Expected string or URL object, got None"),
            Sign::Text("Either 'SQLALCHEMY_DATABASE_URI' or 'SQLALCHEMY_BINDS' must be set"),
        ],
        reasons: &[
            UNSET,
            Reason::new(
                "The build, a pre-deploy step or a CI job runs without the service's variables.",
                "The log shows the error in the build and not in the start.",
                "move the upgrade out of the build, into the start: levelhead run -- …",
            ),
            Reason::run(
                "The application reads another name than the one that is set.",
                "grep -rn environ . --include='*.py' shows what it reads.",
                "grep -rn environ . --include='*.py'",
            ),
        ],
    }

    /// A `%` in an ini file that is not doubled.
    PERCENT_IN_INI {
        code: "percent-in-ini",
        meaning: "a % of the URL in alembic.ini is read as an interpolation",
        signs: &[Sign::Text("'%' must be followed by '%' or '('")],
        reasons: &[Reason::new(
            "The password is percent-encoded, and the ini file's parser reads % as the start of a name.",
            "The URL in alembic.ini, or the one that env.py sets, holds a single %.",
            "config.set_main_option('sqlalchemy.url', url.replace('%', '%%')) in env.py",
        )],
    }
}
