//! The causes of a failed deployment, as data: each is one item, in the file of its family.
//!
//! Where several would recognise a line, the first one counts: in the order of the families, and of the items in each.

mod application;
mod code;
mod connection;
mod extension;
mod files;
mod groups;
mod library;
mod reason;
mod rows;
mod schema;
mod server;
mod sqlite;
mod start;
mod together;
mod url;

use std::fmt;
use std::sync::LazyLock;

use crate::findings::Kind;

pub use reason::{Reason, ToldBy};
pub(super) use schema::ABSENT_IN_SQLITE;

/// Why an upgrade or a start failed. Two are the same where their codes are.
#[derive(Clone, Copy)]
pub struct Cause(&'static Item);

/// Everything that is known of a cause.
struct Item {
    /// Its stable name.
    code: &'static str,
    /// What it means; empty where the message says it all.
    meaning: &'static str,
    /// The finding that has a page of its own about this.
    finding: Option<Kind>,
    /// What it is recognised by. Some are recognised by what stands around a line alone, see `exception`.
    signs: &'static [Sign],
    /// Which errors before it it only tells of again.
    follows: Follows,
    /// What may lie behind it, most likely first. A cause without any does not compile.
    reasons: &'static [Reason],
}

/// What an error is recognised by in a line.
#[derive(Debug, Clone, Copy)]
pub(super) enum Sign {
    /// What begins the SQLSTATE: of the driver's class, of the server's message, or of its English words.
    State(&'static [&'static str]),
    /// The same, where the words hold one of these.
    Worded(&'static [&'static str], &'static [&'static str]),
    /// The same, where the function says so of the words.
    Told(&'static [&'static str], fn(&str) -> bool),
    /// A text of libpq, a pooler or a provider, for what comes before there is an SQLSTATE.
    Words(&'static str),
    /// A text of SQLite, which is the same in every language.
    Sqlite(&'static str),
    /// How SQLite begins a text that ends in `already exists`.
    SqliteIsThere(&'static str),
    /// A text of Alembic, SQLAlchemy, Flask, Flask-Migrate, gunicorn, Python or the shell: the message begins with it.
    Text(&'static str),
    /// The same, where the message's beginning, or who it is about, stands before it.
    Line(&'static str),
    /// A line that takes more to recognise: the function answers the message.
    Found(fn(&str) -> Option<String>),
}

/// Which errors before it an error only tells of again.
#[derive(Debug, Clone, Copy)]
enum Follows {
    Nothing,
    Anything,
    Only(&'static str),
}

/// What is so of an item that does not say otherwise.
const PLAIN: Item = Item { code: "", meaning: "", finding: None, signs: &[], follows: Follows::Nothing, reasons: &[] };

/// The items of a family: each a constant of [`Cause`], all of them in `FAMILY`.
macro_rules! family {
    ($($(#[$doc:meta])+ $name:ident { $($field:ident: $value:expr),+ $(,)? })+) => {
        impl $crate::explanation::Cause {
            $(
                $(#[$doc])+
                pub const $name: Self = {
                    #[allow(clippy::needless_update, reason = "a cause may say all of it")]
                    const ITEM: super::Item = super::Item { $($field: $value,)+ ..super::PLAIN };
                    assert!(!ITEM.code.is_empty(), "a cause without a code");
                    assert!(!ITEM.reasons.is_empty(), "a cause without reasons");
                    Self(&ITEM)
                };
            )+
        }

        pub(super) const FAMILY: &[$crate::explanation::Cause] = &[$($crate::explanation::Cause::$name),+];
    };
}
use family;

/// In the order in which they are tried.
const FAMILIES: [&[Cause]; 14] = [
    files::FAMILY,
    connection::FAMILY,
    extension::FAMILY,
    together::FAMILY,
    schema::FAMILY,
    rows::FAMILY,
    sqlite::FAMILY,
    url::FAMILY,
    server::FAMILY,
    library::FAMILY,
    code::FAMILY,
    application::FAMILY,
    start::FAMILY,
    groups::FAMILY,
];

impl Cause {
    /// Every cause.
    pub fn all() -> impl Iterator<Item = Self> {
        FAMILIES.into_iter().flatten().copied()
    }

    /// Everything that any cause is recognised by.
    pub(super) fn signs() -> impl Iterator<Item = (Self, &'static Sign)> {
        Self::all().flat_map(|cause| cause.0.signs.iter().map(move |sign| (cause, sign)))
    }

    /// The signs that are a text, in the same order, without most of those that the line cannot hold for want of a letter.
    pub(super) fn texts(line: &str) -> impl Iterator<Item = (Self, &'static Sign)> {
        static TEXTS: LazyLock<Vec<(Cause, &Sign, u128)>> = LazyLock::new(|| {
            let letters_of = |(cause, sign)| match sign {
                &Sign::Text(text) | &Sign::Line(text) => Some((cause, sign, letters(text))),
                _ => None,
            };
            Cause::signs().filter_map(letters_of).collect()
        });
        let there = letters(line);
        TEXTS.iter().filter(move |(_, _, needed)| needed & !there == 0).map(|(cause, sign, _)| (*cause, *sign))
    }

    /// The stable name.
    pub fn code(self) -> &'static str {
        self.0.code
    }

    /// The finding that has a page of its own about this.
    pub fn finding(self) -> Option<Kind> {
        self.0.finding
    }

    /// What it means; empty where the message says it all.
    pub fn meaning(self) -> &'static str {
        self.0.meaning
    }

    /// What may lie behind it, most likely first; never empty.
    pub fn reasons(self) -> &'static [Reason] {
        self.0.reasons
    }

    /// Whether it only tells of an error that was said before.
    pub(super) fn follows_from(self, earlier: Self) -> bool {
        match self.0.follows {
            Follows::Nothing => false,
            Follows::Anything => true,
            Follows::Only(code) => earlier.code() == code,
        }
    }

    /// What is raised in the application's own code, which may be far from any migration.
    pub(super) const OF_THE_CODE: [Self; 7] = [
        Self::MISSING_VARIABLE,
        Self::NO_URL,
        Self::FAULT,
        Self::PYTHON_TOO_OLD,
        Self::PYTHON_TOO_NEW,
        Self::OTHER_SERVER,
        Self::LOGGING_SECTIONS,
    ];

    /// Whether it passes by itself, and is tried again until it has.
    pub(super) fn may_pass(self) -> bool {
        self.is_one_of(&[Self::STARTING_UP, Self::CANNOT_CONNECT, Self::HOST_UNKNOWN, Self::TIMED_OUT])
    }

    /// Whether it only tells that something else has failed.
    pub(super) fn only_follows(self) -> bool {
        matches!(self.0.follows, Follows::Anything)
    }

    /// Whether it is one of these.
    pub(super) fn is_one_of(self, causes: &[Self]) -> bool {
        causes.contains(&self)
    }
}

/// A bit for each ASCII character that the text holds.
fn letters(text: &str) -> u128 {
    text.bytes().filter(u8::is_ascii).fold(0, |all, letter| all | 1 << letter)
}

impl PartialEq for Cause {
    fn eq(&self, other: &Self) -> bool {
        self.code() == other.code()
    }
}

impl Eq for Cause {}

impl fmt::Debug for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Cause, Follows};

    #[test]
    fn every_cause_is_one_item_with_a_code_of_its_own() {
        let codes: BTreeSet<&str> = Cause::all().map(Cause::code).collect();
        assert_eq!(codes.len(), Cause::all().count());
        for cause in Cause::all() {
            for reason in cause.reasons() {
                let step = [reason.run, reason.note].concat();
                assert!(![reason.what, reason.tell, &step].contains(&""), "{cause:?}");
            }
            if let Follows::Only(code) = cause.0.follows {
                assert!(codes.contains(code), "{cause:?} follows {code}");
            }
        }
    }
}
