//! What each migration does to the schema, read from its source: Python that is evaluated, never run.
//!
//! An interpreter of `upgrade()` bodies over a parser's tree. It follows imports inside the checkout, answers
//! `inspect(...)` from the schema simulated so far, and reads raw SQL with a PostgreSQL grammar. Whatever it cannot
//! evaluate is unknown. It opens no file itself (the caller hands texts over), knows no third-party package but
//! Alembic and SQLAlchemy by name, and is bounded in steps, depth and memory: hostile input ends in unknown.
//!
//! [`read`] takes revisions in the order in which they are applied, and gives the [`Tape`] of each: its operations in order, and
//! what of it is unread. [`read_downgrade`] does so for `downgrade()`. What is read of a revision depends on those before it,
//! since it may ask for what they made.

mod apart;
mod arguments;
mod assign;
mod attempt;
mod attribute;
mod builtins;
mod call;
mod class;
mod column;
mod comprehension;
mod construct;
mod container;
mod convention;
mod decoration;
mod default;
mod definition;
mod departure;
mod doubt;
mod execute;
mod expression;
mod forgetting;
mod import;
mod index;
mod inspector;
mod known;
mod leaving;
mod loops;
mod matching;
mod merging;
mod metadata;
mod method;
mod model;
mod namespace;
mod object;
mod operation;
mod operator;
mod packages;
mod parameters;
mod plain;
mod raw;
mod reach;
mod reading;
mod recorder;
mod reflected;
mod rendered;
mod session;
mod shipped;
mod signature;
mod spec;
mod sql;
mod sql_alter;
mod sql_block;
mod sql_cascade;
mod sql_function;
mod sql_name;
mod sql_object;
mod sql_path;
mod sql_shown;
mod sql_table;
mod sqlite;
mod sqlite_table;
mod sqlite_token;
mod sqltype;
mod statement;
mod target;
mod temporary;
mod text;
mod transaction;
mod unread;
mod url;
mod value;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

use convention::Convention;
use departure::Departures;
use object::Module;
use recorder::{Lines, Recorder};
pub use rendered::{Rendered, RenderedOperation};
use ruff_python_ast::name::Name;
use schema::{Dialect, Setting, Tape, Unread, UnreadKind};
use value::Value;

pub use raw::read_statements;
pub use reading::{read, read_downgrade, read_on, read_with};

/// The files that an import may reach.
pub trait Checkout: Sync {
    /// The text of a file by its path inside the checkout, with slashes; `None` when there is none.
    fn text(&self, path: &str) -> Option<String>;

    /// Folders that a dotted module name may start in, first match wins; `""` is the checkout itself.
    fn roots(&self) -> Vec<String>;

    /// Python files of the application, where somebody can list them.
    fn modules(&self) -> Vec<String> {
        Vec::new()
    }
}

/// A checkout without files: nothing can be imported from it.
#[derive(Debug, Clone, Copy)]
pub struct NoFiles;

impl Checkout for NoFiles {
    fn text(&self, _: &str) -> Option<String> {
        None
    }

    fn roots(&self) -> Vec<String> {
        Vec::new()
    }
}

/// One migration to read.
#[derive(Debug, Clone)]
pub struct Script {
    /// Path inside the checkout, with slashes.
    pub path: String,
    /// Its source.
    pub text: String,
}

/// Steps that one revision may take. The longest of the 2,000 that were measured takes some ten thousand.
const STEPS: u64 = 400_000;
/// Bytes of text and items that one revision may make.
const MEMORY: usize = 64 << 20;
/// How deep calls and expressions may nest, with a whole stack.
const DEPTH: u32 = 2_000;

struct Interpreter<'a> {
    checkout: &'a dyn Checkout,
    roots: Vec<String>,
    recorder: Recorder,
    modules: HashMap<String, Option<Rc<Module>>>,
    steps: u64,
    memory: usize,
    depth: u32,
    /// How deep they may nest here.
    deepest: u32,
    /// A `raise` was reached: statements up to the next handler are not.
    raised: bool,
    /// Above zero where somebody may catch what is raised.
    attempts: u32,
    /// As [`Tape::data`].
    data: bool,
    /// As [`Tape::data_lines`].
    data_lines: Vec<u32>,
    /// As [`Tape::misread`].
    misread: bool,
    /// A function of the revision is followed, and not only its file loaded.
    follows: bool,
    /// Something was called that may have changed something, or may have been.
    acted: bool,
    /// Names of methods of the migration's own classes that change the schema.
    methods: HashSet<Name>,
    unread: Vec<Unread>,
    /// Where in the migration's file the statement begins that is followed.
    at: u32,
    /// The same of the first condition that nobody can evaluate.
    guard_at: Option<u32>,
    /// A file was written: what stands in any is not known from then on.
    wrote_files: bool,
    /// Tables that were made or changed in a schema that is not known; an empty name is that of any table.
    somewhere: BTreeSet<String>,
    /// Tables and views that are made for the session alone, by their names.
    temporary: Vec<String>,
    /// `SET search_path` inside the current revision.
    search_path: sql_path::SearchPath,
    /// Each `MetaData` of the migration's own.
    metadata: Vec<metadata::Held>,
    /// Above zero while another file is loaded.
    loading: u32,
    /// Tables whose batch is open, as they are until it ends.
    batches: Vec<inspector::Before>,
    /// The names that each view's query holds, where it was read.
    views: HashMap<String, BTreeSet<String>>,
    /// The tables that hang on others.
    below: Vec<sql_cascade::Below>,
    /// The parameters of the functions of each name.
    functions: HashMap<String, BTreeSet<String>>,
    /// The raw SQL that is followed.
    sql_text: Option<Arc<str>>,
    lines: Lines,
    /// The path of the migration that is read.
    script: String,
    departures: Departures,
    /// How often something was met that Python may have failed in.
    unclear: u32,
    /// What the revision does is one transaction with its row.
    one_transaction: bool,
    /// The naming convention of `target_metadata`, where it is known.
    convention: Option<Convention>,
    /// The folder of the migrations that it is known of.
    folder: Option<String>,
}

