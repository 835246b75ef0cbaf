//! The statements of a revision, each with what it does.

use schema::operation::Operation;
use schema::{Entry, Tape, UnreadKind};

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
