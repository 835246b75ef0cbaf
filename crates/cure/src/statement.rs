//! The statements of a revision, each with what it does.

use schema::operation::{Operation, OperationKind};
use schema::{Belief, Entry, Tape, UnreadKind};

use crate::Refused;
use crate::revision::first_line;

/// One statement of a revision.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// As the database gets it.
    pub sql: String,
    /// The line of the revision's file that leads to it.
    pub line: Option<u32>,
    /// What it does, as far as that is followed.
    pub tape: Tape,
}

impl Statement {
    /// What it does to the schema, in order.
    #[must_use]
    pub fn operations(&self) -> Vec<&Operation> {
        let all = self.tape.entries.iter().filter_map(|entry| match entry {
            Entry::Operation(operation) => Some(operation),
            Entry::Attempt(_) | Entry::Either(..) => None,
        });
        all.collect()
    }

    /// Whether it writes rows, or does something that is not followed and may.
    #[must_use]
    pub fn changes_data(&self) -> bool {
        self.tape.data || self.tape.unread.iter().any(|unread| unread.kind != UnreadKind::Schema)
    }

    /// Whether to run it once more leaves what it left the first time.
    pub(crate) fn may_run_twice(&self) -> bool {
        self.operations().iter().all(|operation| operation.manner.using == Belief::Known(None))
    }

    /// Why nothing is done where the schema does not show whether it has run.
    pub(crate) fn may_have_run(&self) -> Refused {
        Refused::Because(self.line, format!("the schema cannot show whether this ran: {}", first_line(&self.sql)))
    }

    /// Whether it makes something that speaks of tables in a way that is not followed: a view, a function, a trigger.
    pub(crate) fn rests_on_others(&self) -> bool {
        let is_one = |operation: &&Operation| matches!(operation.kind, OperationKind::Create { .. });
        self.operations().iter().any(is_one)
    }

    /// Whether it takes something away: an object, a column, a constraint, or what a type could hold.
    #[must_use]
    pub fn takes_away(&self) -> bool {
        use schema::operation::OperationKind as K;
        self.operations().iter().any(|operation| match &operation.kind {
            K::DropTable { .. } | K::DropColumn { .. } | K::DropConstraint { .. } | K::DropIndex { .. } => true,
            K::DropEnum { .. } | K::Drop { .. } => true,
            K::AlterColumn { change, .. } => change.kind.is_some(),
            _ => false,
        })
    }
}

/// Whether a statement of PostgreSQL's cannot run in a transaction.
#[must_use]
pub fn is_apart(sql: &str) -> bool {
    let words: Vec<String> = sql.split_whitespace().take(8).map(str::to_uppercase).collect();
    let begins = |with: &[&str]| words.len() >= with.len() && words.iter().zip(with).all(|(word, with)| word == with);
    let concurrently = words.iter().any(|word| word == "CONCURRENTLY");
    concurrently && ["CREATE", "DROP", "REINDEX"].iter().any(|word| begins(&[word])) || begins(&["VACUUM"])
}

/// Whether a statement only begins or ends a transaction, as Alembic prints it around an `autocommit_block()`.
#[must_use]
pub fn is_of_the_transaction(sql: &str) -> bool {
    let words: Vec<String> = sql.split_whitespace().take(3).map(str::to_uppercase).collect();
    let words: Vec<&str> = words.iter().map(|word| word.trim_end_matches(';')).collect();
    matches!(
        words.as_slice(),
        ["BEGIN" | "COMMIT" | "END"]
            | ["BEGIN" | "COMMIT" | "END", "TRANSACTION" | "WORK" | "IMMEDIATE" | "DEFERRED" | "EXCLUSIVE"]
            | ["START", "TRANSACTION"]
    )
}

/// Whether a statement ends the transaction that it runs in, beside what else it does.
#[must_use]
pub fn ends_the_transaction(sql: &str) -> bool {
    let first = |part: &str| part.split_whitespace().next().unwrap_or_default().to_uppercase();
    sql.split(';').any(|part| matches!(first(part).as_str(), "COMMIT" | "ROLLBACK" | "ABORT"))
}
