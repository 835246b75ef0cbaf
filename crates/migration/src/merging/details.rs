//! Operations that are read, with what is printed of each.

use schema::Entry;
use schema::operation::{ColumnChange, ColumnSpec, Operation, OperationKind, SqlType};

use super::matching::Matches;
use super::with_certainty;

/// The same entries, under the same guards, each with the details of the printed operation that it is.
pub(super) fn detailed(
    entries: &[Entry],
    printed: &[(usize, &Operation)],
    matches: &Matches<'_>,
    named: bool,
) -> Vec<Entry> {
    Detailed { printed, matches, named, place: 0 }.all(entries)
}

struct Detailed<'a> {
    printed: &'a [(usize, &'a Operation)],
    matches: &'a Matches<'a>,
    /// Names are those of an upgrade.
    named: bool,
    /// How many operations have been gone through.
    place: usize,
}

impl Detailed<'_> {
    fn all(&mut self, entries: &[Entry]) -> Vec<Entry> {
        let mut all = Vec::new();
        for entry in entries {
            match entry {
                Entry::Operation(operation) => {
                    let place = self.place;
                    self.place += 1;
                    all.extend(self.one(place, operation).into_iter().map(Entry::Operation));
                }
                Entry::Attempt(entries) => all.push(Entry::Attempt(self.all(entries))),
                Entry::Either(one, other) => {
                    let one = self.all(one);
                    all.push(Entry::Either(one, self.all(other)));
                }
            }
        }
        all
    }

    /// An operation, and what else of the same call nobody has read.
    fn one(&self, place: usize, read: &Operation) -> Vec<Operation> {
        let Some(at) = self.matches.of_read(place) else { return vec![read.clone()] };
        if !self.named {
            return vec![filled(read, self.printed[at].1)];
        }
        let group = self.printed[at].0;
        let mut all = Vec::new();
        let mut first = true;
        for (other, (_, operation)) in self.printed.iter().enumerate().filter(|(_, (held, _))| *held == group) {
            match self.matches.of_printed(other) {
                _ if other == at => all.push(with_certainty(operation, read)),
                // It comes with the first of the call that is read.
                Some(_) => first &= other > at,
                None => all.push(Operation { certainty: read.certainty, ..(*operation).clone() }),
            }
        }
        if first { all } else { vec![with_certainty(self.printed[at].1, read)] }
    }
}

/// What is read, with those types and defaults that are not known from it.
fn filled(read: &Operation, printed: &Operation) -> Operation {
    use OperationKind as K;
    let mut kind = read.kind.clone();
    match (&mut kind, &printed.kind) {
        (K::CreateTable { table, .. }, K::CreateTable { table: printed, .. }) => {
            for column in &mut table.columns {
                let same = printed.columns.iter().find(|other| other.name == column.name);
                same.into_iter().for_each(|same| fill(column, same));
            }
        }
        (K::AddColumn { column, .. }, K::AddColumn { column: printed, .. }) => fill(column, printed),
        (K::AlterColumn { change, .. }, K::AlterColumn { change: printed, .. }) => fill_change(change, printed),
        _ => {}
    }
    Operation { kind, ..read.clone() }
}

fn fill(column: &mut ColumnSpec, printed: &ColumnSpec) {
    fill_type(&mut column.kind, &printed.kind);
    column.nullable = column.nullable.or(printed.nullable);
    column.default = column.default.or(printed.default);
    column.default_text = column.default_text.take().or_else(|| printed.default_text.clone());
}

fn fill_type(kind: &mut SqlType, printed: &SqlType) {
    if kind.text.is_none() && kind.enumeration.is_none() {
        kind.text.clone_from(&printed.text);
    }
}

fn fill_change(change: &mut ColumnChange, printed: &ColumnChange) {
    if let (Some(kind), Some(printed)) = (&mut change.kind, &printed.kind) {
        fill_type(kind, printed);
    }
    if change.default_text.is_none() && change.default.is_some() && printed.default.is_some() {
        change.default.clone_from(&printed.default);
        change.default_text.clone_from(&printed.default_text);
    }
}
