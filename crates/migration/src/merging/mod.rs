//! Two tapes of one revision become one: what is read of its file, and what Alembic prints of it.
//!
//! Printed SQL decides names, types, defaults and the exact text; the reading decides what is certain and what is guarded, since a
//! guard is evaluated today, and not on the day when a database was migrated. Where the two make different tables or columns, the
//! revision is unread.

mod details;
mod matching;
mod structure;

use schema::operation::{Certainty, Operation, OperationKind};
use schema::{Entry, Tape, Unread, UnreadKind};

use matching::Matches;

/// What Alembic prints of a revision, read as SQL.
pub(super) struct Printed {
    pub(super) tape: Tape,
    /// How many of the tape's entries each operation has made.
    pub(super) groups: Vec<usize>,
    /// These are all of them.
    pub(super) whole: bool,
    /// Names are those of an upgrade.
    pub(super) named: bool,
}

impl Printed {
    /// Its operations, each with the number of its group; `None` where SQL is not followed to its end.
    fn operations(&self) -> Option<Vec<(usize, &Operation)>> {
        let groups = self.groups.iter().enumerate().flat_map(|(group, &count)| std::iter::repeat_n(group, count));
        let entries = self.tape.entries.iter().zip(groups);
        entries
            .map(|(entry, group)| match entry {
                Entry::Operation(operation) => Some((group, operation)),
                Entry::Attempt(_) | Entry::Either(..) => None,
            })
            .collect()
    }
}

/// One tape of both.
pub(super) fn merge(read: &Tape, printed: &Printed) -> Tape {
    let followed = !(printed.tape.misread || printed.tape.has_schema_unread());
    let Some(operations) = printed.operations() else { return read.clone() };
    let whole = printed.whole && printed.named && followed;
    // What is misread may be other than what it does: nothing of it counts against what is printed.
    let trusted = !(read.misread || read.fails || read.broken);
    let matches = Matches::between(read, &operations);
    if whole
        && trusted
        && let Some((what, line)) = structure::contradiction(read, &operations, &matches)
    {
        return contradicted(read, what, line);
    }
    if whole && (read.entries.iter().all(is_plain) || !trusted) {
        return as_printed(read, printed, &operations, &matches);
    }
    // Of a part nobody knows what the names that are missing in it would be told from.
    let named = printed.named && printed.whole;
    let entries = details::detailed(&read.entries, &operations, &matches, named);
    Tape { entries, ..read.clone() }
}

/// All that is printed, and nothing else: where the reading knows it for certain, or not at all.
fn as_printed(read: &Tape, printed: &Printed, operations: &[(usize, &Operation)], matches: &Matches<'_>) -> Tape {
    let entry = |(at, (_, operation)): (usize, &(usize, &Operation))| {
        let read = matches.of_printed(at);
        Entry::Operation(read.map_or_else(|| (*operation).clone(), |read| with_certainty(operation, read)))
    };
    Tape {
        entries: operations.iter().enumerate().map(entry).collect(),
        unread: printed.tape.unread.clone(),
        nothing: operations.is_empty() && !printed.tape.data && (read.nothing || !read.data && !read.is_in_doubt()),
        // What a call does that is not followed need not go through Alembic.
        data: printed.tape.data || read.data || read.is_in_doubt(),
        ..Tape::default()
    }
}

/// What is printed, as certain as it is read: what is looked for first on the day of the upgrade is not looked for today.
fn with_certainty(printed: &Operation, read: &Operation) -> Operation {
    let mut kind = printed.kind.clone();
    if let (Some(printed), Some(read)) = (if_not_exists(&mut kind), if_not_exists(&mut read.kind.clone())) {
        *printed |= *read;
    }
    Operation { kind, certainty: read.certainty, ..printed.clone() }
}

fn if_not_exists(kind: &mut OperationKind) -> Option<&mut bool> {
    use OperationKind as K;
    match kind {
        K::CreateTable { if_not_exists, .. }
        | K::AddColumn { if_not_exists, .. }
        | K::CreateIndex { if_not_exists, .. }
        | K::CreateEnum { if_not_exists, .. } => Some(if_not_exists),
        _ => None,
    }
}

/// Whether it is known that an operation is carried out, or nothing of it is.
fn is_plain(entry: &Entry) -> bool {
    match entry {
        Entry::Operation(operation) => is_certain(operation) || matches!(operation.kind, OperationKind::Unread(_)),
        Entry::Attempt(_) | Entry::Either(..) => false,
    }
}

fn is_certain(operation: &Operation) -> bool {
    operation.certainty == Certainty::Certain
}

/// One of the two is wrong about what it makes, and nobody can say which.
fn contradicted(read: &Tape, what: String, line: u32) -> Tape {
    let unread = Unread { kind: UnreadKind::Either, what, line, reaches_others: true };
    let unread = read.unread.iter().cloned().chain([unread]).collect();
    Tape { unread, misread: true, data: true, nothing: false, ..read.clone() }
}
