//! What is waited for and what is refused at once, each by a real server where a server can be brought to it.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::{MetadataExt, symlink};
use std::os::unix::process::CommandExt;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use database::failure::FailureKind;
use database::url::{DatabaseUrl, LibpqEnvironment};
use database::wait::Wait;
use levelhead::help::Help;

use super::{ask, error_of, postgres_url, try_connect, up_to};
use crate::support::postgres::{Server, binaries, free_port, server};

/// Long enough for whatever the test brings about; nothing waits for it to pass.
const PATIENCE: f64 = 60.0;

/// Creates a role with the password `secret` and answers its URL of `database`.
fn role(name: &str, attributes: &str, database: &str) -> String {
    server().sql("postgres", &format!("CREATE ROLE {name} LOGIN PASSWORD 'secret' {attributes}"));
    format!("postgresql://{name}:secret@127.0.0.1:{}/{database}", server().port)
}

#[test]
fn refusals_are_not_waited_for() {
    let port = server().port;
    let closed = server().create_database();
    server().sql("postgres", &format!("ALTER DATABASE {closed} ALLOW_CONNECTIONS false"));
    let private = server().create_database();
    server().sql("postgres", &format!("REVOKE CONNECT ON DATABASE {private} FROM PUBLIC"));
    let right = server().url("postgres");
    let cases = [
        (format!("postgresql://postgres:Zq%40Wx@127.0.0.1:{port}/postgres"), FailureKind::WrongPassword),
        (format!("postgresql://postgres@127.0.0.1:{port}/postgres"), FailureKind::PasswordMissing),
        (server().url("absent"), FailureKind::NoSuchDatabase),
        (server().url(&closed), FailureKind::NotAccepting),
        (role("stranger", "", &private), FailureKind::NotAllowed),
        (format!("{right}?options=-cno_such_setting%3D1"), FailureKind::BadSetting),
        (format!("{right}?sslmode=require"), FailureKind::NoTls),
        (format!("{right}?sslmode=disable&channel_binding=require"), FailureKind::Unsupported),
    ];
    for (url, kind) in cases {
        let (error, said) = error_of(&url, &up_to(PATIENCE));
        assert_eq!((error.kind(), error.is_deadline(), said.len()), (kind, false, 0), "{url}: {error}");
        assert!(error.to_string().contains(&format!("127.0.0.1:{port}: ")), "{error}");
        if kind == FailureKind::NotAllowed {
            let help = error.help().to_string();
            let (_, statement) =
                help.split_once("run in the database").and_then(|(_, by)| by.split_once(": ")).unwrap();
            server().sql("postgres", statement);
            assert_eq!(ask(&url, "SELECT 1").unwrap(), "1", "after {help}");
        }
        for secret in ["Zq", "s3cr", "secret"] {
            assert!(!format!("{error} {error:?}").contains(secret), "{error:?}");
        }
    }
}

#[test]
fn pg_hba_refuses_at_once() {
    let server = Server::start(&[]);
    let rules = server.folder.join("data/pg_hba.conf");
    let old = fs::read_to_string(&rules).unwrap();
    fs::write(&rules, format!("host all postgres 127.0.0.1/32 reject\n{old}")).unwrap();
    server.sql("postgres", "SELECT pg_reload_conf()");
    // The reload is a signal: the old rules may answer for a moment.
    let (error, said) = loop {
        match ask(&server.url("postgres"), "SELECT 1") {
            Err(_) => break error_of(&server.url("postgres"), &up_to(PATIENCE)),
            Ok(_) => thread::sleep(Duration::from_millis(10)),
        }
    };
    assert_eq!((error.kind(), said.len()), (FailureKind::NotAdmitted, 0), "{error}");
}

#[test]
fn a_role_that_is_created_late_is_waited_for_on_request() {
    let url = format!("postgresql://late:secret@127.0.0.1:{}/late", server().port);
    let wait = Wait { retry_authentication: true, ..up_to(PATIENCE) };
    let steps = ["CREATE ROLE late LOGIN PASSWORD 'secret'", "CREATE DATABASE late OWNER late"];
    let mut steps = steps.iter();
    let create = || {
        if let Some(step) = steps.next() {
            server().sql("postgres", step);
        }
    };
    try_connect(&postgres_url(&url), &wait, create, async |tried| {
        tried.result.unwrap();
        assert!(tried.said[0].contains("password authentication failed"), "{:?}", tried.said);
        assert!(tried.said[1].contains("does not exist"), "{:?}", tried.said);
    });
}

#[test]
fn too_many_connections_are_waited_for() {
    let url = role("crowd", "CONNECTION LIMIT 0", "postgres");
    let raise = || _ = server().sql("postgres", "ALTER ROLE crowd CONNECTION LIMIT 1");
    try_connect(&postgres_url(&url), &up_to(PATIENCE), raise, async |tried| {
        tried.result.unwrap();
        assert!(tried.said[0].contains("too many connections"), "{:?}", tried.said);
    });
}

