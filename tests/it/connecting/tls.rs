//! sslmode against a real server with good and bad certificates, beside psycopg with the same string.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use database::failure::FailureKind;
use database::url::{DatabaseUrl, LibpqEnvironment};
use serde_json::json;

use super::certificates::{Kind, TlsServer};
use super::{first_value, try_connect, up_to};
use crate::support::postgres::server;
use crate::support::python;

/// What became of a connection.
const TLS: &str = "tls";
const PLAIN: &str = "plain";
const REFUSED: &str = "refused";

/// User, host in the certificate's eyes, query, and what both must make of it. `{}` is the folder of certificates.
type Case = (&'static str, &'static str, &'static str, &'static str);

fn compare(kind: Kind, cases: &[Case]) {
    compare_at_home(kind, "/nonexistent".as_ref(), cases);
}

fn compare_at_home(kind: Kind, home: &Path, cases: &[Case]) {
    let server = TlsServer::with(kind);
    let urls: Vec<String> = cases
        .iter()
        .map(|(user, host, query, _)| {
            let query = query.replace("{}", &server.certificates().display().to_string());
            format!("postgresql://{user}:secret@{host}:{}/postgres?hostaddr=127.0.0.1&{query}", server.port())
        })
        .collect();
    let theirs = psycopg(&urls, home);
    for ((case, url), theirs) in cases.iter().zip(&urls).zip(theirs) {
        let (ours, answer) = levelhead(url, home);
        assert_eq!((ours, theirs.as_str()), (case.3, case.3), "{kind:?} {url}: {answer}");
    }
}

fn levelhead(url: &str, home: &Path) -> (&'static str, String) {
    let environment = LibpqEnvironment::from_lookup(|_| None, Some(home.to_owned()), || None);
    let Ok(DatabaseUrl::Postgres(url)) = DatabaseUrl::parse(url, &environment) else { panic!("{url}") };
    try_connect(
        &url,
        &up_to(0.0),
        || {},
        async |tried| match tried.result {
            Ok(connected) => {
                let answer =
                    first_value(&connected.client, "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()").await;
                assert_eq!(answer == "t", connected.encrypted, "the server says {answer}");
                (if connected.encrypted { TLS } else { PLAIN }, String::new())
            }
            Err(error) => (REFUSED, error.to_string()),
        },
    )
}

const SCRIPT: &str = r#"
import json, os, sys
import sqlalchemy as sa
for line in sys.stdin:
    url, os.environ["HOME"] = json.loads(line)
    try:
        with sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:")).connect() as connection:
            ssl = connection.scalar(sa.text("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"))
        print("tls" if ssl else "plain")
    except sa.exc.OperationalError as error:
        print("refused", file=sys.stdout)
        print(error, file=sys.stderr)
"#;

fn psycopg(urls: &[String], home: &Path) -> Vec<String> {
    let mut child = Command::new(python::binaries().join("python"))
        .args(["-c", SCRIPT])
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    for url in urls {
        writeln!(input, "{}", json!([url, home])).unwrap();
    }
    drop(input);
    let output = child.wait_with_output().unwrap();
    let lines: Vec<String> = String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect();
    assert_eq!(lines.len(), urls.len(), "{}", String::from_utf8_lossy(&output.stderr));
    lines
}

