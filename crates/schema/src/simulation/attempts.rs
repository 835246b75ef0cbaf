//! What was tried and may have come to be or not: taken back, kept, or accepted with doubt.

use std::collections::{BTreeMap, BTreeSet};

use super::Simulation;
use crate::{Belief, Schema, Subject, Table};

/// What tables were like before something was tried.
pub(super) struct Frame {
    pub(super) tables: BTreeMap<String, Option<Table>>,
    others: Schema,
    doubts: BTreeSet<Subject>,
}

/// One outcome of something tried.
pub struct Outcome {
    tables: BTreeMap<String, Option<Table>>,
    others: Schema,
    doubts: BTreeSet<Subject>,
}

impl Simulation {
    fn others(&self) -> Schema {
        let all = &self.schema;
        Schema {
            default_schema: all.default_schema.clone(),
            tables: BTreeMap::new(),
            enums: all.enums.clone(),
            views: all.views.clone(),
            sequences: all.sequences.clone(),
            functions: all.functions.clone(),
            triggers: all.triggers.clone(),
            extensions: all.extensions.clone(),
            namespaces: all.namespaces.clone(),
        }
    }

    fn set_others(&mut self, others: Schema) {
        let tables = std::mem::take(&mut self.schema.tables);
        self.schema = Schema { tables, ..others };
    }

    /// Begins to try something; returns about how many bytes it takes to remember what was before.
    pub fn begin(&mut self) -> usize {
        const EACH: usize = 64;
        let others = self.others();
        let objects = [&others.views, &others.sequences, &others.functions, &others.extensions, &others.namespaces];
        let count = objects.iter().map(|set| set.len()).sum::<usize>()
            + others.enums.len()
            + others.triggers.len()
            + self.doubts.len();
        self.frames.push(Frame { tables: BTreeMap::new(), others, doubts: self.doubts.clone() });
        count * EACH
    }

    /// Takes back what was done since [`Self::begin`] and returns it as an outcome.
    pub fn roll_back(&mut self) -> Outcome {
        let Some(frame) = self.frames.pop() else {
            return Outcome { tables: BTreeMap::new(), others: self.others(), doubts: self.doubts.clone() };
        };
        let others = self.others();
        let doubts = std::mem::replace(&mut self.doubts, frame.doubts);
        self.set_others(frame.others);
        let mut tables = BTreeMap::new();
        for (name, before) in frame.tables {
            tables.insert(name.clone(), self.schema.tables.get(&name).cloned());
            self.put(&name, before);
        }
        Outcome { tables, others, doubts }
    }

    /// Keeps what was done since [`Self::begin`].
    pub fn keep(&mut self) {
        let Some(frame) = self.frames.pop() else { return };
        if let Some(outer) = self.frames.last_mut() {
            for (name, before) in frame.tables {
                outer.tables.entry(name).or_insert(before);
            }
        }
    }

    fn put(&mut self, name: &str, table: Option<Table>) {
        self.touch(name);
        match table {
            Some(table) => self.schema.tables.insert(name.to_owned(), table),
            None => self.schema.tables.remove(name),
        };
    }

    /// Takes an outcome for what happened, and doubts each fact in which the present state differs from it.
    pub fn accept_with_doubt(&mut self, outcome: Outcome) {
        let names: BTreeSet<String> = outcome.tables.keys().cloned().collect();
        self.settle(outcome, &names);
    }

    /// As [`Self::accept_with_doubt`], against another outcome instead of the present state.
    pub fn accept_either(&mut self, mut one: Outcome, other: Outcome) {
        let names: BTreeSet<String> = one.tables.keys().chain(other.tables.keys()).cloned().collect();
        for name in &names {
            // Untouched by the first branch: there it stays as it was before both.
            one.tables.entry(name.clone()).or_insert_with(|| self.schema.tables.get(name).cloned());
        }
        for (name, table) in other.tables {
            self.put(&name, table);
        }
        self.doubts = other.doubts;
        self.set_others(other.others);
        self.settle(one, &names);
    }

    fn settle(&mut self, outcome: Outcome, names: &BTreeSet<String>) {
        let mut before: BTreeMap<Subject, Belief<_>> = self.other_facts().into_iter().collect();
        before.extend(names.iter().flat_map(|name| self.facts_of(name)));
        for (name, table) in outcome.tables {
            self.put(&name, table);
        }
        self.set_others(outcome.others);
        self.doubts.extend(outcome.doubts);
        let mut after: BTreeMap<Subject, Belief<_>> = self.other_facts().into_iter().collect();
        after.extend(names.iter().flat_map(|name| self.facts_of(name)));
        let differing: Vec<Subject> = before
            .keys()
            .chain(after.keys())
            .filter(|subject| before.get(subject) != after.get(subject))
            .cloned()
            .collect();
        self.undecided |= !differing.is_empty();
        for subject in differing {
            self.doubt(subject);
        }
    }
}
