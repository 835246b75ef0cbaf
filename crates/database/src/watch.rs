//! An upgrade as the server sees it: its sessions, what they wait for, who is in their way, and what queues behind them.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};

use serde::Deserialize;

/// By what an upgrade's sessions are known on the server, for certain.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mark {
    /// What they call themselves: drivers that are libpq take it from PGAPPNAME.
    pub name: String,
    /// The ends of their connections on this side, as the kernel has them. Whatever translates addresses hides them.
    pub ends: BTreeSet<(IpAddr, u16)>,
}

impl Mark {
    /// Every name of an upgrade's begins so.
    pub const PREFIX: &str = "levelhead upgrade ";

    /// The end of one more connection.
    pub fn add(&mut self, end: SocketAddr) {
        self.ends.insert((end.ip().to_canonical(), end.port()));
    }
}

/// Which sessions are to be ended.
#[derive(Debug, Clone, Copy)]
pub enum Whose<'a> {
    /// Those of this upgrade.
    Marked(&'a Mark),
    /// Those of any upgrade: whoever asks holds the lock, so none of them is anybody's.
    Former,
}

/// One look.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct Sight {
    /// The upgrade's sessions that are known as such.
    pub own: Vec<i64>,
    /// Whoever waits for a lock in this database.
    pub waits: Vec<Wait>,
    /// The upgrade, everybody who waits, and everybody who is in the way.
    pub parties: Vec<Party>,
}

impl Sight {
    /// A session of which more is known than its number.
    #[must_use]
    pub fn party(&self, pid: i64) -> Option<&Party> {
        self.parties.iter().find(|party| party.pid == pid)
    }

    /// Whoever waits for one of these: directly, or behind somebody who waits.
    #[must_use]
    pub fn behind(&self, pid: i64) -> Vec<&Wait> {
        self.waits.iter().filter(|wait| wait.pid != pid && wait.by.contains(&pid)).collect()
    }

    /// Who is in the way of a wait, in words, a line each.
    #[must_use]
    pub fn blockers(&self, wait: &Wait) -> Vec<String> {
        let sessions = wait.by.iter().filter(|pid| **pid != 0).map(|pid| match self.party(*pid) {
            Some(party) => party.words(),
            None => format!("pid {pid}"),
        });
        let prepared = wait.prepared.iter().map(|name| format!("prepared transaction {name}"));
        sessions.chain(prepared).collect()
    }
}

/// A session that waits for a lock.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Wait {
    /// Its process.
    pub pid: i64,
    /// What is locked, in the catalogue's words: `relation`, `transactionid`, `advisory`.
    pub kind: String,
    /// In which mode it is wanted.
    pub mode: String,
    /// The table, where it is one.
    pub table: Option<String>,
    /// The number of an advisory lock, as it was asked for.
    pub advisory: Option<String>,
    /// The processes in its way; 0 for a prepared transaction.
    pub by: Vec<i64>,
    /// The prepared transactions in its way.
    #[serde(default)]
    pub prepared: Vec<String>,
}

impl Wait {
    /// What it waits for, in words.
    #[must_use]
    pub fn what(&self) -> String {
        match (self.kind.as_str(), &self.table, &self.advisory) {
            ("advisory", _, Some(number)) => format!("advisory lock {number}"),
            ("relation", Some(table), _) => format!("a lock on {table}"),
            ("tuple" | "transactionid", Some(table), _) => format!("a row of {table}"),
            ("tuple" | "transactionid", None, _) => "a row that another transaction has changed".to_owned(),
            ("virtualxid", ..) => "older transactions to end".to_owned(),
            (kind, ..) => format!("a lock ({kind})"),
        }
    }
}

/// A session.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Party {
    /// Its process.
    pub pid: i64,
    /// Its role.
    pub user: Option<String>,
    /// What it calls itself.
    pub application: Option<String>,
    /// From where; `None` for a socket of the server's own machine.
    pub address: Option<String>,
    /// `active`, `idle in transaction`, …; `None` where this role may not see it.
    pub state: Option<String>,
    /// For how many seconds it has been so.
    pub seconds: Option<i64>,
    /// The beginning of its last statement.
    pub query: Option<String>,
    /// Whether it is the server's own, on its way to keep transaction numbers from running out: it does not give way.
    #[serde(default)]
    pub wraparound: bool,
}

impl Party {
    /// Who it is.
    #[must_use]
    pub fn who(&self) -> String {
        let mut words = vec![format!("pid {}", self.pid)];
        words.extend(self.application.clone().map(plain));
        words.extend(self.user.as_ref().map(|user| format!("user {}", plain(user.clone()))));
        words.extend(self.address.as_ref().map(|address| format!("from {address}")));
        words.join(", ")
    }

