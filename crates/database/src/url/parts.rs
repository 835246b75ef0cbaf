//! A database URL cut into its parts, at the places where SQLAlchemy cuts it. No part is interpreted here.
//!
//! The rules are those of `sqlalchemy.engine.make_url` since 1.4: the user name ends at the first `:` or `/`, the
//! password at the *first* `@`, only user, password and database are percent-decoded, and a query key without a
//! value is dropped. Where SQLAlchemy would go on with a piece of a password as the host name, this refuses.

use std::net::Ipv6Addr;

use percent_encoding::percent_decode_str;

use super::{UrlError, UrlWarning};
use crate::password::Password;

/// What becomes of white space at the end.
const TAKEN_OFF: &str = "it is taken off, for the upgrade and the start command too";

/// The parts of a URL. `Debug` is not derived: the query may hold a password.
pub(crate) struct UrlParts {
    /// `postgresql+psycopg` is `postgresql`, in lower case as it must be written.
    pub(crate) dialect: String,
    /// The driver's name after the `+`.
    pub(crate) driver: Option<String>,
    pub(crate) user: Option<String>,
    pub(crate) password: Option<Password>,
    pub(crate) host: Option<String>,
    pub(crate) port: Option<u16>,
    pub(crate) database: Option<String>,
    /// Decoded keys and values in the order in which they are written.
    pub(crate) query: Vec<(String, String)>,
    /// White space that was taken off the end.
    pub(crate) warnings: Vec<UrlWarning>,
}

impl UrlParts {
    pub(crate) fn parse(text: &str) -> Result<Self, UrlError> {
        if text.trim().is_empty() {
            return Err(UrlError::Empty);
        }
        let (text, space) = text.split_at(text.trim_end().len());
        if text.trim_start() != text {
            return Err(UrlError::SurroundingSpace);
        }
        if text.starts_with(['"', '\'']) {
            return Err(UrlError::Quoted);
        }
        let (name, rest) = text.split_once("://").ok_or(UrlError::NoScheme)?;
        if name.is_empty() || !name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '+') {
            return Err(UrlError::NoScheme);
        }
        let (dialect, driver) = match name.split_once('+') {
            Some((dialect, driver)) => (dialect, Some(driver.to_owned())),
            None => (name, None),
        };

        let (user, password, rest) = split_user(rest);
        let (host, rest) = split_host(rest);
        let (port, rest) = split_port(rest);
        let (database, query) = split_database(rest)?;
        let parts = [host, port.unwrap_or_default(), database.unwrap_or_default()];
        if parts.iter().any(|part| part.contains('@')) || misplaced_at(query, database.is_some()) {
            return Err(UrlError::UnescapedAt);
        }
        if !space.is_empty() && !may_end_with(space, port, database, query) {
            return Err(UrlError::SurroundingSpace);
        }
        let taken_off = UrlWarning { key: "white space at the end of the database URL".to_owned(), why: TAKEN_OFF };
        let port = port.map(|port| parse_port(host, port)).transpose()?;
        Ok(Self {
            dialect: dialect.to_owned(),
            driver,
            user: user.map(decode),
            password: password.map(|password| Password::new(decode(password))),
            host: Some(host.to_owned()).filter(|host| !host.is_empty()),
            // SQLAlchemy hands no zero on.
            port: port.filter(|port| *port > 0),
            database: database.map(decode),
            query: split_query(query),
            warnings: if space.is_empty() { Vec::new() } else { vec![taken_off] },
        })
    }
}

/// User and password end at the first `@` after a `:`; without a `:`, at the last `@` before the first `/`.
fn split_user(text: &str) -> (Option<&str>, Option<&str>, &str) {
    let end = text.find([':', '/']).unwrap_or(text.len());
    if text[end..].starts_with(':')
        && let Some((password, rest)) = text[end + 1..].split_once('@')
    {
        return (Some(&text[..end]), Some(password), rest);
    }
    match text[..end].rfind('@') {
        Some(at) => (Some(&text[..at]), None, &text[at + 1..]),
        None => (None, None, text),
    }
}

fn split_host(text: &str) -> (&str, &str) {
    let bracketed = &text[..text.find(['/', '?']).unwrap_or(text.len())];
    if let Some(inner) = bracketed.strip_prefix('[')
        && let Some(end) = inner.rfind(']').filter(|end| *end > 0)
    {
        return (&inner[..end], &text[end + 2..]);
    }
    text.split_at(text.find(['/', ':', '?']).unwrap_or(text.len()))
}

fn split_port(text: &str) -> (Option<&str>, &str) {
    match text.strip_prefix(':') {
        Some(after) => {
            let (port, rest) = after.split_at(after.find(['/', '?']).unwrap_or(after.len()));
            (Some(port), rest)
        }
        None => (None, text),
    }
}

fn split_database(text: &str) -> Result<(Option<&str>, &str), UrlError> {
    let (path, query) = text.split_once('?').unwrap_or((text, ""));
    match path.strip_prefix('/') {
        Some(database) => Ok((Some(database), query)),
        None if path.is_empty() => Ok((None, query)),
        None => Err(UrlError::AfterHost),
    }
}

/// Whether white space after the last part changes nothing that is a name or a secret: Python's `int` takes it off a port,
/// SQLAlchemy a line break off a query, and no keyword but these has a value that ends with it.
fn may_end_with(space: &str, port: Option<&str>, database: Option<&str>, query: &str) -> bool {
    const NAMES_AND_SECRETS: [&str; 9] =
        ["database", "dbname", "host", "options", "password", "passfile", "service", "user", "unix_sock"];
    let last = query.rsplit('&').next().unwrap_or_default();
    match last.split_once('=') {
        Some((key, _)) => space.starts_with('\n') || !NAMES_AND_SECRETS.contains(&key),
        None => database.is_none() && port.is_some(),
    }
}

/// A number is all that may be said of a port: a URL without `@` has its password in this place.
fn parse_port(host: &str, text: &str) -> Result<u16, UrlError> {
    text.trim_end().parse().map_err(|_| match text {
        _ if format!("{host}:{text}").parse::<Ipv6Addr>().is_ok() => UrlError::NoBrackets,
        // A password has its own say about commas.
        _ if text.split(',').count() > 1 && text.rsplit(':').next().is_some_and(|last| last.parse::<u16>().is_ok()) => {
            UrlError::SeveralPorts
        }
        _ => UrlError::Port,
    })
}

/// Whether an `@` in the query is more likely the rest of a password than a value: the password held `@` and `?`.
fn misplaced_at(query: &str, has_database: bool) -> bool {
    query
        .split('&')
        .filter(|pair| pair.contains('@'))
        .any(|pair| !has_database || pair.split_once('=').is_none_or(|(key, _)| key.contains('@') || !may_hold_at(key)))
}

/// Keywords whose values may well hold an `@` that nobody has escaped.
fn may_hold_at(key: &str) -> bool {
    matches!(key, "application_name" | "fallback_application_name" | "options" | "user" | "password")
}

fn split_query(query: &str) -> Vec<(String, String)> {
    query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .filter(|(_, value)| !value.is_empty())
        .map(|(key, value)| (decode(&key.replace('+', " ")), decode(&value.replace('+', " "))))
        .collect()
}

/// As Python's `unquote`: what is no escape stays as it is.
fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}
