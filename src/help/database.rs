//! What to do about a database that cannot be named, reached, read or locked.

use super::{Advice, Command, Help};
use database::DatabaseError;
use database::connect::ConnectError;
use database::failure::{Failure, FailureKind, RefusalKind};
use database::url::UrlError;
use database::{CatalogueError, READ_ROWS};
use version_table::quoted;

/// Shows who has a lock on the version table, whatever its name.
const WHO: &str = "SELECT pid, application_name, state, query FROM pg_stat_activity \
    WHERE pid IN (SELECT pid FROM pg_locks WHERE mode LIKE '%ExclusiveLock' AND locktype = 'relation')";

impl Help for UrlError {
    fn help(&self) -> Advice {
        match self {
            Self::Empty => "set DATABASE_URL, for example to postgresql://user:password@host/database".into(),
            Self::SurroundingSpace => "remove the white space around DATABASE_URL's value".into(),
            Self::Quoted => "remove the quotation marks around DATABASE_URL's value".into(),
            Self::NoScheme => "write DATABASE_URL as postgresql://user:password@host:5432/database".into(),
            Self::UnsupportedDialect { .. } => "use a postgresql:// or sqlite:/// URL".into(),
            Self::UnescapedAt => "write each @ of the password as %40 (also / as %2F, : as %3A, ? as %3F)".into(),
            Self::SchemeCase { dialect } => format!("write the scheme as {dialect}").into(),
            Self::SeveralPorts => "write postgresql://USER:PASSWORD@/NAME?host=HOST1:PORT1&host=HOST2:PORT2".into(),
            Self::AfterHost | Self::NoBrackets => "write an IPv6 host as [address]:port/database".into(),
            Self::Port => {
                "check the part after the host; a / : ? # or @ in the password must be percent-encoded".into()
            }
            Self::EncodedHost => "write a socket's folder as postgresql:///database?host=/var/run/postgresql".into(),
            Self::HostCount { .. } => "give one port for all hosts, or one for each".into(),
            Self::MixedHosts => "write host=h1,h2&port=p1,p2 or host=h1:p1&host=h2:p2".into(),
            Self::Value { key, .. } => format!("correct {key} in DATABASE_URL, or the variable that sets it").into(),
            Self::Elsewhere { key, .. } => format!(
                "write the whole URL, DATABASE_URL=postgresql://USER:PASSWORD@HOST:PORT/NAME, and leave {key} out"
            )
            .into(),
            Self::Kerberos { key } => {
                format!("write {key}=prefer for levelhead and the application, and sslmode=verify-full for TLS").into()
            }
            Self::WeakSystemRoots => "add sslmode=verify-full to DATABASE_URL".into(),
            Self::NoUser => "write the user into DATABASE_URL, or set PGUSER".into(),
            Self::InMemory | Self::SqliteHost => "use sqlite:////absolute/path/app.db".into(),
            Self::EncryptedSqlite { .. } => "use an unencrypted SQLite file, or PostgreSQL".into(),
        }
    }
}

impl Help for FailureKind {
    fn help(&self) -> Advice {
        match self {
            Self::NameUnknown => {
                "check the host in DATABASE_URL, or that the database's service exists in this network"
            }
            Self::NotListening | Self::NoSocket => "start the database, or correct host and port in DATABASE_URL",
            Self::SocketForbidden => "give this user the right to enter the socket's folder",
            Self::Unreachable | Self::Silent => "check the network, the firewall and the host in DATABASE_URL",
            Self::Dropped | Self::Broken => "look at the database's log: it accepts connections and closes them",
            Self::StartingUp | Self::ShuttingDown => "look at the database's log, or give it more time to start",
            Self::TooBusy => "free connections, or raise max_connections or the role's connection limit",
            Self::PoolerWaiting => "check that the pooler reaches its database, or use the database's direct URL",
            Self::WrongTarget => "check target_session_attrs in DATABASE_URL against the servers' roles",
            Self::PasswordMissing => "put the password into DATABASE_URL or PGPASSWORD",
            Self::WrongPassword => "correct the password in DATABASE_URL; special characters must be percent-encoded",
            Self::NotAdmitted => "check the user in DATABASE_URL, sslmode, and the server's pg_hba.conf",
            Self::NoSuchDatabase => "create the database, or correct its name in DATABASE_URL",
            Self::NotAllowed => "let the role connect to the database",
            Self::NotAccepting => "let the database take connections, or correct its name in DATABASE_URL",
            Self::BadSetting => "correct options in DATABASE_URL or PGOPTIONS",
            Self::PoolerUserUnknown => "add the user to the pooler's auth_file, or use the database's direct URL",
            Self::PoolerParameter => "take options out of DATABASE_URL, or use the database's direct URL",
            Self::PoolerMode => {
                "use the database's direct URL, or a pool in transaction or session mode, for the upgrade"
            }
            Self::NoTls => "use sslmode=prefer or disable, or turn on ssl at the server",
            Self::CertificateRejected => "check sslrootcert, the host's name and the server certificate's dates",
            Self::TlsFailed => "check that the server speaks TLS 1.2 or 1.3 and accepts sslcert",
            Self::CertificateFile => "correct sslrootcert, sslcert or sslkey in DATABASE_URL",
            Self::Unsupported => {
                "check that host and port are PostgreSQL's, and its authentication method is scram-sha-256"
            }
            Self::Other => "look at the database's log",
        }
        .into()
    }
}