#[test]
fn a_server_that_does_not_listen_yet_is_waited_for() {
    let port = free_port();
    // Passes on to the real server, from the first failed attempt on.
    let mut listening = false;
    let listen = || {
        if !std::mem::replace(&mut listening, true) {
            let listener = TcpListener::bind(("127.0.0.1", port)).unwrap();
            thread::spawn(move || listener.incoming().for_each(|client| pass_on(client.unwrap())));
        }
    };
    let url = server().url("postgres").replace(&server().port.to_string(), &port.to_string());
    try_connect(&postgres_url(&url), &up_to(PATIENCE), listen, async |tried| {
        tried.result.unwrap();
        assert!(tried.said[0].contains("refused"), "{:?}", tried.said);
    });
}

fn pass_on(mut client: TcpStream) {
    let mut server = TcpStream::connect(("127.0.0.1", server().port)).unwrap();
    let (mut answers, mut back) = (server.try_clone().unwrap(), client.try_clone().unwrap());
    thread::spawn(move || std::io::copy(&mut answers, &mut back));
    thread::spawn(move || std::io::copy(&mut client, &mut server));
}

#[test]
fn a_socket_that_is_not_there_yet_is_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let name = format!(".s.PGSQL.{}", server().port);
    let url = format!("postgresql://postgres@/postgres?host={}&port={}", folder.path().display(), server().port);
    let appear = || _ = symlink(server().folder.join(&name), folder.path().join(&name));
    try_connect(&postgres_url(&url), &up_to(PATIENCE), appear, async |tried| {
        let connected = tried.result.unwrap();
        assert_eq!((connected.encrypted, tried.said.len()), (false, 1), "{:?}", tried.said);
    });
}

/// Runs pg_ctl as the account that owns the server.
fn try_control(server: &Server, arguments: &[&str]) -> Output {
    let owner = fs::metadata(&server.folder).unwrap();
    let mut command = Command::new(binaries().join("pg_ctl"));
    command.uid(owner.uid()).gid(owner.gid()).current_dir(&server.folder);
    command.args(["-D", "data", "-w", "-l", "log"]).args(arguments).output().unwrap()
}

fn control(server: &Server, arguments: &[&str]) {
    let output = try_control(server, arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// A standby that does not take connections answers exactly as a server that is starting up, for as long as it is
/// asked to; promoting it lets it start.
#[test]
fn a_server_that_is_starting_up_is_waited_for() {
    let server = Server::start(&[]);
    control(&server, &["stop", "-m", "fast"]);
    fs::write(server.folder.join("data/standby.signal"), "").unwrap();
    let options = format!("-p {} -k {} -h 127.0.0.1 -c hot_standby=off", server.port, server.folder.display());
    control(&server, &["start", "-W", "-o", &options]);
    let mut promoted = false;
    let said = std::cell::RefCell::new(Vec::new());
    let promote = || {
        // It may refuse connections for a moment before it listens.
        if !promoted && fs::read_to_string(server.folder.join("log")).unwrap().contains("entering standby mode") {
            // PostgreSQL 12 says so a moment before it can be promoted.
            promoted = try_control(&server, &["promote", "-W"]).status.success();
        }
    };
    try_connect(&postgres_url(&server.url("postgres")), &up_to(PATIENCE), promote, async |tried| {
        tried.result.unwrap();
        said.replace(tried.said);
    });
    control(&server, &["stop", "-m", "immediate"]);
    assert!(said.borrow().iter().any(|line| line.contains("[57P03]")), "{said:?}");
}

#[test]
fn crash_recovery_is_waited_for() {
    let server = Server::start(&[]);
    for _ in 0..3 {
        let pid = server.sql("postgres", "SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'");
        Command::new("kill").args(["-KILL", &pid[0][0]]).status().unwrap();
        try_connect(
            &postgres_url(&server.url("postgres")),
            &up_to(PATIENCE),
            || {},
            async |tried| {
                // The first connection may be made just before the crash is noticed.
                tried.result.unwrap().close().await;
            },
        );
        try_connect(
            &postgres_url(&server.url("postgres")),
            &up_to(PATIENCE),
            || {},
            async |tried| {
                tried.result.unwrap().close().await;
            },
        );
    }
}

/// A port where somebody answers with `answer`, or with nothing for good, or hangs up at once.
fn impostor(answer: Option<&'static [u8]>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        let mut kept = Vec::new();
        for client in listener.incoming() {
            let mut client = client.unwrap();
            match answer {
                None => kept.push(client),
                Some(answer) => {
                    let _ = client.read(&mut [0; 1024]);
                    let _ = client.write_all(answer);
                }
            }
        }
    });
    port
}

