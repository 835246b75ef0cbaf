//! What a pooler or a provider refuses, and why no connection comes about.

use super::{Reason, Sign, family};

family! {
    /// A pooler shares connections between clients.
    PREPARED_STATEMENT {
        code: "prepared-statement",
        meaning: "a pooler in transaction mode shares connections, and prepared statements do not survive that",
        signs: &[Sign::State(&["42P05", "26000"]), Sign::Worded(&["08P01"], &["prepared statement"])],
        reasons: &[
            Reason::new(
                "DATABASE_URL leads to a pooler: PgBouncer, Supavisor, port 6543, a host with -pooler.",
                "The statement's name begins with __asyncpg_ or _pg3_.",
                "use the database's direct URL for the upgrade: DIRECT_URL, port 5432, the host without -pooler",
            ),
            Reason::new(
                "The driver prepares statements although it talks to a pooler.",
                "connect_args do not switch it off.",
                "asyncpg: connect_args={'statement_cache_size': 0}; psycopg: connect_args={'prepare_threshold': None}",
            ),
        ],
    }

    /// A client library that is older than the server's way of checking passwords.
    OLD_LIBPQ {
        code: "old-libpq",
        meaning: "the driver's libpq is older than the way in which the server checks passwords",
        signs: &[Sign::Words("SCRAM authentication requires libpq version 10"), Sign::Words("authentication method 10 not supported")],
        reasons: &[Reason::run(
            "The driver brings an old libpq, or uses the system's.",
            "python -c 'import psycopg2; print(psycopg2.__libpq_version__)' answers less than 100000.",
            "pip install --upgrade psycopg2-binary",
        )],
    }

    /// The port is another server's.
    NOT_POSTGRES {
        code: "not-postgres",
        meaning: "what listens at this address is no PostgreSQL server",
        signs: &[
            Sign::Words("received invalid response to SSL negotiation"),
            Sign::Words("expected authentication request from server, but received"),
        ],
        reasons: &[Reason::run(
            "The port of DATABASE_URL is another service's: a web server, another database.",
            "`levelhead verify` shows host and port.",
            "levelhead verify",
        )],
    }

    /// What a pooler refuses before the server is asked.
    POOLER {
        code: "pooler",
        meaning: "the pooler in front of the server refuses the connection",
        signs: &[
            Sign::Words("no such user"),
            Sign::Words("no such database"),
            Sign::Words("Tenant or user not found"),
            Sign::Words("unsupported startup parameter"),
            Sign::Words("server login has been failing"),
            Sign::Words("server login failed"),
            Sign::Words("query_wait_timeout"),
            Sign::Words("client_login_timeout"),
            Sign::Words("client_idle_timeout"),
            Sign::Words("pooler error"),
            Sign::Words("bouncer config error"),
            Sign::Words("server conn crashed"),
            Sign::Words("Endpoint ID is not specified"),
            Sign::Words("Authentication query failed"),
        ],
        reasons: &[
            Reason::new(
                "User, project or database of the URL are not the pooler's: Supabase wants postgres.PROJECT, PgBouncer a line in userlist.txt.",
                "The direct URL works.",
                "use the database's direct URL for the upgrade, or copy the pooler's URL from the provider's page again",
            ),
            Reason::new(
                "The pooler passes no startup options on: options, search_path, statement_timeout.",
                "The message says: unsupported startup parameter.",
                "take options out of the URL, or set ignore_startup_parameters in pgbouncer.ini",
            ),
            Reason::run(
                "The server behind the pooler does not answer, or all its connections are taken.",
                "The message speaks of a timeout or a failed login.",
                "levelhead verify",
            ),
        ],
    }

    /// A database that its provider has stopped.
    ASLEEP {
        code: "asleep",
        meaning: "the provider has suspended this database",
        signs: &[
            Sign::Words("endpoint is disabled"),
            Sign::Words("endpoint has been disabled"),
            Sign::Words("compute time quota"),
            Sign::Words("data transfer quota"),
            Sign::Words("Control plane request failed"),
            Sign::Words("instance is not available"),
        ],
        reasons: &[Reason::new(
            "The free plan is used up, or the database was paused.",
            "The provider's page shows it as paused, suspended or over its limit.",
            "resume the database on the provider's page, and start again",
        )],
    }

    /// The server wants TLS.
    TLS_DEMANDED {
        code: "tls-demanded",
        meaning: "the server or its pooler accepts encrypted connections only",
        signs: &[
            Sign::Words("SSL connection is required"),
            Sign::Words("SSL/TLS required"),
            Sign::Words("SSL required"),
            Sign::Words("connection is insecure"),
            Sign::Words("SSL connection required"),
            Sign::Worded(&["28000"], &["no encryption", "SSL off", "SSL is required"]),
        ],
        reasons: &[Reason::new(
            "The URL asks for no encryption.",
            "`levelhead verify` shows the URL: it has no sslmode=require.",
            "add ?sslmode=require to DATABASE_URL; with asyncpg ?ssl=require",
        )],
    }

    /// A certificate that does not hold.
    BAD_CERTIFICATE {
        code: "bad-certificate",
        meaning: "the certificate of one side is not accepted by the other",
        signs: &[
            Sign::Words("certificate verify failed"),
            Sign::Words("root certificate file"),
            Sign::Words("server certificate for"),
            Sign::Words("certificate has expired"),
            Sign::Words("could not load root certificate"),
            Sign::Words("private key file"),
            Sign::Text("CERTIFICATE_VERIFY_FAILED"),
            Sign::Worded(&["28000"], &["certificate authentication failed", "valid client certificate"]),
        ],
        reasons: &[
            Reason::new(
                "The URL says sslmode=verify-ca or verify-full, and the provider's root certificate is not here.",
                "The message names a root certificate file, or: self-signed certificate in certificate chain.",
                "add sslrootcert=FILE to DATABASE_URL, with the provider's CA file in the image; or sslrootcert=system",
            ),
            Reason::new(
                "The host of the URL is not the one that the certificate is for.",
                "The message says: does not match host name.",
                "use the host name that the provider gives, not an address",
            ),
            Reason::new(
                "The server asks for a client certificate.",
                "The message says: certificate authentication failed.",
                "add sslcert=FILE and sslkey=FILE to DATABASE_URL",
            ),
        ],
    }

    /// An IPv6 address that no route leads to.
    NO_ROUTE {
        code: "no-route",
        meaning: "no network route leads from here to the server's address",
        signs: &[
            Sign::Words("Network is unreachable"),
            Sign::Words("No route to host"),
            Sign::Words("Cannot assign requested address"),
            Sign::Text("[Errno 101] Network is unreachable"),
            Sign::Text("[Errno 113] "),
            Sign::Text("[Errno 99] Cannot assign requested address"),
        ],
        reasons: &[
            Reason::new(
                "The database's host has an IPv6 address only, and this network has none.",
                "The address in the message holds colons; Supabase's direct host is one.",
                "use the provider's pooler in session mode (IPv4), or its IPv4 add-on, in DATABASE_URL",
            ),
            Reason::new(
                "The database is in a private network that this service is not part of.",
                "It works from another service of the project.",
                "use the external URL, or move both into one network",
            ),
        ],
    }

    /// Nothing comes back from the address.
    TIMED_OUT {
        code: "connection-timed-out",
        meaning: "the address does not reply: a firewall, an allow list or another network lies between",
        signs: &[
            Sign::Words("Connection timed out"),
            Sign::Words("timeout expired"),
            Sign::Words("connection timeout"),
            Sign::Text("[Errno 110] "),
            Sign::Line("TimeoutError: timed out"),
        ],
        reasons: &[
            Reason::run(
                "The address of this service is not in the database's allow list, or its security group.",
                "It works from your own machine, or from another service.",
                "levelhead verify",
            ),
            Reason::run(
                "The database is asleep or starting.",
                "It passes at the second attempt.",
                "levelhead run",
            )
            .noting("this tries again"),
        ],
    }
}
