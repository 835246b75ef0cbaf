//! From tapes to steps: each operation of each revision, what it does on the schema by then, and what that comes to.

use foresight::{Answered, Deed, Extent, Ground, Level, LockMode, Verdict, judge};
use schema::operation::{Certainty, Operation, OperationKind};
use schema::simulation::Simulation;
use schema::{Belief, Entry, Tape};

use crate::commands::render::RevisionSql;
use database::survey::{HeldLock, Survey};

/// One thing that a step does, judged.
#[derive(Debug, Clone)]
pub(in crate::commands) struct Judged {
    pub(in crate::commands) deed: Deed,
    /// How large its relation is now.
    pub(in crate::commands) extent: Extent,
    /// What the rows have answered, where they could be asked.
    pub(in crate::commands) answer: Option<Answered>,
    /// Who holds what it has to wait for.
    pub(in crate::commands) blockers: Vec<HeldLock>,
    pub(in crate::commands) verdict: Verdict,
}

/// For how many seconds a transaction may be open before it is one that does not end by itself.
const PASSING: i64 = 5;

impl Judged {
    /// Judges it by what is known by now. One who waits keeps all others waiting behind it.
    pub(super) fn judge(&mut self) {
        self.verdict = judge(&self.deed, self.extent, self.answer.as_ref());
        let stays = |held: &&HeldLock| held.wraparound || held.pid.is_none() || held.seconds >= Some(PASSING);
        let Some(blocker) = self.blockers.iter().find(stays) else { return };
        let blocks =
            |blocks: fn(LockMode) -> bool| self.deed.touches.iter().any(|touch| touch.mode.is_some_and(blocks));
        let level = if blocks(LockMode::blocks_writes) { Level::Danger } else { Level::Caution };
        if self.verdict.level >= level {
            return;
        }
        let who = match blocker.pid {
            _ if blocker.wraparound => "an autovacuum that does not give way".to_owned(),
            Some(pid) => format!("pid {pid}"),
            None => "a prepared transaction".to_owned(),
        };
        let behind = match blocks(LockMode::blocks_reads) {
            true => "reads and writes wait behind it",
            false => "others wait behind it",
        };
        let reason = format!("it waits for {who}, and {behind}");
        self.verdict = Verdict { level, reason, better: None };
    }
}

/// One operation of a revision.
#[derive(Debug, Clone)]
pub(in crate::commands) struct Step {
    /// Its line in the revision's file.
    pub(in crate::commands) line: Option<u32>,
    /// Its statements, where they are known.
    pub(in crate::commands) sql: Option<Vec<String>>,
    /// Why it may not be carried out.
    pub(in crate::commands) guard: Option<String>,
    pub(in crate::commands) deeds: Vec<Judged>,
}

/// What one revision does.
#[derive(Debug, Clone)]
pub(in crate::commands) struct Foreseen {
    pub(in crate::commands) id: String,
    pub(in crate::commands) message: String,
    pub(in crate::commands) path: std::path::PathBuf,
    pub(in crate::commands) steps: Vec<Step>,
    /// What of it is not known: the line, and what.
    pub(in crate::commands) unread: Vec<(u32, String)>,
    /// Why its SQL is not Alembic's, where that was asked for.
    pub(in crate::commands) not_rendered: Option<String>,
}

impl Foreseen {
    /// Everything that it does.
    pub(in crate::commands) fn deeds(&self) -> impl Iterator<Item = &Judged> {
        self.steps.iter().flat_map(|step| &step.deeds)
    }

    /// The worst that is said of it.
    pub(in crate::commands) fn level(&self) -> Level {
        let unread = if self.unread.is_empty() { Level::Safe } else { Level::Unknown };
        self.deeds().map(|judged| judged.verdict.level).fold(unread, Ord::max)
    }
}

/// Follows revisions one after the other on a schema.
pub(in crate::commands) struct Foresight<'a> {
    ground: Ground,
    simulation: Simulation,
    survey: Option<&'a Survey>,
}

