//! The same strings, read by stillhead and by SQLAlchemy with psycopg, must name the same server, role and database.

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use stillhead::database::url::{DatabaseUrl, Endpoint, LibpqEnvironment, PostgresUrl};

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
from sqlalchemy import create_engine
from psycopg import pq
from psycopg.conninfo import make_conninfo
for line in sys.stdin:
    text, environment = json.loads(line)
    os.environ.update(environment)
    args, keywords = create_engine(text.replace("+psycopg2", "").replace("postgresql:", "postgresql+psycopg:")
        ).dialect.create_connect_args(__import__("sqlalchemy").make_url(text))
    keywords.pop("context", None)
    found = {o.keyword.decode(): o.val for o in pq.Conninfo.get_defaults()}
    found |= {o.keyword.decode(): o.val for o in pq.Conninfo.parse(make_conninfo(**keywords).encode()) if o.val is not None}
    found = {k: v.decode("utf-8") if v else None for k, v in found.items()}
    hosts = (found["host"] or "").split(",")
    ports = (found["port"] or "").split(",")
    ports = ports * len(hosts) if len(ports) == 1 else ports
    print(json.dumps({
        "user": found["user"], "password": found["password"], "database": found["dbname"] or found["user"],
        "hosts": [[h, int(p or 5432)] for h, p in zip(hosts, ports, strict=True)],
        "sslmode": "verify-full" if found["sslrootcert"] == "system" else found["sslmode"],
        "options": found["options"] or None, "application_name": found["application_name"] or "stillhead"}))
    for name in environment:
        del os.environ[name]
"#;

#[test]
fn sqlalchemy_and_psycopg_read_the_same() {
    let mut child = Command::new(python::binaries().join("python"))
        .args(["-c", SCRIPT])
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    for (text, environment) in CASES {
        let environment: serde_json::Map<_, _> =
            environment.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value))).collect();
        writeln!(input, "{}", json!([text, environment])).unwrap();
    }
    drop(input);
    let output = child.wait_with_output().unwrap();
    let theirs: Vec<Value> =
        String::from_utf8(output.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(theirs.len(), CASES.len(), "Python stopped after {:?}", CASES.get(theirs.len()));
    for ((text, environment), theirs) in CASES.iter().zip(theirs) {
        assert_eq!(ours(text, environment), theirs, "{text} {environment:?}");
    }
}

fn ours(text: &str, environment: &[(&str, &str)]) -> Value {
    let lookup = |name: &str| environment.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
    let account = || Some(nix::unistd::User::from_uid(nix::unistd::Uid::effective()).unwrap().unwrap().name);
    match DatabaseUrl::parse(text, &LibpqEnvironment::from_lookup(lookup, None, account)) {
        Ok(DatabaseUrl::Postgres(url)) => describe(&url),
        other => panic!("{text}: {other:?}"),
    }
}

fn describe(url: &PostgresUrl) -> Value {
    let mut hosts: Vec<Value> = url
        .endpoints
        .iter()
        .map(|endpoint| match endpoint {
            Endpoint::Tcp { host, port, .. } => json!([host, port]),
            Endpoint::Socket { folder, port } => json!([folder, port]),
        })
        .collect();
    // libpq has one folder built in, and which one depends on who has built it.
    if hosts[0][0] == "/var/run/postgresql" {
        hosts = vec![json!(["", hosts[0][1]])];
    }
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