#[test]
fn a_good_certificate() {
    // Without asking first whether there is TLS, since PostgreSQL 17.
    let direct = if server().version() < 17 { REFUSED } else { TLS };
    let cases = [
        ("app", "db.example", "sslmode=disable", PLAIN),
        ("app", "db.example", "sslmode=allow", PLAIN),
        ("tlsonly", "db.example", "sslmode=allow", TLS),
        ("app", "db.example", "", TLS),
        ("app", "db.example", "sslmode=prefer", TLS),
        ("plainonly", "db.example", "sslmode=prefer", PLAIN),
        ("plainonly", "db.example", "sslmode=prefer&sslrootcert={}/ca.crt", PLAIN),
        ("tlsonly", "db.example", "sslmode=disable", REFUSED),
        ("app", "db.example", "sslmode=prefer&sslrootcert={}/other.crt", PLAIN),
        ("tlsonly", "db.example", "sslmode=prefer&sslrootcert={}/other.crt", REFUSED),
        ("app", "db.example", "sslmode=require", TLS),
        ("app", "my_db", "sslmode=require", TLS),
        ("app", "db.example.", "sslmode=require", TLS),
        ("plainonly", "db.example", "sslmode=require", REFUSED),
        ("app", "wrong.example", "sslmode=require&sslrootcert={}/ca.crt", TLS),
        ("app", "db.example", "sslmode=require&sslrootcert={}/other.crt", REFUSED),
        ("app", "db.example", "sslmode=require&sslrootcert={}/absent.crt", TLS),
        ("app", "wrong.example", "sslmode=verify-ca&sslrootcert={}/ca.crt", TLS),
        ("app", "db.example", "sslmode=verify-ca&sslrootcert={}/both.crt", TLS),
        ("app", "db.example", "sslmode=verify-ca&sslrootcert={}/other.crt", REFUSED),
        ("app", "db.example", "sslmode=verify-ca&sslrootcert={}/absent.crt", REFUSED),
        ("app", "db.example", "sslmode=verify-ca&sslrootcert={}/ca.key", REFUSED),
        ("app", "db.example", "sslmode=verify-full&sslrootcert={}/ca.crt", TLS),
        ("app", "DB.Example", "sslmode=verify-full&sslrootcert={}/ca.crt", TLS),
        ("app", "127.0.0.1", "sslmode=verify-full&sslrootcert={}/ca.crt", TLS),
        ("app", "wrong.example", "sslmode=verify-full&sslrootcert={}/ca.crt", REFUSED),
        ("app", "a.db.example", "sslmode=verify-full&sslrootcert={}/ca.crt", REFUSED),
        ("app", "127.0.0.2", "sslmode=verify-full&sslrootcert={}/ca.crt", REFUSED),
        ("app", "db.example", "sslmode=verify-full", REFUSED),
        ("app", "db.example", "sslrootcert=system", REFUSED),
        ("app", "db.example", "sslmode=require&sslsni=0", TLS),
        ("app", "db.example", "sslmode=require&ssl_min_protocol_version=TLSv1.3", TLS),
        ("app", "db.example", "sslmode=require&sslnegotiation=direct", direct),
        ("app", "db.example", "sslmode=require&channel_binding=require", TLS),
        ("app", "db.example", "sslmode=require&channel_binding=disable", TLS),
        ("app", "db.example", "sslmode=disable&channel_binding=require", REFUSED),
        ("bycertificate", "db.example", "sslmode=require&sslcert={}/client.crt&sslkey={}/client.key", TLS),
        ("bycertificate", "db.example", "sslmode=require", REFUSED),
        ("bycertificate", "db.example", "sslmode=require&sslcert={}/absent.crt&sslkey={}/client.key", REFUSED),
        ("bycertificate", "db.example", "sslmode=require&sslcert={}/client.crt&sslkey={}/absent.key", REFUSED),
        ("bycertificate", "db.example", "sslmode=require&sslcert={}/client.crt&sslkey={}/ca.key", REFUSED),
        ("app", "db.example", "sslmode=require&sslcert={}/client.crt&sslkey={}/client.key&sslcertmode=disable", TLS),
    ];
    compare(Kind::Good, &cases);
}

#[test]
fn the_root_certificate_of_the_home_folder() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join(".postgresql");
    std::fs::create_dir(&folder).unwrap();
    let install = |name: &str| {
        let server = TlsServer::with(Kind::Good);
        std::fs::copy(server.certificates().join(name), folder.join("root.crt")).unwrap();
    };
    install("ca.crt");
    compare_at_home(Kind::Good, home.path(), &[("app", "db.example", "sslmode=verify-full", TLS)]);
    install("other.crt");
    let cases = [
        ("app", "db.example", "sslmode=require", REFUSED),
        ("app", "db.example", "sslmode=prefer", PLAIN),
        ("app", "db.example", "sslmode=verify-ca", REFUSED),
    ];
    compare_at_home(Kind::Good, home.path(), &cases);
}

