//! What lies between the application and the database: URL, network, server, driver.

use super::Reason;
use crate::explanation::Cause;

const UNSET: Reason = Reason::new(
    "The variable is set where you look, and not where this process runs.",
    "`levelhead verify`, run in the same place, says whether DATABASE_URL is set there.",
    "levelhead verify",
);

pub(super) fn of(cause: Cause) -> Option<&'static [Reason]> {
    Some(match cause {
        Cause::TooManyConnections => {
            const {
                &[
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
                ]
            }
        }
        Cause::PoolExhausted => {
            const {
                &[Reason::new(
                    "Connections are taken and not given back, or pool_size is smaller than the threads of a worker.",
                    "It passes after a restart and comes back under load.",
                    "look for sessions that are never closed; then raise pool_size and max_overflow",
                )]
            }
        }
        Cause::CannotConnect => {
            const {
                &[
            Reason::new(
                "The upgrade uses another URL than DATABASE_URL, from alembic.ini or the application's configuration.",
                "`levelhead verify` compares them.",
                "check that the upgrade command uses this DATABASE_URL",
            )
            .shown_by(&["at-head", "behind", "fresh-database", "unversioned"]),
            Reason::new(
                "The database is not running yet, or host and port are wrong.",
                "`levelhead verify` tries each step: name, connection, TLS, role.",
                "levelhead verify",
            ),
        ]
            }
        }
        Cause::HostUnknown => {
            const {
                &[
                    Reason::new(
                        "The host is misspelled, or is the internal name of another region, project or network.",
                        "`levelhead verify` shows the host that it looks up.",
                        "levelhead verify",
                    ),
                    Reason::new(
                        "The database's service is not up yet: in docker compose its name appears with it.",
                        "It passes when the service runs.",
                        "levelhead run, which waits for the name too",
                    ),
                    Reason::new(
                        "An unescaped @ in the password: what follows it is taken for the host.",
                        "The host in the message looks like a piece of the password.",
                        "write each @ of the password as %40 in DATABASE_URL",
                    ),
                ]
            }
        }
        Cause::StartingUp => {
            const {
                &[Reason::new(
                    "The server was started a moment ago, or is recovering from a crash.",
                    "It passes within seconds to minutes.",
                    "levelhead run, which waits for it",
                )]
            }
        }
        Cause::WrongPassword => {
            const {
                &[
                    Reason::new(
                        "The password was changed, or belongs to another role.",
                        "The message names the role; `levelhead verify` tries the URL.",
                        "levelhead verify",
                    ),
                    Reason::new(
                        "Special characters of the password are not percent-encoded.",
                        "The password holds one of @ : / ? # %.",
                        "python3 -c 'import urllib.parse, getpass; print(urllib.parse.quote(getpass.getpass(), safe=\"\"))'",
                    ),
                    Reason::new(
                        "POSTGRES_PASSWORD was changed after the volume was made: the image sets it only once.",
                        "The database runs in docker with a volume that is older than the password.",
                        "ALTER ROLE … PASSWORD '…', in a shell of the database's container",
                    ),
                ]
            }
        }
        Cause::NoPassword => {
            const {
                &[Reason::new(
                    "DATABASE_URL has no password, and neither PGPASSWORD nor a password file gives one.",
                    "`levelhead verify` shows the URL with *** where a password is.",
                    "put the password into DATABASE_URL: postgresql://USER:PASSWORD@HOST/NAME",
                )]
            }
        }
        Cause::NotAdmitted => {
            const {
                &[
                    Reason::new(
                        "The role does not exist on this server.",
                        "The message says: role … does not exist.",
                        "CREATE ROLE {name} LOGIN PASSWORD '…'",
                    ),
                    Reason::new(
                        "No line of pg_hba.conf lets this role in from this address, or only with TLS.",
                        "The message says: no pg_hba.conf entry, and whether with encryption.",
                        "add ?sslmode=require to DATABASE_URL, or a line to pg_hba.conf",
                    ),
                ]
            }
        }
        Cause::NoSuchDatabase => {
            const {
                &[
                    Reason::new(
                        "The name in DATABASE_URL is misspelled; without one it is the user's name.",
                        "psql -l lists the databases of the server.",
                        "correct the database's name in DATABASE_URL",
                    ),
                    Reason::new("The database was not created yet.", "The server is new.", "CREATE DATABASE {name}"),
                ]
            }
        }
        Cause::NoTls => {
            const {
                &[
                    Reason::new(
                        "The URL says sslmode=require, and this server has no TLS: a local one, or an internal URL.",
                        "It works without sslmode.",
                        "take sslmode=require out of DATABASE_URL",
                    ),
                    Reason::new(
                        "TLS is turned off at the server.",
                        "SHOW ssl answers off.",
                        "ALTER SYSTEM SET ssl = on, with a certificate, and restart the server",
                    ),
                ]
            }
        }
        Cause::ConnectionLost => {
            const {
                &[
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
                ]
            }
        }
        Cause::NoSqliteFile => {
            const {
                &[
                    Reason::new(
                        "The folder does not exist here, or may not be written to.",
                        "Three slashes begin a relative path, four an absolute one.",
                        "levelhead verify",
                    ),
                    Reason::new(
                        "The disk that holds the file is not mounted.",
                        "The folder is empty where it should not be.",
                        "check the service's disk or volume, and its mount path",
                    ),
                ]
            }
        }
        Cause::DatabaseLocked => {
            const {
                &[Reason::new(
                    "Another process has the file open for writing: the old release, a shell, a cron job.",
                    "fuser FILE names it.",
                    "stop the other process, or raise ?timeout= in DATABASE_URL, and start again",
                )]
            }
        }
        Cause::NoUrl => {
            const {
                &[
                    UNSET,
                    Reason::new(
                        "The build, a pre-deploy step or a CI job runs without the service's variables.",
                        "The log shows the error in the build and not in the start.",
                        "move the upgrade out of the build, into the start: levelhead run -- …",
                    ),
                    Reason::new(
                        "The application reads another name than the one that is set.",
                        "grep -rn environ . --include='*.py' shows what it reads.",
                        "grep -rn environ . --include='*.py'",
                    ),
                ]
            }
        }
        Cause::BadUrl => {
            const {
                &[
                    Reason::new(
                        "The variable is empty, or holds a host or a placeholder in place of a URL.",
                        "`levelhead verify` says what is wrong with it, without showing the password.",
                        "levelhead verify",
                    ),
                    Reason::new(
                        "Quotes or white space were copied along with the value.",
                        "The value begins with a quotation mark.",
                        "remove the quotation marks around DATABASE_URL's value",
                    ),
                ]
            }
        }
        Cause::PostgresScheme => {
            const {
                &[
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
                ]
            }
        }
        Cause::NoDialect => {
            const {
                &[
                    Reason::new(
                        "sqlalchemy.url in alembic.ini still holds Alembic's placeholder, driver://….",
                        "The message ends with sqlalchemy.dialects:driver.",
                        "set the URL in env.py: config.set_main_option('sqlalchemy.url', os.environ['DATABASE_URL'].replace('%', '%%'))",
                    ),
                    Reason::new(
                        "The scheme is misspelled, or its package is not installed.",
                        "The message ends with the name that SQLAlchemy looked for.",
                        "levelhead verify",
                    ),
                ]
            }
        }
        Cause::PercentInIni => {
            const {
                &[Reason::new(
                    "The password is percent-encoded, and the ini file's parser reads % as the start of a name.",
                    "The URL in alembic.ini, or the one that env.py sets, holds a single %.",
                    "config.set_main_option('sqlalchemy.url', url.replace('%', '%%')) in env.py",
                )]
            }
        }
        _ => return None,
    })
}
