//! What each migration does to the schema, read from its source: Python that is evaluated, never run.
//!
//! An interpreter of `upgrade()` bodies over a parser's tree. It follows imports inside the checkout, answers
//! `inspect(...)` from the schema simulated so far, and reads raw SQL with a PostgreSQL grammar. Whatever it cannot
//! evaluate is unknown. It opens no file itself (the caller hands texts over), knows no third-party package but
//! Alembic and SQLAlchemy by name, and is bounded in steps, depth and memory: hostile input ends in unknown.

mod arguments;
mod attempt;
mod builtins;
mod call;
mod class;
mod construct;
mod decoration;
mod definition;
mod departure;
mod doubt;
mod execute;
mod expression;
mod import;
mod inspector;
mod loops;
mod matching;
mod method;
mod model;
mod operation;
mod spec;
mod sql;
mod sql_block;
mod sql_shown;
mod sqltype;
mod statement;
mod unread;
mod value;

use std::collections::HashMap;
use std::io;
use std::rc::Rc;

use departure::Departures;
use schema::simulation::Simulation;
use schema::{Belief, Dialect, State, Subject};
use schema::{Effects, Setting, Unread, UnreadKind};
use value::{Module, Value};

/// The files that an import may reach.
pub trait Checkout: Sync {
    /// The text of a file by its path inside the checkout, with slashes; `None` when there is none.
    fn text(&self, path: &str) -> Option<String>;

    /// Folders that a dotted module name may start in, first match wins; `""` is the checkout itself.
    fn roots(&self) -> Vec<String>;
}

/// One migration to read.
#[derive(Debug, Clone)]
pub struct Script {
    /// Path inside the checkout, with slashes.
    pub path: String,
    /// Its source.
    pub text: String,
}

/// Reads migrations in upgrade order: the effects of each, given those before it. An error where there is no memory for that.
pub fn read<'s>(
    scripts: impl IntoIterator<Item = &'s Script> + Send,
    checkout: &dyn Checkout,
    setting: &Setting,
) -> io::Result<Vec<Effects>> {
    // The tree may nest 1,000 deep and each level costs several frames.
    const STACK: usize = 256 << 20;
    std::thread::scope(|scope| {
        let work = || {
            let mut interpreter = Interpreter::new(checkout, setting);
            scripts.into_iter().map(|script| interpreter.revision(script)).collect()
        };
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work)?;
        Ok(thread.join().unwrap_or_else(|stopped| std::panic::resume_unwind(stopped)))
    })
}

/// Steps that one revision may take. The longest of the 2,000 that were measured takes some ten thousand.
const STEPS: u64 = 400_000;
/// Bytes of text and items that one revision may make.
const MEMORY: usize = 64 << 20;
/// How deep calls and expressions may nest.
const DEPTH: u32 = 2_000;

struct Interpreter<'a> {
    checkout: &'a dyn Checkout,
    roots: Vec<String>,
    simulation: Simulation,
    modules: HashMap<String, Option<Rc<Module>>>,
    steps: u64,
    memory: usize,
    depth: u32,
    /// A `raise` was reached: statements up to the next handler are not.
    raised: bool,
    /// As [`Effects::data`].
    data: bool,
    /// As [`Effects::misread`].
    misread: bool,
    /// Something was called that may have changed something, or may have been.
    acted: bool,
    /// A variable's default was taken, here or in a module that was imported earlier: it may be set where it runs.
    assumed_environment: bool,
    unread: Vec<Unread>,
    /// Where in the migration's file the statement begins that is followed.
    at: u32,
    /// The same of the first condition that nobody can evaluate.
    guard_at: Option<u32>,
    /// What was last reported for a table and for everything else.
    reported: HashMap<String, HashMap<Subject, Belief<State>>>,
    version_table: String,
    /// The path of the migration that is read.
    script: String,
    departures: Departures,
}

