//! The same strings, read by levelhead and by SQLAlchemy with psycopg, must name the same server, role and database.

use std::fs::File;
use std::path::Path;
use std::process::Command;

use database::url::{DatabaseUrl, Endpoint, LibpqEnvironment, PostgresUrl, UrlError};
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};

use crate::support::python;

/// Text and environment.
type Case = (&'static str, &'static [(&'static str, &'static str)]);

const CASES: &[Case] = &[
    ("postgresql://u:p@h:1/d", &[]),
    ("postgresql+psycopg://u:p@h/d?sslmode=require", &[]),
    ("postgresql+psycopg2://u:p@h/d?sslmode=verify-ca", &[]),
    ("postgresql+psycopg2://u:p%40s%2Fs%25%3A@h/d%20b", &[]),
    ("postgresql://u:p/q?r#s@h/d", &[]),
    ("postgresql://u:100%zz%@h/d", &[]),
    ("postgresql://u:caf%C3%A9é@h/d", &[]),
    ("postgresql://u:%ff@h/d", &[]),
    ("postgresql://u%3Ax:p@h/d", &[]),
    ("postgresql://user@server:p@h/d", &[]),
    ("postgresql://u:a:b@h/d", &[]),
    ("postgresql://u:@h/d", &[]),
    ("postgresql://:p@h/d", &[]),
    ("postgresql://u+v:p+q@h/d", &[]),
    ("postgresql://u@[::1]:5/d", &[]),
    ("postgresql://u@[2001:db8::7]/d", &[]),
    ("postgresql://u@h", &[]),
    ("postgresql://u@h/", &[]),
    ("postgresql://h/d", &[]),
    ("postgresql://", &[]),
    ("postgresql:///d", &[]),
    ("postgresql:///d?host=/run/pg&port=6", &[]),
    ("postgresql://u@/d?host=/run/pg", &[]),
    ("postgresql://u@h/d?host=a,b&port=1,2", &[]),
    ("postgresql://u@/d?host=a:1&host=b:2", &[]),
    ("postgresql://u@/d?host=a:1&host=b", &[]),
    ("postgresql://u@/d?host=a&host=b", &[]),
    ("postgresql://u@/d?host=a:7", &[]),
    ("postgresql://u@h:9/d?host=a", &[]),
    ("postgresql://u@h:9/d?host=a,b", &[]),
    ("postgresql://u@a,b/d", &[]),
    ("postgresql://u@a,b:7/d", &[]),
    ("postgresql://u:p@h/d?user=v&password=w&dbname=e&sslmode=", &[]),
    ("postgresql://u:p@h/d?application_name=a+b%26c&options=-csearch_path%3Dx", &[]),
    ("postgresql://u@h/d?sslrootcert=system", &[]),
    ("postgresql://u@h/d?options", &[]),
    (
        "postgresql://",
        &[("PGHOST", "eh"), ("PGPORT", "9"), ("PGUSER", "eu"), ("PGPASSWORD", "e@p"), ("PGDATABASE", "ed")],
    ),
    ("postgresql://u:p@h:1/d?sslmode=allow", &[("PGUSER", "eu"), ("PGPASSWORD", "ep"), ("PGSSLMODE", "require")]),
    ("postgresql:///d?host=/s", &[("PGHOST", "eh"), ("PGPORT", "9"), ("PGSSLMODE", "disable")]),
    ("postgresql://u@h", &[("PGDATABASE", "ed"), ("PGOPTIONS", "-cx.y=1"), ("PGAPPNAME", "app")]),
    ("postgresql://u@a,b/d", &[("PGPORT", "1,2")]),
];

/// What SQLAlchemy hands to psycopg, completed by libpq's own defaults and environment.
const SCRIPT: &str = r#"
import json, os, sys
import sqlalchemy as sa
from psycopg import pq
from psycopg.conninfo import make_conninfo
def read(text):
    url = sa.make_url(text.replace("+psycopg2", "").replace("postgresql:", "postgresql+psycopg:"))
    _, keywords = sa.create_engine(url).dialect.create_connect_args(url)
    keywords.pop("context", None)
    found = {o.keyword.decode(): o.val for o in pq.Conninfo.get_defaults()}
    found |= {o.keyword.decode(): o.val for o in pq.Conninfo.parse(make_conninfo(**keywords).encode()) if o.val is not None}
    found = {k: v.decode("utf-8") if v else None for k, v in found.items()}
    hosts = (found["host"] or "").split(",")
    ports = (found["port"] or "").split(",")
    ports = ports * len(hosts) if len(ports) == 1 else ports
    return {
        "user": found["user"], "password": found["password"], "database": found["dbname"] or found["user"],
        "hosts": [[h, int(p or 5432)] for h, p in zip(hosts, ports, strict=True)],
        "sslmode": "verify-full" if found["sslrootcert"] == "system" else found["sslmode"],
        "options": found["options"] or None, "application_name": found["application_name"] or "levelhead"}

