//! A database URL cut into its parts, at the places where SQLAlchemy cuts it. No part is interpreted here.
//!
//! The rules are those of `sqlalchemy.engine.make_url` since 1.4: the user name ends at the first `:` or `/`, the
//! password at the *first* `@`, only user, password and database are percent-decoded, and a query key without a
//! value is dropped. Where SQLAlchemy would go on with a piece of a password as the host name, this refuses.

use percent_encoding::percent_decode_str;

use super::UrlError;
use crate::password::Password;

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
}

impl UrlParts {
    pub(crate) fn parse(text: &str) -> Result<Self, UrlError> {
        if text.trim().is_empty() {
            return Err(UrlError::Empty);
        }
        if text.trim() != text {
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
        Ok(Self {
            dialect: dialect.to_owned(),
            driver,
            user: user.map(decode),
            password: password.map(|password| Password::new(decode(password))),
            host: Some(host.to_owned()).filter(|host| !host.is_empty()),
            port: port.map(parse_port).transpose()?,
            database: database.map(decode),
            query: split_query(query),
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

/// A number is all that may be said of a port: a URL without `@` has its password in this place.
fn parse_port(text: &str) -> Result<u16, UrlError> {
    text.parse().ok().filter(|port| *port > 0).ok_or(UrlError::Port)
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
