//! A private PostgreSQL: own data folder, loopback and a socket in that folder only, gone with the test process.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::net::TcpListener;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{LazyLock, Mutex};
use std::time::{Duration, Instant};

use nix::unistd::{Uid, User};
use tokio_postgres::{NoTls, SimpleQueryMessage};

/// The superuser's password, over TCP; the socket trusts.
pub const PASSWORD: &str = "s3cr:t/%@";

static SHARED: LazyLock<Server> = LazyLock::new(|| Server::start(&[]));
static DATABASES: AtomicU32 = AtomicU32::new(0);

/// A running server.
pub struct Server {
    pub port: u16,
    pub folder: PathBuf,
    /// A shell that restarts the server at each line of its standard input, and stops it and removes the folder when that
    /// ends: however the tests end.
    supervisor: Child,
}

/// The server that tests share, each with a database of its own.
pub fn server() -> &'static Server {
    &SHARED
}

/// The folder of `postgres` and `initdb`.
pub fn binaries() -> PathBuf {
    if let Some(folder) = std::env::var_os("LEVELHEAD_TEST_POSTGRES") {
        return folder.into();
    }
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let newest = versions.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok()).max();
    let newest = newest.map(|version| PathBuf::from(format!("/usr/lib/postgresql/{version}/bin")));
    newest.expect("PostgreSQL is missing; install it: apt-get install -y postgresql")
}

/// A client program that fits the server: psql, pg_dump or pg_restore.
pub fn tool(name: &str) -> PathBuf {
    let tool = binaries().join(name);
    assert!(
        tool.exists(),
        "{} is missing, which a server for embedding comes without; tests/matrix puts it there, \
         or choose a whole PostgreSQL: LEVELHEAD_TEST_POSTGRES=/usr/lib/postgresql/VERSION/bin",
        tool.display()
    );
    tool
}

/// The account that the server runs as: not root, which PostgreSQL refuses.
fn account() -> User {
    let name = if Uid::effective().is_root() { "postgres".to_owned() } else { whoami() };
    User::from_name(&name)
        .ok()
        .flatten()
        .unwrap_or_else(|| panic!("there is no account {name}: apt-get install -y postgresql"))
}

fn whoami() -> String {
    User::from_uid(Uid::effective()).ok().flatten().expect("this process has an account").name
}

/// A port that nobody listens on, and that nobody else in this process has been given.
pub fn free_port() -> u16 {
    static GIVEN: Mutex<BTreeSet<u16>> = Mutex::new(BTreeSet::new());
    loop {
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .expect("loopback has a free port")
            .port();
        if GIVEN.lock().expect("nobody fails with it").insert(port) {
            return port;
        }
    }
}

impl Server {
    /// Starts a server with further `settings`, each `name=value`.
    pub fn start(settings: &[&str]) -> Self {
        Self::start_on(settings, |as_account| {
            as_account(binaries().join("initdb"))
                .args([
                    "-D",
                    "data",
                    "-U",
                    "postgres",
                    "-A",
                    "scram-sha-256",
                    "--auth-local=trust",
                    "--pwfile=password",
                ])
                .args(["--no-sync", "-E", "UTF8", "--locale=C"])
                .output()
                .expect("initdb runs")
        })
    }

    /// Starts a hot standby that follows this server. It is made as pg_basebackup would, which embedded servers come without.
    pub fn standby(&self) -> Self {
        Self::start_on(&[], |as_account| {
            let target = as_account("/bin/pwd".into()).output().expect("pwd runs").stdout;
            let target = String::from_utf8(target).unwrap().trim().to_owned() + "/data";
            let (begin, end) = match self.version() {
                15.. => ("pg_backup_start('standby', true)", "pg_backup_stop(false)"),
                _ => ("pg_start_backup('standby', true, false)", "pg_stop_backup(false, false)"),
            };
            let copy = format!("COPY (SELECT) TO PROGRAM 'cp -a . {target} && rm {target}/postmaster.*'");
            let answer = self.sql("postgres", &format!("SELECT {begin}; {copy}; SELECT labelfile FROM {end}"));
            let label = &answer.last().expect("the backup has a label")[0];
            let follow =
                format!("primary_conninfo = 'host={} port={} user=postgres'", self.folder.display(), self.port);
            as_account("/bin/sh".into())
                .args([
                    "-c",
                    "cd data; printf %s \"$1\" >backup_label; echo \"$2\" >>postgresql.auto.conf; : >standby.signal",
                ])
                .args(["sh", label, &follow])
                .output()
                .expect("sh runs")
        })
    }

