//! Errors as they stand in logs: of every driver, in the clothes of every log.

#![allow(clippy::print_stderr, reason = "the share that is known is to be seen")]

use super::Explanation;

const ERRORS: &str = include_str!("../../tests/data/wild_errors.txt");
const LOGS: &str = include_str!("../../tests/data/wild_logs.txt");

fn errors() -> impl Iterator<Item = (&'static str, String)> {
    let pairs = ERRORS.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once('\t'));
    pairs.map(|(code, text)| (code, text.replace("\\n", "\n").replace("\\t", "\t").replace("\\\\", "\\")))
}

fn code(text: &str) -> Option<&'static str> {
    Explanation::of(text).map(|explanation| explanation.cause.code())
}

/// What the texts are known as, and where that is wrong.
#[test]
fn errors_of_the_wild_are_known() {
    let wrong: Vec<String> = errors()
        .filter(|(wanted, text)| code(text) != Some(wanted))
        .map(|(wanted, text)| format!("{wanted}, came {:?}: {text}", Explanation::of(&text)))
        .collect();
    let all = errors().count();
    eprintln!("known and right: {} of {all}", all - wrong.len());
    assert!(all >= 150, "{all}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// Whole logs and posts: the cause, and what it is about.
fn logs() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    let parts = LOGS.split("\n== ").skip(1).filter_map(|part| part.split_once('\n'));
    parts.filter_map(|(head, text)| head.split_once(" : ").map(|(code, title)| (code, title, text)))
}

/// Right where nothing is said of a log without an error, and nothing but its own words of an error that is not known.
#[test]
fn whole_logs_of_the_wild_are_known() {
    let wrong: Vec<String> = logs()
        .filter(|(wanted, _, text)| code(text).unwrap_or("none") != *wanted)
        .map(|(wanted, title, text)| format!("{title}: {wanted}, came {:?}", Explanation::of(text)))
        .collect();
    let all = logs().count();
    eprintln!("known and right: {} of {all}", all - wrong.len());
    assert!(all >= 155, "{all}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// One error of a server as a driver with SQLAlchemy 2.0 or 2.1, or the server itself, prints it.
fn by_drivers(state: &str, class: &str, words: &str) -> Vec<String> {
    let asyncpg = format!("{}Error", class.replace("Sql", "SQL"));
    vec![
        format!("psycopg2.errors.{class}: {words}"),
        format!("sqlalchemy.exc.ProgrammingError: (psycopg2.errors.{class}) {words}"),
        format!("sqlalchemy.exc.ProgrammingError: (psycopg.errors.{class}) {words}"),
        format!("sqlalchemy.exc.ProgrammingError: (psycopg2.ProgrammingError) {words}"),
        format!("sqlalchemy.exc.ProgrammingError: (psycopg2cffi.ProgrammingError) {words}"),
        format!("asyncpg.exceptions.{asyncpg}: {words}"),
        format!(
            "sqlalchemy.exc.ProgrammingError: (sqlalchemy.dialects.postgresql.asyncpg.ProgrammingError) <class 'asyncpg.exceptions.{asyncpg}'>: {words}"
        ),
        format!("sqlalchemy.exc.DBAPIError: (sqlalchemy.dialects.postgresql.asyncpg.Error) {words}"),
        format!("sqlalchemy.dialects.postgresql.asyncpg.AsyncAdapt_asyncpg_dbapi.Error: {words}"),
        format!(
            "sqlalchemy.exc.ProgrammingError: (pg8000.dbapi.ProgrammingError) {{'S': 'ERROR', 'V': 'ERROR', 'C': '{state}', 'M': '{words}', 'F': 'x.c', 'L': '7'}}"
        ),
        format!("{class}: {words}"),
        format!("ERROR:  {words}"),
        format!("ERROR:  {state}: {words}"),
    ]
}

/// One line as logs show it.
fn in_logs(line: &str) -> Vec<(&'static str, String)> {
    let json = |field: &str| serde_json::json!({ "level": "error", field: line, "ts": 1.5 }).to_string();
    let nested = serde_json::json!({ "severity": "ERROR", "jsonPayload": { "message": line } }).to_string();
    let boxed = "╭──────── Traceback (most recent call last) ────────╮\n│ /srv/depot/env.py:7 in <module>                   │\n╰───────────────────────────────────────────────────╯\n";
    vec![
        ("plain", line.to_owned()),
        ("carriage returns", format!("start\r\n{line}\r\nend\r\n")),
        ("colours", format!("\u{1b}[1;31m{line}\u{1b}[0m")),
        ("compose", format!("web-1  | {line}")),
        ("heroku", format!("2031-02-03T04:05:06.789012+00:00 app[web.1]: {line}")),
        ("render", format!("Feb 3 04:05:06 AM  {line}")),
        ("kubectl --timestamps", format!("2031-02-03T04:05:06.789012345Z {line}")),
        ("kubectl --prefix", format!("[pod/web-6d4c9f7b8-abcde/app] {line}")),
        ("fly", format!("2031-02-03T04:05:06Z app[1781e5ad] ams [info] {line}")),
        ("journald", format!("Feb 03 04:05:06 box-7 gunicorn[927]: {line}")),
        ("journald, short-iso", format!("2031-02-03T04:05:06+0000 box-7 web[927]: {line}")),
        ("gunicorn", format!("[2031-02-03 04:05:06 +0000] [7] [ERROR] {line}")),
        ("loguru", format!("2031-02-03 04:05:06.789 | ERROR    | app.main:boot:31 - {line}")),
        ("logging", format!("2031-02-03 04:05:06,789 - app.db - ERROR - {line}")),
        ("logging, basic", format!("ERROR:app.db:{line}")),
        ("github", format!("2031-02-03T04:05:06.1234567Z ##[error]{line}")),
        ("github's client", format!("deploy\tmigrate\t2031-02-03T04:05:06.1234567Z {line}")),
        ("gitlab", format!("2031-02-03T04:05:06.123456Z 00O {line}")),
        ("buildkit", format!("#14 3.412 {line}")),
        ("containerd", format!("2031-02-03T04:05:06.789012345Z stderr F {line}")),
        ("quoted", format!("> {line}")),
        ("rich", format!("{boxed}{line}\n")),
        ("message", json("message")),
        ("msg", json("msg")),
        ("MESSAGE", json("MESSAGE")),
        ("log", json("log")),
        ("event", json("event")),
        ("body", json("body")),
        ("textPayload", json("textPayload")),
        ("exception", json("exception")),
        ("jsonPayload.message", nested),
    ]
}

/// The table: driver × log × error.
#[test]
fn every_driver_is_understood_in_every_log() {
    let mut wrong = Vec::new();
    let mut all = 0;
    for (wanted, state, class, words) in [
        ("undefined-table", "42P01", "UndefinedTable", "relation \"parcels\" does not exist"),
        ("duplicate-table", "42P07", "DuplicateTable", "relation \"parcels\" already exists"),
        ("duplicate-column", "42701", "DuplicateColumn", "column \"tax\" of relation \"parcels\" already exists"),
        ("missing-extension", "42704", "UndefinedObject", "type \"vector\" does not exist"),
        (
            "not-null-violation",
            "23502",
            "NotNullViolation",
            "column \"tax\" of relation \"parcels\" contains null values",
        ),
        ("insufficient-privilege", "42501", "InsufficientPrivilege", "permission denied for schema public"),
        ("query-canceled", "57014", "QueryCanceled", "canceling statement due to statement timeout"),
        ("read-only", "25006", "ReadOnlySqlTransaction", "cannot execute CREATE TABLE in a read-only transaction"),
    ] {
        for line in by_drivers(state, class, words) {
            for (log, text) in in_logs(&line) {
                all += 1;
                let found = Explanation::of(&text);
                if !found.as_ref().is_some_and(|found| found.cause.code() == wanted && found.message == words) {
                    wrong.push(format!("{log}: {text}: {found:?}"));
                }
            }
        }
    }
    eprintln!("found: {} of {all}", all - wrong.len());
    assert!(wrong.is_empty(), "{} of {all}:\n{}", wrong.len(), wrong[..wrong.len().min(12)].join("\n"));
}

#[test]
fn an_error_of_sqlite_is_understood_in_every_log() {
    for class in [
        "sqlite3.OperationalError: ",
        "sqlalchemy.exc.OperationalError: (aiosqlite.OperationalError) ",
        "OperationalError: ",
    ] {
        for (log, text) in in_logs(&format!("{class}table parcels already exists")) {
            assert_eq!(code(&text), Some("duplicate-table"), "{log}: {text}");
        }
    }
}