/// A statement for the server's administrator, where one would help.
impl Help for Failure {
    fn help(&self) -> Advice {
        let (role, database) = (quoted(&self.role), quoted(&self.database));
        match self.kind {
            FailureKind::NoSuchDatabase => {
                Advice::note(format!("to create it, as an administrator: CREATE DATABASE {database} OWNER {role}"))
                    .and("if its name is wrong, correct it in DATABASE_URL")
            }
            FailureKind::NotAllowed => {
                Advice::sql("its owner", format!("GRANT CONNECT ON DATABASE {database} TO {role}"))
            }
            FailureKind::NotAccepting => {
                Advice::sql("an administrator", format!("ALTER DATABASE {database} ALLOW_CONNECTIONS true"))
            }
            kind => kind.help(),
        }
    }
}

impl Help for ConnectError {
    fn help(&self) -> Advice {
        self.last().map_or_else(|| FailureKind::Silent.help(), Failure::help)
    }
}

impl Help for CatalogueError {
    fn help(&self) -> Advice {
        Command::levelhead("verify").and("this shows which server and which version answers")
    }
}

impl Help for DatabaseError {
    fn help(&self) -> Advice {
        match self {
            Self::Connect(source) => source.help(),
            Self::Catalogue(source) => source.help(),
            Self::Unreadable { statement, .. } => Advice::sql("the owner", statement),
            Self::Shape { .. } => "install a newer levelhead; this one does not know the ledger's table".into(),
            Self::Silent { may_be_done: true, .. } => {
                Command::levelhead("current").and("either all of it was written or nothing; this shows which")
            }
            Self::Silent { doing: READ_ROWS, .. } => Advice::note("check the network and the firewall to the server")
                .and(format!("if they are well, another session may have locked the version table: {WHO}")),
            Self::Silent { .. } => "check the network, the firewall and the host in DATABASE_URL".into(),
            Self::NoRoom => {
                Advice::note("raise PgBouncer's default_pool_size, or the provider's pool size, to 2 or more")
                    .and("or use the database's direct URL for the upgrade")
            }
            Self::Query { .. } if self.is_poolers() => FailureKind::PoolerMode.help(),
            Self::Query { .. } if self.is_poolers_wait() => FailureKind::PoolerWaiting.help(),
            Self::Query { .. } if self.is_locked_out() => wait_for_it(),
            Self::NotEmptied { .. } if self.is_locked_out() => {
                "stop the sessions that use it: SELECT pid, application_name, state, query FROM pg_stat_activity".into()
            }
            Self::NotEmptied { .. } => "put right what the server says, then repeat the command".into(),
            Self::Query { .. } => "check the role's rights on the version table: \\dp in psql".into(),
            Self::File { file, source, .. } => match source.kind {
                RefusalKind::NotADatabase => "correct the path in DATABASE_URL".into(),
                RefusalKind::Busy => Command::of("fuser", "-v")
                    .with(file.display())
                    .and("this shows which process uses the file")
                    .and("to wait longer, add ?timeout=SECONDS to DATABASE_URL"),
                _ => Command::of("ls", "-l").with(file.display()).into(),
            },
            Self::AmbiguousFile { working, .. } => format!(
                "write the absolute path of the right one into DATABASE_URL: sqlite:////FOLDER/{}",
                working.display()
            )
            .into(),
            Self::NoFolder { file } => Command::of("mkdir", "-p").with(file.parent().unwrap_or(file).display()).into(),
            Self::ContentsMoved => {
                Command::levelhead("reset --dry-run").and("if what it shows may go, repeat your command")
            }
            Self::SchemaMoved => {
                Command::levelhead("diff").and("if what it shows is what you expect, repeat your command")
            }
            Self::NotCured { .. } => "nothing was changed; do it by hand, with the statements of --sql".into(),
            Self::Refused { .. } if self.is_locked_out() => wait_for_it(),
            Self::Refused { .. } => "put right what the database says, then repeat the command".into(),
            Self::RowsMoved { .. } => {
                Command::levelhead("current").and("if what it shows is what you expect, repeat your command")
            }
            Self::RowCount { .. } => Command::levelhead("check").and("this shows which revisions the tables prove"),
            Self::LockFile { file, .. } => {
                format!("make {} writable for this user", file.parent().unwrap_or(file).display()).into()
            }
            Self::LockTimeout { .. } => {
                "wait for that upgrade and start again; LEVELHEAD_LOCK_TIMEOUT sets how long to wait".into()
            }
            Self::TableLocked { .. } => wait_for_it(),
            Self::NoSqlite => {
                "use a levelhead with SQLite: in its sources, cargo install --locked --path . --features sqlite".into()
            }
        }
    }
}

/// For a lock that another session has.
fn wait_for_it() -> Advice {
    Advice::note("wait until the other session is done, then start again")
        .and(format!("to see which session it is, run in the database: {WHO}"))
}

#[cfg(test)]
mod tests {
    use super::super::Help;
    use database::url::UrlError;

    #[test]
    fn a_url_that_leaves_the_choice_to_another_place_is_to_be_written_whole() {
        let next = UrlError::Elsewhere { key: "service", what: "x" }.help().to_string();
        assert!(next.contains("postgresql://USER:PASSWORD@HOST:PORT/NAME"), "{next}");
        assert!(next.ends_with("and leave service out"), "{next}");
    }
}
