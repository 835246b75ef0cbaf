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
        signs: &[Sign::State(&["25006"]),
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
        signs: &[Sign::State(&["53300"]),
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

    /// The disk of the server is full.
    DISK_FULL {
        code: "disk-full",
        meaning: "the disk of the database is full",
        signs: &[
            Sign::State(&["53100"]),
            Sign::Sqlite("database or disk is full"),
            Sign::Words("No space left on device"),
            Sign::Text("[Errno 28] No space left on device"),
        ],
        reasons: &[
            Reason::new(
                "The tables, the WAL or temporary files have filled the disk.",
                "SELECT pg_size_pretty(pg_database_size(current_database())), and the provider's page.",
                "make the disk larger on the provider's page, and start again",
            ),
            Reason::new(
                "A replication slot that no replica reads keeps the WAL.",
                "SELECT slot_name, active FROM pg_replication_slots shows one that is not active.",
                "run in the database: SELECT slot_name, active, restart_lsn FROM pg_replication_slots",
            ),
        ],
    }

    /// The server is not ready yet.
    STARTING_UP {
        code: "starting-up",
        meaning: "the server is starting, stopping or recovering",
        signs: &[Sign::State(&["57P03"]),
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
        signs: &[Sign::State(&["28P01"]), Sign::Words("error received from server in SCRAM exchange: Wrong password")],
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
        signs: &[Sign::Words("no password supplied")],
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
        signs: &[Sign::State(&["28000"]),
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
        signs: &[Sign::State(&["3D000"]),
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
        signs: &[Sign::Words("does not support SSL"), Sign::Words("Server refuses SSL")],
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
            Sign::Words("failed to resolve host"),
            Sign::Words("could not translate host name"),
            Sign::Words("Name or service not known"),
            Sign::Words("Temporary failure in name resolution"),
            Sign::Text("Name or service not known"),
            Sign::Text("Temporary failure in name resolution"),
            Sign::Text("nodename nor servname provided"),
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
        signs: &[Sign::State(&["57P01", "57P02", "25P03", "25P04", "57P05", "08003", "08006"]),
            Sign::Words("connection was closed in the middle of operation"),
            Sign::Words("consuming input failed"),
            Sign::Words("terminating connection"),
            Sign::Words("Connection reset by peer"),
            Sign::Words("connection is closed"),
            Sign::Words("connection already closed"),
            Sign::Words("SSL SYSCALL error"),
            Sign::Words("SSL connection has been closed"),
            Sign::Words("server closed the connection"),
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
        meaning: "no database server listens at the address that is used",
        signs: &[
            Sign::Words("connection to server"),
            Sign::Words("could not connect to server"),
            Sign::Words("Connection refused"),
            Sign::Words("Can't create a connection to host"),
            Sign::Words("Is the server running"),
            Sign::Text("Connect call failed ("),
            Sign::Line("ConnectionRefusedError: "),
        ],
        reasons: &[
            Reason::new(
                "The upgrade uses another URL than DATABASE_URL, from alembic.ini or the application's configuration.",
                "`levelhead verify` compares them.",
                "check that the upgrade command uses this DATABASE_URL",
            )
            .likely_by(
                &[Kind::AT_HEAD, Kind::BEHIND, Kind::FRESH_DATABASE, Kind::UNVERSIONED],
                "levelhead reaches the database of DATABASE_URL now",
            ),
            Reason::run(
                "The database is not running yet, or host and port are wrong.",
                "`levelhead verify` tries each step: name, connection, TLS, role.",
                "levelhead verify",
            ),
        ],
    }
}
