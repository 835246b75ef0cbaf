//! What lies between the application and the database: network, server, role.

use super::{Reason, Sign, family};
use crate::explanation::recognise;
use crate::findings::Kind;

family! {
    /// The database takes no writes.
    READ_ONLY {
        code: "read-only",
        meaning: "the database takes no writes: a replica, or a default of the role or the database",
        finding: Some(Kind::READ_ONLY),
        signs: &[
            Sign::Class("ReadOnlySqlTransaction"),
            Sign::Server("cannot execute ", "in a read-only transaction"),
            Sign::Sqlite("attempt to write a readonly database"),
        ],
        reasons: &[
            Reason::new(
                "DATABASE_URL leads to a replica.",
                "SELECT pg_is_in_recovery() answers t.",
                "point DATABASE_URL at the primary, with a role that may write",
            )
            .shown_by(&[Kind::IN_RECOVERY]),
            Reason::new(
                "The role, the database or the URL's options set default_transaction_read_only.",
                "SHOW default_transaction_read_only answers on.",
                "take it back, ALTER ROLE … RESET default_transaction_read_only, or take it out of the URL's options",
            )
            .shown_by(&[Kind::READ_ONLY]),
        ],
    }

    /// The application's own pool has no free connection.
    POOL_EXHAUSTED {
        code: "pool-exhausted",
        meaning: "every connection of the application's own pool is in use",
        signs: &[Sign::Text("QueuePool limit of size ")],
        reasons: &[Reason::new(
            "Connections are taken and not given back, or pool_size is smaller than the threads of a worker.",
            "It passes after a restart and comes back under load.",
            "look for sessions that are never closed; then raise pool_size and max_overflow",
        )],
    }

    /// No free connection.
    TOO_MANY_CONNECTIONS {
        code: "too-many-connections",
        meaning: "the server had no connection left",
        signs: &[
            Sign::Class("TooManyConnections"),
            Sign::Server("remaining connection slots", ""),
            Sign::Server("sorry, too many clients", ""),
            Sign::Server("too many connections", ""),
            Sign::Libpq("too many connections"),
            Sign::Libpq("too many clients"),
            Sign::Libpq("remaining connection slots"),
        ],
        reasons: &[
            Reason::new(
                "Workers and replicas together ask for more connections than the server or the role has.",
                "SELECT usename, count(*) FROM pg_stat_activity GROUP BY 1",
                "free connections, or raise max_connections or the role's limit, and start again",
            ),
            Reason::new(
                "The old release still runs beside the new one.",
                "The error passes when the deploy is over.",
                "give the application a smaller pool (pool_size, max_overflow), or use a pooler",
            ),
        ],
    }

    /// The server is not ready yet.
    STARTING_UP {
        code: "starting-up",
        meaning: "the server is starting, stopping or recovering",
        signs: &[
            Sign::Class("CannotConnectNow"),
            Sign::Server("the database system is", ""),
            Sign::Libpq("the database system is"),
        ],
        reasons: &[Reason::run(
            "The server was started a moment ago, or is recovering from a crash.",
            "It passes within seconds to minutes.",
            "levelhead run",
        )
.noting("this waits for the database")],
    }

    /// The password is wrong.
    WRONG_PASSWORD {
        code: "wrong-password",
        meaning: "the server knows the role and refuses the password",
        signs: &[
            Sign::Class("InvalidPassword"),
            Sign::Server("password authentication failed", ""),
            Sign::Libpq("password authentication failed"),
        ],
        reasons: &[
            Reason::run(
                "The password was changed, or belongs to another role.",
                "The message names the role; `levelhead verify` tries the URL.",
                "levelhead verify",
            ),
            Reason::run(
                "Special characters of the password are not percent-encoded.",
                "The password holds one of @ : / ? # %.",
                "python3 -c 'import urllib.parse, getpass; print(urllib.parse.quote(getpass.getpass(), safe=\"\"))'",
            ),
            Reason::new(
                "POSTGRES_PASSWORD was changed after the volume was made: the image sets it only once.",
                "The database runs in docker with a volume that is older than the password.",
                "set the password in the database's container: ALTER ROLE … PASSWORD '…'",
            ),
        ],
    }

    /// There is no password.
    NO_PASSWORD {
        code: "no-password",
        meaning: "the server asks for a password, and the URL has none",
        signs: &[Sign::Libpq("no password supplied")],
        reasons: &[Reason::new(
            "DATABASE_URL has no password, and neither PGPASSWORD nor a password file gives one.",
            "`levelhead verify` shows the URL with *** where a password is.",
            "put the password into DATABASE_URL: postgresql://USER:PASSWORD@HOST/NAME",
        )],
    }

    /// There is no such role, or `pg_hba.conf` does not let it in.
    NOT_ADMITTED {
        code: "not-admitted",
        meaning: "the server does not let this role in from here",
        signs: &[
            Sign::Class("InvalidAuthorizationSpecification"),
            Sign::Server("role \"", "\" does not exist"),
            Sign::Server("no pg_hba.conf entry", ""),
            Sign::Libpq("no pg_hba.conf entry"),
            Sign::Libpq("role \""),
        ],
        reasons: &[
            Reason::new(
                "The role does not exist on this server.",
                "The message says: role … does not exist.",
                "create the role: CREATE ROLE {name} LOGIN PASSWORD '…'",
            ),
            Reason::new(
                "No line of pg_hba.conf lets this role in from this address, or only with TLS.",
                "The message says: no pg_hba.conf entry, and whether with encryption.",
                "add ?sslmode=require to DATABASE_URL, or a line to pg_hba.conf",
            ),
        ],
    }

    /// There is no such database.
    NO_SUCH_DATABASE {
        code: "no-such-database",
        meaning: "the server is there, and has no database of this name",
        signs: &[
            Sign::Class("InvalidCatalogName"),
            Sign::Server("database \"", "\" does not exist"),
            Sign::Libpq("database \""),
        ],
        reasons: &[
            Reason::new(
                "The name in DATABASE_URL is misspelled; without one it is the user's name.",
                "psql -l lists the databases of the server.",
                "correct the database's name in DATABASE_URL",
            ),
            Reason::new("The database was not created yet.", "The server is new.", "as an administrator: CREATE DATABASE {name}"),
        ],
    }

    /// One side demands TLS and the other has none.
    NO_TLS {
        code: "no-tls",
        meaning: "one side demands TLS, and the other does not offer it",
        signs: &[Sign::Libpq("does not support SSL")],
        reasons: &[
            Reason::new(
                "The URL says sslmode=require, and this server has no TLS: a local one, or an internal URL.",
                "It works without sslmode.",
                "take sslmode=require out of DATABASE_URL",
            ),
            Reason::new(
                "TLS is turned off at the server.",
                "SHOW ssl answers off.",
                "turn TLS on and restart the server: ALTER SYSTEM SET ssl = on, with a certificate",
            ),
        ],
    }

    /// The host's name leads nowhere.
    HOST_UNKNOWN {
        code: "host-unknown",
        meaning: "the host of the URL has no address here",
        signs: &[
            Sign::Found(recognise::host),
            Sign::Libpq("failed to resolve host"),
            Sign::Libpq("could not translate host name"),
        ],
        reasons: &[
            Reason::run(
                "The host is misspelled, or is the internal name of another region, project or network.",
                "`levelhead verify` shows the host that it looks up.",
                "levelhead verify",
            ),
            Reason::run(
                "The database's service is not up yet: in docker compose its name appears with it.",
                "It passes when the service runs.",
                "levelhead run",
            )
.noting("this waits for the name, too"),
            Reason::new(
                "An unescaped @ in the password: what follows it is taken for the host.",
                "The host in the message looks like a piece of the password.",
                "write each @ of the password as %40 in DATABASE_URL",
            ),
        ],
    }

    /// The connection broke.
    CONNECTION_LOST {
        code: "connection-lost",
        meaning: "the server ended the connection",
        signs: &[
            Sign::Class("AdminShutdown"),
            Sign::Class("CrashShutdown"),
            Sign::Class("IdleInTransactionSessionTimeout"),
            Sign::Libpq("SSL connection has been closed"),
            Sign::Libpq("server closed the connection"),
        ],
        reasons: &[
            Reason::new(
                "The server was restarted, failed over or ran out of memory.",
                "Its log says so at this minute.",
                "look at the database's log, and start again",
            ),
            Reason::new(
                "A firewall, a pooler or a proxy ends connections that are silent for long.",
                "It happens after the same number of minutes each time.",
                "use the database's direct URL for the upgrade",
            ),
        ],
    }

    /// No connection.
    CANNOT_CONNECT {
        code: "cannot-connect",
        meaning: "nothing that speaks PostgreSQL answers at the address that is used",
        signs: &[
            Sign::Libpq("connection to server"),
            Sign::Libpq("could not connect to server"),
            Sign::Libpq("Connection refused"),
            Sign::Libpq("timeout expired"),
            Sign::Text("Connect call failed ("),
        ],
        reasons: &[
            Reason::new(
                "The upgrade uses another URL than DATABASE_URL, from alembic.ini or the application's configuration.",
                "`levelhead verify` compares them.",
                "check that the upgrade command uses this DATABASE_URL",
            )
            .shown_by(&[Kind::AT_HEAD, Kind::BEHIND, Kind::FRESH_DATABASE, Kind::UNVERSIONED]),
            Reason::run(
                "The database is not running yet, or host and port are wrong.",
                "`levelhead verify` tries each step: name, connection, TLS, role.",
                "levelhead verify",
            ),
        ],
    }
}
