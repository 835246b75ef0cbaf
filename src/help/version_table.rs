//! What to do about a change that cannot be undone, or that is not in the ledger.

use super::{Advice, Command, Help, Note};
use version_table::ledger::{Action, NOTHING, Remedy, UndoError};

impl Help for UndoError {
    fn help(&self) -> Advice {
        match self {
            Self::Empty => Command::levelhead("check").and("this compares the version table with your tables"),
            Self::Forbidden { grant } => Advice::sql("the ledger's owner", grant),
            // A downgrade to base would drop every table: nothing to be told to somebody in a hurry.
            Self::Upgrade { from, .. } if from == NOTHING => {
                Command::levelhead("current").and("the database was empty before that upgrade; leave it as it is")
            }
            Self::Upgrade { from, .. } => {
                let to = |name, words| Command::of(name, words).with_all(from.split(", "));
                Advice::note("a downgrade drops what the upgrade created, including its data")
                    .and(Note::way("with Flask-Migrate", to("flask", "db downgrade")))
                    .and(Note::way("with Alembic", to("alembic", "downgrade")))
            }
            // What an upgrade has made stays where its rows go; and with no rows at all no revision is known.
            Self::Moved { action, before, .. } if *action == Action::Upgrade.word() || before == NOTHING => {
                Command::levelhead("check").and("this compares the version table with your tables")
            }
            Self::Moved { before, .. } => {
                let stamp = Command::levelhead("stamp --purge").with_all(before.split(", "));
                Note::way("if the earlier revisions are right", stamp).into()
            }
        }
    }
}

impl Help for Remedy {
    fn help(&self) -> Advice {
        match self {
            Self::Grant(statement) => Advice::sql("the database's owner", statement),
            Self::AnotherRole => "use a role of another name, or turn the ledger off: LEVELHEAD_LEDGER=off".into(),
            Self::LookAtTable => "look at the table: \\d levelhead.ledger in psql".into(),
            Self::LookAtFile(file) => Command::of("ls", "-l").with(file.display()).into(),
        }
    }
}
