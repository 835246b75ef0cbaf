//! The environment of the driver: nothing in it leads to the application's database.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;

/// The host that never exists (RFC 6761).
const NOWHERE: &str = "levelhead.invalid";
/// The file of which no process is ever the owner: a file has no folder below it.
const NO_FILE: &str = "/dev/null/levelhead";
/// Schemes of databases, before a driver's name.
const SCHEMES: [&str; 12] = [
    "postgres",
    "postgresql",
    "postgis",
    "psql",
    "pgsql",
    "cockroachdb",
    "redshift",
    "mysql",
    "mariadb",
    "mssql",
    "oracle",
    "asyncpg",
];
/// What libpq reads beside a URL; a password that it cannot use it need not have.
const LIBPQ: [&str; 5] = ["PGHOST", "PGHOSTADDR", "PGPASSWORD", "PGPASSFILE", "PGSERVICE"];

/// The variables that change, each with its new value, or with none where it is taken away. `database_url` is the database,
/// wherever it was given.
#[must_use]
pub fn leading_nowhere(
    variables: &[(OsString, OsString)],
    database_url: Option<&str>,
) -> Vec<(OsString, Option<OsString>)> {
    let host = database_url.and_then(host_of).filter(|host| !host.is_empty());
    let mut changes = Vec::new();
    for (name, value) in variables {
        if LIBPQ.iter().any(|libpq| name == libpq) {
            changes.push((name.clone(), (name == "PGHOST").then(|| NOWHERE.into())));
            continue;
        }
        let Some(text) = value.to_str() else {
            // Nothing that can be read could be made harmless.
            if value.as_bytes().windows(3).any(|three| three == b"://") {
                changes.push((name.clone(), None));
            }
            continue;
        };
        let changed = if host.is_some_and(|host| text == host) { NOWHERE.to_owned() } else { in_text(text, host) };
        if changed != text {
            changes.push((name.clone(), Some(changed.into())));
        }
    }
    let given = |name: &str| variables.iter().any(|(other, _)| other == OsStr::new(name));
    if let Some(url) = database_url
        && !given("DATABASE_URL")
    {
        changes.push(("DATABASE_URL".into(), Some(nowhere(url).into())));
    }
    if !given("PGHOST") {
        changes.push(("PGHOST".into(), Some(NOWHERE.into())));
    }
    changes
}

/// A URL of the same database on a host that is not there.
#[must_use]
pub fn nowhere(url: &str) -> String {
    in_text(url, host_of(url))
}

/// Every URL in a text: of a database, or of its host.
fn in_text(text: &str, host: Option<&str>) -> String {
    let mut changed = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let scheme = rest[..at].rsplit(|sign: char| !sign.is_ascii_alphanumeric() && !"+-._".contains(sign)).next();
        let scheme = scheme.unwrap_or_default().split('+').next().unwrap_or_default().to_ascii_lowercase();
        let (before, after) = rest.split_at(at + 3);
        let end = after.find([' ', '"', '\'', '\n', '\t', ',']).unwrap_or(after.len());
        // Several hosts of one URL are parted by commas.
        let end = if SCHEMES.contains(&scheme.as_str()) {
            after.find([' ', '"', '\'', '\n', '\t']).unwrap_or(after.len())
        } else {
            end
        };
        let (url, further) = after.split_at(end);
        changed += before;
        if scheme == "sqlite" {
            changed += &format!("/{NO_FILE}");
        } else if SCHEMES.contains(&scheme.as_str()) || host.is_some_and(|host| authority(url).1 == host) {
            changed += &elsewhere(url);
        } else {
            changed += url;
        }
        rest = further;
    }
    changed + rest
}

/// A URL past its scheme: the account, the host with its port, and what follows.
fn parts(url: &str) -> (Option<&str>, &str, &str) {
    let end = url.find(['/', '?', '#']).unwrap_or(url.len());
    // An unescaped sign in a password may look like the end.
    let account = url.rfind('@').filter(|&at| at < end || !url[end..at].contains('?'));
    match account {
        Some(at) => {
            let (host, rest) = (&url[at + 1..], at + 1);
            let end = rest + host.find(['/', '?', '#']).unwrap_or(host.len());
            (Some(&url[..at]), &url[rest..end], &url[end..])
        }
        None => (None, &url[..end], &url[end..]),
    }
}