    /// Who it is, and what it does. No value of its statement is shown.
    #[must_use]
    pub fn words(&self) -> String {
        let mut words = vec![self.who()];
        let since = self.seconds.map(|seconds| format!(" for {seconds} s")).unwrap_or_default();
        words.extend(self.state.as_ref().map(|state| format!("{state}{since}")));
        if self.wraparound {
            words.push("autovacuum against wraparound, which does not give way".to_owned());
        }
        let query = self.query.as_deref().map(masked).filter(|query| !query.is_empty());
        words.join(", ") + &query.map(|query| format!(": {query}")).unwrap_or_default()
    }
}

fn plain(text: String) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// The longest part of a statement that is shown.
const SHOWN: usize = 120;

/// A statement in one line, with `?` for each value: those are people's data, and may be secrets.
#[must_use]
pub fn masked(query: &str) -> String {
    let mut shown = String::new();
    let mut rest = query.chars().peekable();
    let mut before = ' ';
    while let Some(c) = rest.next() {
        match c {
            '\'' => {
                // A quote that is doubled ends a part and begins the next.
                while rest.next().is_some_and(|inner| inner != '\'') {}
                if !shown.ends_with('?') {
                    shown.push('?');
                }
            }
            '"' => {
                shown.push(c);
                for inner in rest.by_ref() {
                    shown.push(if inner.is_control() { ' ' } else { inner });
                    if inner == '"' {
                        break;
                    }
                }
            }
            '$' if !is_of_a_name(before) && rest.peek().is_some_and(|next| !next.is_ascii_digit()) => {
                skip_dollar_quoted(&mut rest);
                shown.push('?');
            }
            c if c.is_ascii_digit() && !is_of_a_name(before) && before != '$' => {
                while rest.next_if(|next| next.is_ascii_alphanumeric() || *next == '.').is_some() {}
                shown.push('?');
            }
            c if c.is_whitespace() || c.is_control() => {
                if !shown.is_empty() && !shown.ends_with(' ') {
                    shown.push(' ');
                }
            }
            c => shown.push(c),
        }
        before = c;
    }
    let shown = shown.trim_end();
    match shown.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{} …", &shown[..end]),
        None => shown.to_owned(),
    }
}

fn is_of_a_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Goes past `tag$ … $tag$`.
fn skip_dollar_quoted(rest: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    let mut tag = String::from("$");
    for c in rest.by_ref() {
        tag.push(c);
        if c == '$' {
            break;
        }
    }
    let mut read = String::new();
    for c in rest.by_ref() {
        read.push(c);
        if read.ends_with(&tag) {
            break;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_is_shown_without_its_values() {
        for (query, shown) in [
            ("SELECT *\n  FROM parcels", "SELECT * FROM parcels"),
            ("UPDATE t1 SET a = 'it''s', b = 12.5e3 WHERE id = $1", "UPDATE t1 SET a = ?, b = ? WHERE id = $1"),
            ("ALTER ROLE x PASSWORD E'a\\n'", "ALTER ROLE x PASSWORD E?"),
            ("DO $do$ BEGIN secret('x'); END $do$; COMMIT", "DO ?; COMMIT"),
            ("SELECT \"a 1\" FROM \"T\"", "SELECT \"a 1\" FROM \"T\""),
            ("SELECT 'never ends", "SELECT ?"),
            ("SELECT \u{1b}[31m 1", "SELECT [? ?"),
        ] {
            assert_eq!(masked(query), shown, "{query}");
        }
        assert!(masked(&"x ".repeat(200)).ends_with(" …"));
    }

    #[test]
    fn who_is_in_the_way_is_named_with_what_they_do() {
        let party = Party {
            pid: 7,
            user: Some("app".to_owned()),
            application: Some("old-worker".to_owned()),
            address: None,
            state: Some("idle in transaction".to_owned()),
            seconds: Some(40),
            query: Some("SELECT 1".to_owned()),
            wraparound: false,
        };
        let wait = Wait {
            pid: 9,
            kind: "relation".to_owned(),
            mode: "AccessExclusiveLock".to_owned(),
            table: Some("parcels".to_owned()),
            advisory: None,
            by: vec![7, 8, 0],
            prepared: vec!["nightly".to_owned()],
        };
        let sight = Sight { own: vec![9], waits: vec![wait.clone()], parties: vec![party] };
        let expected = [
            "pid 7, old-worker, user app, idle in transaction for 40 s: SELECT ?",
            "pid 8",
            "prepared transaction nightly",
        ];
        assert_eq!(sight.blockers(&wait), expected);
        assert_eq!(wait.what(), "a lock on parcels");
    }
}
