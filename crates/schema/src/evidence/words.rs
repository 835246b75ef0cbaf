//! A claim in words that a person knows: what is there or missing, and which revision made it so.

use super::claim::Claim;
use crate::{Belief, State, Subject, TableSubject};

impl Claim {
    /// One line, for example `users.email exists, which 3f2a adds`. `ids` are the revisions in upgrade order.
    pub fn sentence<S: AsRef<str>>(&self, ids: &[S]) -> String {
        let by = self.by.and_then(|by| ids.get(by)).map(AsRef::as_ref);
        if let Some(sentence) = self.of_a_property(by) {
            return sentence;
        }
        let what = name(&self.subject);
        match (&self.expected, &self.live) {
            (Some(expected), None) => match by {
                Some(by) => format!("{what} is missing, which {by} {}", verb(expected)),
                None => format!("{what} is missing"),
            },
            (None, Some(_)) => match by {
                Some(by) => format!("{what} exists, which {by} drops"),
                None => format!("{what} exists, but the revision that adds it is not recorded as applied"),
            },
            (None, None) => match by {
                Some(by) => format!("{what} is gone, which {by} drops"),
                None => format!("{what} does not exist yet"),
            },
            (Some(expected), Some(live)) if expected.agrees(live) => {
                let state = describe(expected).map_or("exists".to_owned(), |state| format!("is {state}"));
                match by {
                    Some(by) => format!("{what} {state}, which {by} {}", verb(expected)),
                    None => format!("{what} {state}"),
                }
            }
            (Some(expected), Some(live)) => {
                let is = describe(live).unwrap_or_else(|| "there".to_owned());
                let should = describe(expected).unwrap_or_else(|| "there".to_owned());
                match by {
                    Some(by) => format!("{what} is {is}, and {by} makes it {should}"),
                    None => format!("{what} is {is}, not {should}"),
                }
            }
        }
    }
}