/// The account and the host without its port.
fn authority(url: &str) -> (Option<&str>, &str) {
    let (account, host, _) = parts(url);
    let name = if host.starts_with('[') { host } else { host.split(':').next().unwrap_or_default() };
    (account, name)
}

fn elsewhere(url: &str) -> String {
    let (account, host, rest) = parts(url);
    let user = account.map(|account| account.split(':').next().unwrap_or_default());
    let account = user.map(|user| format!("{user}:nothing@")).unwrap_or_default();
    let port =
        host.rsplit_once(':').map(|(_, port)| port).filter(|port| port.bytes().all(|byte| byte.is_ascii_digit()));
    let port = port.filter(|port| !port.is_empty()).map(|port| format!(":{port}")).unwrap_or_default();
    // The query may name a host, a socket or a certificate.
    let path = rest.split(['?', '#']).next().unwrap_or_default();
    format!("{account}{NOWHERE}{port}{path}")
}

fn host_of(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    Some(authority(rest).1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(variables: &[(&str, &str)], url: Option<&str>) -> Vec<(String, Option<String>)> {
        let variables: Vec<_> = variables.iter().map(|(name, value)| (name.into(), value.into())).collect();
        let text = |value: OsString| value.into_string().unwrap();
        leading_nowhere(&variables, url).into_iter().map(|(name, value)| (text(name), value.map(text))).collect()
    }

    #[test]
    fn urls_of_databases_lead_nowhere() {
        for (url, expected) in [
            ("postgresql://u:p@db.example:5433/shop", "postgresql://u:nothing@levelhead.invalid:5433/shop"),
            ("postgres://u:p%40@h/d?sslmode=require", "postgres://u:nothing@levelhead.invalid/d"),
            ("postgresql+asyncpg://u:p/w@h/d", "postgresql+asyncpg://u:nothing@levelhead.invalid/d"),
            ("postgresql:///d?host=/run/postgresql", "postgresql://levelhead.invalid/d"),
            ("postgresql://a:1,b:2/d", "postgresql://levelhead.invalid:2/d"),
            ("postgresql://u@[::1]:5432/d", "postgresql://u:nothing@levelhead.invalid:5432/d"),
            ("sqlite:///app.db", "sqlite:////dev/null/levelhead"),
            ("sqlite+aiosqlite:////srv/app.db?mode=rw", "sqlite+aiosqlite:////dev/null/levelhead"),
        ] {
            assert_eq!(nowhere(url), expected, "{url}");
        }
    }

    #[test]
    fn every_variable_that_leads_to_the_database_is_changed_and_no_other() {
        let url = "postgresql://u:p@db.example/shop";
        let given = [
            ("DATABASE_URL", url),
            ("OTHER", "mysql+pymysql://u:p@other/d"),
            ("CONFIG", r#"{"db": "postgresql://u:p@db.example/shop", "page": "https://example.org/a"}"#),
            ("HEALTH", "http://db.example:8008/health"),
            ("DB_HOST", "db.example"),
            ("PGPASSWORD", "p"),
            ("HOME", "/root"),
            ("PAGE", "https://example.org/a?b=c"),
        ];
        let changed = changed(&given, Some(url));
        let names: Vec<&str> = changed.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["DATABASE_URL", "OTHER", "CONFIG", "HEALTH", "DB_HOST", "PGPASSWORD", "PGHOST"]);
        for (name, value) in &changed {
            let value = value.clone().unwrap_or_default();
            assert!(!value.contains("db.example") && !value.contains("@other"), "{name}: {value}");
        }
        assert!(changed[2].1.as_ref().unwrap().ends_with(r#"", "page": "https://example.org/a"}"#));
    }

    #[test]
    fn a_url_that_was_given_as_a_flag_is_there_too() {
        let changed = changed(&[], Some("sqlite:///app.db"));
        assert_eq!(changed[0], ("DATABASE_URL".to_owned(), Some("sqlite:////dev/null/levelhead".to_owned())));
    }
}