#[test]
fn an_expired_certificate() {
    let cases = [
        ("app", "db.example", "sslmode=require", TLS),
        ("app", "db.example", "sslmode=require&sslrootcert={}/ca.crt", REFUSED),
        ("app", "db.example", "sslmode=verify-ca&sslrootcert={}/ca.crt", REFUSED),
        ("app", "db.example", "sslmode=verify-full&sslrootcert={}/ca.crt", REFUSED),
    ];
    compare(Kind::Expired, &cases);
}

#[test]
fn a_certificate_that_is_its_own_root() {
    let cases = [
        ("app", "db.example", "sslmode=require", TLS),
        ("app", "wrong.example", "sslmode=verify-ca&sslrootcert={}/server.crt", TLS),
        ("app", "db.example", "sslmode=verify-full&sslrootcert={}/server.crt", TLS),
        ("app", "wrong.example", "sslmode=verify-full&sslrootcert={}/server.crt", REFUSED),
        ("app", "db.example", "sslmode=verify-ca&sslrootcert={}/ca.crt", REFUSED),
    ];
    compare(Kind::SelfSigned, &cases);
    let expired = [("app", "db.example", "sslmode=verify-ca&sslrootcert={}/server.crt", REFUSED)];
    compare(Kind::SelfSignedExpired, &expired);
}

#[test]
fn a_name_in_the_subject_only() {
    let cases = [
        ("app", "db.example", "sslmode=verify-full&sslrootcert={}/ca.crt", TLS),
        ("app", "wrong.example", "sslmode=verify-full&sslrootcert={}/ca.crt", REFUSED),
    ];
    compare(Kind::CommonName, &cases);
}

#[test]
fn a_star_in_the_name() {
    let cases = [
        ("app", "db.shop.example", "sslmode=verify-full&sslrootcert={}/ca.crt", TLS),
        ("app", "a.db.shop.example", "sslmode=verify-full&sslrootcert={}/ca.crt", REFUSED),
        ("app", "shop.example", "sslmode=verify-full&sslrootcert={}/ca.crt", REFUSED),
    ];
    compare(Kind::Star, &cases);
}

/// `openssl x509 -req` without extensions: good enough for `require`, as for psycopg.
#[test]
fn a_version_1_certificate() {
    let cases = [
        ("app", "db.example", "sslmode=require", TLS),
        ("app", "db.example", "sslmode=require&channel_binding=require", TLS),
        ("app", "db.example", "sslmode=verify-ca&sslrootcert={}/other.crt", REFUSED),
    ];
    compare(Kind::Version1, &cases);
}

#[test]
fn the_answer_says_what_is_wrong_with_the_certificate() {
    let cases = [
        (Kind::Good, "wrong.example", "ca.crt", FailureKind::CertificateRejected, "not valid for"),
        (Kind::Good, "db.example", "other.crt", FailureKind::CertificateRejected, "UnknownIssuer"),
        (Kind::Good, "db.example", "absent.crt", FailureKind::CertificateFile, "absent.crt does not exist"),
        (Kind::Good, "db.example", "ca.key", FailureKind::CertificateFile, "ca.key: holds no certificate"),
        (Kind::Expired, "db.example", "ca.crt", FailureKind::CertificateRejected, "expired"),
    ];
    for (kind, host, root, failure, words) in cases {
        let server = TlsServer::with(kind);
        let root = server.certificates().join(root);
        let url = format!(
            "postgresql://app:secret@{host}:{}/postgres?hostaddr=127.0.0.1&sslmode=verify-full&sslrootcert={}",
            server.port(),
            root.display()
        );
        let (error, said) = super::error_of(&url, &up_to(60.0));
        assert_eq!((error.kind(), said.len()), (failure, 0), "{error}");
        assert!(error.to_string().contains(words), "{error}");
    }
}