    /// Starts a server on the folder `data` that `fill` makes.
    fn start_on(settings: &[&str], fill: impl Fn(&dyn Fn(PathBuf) -> Command) -> Output) -> Self {
        let account = account();
        let folder = std::env::temp_dir().join(format!("levelhead-postgres-{}-{}", std::process::id(), free_port()));
        fs::create_dir_all(&folder).unwrap();
        chown(&folder, Some(account.uid.as_raw()), Some(account.gid.as_raw())).unwrap();
        let as_account = |program: PathBuf| {
            let mut command = Command::new(program);
            if Uid::effective().is_root() {
                command.uid(account.uid.as_raw()).gid(account.gid.as_raw());
            }
            command.current_dir(&folder);
            command
        };
        fs::write(folder.join("password"), PASSWORD).unwrap();
        let initialised = fill(&as_account);
        assert!(initialised.status.success(), "{}", String::from_utf8_lossy(&initialised.stderr));
        let port = free_port();
        let mut supervisor = as_account("/bin/sh".into());
        supervisor.arg("-c").arg(
            "trap '' INT; server=$1; shift; \"$server\" \"$@\" >log 2>&1 & \
             while read -r _; do kill -INT $!; wait $!; sleep 1; \"$server\" \"$@\" >>log 2>&1 & done; \
             kill -INT $!; wait $!; cd /; rm -rf \"$OLDPWD\"",
        );
        supervisor.arg("supervisor").arg(binaries().join("postgres")).args(["-D", "data", "-k"]).arg(&folder);
        supervisor.args(["-p", &port.to_string(), "-h", "127.0.0.1"]);
        for setting in ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=300"] {
            supervisor.args(["-c", setting]);
        }
        for setting in settings {
            supervisor.args(["-c", setting]);
        }
        let supervisor = supervisor.stdin(Stdio::piped()).process_group(0).spawn().expect("sh runs");
        let server = Self { port, folder, supervisor };
        server.wait_until_ready();
        server
    }

    /// The major version, such as 15.
    pub fn version(&self) -> u32 {
        self.sql("postgres", "SHOW server_version_num")[0][0].parse::<u32>().unwrap() / 10_000
    }

    /// Stops the server, as `pg_ctl restart` does, leaves it away for a second, and starts it again.
    pub fn restart(&self) {
        let start = || self.try_sql("postgres", "SELECT pg_postmaster_start_time()").ok();
        let before = start();
        self.supervisor.stdin.as_ref().expect("is piped").write_all(b"restart\n").unwrap();
        while start().is_none_or(|now| Some(now) == before) {
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn wait_until_ready(&self) {
        let deadline = Instant::now() + Duration::from_secs(60);
        while self.try_sql("postgres", "SELECT 1").is_err() {
            let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
            assert!(Instant::now() < deadline, "the server does not start:\n{log}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// A new, empty database.
    pub fn create_database(&self) -> String {
        let name = format!("test_{}", DATABASES.fetch_add(1, Ordering::Relaxed));
        self.sql("postgres", &format!("CREATE DATABASE {name} TEMPLATE template0"));
        name
    }

    /// A new database with everything that `original` holds, which nobody may be connected to.
    pub fn copy_database(&self, original: &str) -> String {
        let name = format!("test_{}", DATABASES.fetch_add(1, Ordering::Relaxed));
        self.sql("postgres", &format!("CREATE DATABASE {name} TEMPLATE {original}"));
        name
    }

    /// The superuser's URL of a database, over TCP and with a password.
    pub fn url(&self, database: &str) -> String {
        format!("postgresql://postgres:s3cr%3At%2F%25%40@127.0.0.1:{}/{database}", self.port)
    }

    /// Runs SQL as the superuser and answers the rows as text.
    pub fn sql(&self, database: &str, sql: &str) -> Vec<Vec<String>> {
        self.try_sql(database, sql).unwrap_or_else(|error| panic!("{sql}: {error:?}"))
    }

    pub fn try_sql(&self, database: &str, sql: &str) -> Result<Vec<Vec<String>>, tokio_postgres::Error> {
        sql_at(&self.folder, self.port, database, sql)
    }
}

fn sql_at(folder: &Path, port: u16, database: &str, sql: &str) -> Result<Vec<Vec<String>>, tokio_postgres::Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime starts");
    runtime.block_on(async {
        let mut config = tokio_postgres::Config::new();
        config.host_path(folder).port(port).user("postgres").dbname(database);
        let (client, connection) = config.connect(NoTls).await?;
        tokio::spawn(connection);
        let answer = client.simple_query(sql).await?;
        let text = |row: &tokio_postgres::SimpleQueryRow| {
            (0..row.len()).map(|column| row.get(column).unwrap_or("NULL").to_owned()).collect()
        };
        Ok(answer
            .iter()
            .filter_map(|m| if let SimpleQueryMessage::Row(row) = m { Some(text(row)) } else { None })
            .collect())
    })
}