for line in sys.stdin:
    text, environment = json.loads(line)
    os.environ.update(environment)
    try:
        print(json.dumps(read(text)))
    except Exception as error:
        print(json.dumps({"error": repr(error)}))
    for name in environment:
        del os.environ[name]
"#;

/// What SQLAlchemy and psycopg make of each text; an error is `{"error": …}`.
fn ask_psycopg(cases: &[(String, &[(&str, &str)])]) -> Vec<Value> {
    let folder = tempfile::tempdir().unwrap();
    let questions = folder.path().join("questions");
    let mut lines = String::new();
    for (text, environment) in cases {
        let environment: serde_json::Map<_, _> =
            environment.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value))).collect();
        lines = format!("{lines}{}\n", json!([text, environment]));
    }
    std::fs::write(&questions, lines).unwrap();
    let output = Command::new(python::binaries().join("python"))
        .args(["-c", SCRIPT])
        .env_clear()
        .stdin(File::open(&questions).unwrap())
        .output()
        .unwrap();
    let answers: Vec<Value> =
        String::from_utf8(output.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), cases.len(), "{}", String::from_utf8_lossy(&output.stderr));
    answers
}

#[test]
fn sqlalchemy_and_psycopg_read_the_same() {
    let cases: Vec<_> = CASES.iter().map(|(text, environment)| ((*text).to_owned(), *environment)).collect();
    for ((text, environment), theirs) in cases.iter().zip(ask_psycopg(&cases)) {
        let ours = ours(text, environment).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(ours, theirs, "{text} {environment:?}");
    }
}

/// Random texts of what has a meaning in a URL. Either may refuse; what both accept must mean the same.
#[test]
fn no_text_means_something_else_to_sqlalchemy() {
    let pieces = [
        "u",
        "p",
        "h",
        "d",
        ":",
        ":",
        "@",
        "@",
        "/",
        "/",
        "?",
        "=",
        "&",
        "%41",
        "%",
        "[",
        "]",
        "::1",
        ",",
        "#",
        "1",
        "host=",
        "port=5",
        "user=x",
        "sslmode=allow",
        "dbname=e",
    ];
    let mut random = rand::rngs::StdRng::seed_from_u64(9);
    let mut text = || {
        let length = random.random_range(1..12);
        (0..length).map(|_| *pieces.choose(&mut random).expect("not empty")).collect::<String>()
    };
    let none: &[(&str, &str)] = &[];
    let cases: Vec<_> = (0..6_000).map(|_| (format!("postgresql://{}", text()), none)).collect();
    let mut same = 0;
    for ((text, environment), theirs) in cases.iter().zip(ask_psycopg(&cases)) {
        if let Ok(ours) = ours(text, environment)
            && theirs.get("error").is_none()
        {
            assert_eq!(ours, theirs, "{text}");
            same += 1;
        }
    }
    assert!(same > 500, "only {same} of {} texts were accepted by both", cases.len());
}

fn ours(text: &str, environment: &[(&str, &str)]) -> Result<Value, UrlError> {
    let lookup = |name: &str| environment.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
    let account = || Some(nix::unistd::User::from_uid(nix::unistd::Uid::effective()).unwrap().unwrap().name);
    match DatabaseUrl::parse(text, &LibpqEnvironment::from_lookup(lookup, None, account)) {
        Ok(DatabaseUrl::Postgres(url)) => Ok(describe(&url)),
        Ok(DatabaseUrl::Sqlite(url)) => panic!("{text} is {url}"),
        Err(error) => Err(error),
    }
}

fn describe(url: &PostgresUrl) -> Value {
    // libpq has one folder built in, and which one depends on who has built it.
    let hosts: Vec<Value> = url
        .endpoints
        .iter()
        .filter_map(|endpoint| match endpoint {
            Endpoint::Tcp { host, port, .. } => Some(json!([host, port])),
            Endpoint::Socket { folder, .. } if folder == Path::new("/tmp") => None,
            Endpoint::Socket { folder, port } if folder == Path::new("/var/run/postgresql") => Some(json!(["", port])),
            Endpoint::Socket { folder, port } => Some(json!([folder, port])),
        })
        .collect();
    json!({
        "user": url.user,
        "password": url.password.as_ref().map(|password| password.expose()),
        "database": url.database,
        "hosts": hosts,
        "sslmode": url.tls.mode.word(),
        "options": url.options,
        "application_name": url.application_name,
    })
}
