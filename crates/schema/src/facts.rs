//! The facts that each revision changes, out of its tape.

use std::collections::HashMap;
use std::ops::Deref;

use crate::simulation::Simulation;
use crate::{Belief, Dialect, Fact, State, Subject, Tape};

/// Where and on what the migrations run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// The database's dialect.
    pub dialect: Dialect,
    /// The schema that unqualified names fall into: `public`, or the connection's own.
    pub default_schema: String,
    /// Alembic's own table, which is no evidence: qualified outside the default schema.
    pub version_table: String,
}

/// What one revision does: its tape, and what becomes of the schema by it.
#[derive(Debug, Clone, Default)]
pub struct RevisionFacts {
    /// Its operations.
    pub tape: Tape,
    /// Facts that it changes, and what holds afterwards; `None`: it is gone.
    pub changes: Vec<(Subject, Option<Belief<State>>)>,
    /// Facts that must have held before although no revision that was read made them so.
    pub earlier: Vec<Subject>,
    /// Tables whose constraints before this revision are not all known.
    pub earlier_constraints: Vec<String>,
}

impl RevisionFacts {
    /// Whether it makes something, or makes it other than it was.
    #[must_use]
    pub fn makes(&self, subject: &Subject) -> bool {
        self.changes.iter().any(|(what, now)| what == subject && now.is_some())
    }
}

impl Deref for RevisionFacts {
    type Target = Tape;

    fn deref(&self) -> &Tape {
        &self.tape
    }
}

/// The facts that each of these revisions changes, given those before it in upgrade order.
#[must_use]
pub fn revision_facts(tapes: Vec<Tape>, setting: &Setting) -> Vec<RevisionFacts> {
    let mut account = Account {
        simulation: Simulation::new(setting.dialect, &setting.default_schema),
        reported: HashMap::new(),
        version_table: &setting.version_table,
    };
    tapes.into_iter().map(|tape| account.revision(tape)).collect()
}

/// The schema so far, and what has been said of it.
struct Account<'a> {
    simulation: Simulation,
    /// What was last reported for a table and, under no name, for everything else.
    reported: HashMap<String, HashMap<Subject, Belief<State>>>,
    version_table: &'a str,
}

impl Account<'_> {
    fn revision(&mut self, tape: Tape) -> RevisionFacts {
        self.simulation.apply_all(&tape.entries);
        let mut facts = RevisionFacts {
            earlier: std::mem::take(&mut self.simulation.earlier),
            earlier_constraints: std::mem::take(&mut self.simulation.earlier_constraints),
            changes: Vec::new(),
            tape,
        };
        facts.earlier.retain(|subject| subject.table() != Some(self.version_table));
        for table in self.simulation.next_revision() {
            if table != self.version_table {
                let now = self.simulation.facts_of(&table);
                self.report(&table, now, &mut facts.changes);
            }
        }
        let others = self.simulation.other_facts();
        self.report("", others, &mut facts.changes);
        facts
    }

    /// Reports how a group of facts differs from what was reported before.
    fn report(&mut self, group: &str, facts: Vec<Fact>, changes: &mut Vec<(Subject, Option<Belief<State>>)>) {
        let now: HashMap<Subject, Belief<State>> = facts.into_iter().collect();
        let before = self.reported.remove(group).unwrap_or_default();
        changes.extend(before.keys().filter(|key| !now.contains_key(key)).map(|subject| (subject.clone(), None)));
        for (subject, state) in &now {
            if before.get(subject) != Some(state) {
                changes.push((subject.clone(), Some(state.clone())));
            }
        }
        self.reported.insert(group.to_owned(), now);
    }
}
