//! Why a URL is refused. No message repeats any of the URL's text but a scheme, a query key or a word from a short list.

/// A database URL that cannot be used, told without its text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UrlError {
    /// The variable is set to nothing.
    #[error("the database URL is empty")]
    Empty,
    /// SQLAlchemy would keep the space in the database's name, or in a secret.
    #[error("the database URL begins or ends with white space or a line break")]
    SurroundingSpace,
    /// Quotes copied from a shell or an .env file.
    #[error("the database URL begins with a quotation mark")]
    Quoted,
    /// Nothing before `://`, or characters that a scheme cannot have.
    #[error("the database URL does not begin with a scheme such as postgresql://")]
    NoScheme,
    /// A database that levelhead cannot read.
    #[error("{dialect} is not supported: levelhead reads PostgreSQL and SQLite")]
    UnsupportedDialect {
        /// The scheme's first word.
        dialect: String,
    },
    /// The password ends at the first `@`, so that the rest would be looked up as a host name.
    #[error("the database URL has an unescaped @ in its password")]
    UnescapedAt,
    /// Text between the closing bracket of an address and the port or database.
    #[error("the database URL has text after the host that is neither a port nor a database")]
    AfterHost,
    /// `PostgreSQL://`, which SQLAlchemy does not know.
    #[error("the database URL's scheme is not in lower case, and SQLAlchemy knows no other")]
    SchemeCase {
        /// The scheme's first word as it should be.
        dialect: String,
    },
    /// `h1:5433,h2:5432` before the database, as libpq alone reads it.
    #[error(
        "the database URL names several hosts with their ports before the database, where SQLAlchemy reads only one"
    )]
    SeveralPorts,
    /// `::1` or `2001:db8::1` as it is.
    #[error("the database URL has an IPv6 address without brackets")]
    NoBrackets,
    /// Not a number from 1 to 65535, or several of them.
    #[error("the database URL's port is not a number from 1 to 65535")]
    Port,
    /// SQLAlchemy does not percent-decode a host.
    #[error("the database URL's host is percent-encoded, which SQLAlchemy does not decode")]
    EncodedHost,
    /// As many ports as hosts, or one.
    #[error("the database URL names {hosts} hosts but {ports} ports or addresses")]
    HostCount {
        /// How many hosts.
        hosts: usize,
        /// How many ports or numeric addresses.
        ports: usize,
    },
    /// `host=h1:p1` together with `port=`.
    #[error("the database URL mixes host=name:port with port=")]
    MixedHosts,
    /// A query key, or a variable, whose value is not one of those that the driver knows.
    #[error("{key} must be {accepted}")]
    Value {
        /// The key, or the environment variable.
        key: &'static str,
        /// What would be accepted, in words.
        accepted: &'static str,
    },
    /// A file or a string of its own chooses the database, and levelhead does not read it.
    #[error("{key} chooses a database elsewhere than in the URL, and {what}")]
    Elsewhere {
        /// The query key, or the environment variable.
        key: &'static str,
        /// What levelhead does not read.
        what: &'static str,
    },
    /// The application would be encrypted by Kerberos, or not connect.
    #[error("{key}=require demands encryption by Kerberos, which levelhead does not speak")]
    Kerberos {
        /// The query key, or the environment variable.
        key: &'static str,
    },
    /// `sslrootcert=system` demands `verify-full`.
    #[error("sslrootcert=system can only be used with sslmode=verify-full")]
    WeakSystemRoots,
    /// Neither the URL nor PGUSER names a user, and the process' user has no name.
    #[error("the database URL names no user")]
    NoUser,
    /// SQLite in memory: it is another database in each process.
    #[error("an SQLite database in memory is gone when levelhead ends, so there is nothing to keep at head")]
    InMemory,
    /// `sqlite://path` has a host instead of a path.
    #[error("the SQLite URL has a user, host or port: three slashes begin a relative path, four an absolute one")]
    SqliteHost,
    /// SQLCipher and other encrypted files.
    #[error("the SQLite driver {driver} is not supported: its files are encrypted")]
    EncryptedSqlite {
        /// The driver's name in the scheme.
        driver: String,
    },
}