impl<'a> Interpreter<'a> {
    fn new(checkout: &'a dyn Checkout, setting: &Setting) -> Self {
        Self {
            checkout,
            roots: checkout.roots(),
            recorder: Recorder::new(setting.dialect, &setting.default_schema),
            modules: HashMap::new(),
            steps: 0,
            memory: 0,
            depth: 0,
            deepest: DEPTH,
            raised: false,
            attempts: 0,
            data: false,
            data_lines: Vec::new(),
            misread: false,
            follows: false,
            acted: false,
            methods: HashSet::new(),
            unread: Vec::new(),
            at: 0,
            guard_at: None,
            wrote_files: false,
            somewhere: BTreeSet::new(),
            temporary: Vec::new(),
            search_path: sql_path::SearchPath::Usual,
            metadata: Vec::new(),
            loading: 0,
            batches: Vec::new(),
            views: HashMap::new(),
            below: Vec::new(),
            functions: HashMap::new(),
            sql_text: None,
            lines: Lines::default(),
            script: String::new(),
            departures: Departures::default(),
            unclear: 0,
            one_transaction: false,
            convention: None,
            folder: None,
        }
    }

    /// The tape of one revision, which then is part of the schema so far.
    fn revision(&mut self, script: &Script) -> Tape {
        let tape = self.body_of(script, "upgrade");
        self.end_script(tape)
    }

    /// The tape of its downgrade, read on the schema that its upgrade leaves; that schema stays as it is.
    fn downgrade(&mut self, script: &Script) -> Tape {
        self.aside(|this| this.body_of(script, "downgrade"))
    }

    /// Follows a revision, and leaves the schema so far as it was.
    fn aside(&mut self, follow: impl FnOnce(&mut Self) -> Tape) -> Tape {
        self.recorder.try_revision();
        let tape = follow(self);
        let entries = self.recorder.roll_back().into_entries();
        Tape { entries, ..self.end_script(tape) }
    }

    /// Follows one function of a revision's file; its operations are with the recorder.
    fn body_of(&mut self, script: &Script, name: &str) -> Tape {
        self.begin_script(script);
        let mut tape = Tape::default();
        match python::parse(&script.text) {
            Ok(tree) => {
                let module = self.evaluate_module(&script.path, tree);
                self.follow(&module, name, &mut tape);
            }
            Err(error) => {
                tape.broken = true;
                self.unread(UnreadKind::Either, error.to_string());
            }
        }
        tape
    }

    fn begin_script(&mut self, script: &Script) {
        self.steps = 0;
        self.memory = 0;
        self.depth = 0;
        self.raised = false;
        self.attempts = 0;
        self.departures = Departures::default();
        self.data = false;
        self.data_lines.clear();
        self.misread = false;
        self.follows = false;
        self.unread.clear();
        self.methods.clear();
        self.at = 0;
        self.guard_at = None;
        self.wrote_files = false;
        self.temporary.clear();
        self.batches.clear();
        self.metadata.clear();
        self.search_path = sql_path::SearchPath::Usual;
        self.sql_text = None;
        self.lines = Lines::of(&script.text);
        let folder = script.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        if self.folder.as_deref() != Some(folder) {
            self.folder = Some(folder.to_owned());
            self.convention = self.convention_beside(&script.path);
        }
        self.one_transaction = transaction::keeps_to_one(&script.text) && self.is_in_one_transaction(&script.path);
        self.script.clone_from(&script.path);
    }

    /// Calls one of the module's functions, as Alembic does.
    fn follow(&mut self, module: &Module, name: &str, tape: &mut Tape) {
        self.raised = false;
        let Some(Value::Function(function)) = module.globals.get(&name.into()) else {
            self.unread(UnreadKind::Either, format!("it has no {name}() that can be read"));
            return;
        };
        self.acted = false;
        self.follows = true;
        // What runs when the file is loaded is no part of it.
        self.data = false;
        self.data_lines.clear();
        let arguments = self.passed_to(&function);
        self.call_function(&function, arguments);
        let followed = !self.acted && !self.misread && !self.raised && !self.exhausted() && self.unread.is_empty();
        tape.fails = self.raised;
        tape.nothing =
            (function.does_nothing() && !self.misread) || (followed && !self.data && self.recorder.changes == 0);
    }

    fn end_script(&mut self, tape: Tape) -> Tape {
        if self.recorder.simulation.undecided {
            self.at = self.guard_at.unwrap_or(self.at);
            self.unread_part("a condition that cannot be evaluated decides some of what it does");
        }
        if tape.fails {
            self.unread(UnreadKind::Either, "it ends with an exception as far as it is followed");
        }
        if self.exhausted() {
            self.unread(UnreadKind::Either, "it takes more steps than are followed");
        }
        Tape {
            entries: self.recorder.finish(),
            unread: std::mem::take(&mut self.unread),
            data: self.data,
            data_lines: std::mem::take(&mut self.data_lines),
            misread: self.misread,
            ..tape
        }
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
        self.recorder.simulation.dialect
    }
}

#[cfg(test)]
pub(crate) mod tests;
#[cfg(test)]
mod verdicts;
