//! What to do about a change that cannot be undone, or that is not in the ledger.

use super::{Advice, Command, Help};
use version_table::ledger::{Action, NOTHING, Remedy, UndoError};

impl Help for UndoError {
    fn help(&self) -> Advice {
        match self {
            Self::Empty => Command::levelhead("stamp --purge REV").after("set the rows by hand: "),
            Self::Forbidden { grant } => Command::Sql(grant.clone()).into(),
            // A downgrade to base would drop every table: nothing to be told to a person in a hurry.
            Self::Upgrade { from, .. } if from == NOTHING => {
                "leave it: the database was empty before; levelhead current shows where it is".into()
            }
            Self::Upgrade { from, .. } => Command::Shell(format!("flask db downgrade {from}"))
                .after("only if what it made may go, with the data in it: ")
                .before(format!(", or alembic downgrade {from}")),
            // What an upgrade has made stays where its rows go; and with no rows at all nobody knows where the database is.
            Self::Moved { action, before, .. } if *action == Action::Upgrade.word() || before == NOTHING => {
                Command::levelhead("check").before(", which holds the rows that are there against the schema")
            }
            Self::Moved { before, .. } => Command::levelhead("stamp --purge")
                .with_all(before.split(", "))
                .after("if the rows of before are right, "),
        }
    }
}

impl Help for Remedy {
    fn help(&self) -> Advice {
        match self {
            Self::Grant(statement) => Command::Sql(statement.clone()).into(),
            Self::AnotherRole => "use a role of another name, or turn the ledger off: LEVELHEAD_LEDGER=off".into(),
            Self::LookAtTable => "look at the table: \\d levelhead.ledger in psql".into(),
            Self::LookAtFile(file) => Command::of("ls", "-l").with(file.display()).into(),
        }
    }
}