impl<'a> Foresight<'a> {
    /// On a live database; without a survey, nothing of its rows is known.
    pub(in crate::commands) fn on(ground: Ground, survey: Option<&'a Survey>) -> Self {
        let simulation = Simulation::on(ground.schema.clone(), ground.dialect, &ground.schema.default_schema);
        let mut ground = ground;
        if let Some(survey) = survey {
            if survey.major > 0 {
                ground.version = survey.major;
            }
            let tables = || survey.tables.iter();
            ground.checks = tables().map(|(name, table)| (name.clone(), table.checks.clone())).collect();
            let divided = tables().filter(|(_, table)| table.divided);
            ground.divided = divided.map(|(name, _)| name.clone()).collect();
            ground.views = tables().map(|(name, table)| (name.clone(), table.views.clone())).collect();
        }
        Self { ground, simulation, survey }
    }

    /// Follows a revision without looking at it.
    pub(in crate::commands) fn pass(&mut self, tape: &Tape) {
        tape.entries.iter().for_each(|entry| self.follow(entry));
        self.simulation.next_revision();
    }

    /// What was made by then was made by others: each revision is looked at by itself.
    pub(in crate::commands) fn forget_what_was_made(&mut self) {
        self.ground.made.clear();
    }

    /// The steps of a revision: by its SQL where Alembic has rendered all of it, else by what was read of it.
    pub(in crate::commands) fn revision(&mut self, tape: &Tape, sql: Option<&RevisionSql<'_>>) -> Vec<Step> {
        let steps = match sql.filter(|sql| sql.is_whole()) {
            Some(sql) => self.rendered(tape, sql),
            None => {
                let mut steps = Vec::new();
                for entry in &tape.entries {
                    self.entry(entry, None, &mut steps);
                    self.follow(entry);
                }
                steps
            }
        };
        self.simulation.next_revision();
        steps
    }

    fn follow(&mut self, entry: &Entry) {
        self.note_partitions(entry);
        self.simulation.apply_all(std::slice::from_ref(entry));
    }

    fn note_partitions(&mut self, entry: &Entry) {
        match entry {
            Entry::Operation(operation) => {
                self.ground.divided.extend(may_be_divided(operation).map(str::to_owned));
            }
            Entry::Attempt(entries) => entries.iter().for_each(|entry| self.note_partitions(entry)),
            Entry::Either(one, other) => one.iter().chain(other).for_each(|entry| self.note_partitions(entry)),
        }
    }

    fn rendered(&mut self, tape: &Tape, sql: &RevisionSql<'_>) -> Vec<Step> {
        let mut rest = tape.entries.as_slice();
        let mut steps = Vec::new();
        for operation in sql.operations().iter().filter(|operation| !operation.sql.is_empty()) {
            // The reading keeps up with the rendering, line by line.
            let place = rest.iter().position(|entry| first_line(entry) == operation.line);
            let before = place.unwrap_or(0);
            rest[..before].iter().for_each(|entry| self.follow(entry));
            rest = &rest[before..];
            let guard = place.and_then(|_| guard_of(&rest[0]));
            let text = operation.sql.join(";\n");
            let deeds = self.with_schema(|ground| foresight::of_sql(&text, ground));
            if !deeds.is_empty() {
                steps.push(self.step(operation.line, Some(operation.sql.clone()), guard, deeds));
            }
            if place.is_some() {
                self.follow(&rest[0]);
                rest = &rest[1..];
            }
        }
        rest.iter().for_each(|entry| self.follow(entry));
        steps
    }

    fn entry(&mut self, entry: &Entry, guard: Option<&str>, steps: &mut Vec<Step>) {
        match entry {
            Entry::Operation(operation) => self.operation(operation, guard, steps),
            Entry::Attempt(entries) => {
                entries.iter().for_each(|entry| self.entry(entry, Some("it is tried, and may fail"), steps));
            }
            Entry::Either(one, other) => {
                for entry in one.iter().chain(other) {
                    self.entry(entry, Some("one of two branches"), steps);
                }
            }
        }
    }

