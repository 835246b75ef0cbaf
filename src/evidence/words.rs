//! A claim in words that a person knows: what is there or missing, and which revision made it so.

use super::infer::Claim;
use crate::schema::{Belief, State, Subject, TableSubject};

impl Claim {
    /// One line, for example `users.email exists, which 3f2a adds`. `ids` are the revisions in upgrade order.
    pub fn sentence<S: AsRef<str>>(&self, ids: &[S]) -> String {
        let what = name(&self.subject);
        let by = self.by.and_then(|by| ids.get(by)).map(AsRef::as_ref);
        if let Some(sentence) = self.of_column(by) {
            return sentence;
        }
        match (&self.expected, &self.live) {
            (Some(expected), None) => match by {
                Some(by) => format!("{what} is missing, which {by} {}", verb(expected)),
                None => format!("{what} is missing"),
            },
            (None, Some(_)) => match by {
                Some(by) => format!("{what} exists, which {by} drops"),
                None => format!("{what} exists, which is still to come"),
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

impl Claim {
    /// What a column is like; of nothing else can that be said.
    fn of_column(&self, by: Option<&str>) -> Option<String> {
        let Subject::Table(table, subject) = &self.subject else { return None };
        let (column, (should, made)) = quality(subject, self.expected.as_ref()?)?;
        let column = format!("{table}.{column}");
        Some(match (&self.live, by) {
            // A column that is not there is like nothing.
            (None, Some(by)) => format!("{column} is missing, and {by} {made}"),
            (None, None) => format!("{column} is missing"),
            (Some(live), by) => {
                let (_, (is, _)) = quality(subject, live)?;
                match by {
                    Some(by) if is == should => format!("{column} {is}, which {by} sets"),
                    None if is == should => format!("{column} {is}"),
                    Some(by) => format!("{column} {is}, and {by} {made}"),
                    None => format!("{column} {is}, where the migrations say that it {should}"),
                }
            }
        })
    }
}

/// The column that a subject is a quality of; what the column is like in that state, and what makes it so.
fn quality<'a>(subject: &'a TableSubject, state: &State) -> Option<(&'a str, (String, String))> {
    let words = |is: &str, made: &str| (is.to_owned(), made.to_owned());
    Some(match (subject, state) {
        (TableSubject::Type(column), State::Type(kind)) => (column, (format!("is {kind}"), format!("makes it {kind}"))),
        (TableSubject::Nullable(column), State::Flag(true)) => (column, words("takes NULL", "lets it take NULL")),
        (TableSubject::Nullable(column), State::Flag(false)) => (column, words("takes no NULL", "forbids it NULL")),
        (TableSubject::Default(column), State::Flag(true)) => (column, words("has a default", "gives it a default")),
        (TableSubject::Default(column), State::Flag(false)) => (column, words("has no default", "gives it no default")),
        _ => return None,
    })
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
        let null = Subject::Table("users".to_owned(), TableSubject::Nullable("email".to_owned()));
        let default = Subject::Table("users".to_owned(), TableSubject::Default("email".to_owned()));
        let flag = |flag| Some(State::Flag(flag));
        let present = Some(State::Present);
        let text = |kind: &str| Some(State::Type(kind.to_owned()));
        let cases = [
            (column.clone(), present.clone(), present.clone(), Some(0), "users.email exists, which 3f2a creates"),
            (table.clone(), present.clone(), None, Some(1), "table invoices is missing, which 9b1c creates"),
            (table.clone(), None, present.clone(), Some(1), "table invoices exists, which 9b1c drops"),
            (table, None, None, None, "table invoices does not exist yet"),
            (kind.clone(), text("text"), text("integer"), Some(0), "users.email is integer, and 3f2a makes it text"),
            (kind.clone(), text("text"), text("text"), Some(1), "users.email is text, which 9b1c sets"),
            (kind, text("text"), None, Some(1), "users.email is missing, and 9b1c makes it text"),
            (null.clone(), flag(false), flag(false), Some(0), "users.email takes no NULL, which 3f2a sets"),
            (null.clone(), flag(false), flag(true), Some(0), "users.email takes NULL, and 3f2a forbids it NULL"),
            (
                null,
                flag(true),
                flag(false),
                None,
                "users.email takes no NULL, where the migrations say that it takes NULL",
            ),
            (default, flag(true), None, Some(0), "users.email is missing, and 3f2a gives it a default"),
        ];
        for (subject, expected, live, by, sentence) in cases {
            let claim = Claim { subject, expected, live, by };
            assert_eq!(claim.sentence(&["3f2a", "9b1c"]), sentence);
        }
    }
}
