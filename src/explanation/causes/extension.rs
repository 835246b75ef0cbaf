//! Extensions of PostgreSQL.

use super::{Reason, Sign, family};
use crate::explanation::extension;
use crate::findings::Kind;

const NOT_INSTALLED: Reason = Reason::new(
    "The server does not have the extension's files.",
    "SELECT name FROM pg_available_extensions does not list it.",
    "run in the database: SELECT name FROM pg_available_extensions WHERE name = '{extension}'",
);

family! {
    /// The role may not create an extension.
    EXTENSION_DENIED {
        code: "extension-denied",
        meaning: "only a superuser, or the role that your provider names, creates this extension; there is no GRANT for it",
        finding: Some(Kind::NO_PRIVILEGE),
        signs: &[Sign::Worded(&["42501"], &["permission denied to create extension", "must be superuser to create"])],
        reasons: &[
            Reason::new(
                "The role of the upgrade is no superuser, and the extension is not a trusted one.",
                "HINT says: must be superuser. Trusted ones (citext, hstore, pg_trgm, pgcrypto, uuid-ossp) need CREATE on the database.",
                "run in the database: CREATE EXTENSION IF NOT EXISTS \"{extension}\"",
            ),
            Reason::new(
                "Your provider creates extensions another way: Amazon RDS and Aurora as rds_superuser, Google Cloud SQL as \
                 cloudsqlsuperuser, Azure through azure.extensions, Supabase and Neon on the dashboard or as the default role.",
                "The migration then finds it there: CREATE EXTENSION IF NOT EXISTS does nothing.",
                "run in the database: CREATE EXTENSION IF NOT EXISTS \"{extension}\"",
            ),
        ],
    }

    /// The server does not have the files of an extension.
    EXTENSION_UNAVAILABLE {
        code: "extension-unavailable",
        meaning: "the database server does not have this extension installed",
        signs: &[
            Sign::Worded(&["58P01"], &["extension control file", "could not access file"]),
            Sign::Worded(&["0A000"], &["is not available"]),
        ],
        reasons: &[
            Reason::new(
                "The image or the server has PostgreSQL alone.",
                "pgvector and PostGIS have images of their own: pgvector/pgvector, postgis/postgis.",
                "to list the extensions, run in the database: SELECT name FROM pg_available_extensions ORDER BY 1",
            ),
            Reason::new(
                "Your provider does not offer it, or wants it switched on first.",
                "The provider's list of extensions does not hold it.",
                "to list the extensions, run in the database: SELECT name FROM pg_available_extensions ORDER BY 1",
            ),
        ],
    }

    /// A type or a function that an extension has.
    MISSING_EXTENSION {
        code: "missing-extension",
        meaning: "it belongs to an extension that was not created in this database",
        signs: &[
            Sign::Told(&["42704", "42883", "42601"], extension::is_known),
        ],
        reasons: &[
            Reason::new(
                "No migration creates the extension, and it was created by hand where it works.",
                "SELECT extname FROM pg_extension does not list it.",
                "run in the database: CREATE EXTENSION IF NOT EXISTS \"{extension}\"",
            ),
            NOT_INSTALLED,
            Reason::new(
                "It was created in a schema that the search_path leaves out.",
                "\\dx in psql lists it with its schema.",
                "run in the database: SELECT extname, extnamespace::regnamespace FROM pg_extension",
            ),
        ],
    }
}