    fn operation(&mut self, operation: &Operation, guard: Option<&str>, steps: &mut Vec<Step>) {
        let deeds = self.with_schema(|ground| foresight::of_operation(operation, ground));
        if deeds.is_empty() {
            return;
        }
        let guard = guard.map(str::to_owned).or_else(|| guarded(operation));
        let sql = operation.sql.as_ref().map(|sql| vec![sql.to_string()]);
        // A batch that makes a table anew is one copy, however many operations are in it.
        if let (Some(batch), Some(last)) = (operation.batch, steps.last_mut())
            && last.line == Some(batch)
        {
            let step = self.step(Some(batch), None, guard, deeds);
            if let Some(last) = steps.last_mut() {
                last.deeds.extend(step.deeds);
            }
            return;
        }
        let line = operation.batch.unwrap_or(operation.line);
        steps.push(self.step(Some(line), sql, guard, deeds));
        if let OperationKind::RenameTable { from, to } = &operation.kind
            && self.ground.made.remove(from)
        {
            self.ground.made.insert(to.clone());
        }
    }

    /// Lends the ground the schema as it is by now.
    fn with_schema<T>(&mut self, work: impl FnOnce(&Ground) -> T) -> T {
        std::mem::swap(&mut self.ground.schema, &mut self.simulation.schema);
        let done = work(&self.ground);
        std::mem::swap(&mut self.ground.schema, &mut self.simulation.schema);
        done
    }

    fn step(&mut self, line: Option<u32>, sql: Option<Vec<String>>, guard: Option<String>, deeds: Vec<Deed>) -> Step {
        let deeds = deeds.into_iter().map(|deed| {
            // A new table is named by a deed that takes no lock on it.
            if let Some(made) = deed.relation.as_ref().filter(|made| deed.touches.iter().all(|t| t.relation != **made))
            {
                self.ground.made.insert(made.clone());
            }
            self.judged(deed)
        });
        Step { line, sql, guard, deeds: deeds.collect() }
    }

    fn judged(&self, deed: Deed) -> Judged {
        let extent = self.extent(&deed);
        let blockers = self.blockers(&deed);
        let mut judged = Judged { verdict: judge(&deed, extent, None), deed, extent, answer: None, blockers };
        judged.judge();
        judged
    }

    fn extent(&self, deed: &Deed) -> Extent {
        let Some(table) = &deed.relation else { return Extent::default() };
        if self.ground.made.contains(table) {
            return Extent { rows: Some(0), bytes: Some(0) };
        }
        let size = self.survey.and_then(|survey| survey.tables.get(table));
        size.map(|size| Extent { rows: size.rows, bytes: size.bytes }).unwrap_or_default()
    }

    /// Who holds a lock now that conflicts with one of the deed's.
    fn blockers(&self, deed: &Deed) -> Vec<HeldLock> {
        let held = self.survey.iter().flat_map(|survey| &survey.held);
        let stands_in_the_way = |held: &&HeldLock| {
            let mode = LockMode::named(&held.mode);
            deed.touches.iter().any(|touch| {
                touch.relation == held.table && touch.mode.zip(mode).is_some_and(|(wants, has)| wants.conflicts(has))
            })
        };
        held.filter(stands_in_the_way).cloned().collect()
    }
}

/// The table that an operation makes, where that may be partitioned or may inherit.
fn may_be_divided(operation: &Operation) -> Option<&str> {
    let OperationKind::CreateTable { table, .. } = &operation.kind else { return None };
    let is_plain = match &operation.sql {
        Some(sql) => !["partition", "inherits"].iter().any(|word| sql.to_lowercase().contains(word)),
        None => operation.manner.partitioned == Belief::Known(false),
    };
    table.name.as_deref().filter(|_| !is_plain)
}

fn first_line(entry: &Entry) -> Option<u32> {
    match entry {
        Entry::Operation(operation) => Some(operation.line),
        Entry::Attempt(entries) => entries.first().and_then(first_line),
        Entry::Either(one, other) => one.first().or(other.first()).and_then(first_line),
    }
}

fn guard_of(entry: &Entry) -> Option<String> {
    match entry {
        Entry::Operation(operation) => guarded(operation),
        Entry::Attempt(_) => Some("it is tried, and may fail".to_owned()),
        Entry::Either(..) => Some("one of two branches".to_owned()),
    }
}

fn guarded(operation: &Operation) -> Option<String> {
    match operation.certainty {
        Certainty::Certain => None,
        Certainty::Guarded { line } => Some(format!("the condition on line {line} decides whether it runs")),
    }
}