/// The words of a property that a column has or has not: that it has it, that it has not, and how a revision changes that.
struct Property {
    yes: &'static str,
    no: &'static str,
    becomes: [&'static str; 2],
    should: [&'static str; 2],
}

const NULLABLE: Property = Property {
    yes: "takes NULL",
    no: "is NOT NULL",
    becomes: ["makes it NOT NULL", "lets it take NULL"],
    should: ["be NOT NULL", "take NULL"],
};

const DEFAULT: Property = Property {
    yes: "has a default",
    no: "has no default",
    becomes: ["takes it away", "gives it one"],
    should: ["have none", "have one"],
};

impl Claim {
    /// The sentence, where it is about a property that a column has or has not.
    fn of_a_property(&self, by: Option<&str>) -> Option<String> {
        let Subject::Table(table, part) = &self.subject else { return None };
        let (column, words) = match part {
            TableSubject::Nullable(column) => (column, NULLABLE),
            TableSubject::Default(column) => (column, DEFAULT),
            _ => return None,
        };
        let (Some(State::Flag(expected)), Some(State::Flag(live))) = (&self.expected, &self.live) else { return None };
        let is = format!("{table}.{column} {}", if *live { words.yes } else { words.no });
        let wanted = usize::from(*expected);
        Some(match by {
            _ if expected != live && by.is_none() => format!("{is}, and should {}", words.should[wanted]),
            Some(by) if expected != live => format!("{is}, and {by} {}", words.becomes[wanted]),
            Some(by) => format!("{is}, which {by} sets"),
            None => is,
        })
    }
}

/// What a fact is about, in words.
pub fn name(subject: &Subject) -> String {
    match subject {
        Subject::Table(table, subject) => match subject {
            TableSubject::Itself => format!("table {table}"),
            TableSubject::Column(column) => format!("{table}.{column}"),
            TableSubject::Type(column) => format!("the type of {table}.{column}"),
            TableSubject::Nullable(column) => format!("whether {table}.{column} takes NULL"),
            TableSubject::Default(column) => format!("whether {table}.{column} has a default"),
            TableSubject::PrimaryKey => format!("the primary key of {table}"),
            TableSubject::Unique(columns) => format!("the unique constraint on {table} ({})", columns.join(", ")),
            TableSubject::ForeignKey(columns, target) => {
                format!("the foreign key from {table} ({}) to {target}", columns.join(", "))
            }
            TableSubject::Constraint(name) | TableSubject::Check(name) => format!("constraint {name} of {table}"),
            TableSubject::Index(name) => format!("index {name} of {table}"),
            TableSubject::Unlisted | TableSubject::UnlistedIndexes | TableSubject::UnlistedNames => {
                format!("the rest of {table}")
            }
        },
        Subject::Enum(name) => format!("type {name}"),
        Subject::View(name) => format!("view {name}"),
        Subject::Sequence(name) => format!("sequence {name}"),
        Subject::Function(name) => format!("function {name}"),
        Subject::Trigger(table, name) => format!("trigger {name} of {table}"),
        Subject::Extension(name) => format!("extension {name}"),
        Subject::Namespace(name) => format!("schema {name}"),
    }
}

fn verb(state: &State) -> &'static str {
    match state {
        State::Present | State::Index(_) | State::OnDelete(_) => "creates",
        _ => "sets",
    }
}

/// The state in words; `None` when existing is all there is to say.
fn describe(state: &State) -> Option<String> {
    match state {
        State::Present => None,
        State::Type(kind) => Some(kind.clone()),
        State::Flag(flag) => Some(flag.to_string()),
        State::Names(names) => Some(format!("({})", names.join(", "))),
        State::OnDelete(actions) => {
            let action = |action: &char| match action {
                'c' => "ON DELETE CASCADE",
                'n' => "ON DELETE SET NULL",
                'r' => "ON DELETE RESTRICT",
                'd' => "ON DELETE SET DEFAULT",
                _ => "without ON DELETE",
            };
            Some(actions.iter().map(action).collect::<Vec<_>>().join(" and "))
        }
        State::Index(index) => {
            let unique = if index.unique == Belief::Known(true) { "unique on" } else { "on" };
            let columns = index.columns.known()?;
            let columns: Vec<&str> =
                columns.iter().map(|column| column.as_deref().unwrap_or("an expression")).collect();
            Some(format!("{unique} ({})", columns.join(", ")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claims_are_said_in_words_that_name_the_object_and_the_revision() {
        let column = Subject::Table("users".to_owned(), TableSubject::Column("email".to_owned()));
        let table = Subject::Table("invoices".to_owned(), TableSubject::Itself);
        let kind = Subject::Table("users".to_owned(), TableSubject::Type("email".to_owned()));
        let present = Some(State::Present);
        let text = |kind: &str| Some(State::Type(kind.to_owned()));
        let nullable = Subject::Table("users".to_owned(), TableSubject::Nullable("email".to_owned()));
        let default = Subject::Table("users".to_owned(), TableSubject::Default("email".to_owned()));
        let flag = |flag: bool| Some(State::Flag(flag));
        let cases = [
            (nullable.clone(), flag(true), flag(true), Some(0), "users.email takes NULL, which 3f2a sets"),
            (nullable.clone(), flag(false), flag(true), Some(0), "users.email takes NULL, and 3f2a makes it NOT NULL"),
            (nullable, flag(true), flag(false), Some(1), "users.email is NOT NULL, and 9b1c lets it take NULL"),
            (default.clone(), flag(true), flag(false), Some(1), "users.email has no default, and 9b1c gives it one"),
            (default.clone(), flag(false), flag(true), Some(1), "users.email has a default, and 9b1c takes it away"),
            (default, flag(true), flag(false), None, "users.email has no default, and should have one"),
            (column.clone(), present.clone(), present.clone(), Some(0), "users.email exists, which 3f2a creates"),
            (table.clone(), present.clone(), None, Some(1), "table invoices is missing, which 9b1c creates"),
            (table.clone(), None, present.clone(), Some(1), "table invoices exists, which 9b1c drops"),
            (table, None, None, None, "table invoices does not exist yet"),
            (
                kind,
                text("text"),
                text("integer"),
                Some(0),
                "the type of users.email is integer, and 3f2a makes it text",
            ),
        ];
        for (subject, expected, live, by, sentence) in cases {
            let claim = Claim { subject, expected, live, by };
            assert_eq!(claim.sentence(&["3f2a", "9b1c"]), sentence);
        }
    }
}