impl<'a> Interpreter<'a> {
    fn new(checkout: &'a dyn Checkout, setting: &Setting) -> Self {
        Self {
            checkout,
            roots: checkout.roots(),
            simulation: Simulation::new(setting.dialect, &setting.default_schema),
            modules: HashMap::new(),
            steps: 0,
            memory: 0,
            depth: 0,
            raised: false,
            data: false,
            misread: false,
            acted: false,
            assumed_environment: false,
            unread: Vec::new(),
            at: 0,
            guard_at: None,
            reported: HashMap::new(),
            version_table: setting.version_table.clone(),
            script: String::new(),
            departures: Departures::default(),
        }
    }

    fn revision(&mut self, script: &Script) -> Effects {
        self.steps = 0;
        self.memory = 0;
        self.depth = 0;
        self.raised = false;
        self.departures = Departures::default();
        self.data = false;
        self.misread = false;
        self.unread.clear();
        self.at = 0;
        self.guard_at = None;
        self.script.clone_from(&script.path);
        let (mut nothing, mut broken, mut fails) = (false, false, false);
        match python::parse(&script.text) {
            Ok(tree) => {
                let module = self.evaluate_module(&script.path, tree);
                self.raised = false;
                if let Some(Value::Function(upgrade)) = module.globals.get(&"upgrade".into()) {
                    self.acted = false;
                    // What runs when the file is loaded is no part of the upgrade.
                    self.data = false;
                    self.call_function(&upgrade, spec::Arguments::default());
                    let followed =
                        !self.acted && !self.misread && !self.raised && !self.exhausted() && self.unread.is_empty();
                    fails = self.raised;
                    nothing = (upgrade.does_nothing() && !self.misread)
                        || (followed && !self.data && !self.assumed_environment && self.simulation.effects == 0);
                } else {
                    self.unread(UnreadKind::Either, "it has no upgrade() that can be read");
                }
            }
            Err(error) => {
                broken = true;
                self.unread(UnreadKind::Either, error.to_string());
            }
        }
        if self.simulation.undecided {
            self.at = self.guard_at.unwrap_or(self.at);
            self.unread_part("a condition that cannot be evaluated decides some of what it does");
        }
        if fails {
            self.unread(UnreadKind::Either, "it ends with an exception as far as it is followed");
        }
        if self.exhausted() {
            self.unread(UnreadKind::Either, "it takes more steps than are followed");
        }
        let mut effects = Effects {
            earlier: std::mem::take(&mut self.simulation.earlier),
            earlier_constraints: std::mem::take(&mut self.simulation.earlier_constraints),
            nothing,
            data: self.data,
            misread: self.misread,
            broken,
            fails,
            unread: self.take_unread(&script.text),
            changes: Vec::new(),
        };
        effects.earlier.retain(|subject| subject.table() != Some(&self.version_table));
        for table in self.simulation.next_revision() {
            if table == self.version_table {
                continue;
            }
            let facts = self.simulation.facts_of(&table);
            self.report(&table, facts, &mut effects.changes);
        }
        let others = self.simulation.other_facts();
        self.report("", others, &mut effects.changes);
        effects
    }

    /// Reports how a group of facts differs from what was reported before.
    fn report(
        &mut self,
        group: &str,
        facts: Vec<(Subject, Belief<State>)>,
        changes: &mut Vec<(Subject, Option<Belief<State>>)>,
    ) {
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

    /// Takes one step; false when the budget is used up.
    fn step(&mut self) -> bool {
        self.steps += 1;
        !self.exhausted()
    }

    fn exhausted(&self) -> bool {
        self.steps > STEPS || self.memory > MEMORY
    }

    /// Accounts for something of this size.
    fn spend(&mut self, bytes: usize) {
        self.memory = self.memory.saturating_add(bytes);
    }

    fn dialect(&self) -> Dialect {
        self.simulation.dialect
    }
}

#[cfg(test)]
pub(crate) mod tests;
#[cfg(test)]
mod verdicts;
