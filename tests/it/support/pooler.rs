//! A private PgBouncer before the shared PostgreSQL.

use std::fs;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};

use super::postgres::{free_port, server};

/// A running PgBouncer; it ends with the test.
pub struct Pooler {
    process: Child,
    port: u16,
    _folder: tempfile::TempDir,
}

impl Drop for Pooler {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Pooler {
    /// Knows `app`, with the password `secret`, and the shared server's `databases`; `away` has no server.
    pub fn start(databases: &[&str], settings: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let port = free_port();
        let (socket, server_port, dead) = (server().folder.display(), server().port, free_port());
        let further = databases.iter().map(|name| format!("{name} = host={socket} port={server_port} user=postgres\n"));
        let further = further.collect::<String>();
        fs::write(
            folder.path().join("pgbouncer.ini"),
            format!(
                "[databases]\npostgres = host={socket} port={server_port} user=postgres\n\
                 misnamed = host={socket} port={server_port} user=postgres dbname=no_such_database\n\
                 away = host=127.0.0.1 port={dead} user=postgres\n\
                 {further}\n\
                 [pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n\
                 auth_type = scram-sha-256\nauth_file = users\nserver_login_retry = 1\n{settings}\n"
            ),
        )
        .unwrap();
        fs::write(folder.path().join("users"), "\"app\" \"secret\"\n").unwrap();
        let owner = fs::metadata(&server().folder).unwrap();
        chown(folder.path(), Some(owner.uid()), Some(owner.gid())).unwrap();
        let process = Command::new("pgbouncer")
            .arg("pgbouncer.ini")
            .current_dir(folder.path())
            // Debian keeps it where only root's PATH leads.
            .env("PATH", "/usr/sbin:/usr/local/bin:/usr/bin:/bin")
            .uid(owner.uid())
            .gid(owner.gid())
            .stdin(Stdio::null())
            .stderr(fs::File::create(folder.path().join("log")).unwrap())
            .spawn()
            .expect("pgbouncer is missing; install it: apt-get install -y pgbouncer");
        Self { process, port, _folder: folder }
    }

    pub fn url(&self, user: &str, database: &str) -> String {
        format!("postgresql://{user}:secret@127.0.0.1:{}/{database}", self.port)
    }
}