#[test]
fn a_deadline_ends_every_kind_of_silence() {
    let (silent, hangs_up) = (impostor(None), impostor(Some(b"")));
    let impatient = Wait { per_attempt: Duration::from_millis(200), ..up_to(1.5) };
    let cases = [
        (format!("postgresql://u:secret@127.0.0.1:{silent}/d"), FailureKind::Silent),
        (format!("postgresql://u:secret@127.0.0.1:{silent}/d?sslmode=disable"), FailureKind::Silent),
        (format!("postgresql://u:secret@127.0.0.1:{hangs_up}/d"), FailureKind::Dropped),
        (format!("postgresql://u:secret@127.0.0.1:{}/d", free_port()), FailureKind::NotListening),
        ("postgresql://u:secret@database.invalid/d".to_owned(), FailureKind::NameUnknown),
        ("postgresql://u:secret@/d?host=/nowhere".to_owned(), FailureKind::NoSocket),
        (format!("{}?target_session_attrs=standby", server().url("postgres")), FailureKind::WrongTarget),
    ];
    for (url, kind) in cases {
        let wait = if kind == FailureKind::Silent { impatient.clone() } else { up_to(1.5) };
        let (error, said) = error_of(&url, &wait);
        assert_eq!((error.kind(), error.is_deadline()), (kind, true), "{url}: {error}");
        assert!(!said.is_empty(), "{url}: there was one attempt only: {error}");
        assert!(said[0].starts_with("waiting for the database (") && said[0].contains(" s so far): "), "{said:?}");
        assert!(!format!("{said:?} {error} {error:?}").contains("secret"), "{error:?}");
    }
}

#[test]
fn without_patience_there_is_one_attempt() {
    let attempts = AtomicUsize::new(0);
    let url = postgres_url(&format!("postgresql://u@127.0.0.1:{}/d", free_port()));
    let count = || _ = attempts.fetch_add(1, Ordering::Relaxed);
    try_connect(&url, &up_to(0.0), count, async |tried| assert!(tried.result.unwrap_err().is_deadline()));
    assert_eq!(attempts.load(Ordering::Relaxed), 0);
}

#[test]
fn what_is_not_postgresql_is_refused_at_once() {
    let http = impostor(Some(b"HTTP/1.1 400 Bad Request\r\n\r\n"));
    for mode in ["prefer", "require"] {
        let url = format!("postgresql://u:p@127.0.0.1:{http}/d?sslmode={mode}");
        let (error, said) = error_of(&url, &up_to(PATIENCE));
        assert_eq!((error.kind(), said.len()), (FailureKind::Unsupported, 0), "{error}");
    }
}

#[test]
fn the_next_host_is_tried_until_one_has_refused_for_good() {
    let (nobody, port) = (free_port(), server().port);
    let hosts = |user: &str, ports: &str| {
        format!("postgresql://{user}@/postgres?host=127.0.0.1,127.0.0.1&port={ports}&target_session_attrs=primary")
    };
    let right = "postgres:s3cr%3At%2F%25%40";
    assert_eq!(ask(&hosts(right, &format!("{nobody},{port}")), "SHOW port").unwrap(), port.to_string());
    let (error, _) = error_of(&hosts("postgres:wrong", &format!("{port},{nobody}")), &up_to(PATIENCE));
    assert_eq!(error.kind(), FailureKind::WrongPassword, "{error}");
    let (error, _) = error_of(&hosts(right, &format!("{nobody},{}", free_port())), &up_to(0.0));
    assert_eq!(error.to_string().matches("127.0.0.1:").count(), 2, "{error}");
}

#[test]
fn the_session_is_what_the_url_asks_for() {
    let url = format!(
        "{}?application_name=shop%20app&options=-csearch_path%3Dpg_catalog&keepalives_idle=7&tcp_user_timeout=9000",
        server().url("postgres")
    );
    assert_eq!(ask(&url, "SHOW application_name").unwrap(), "shop app");
    assert_eq!(ask(&url, "SHOW search_path").unwrap(), "pg_catalog");
}

#[test]
fn the_password_file_is_read_when_there_is_no_other_password() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(".pgpass");
    fs::write(&file, "other:*:*:*:wrong\n127.0.0.1:*:postgres:postgres:s3cr\\:t/%@\n").unwrap();
    let environment = LibpqEnvironment::from_lookup(|_| None, Some(folder.path().into()), || None);
    let text = format!("postgresql://postgres@127.0.0.1:{}/postgres", server().port);
    for (mode, connects) in [(0o600, true), (0o644, false)] {
        fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
        let Ok(DatabaseUrl::Postgres(url)) = DatabaseUrl::parse(&text, &environment) else { panic!("{text}") };
        let result = try_connect(&url, &up_to(0.0), || {}, async |tried| tried.result.map(|_| ()));
        assert_eq!(result.is_ok(), connects, "{mode:o}");
        if let Err(error) = result {
            assert_eq!(error.kind(), FailureKind::PasswordMissing);
            assert!(error.to_string().contains(".pgpass is ignored because others may read it"), "{error}");
        }
    }
}
