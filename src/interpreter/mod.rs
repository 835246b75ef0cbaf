//! What each migration does to the schema, read from its source: Python that is evaluated, never run.
//!
//! An interpreter of `upgrade()` bodies over a parser's tree. It follows imports inside the checkout, answers
//! `inspect(...)` from the schema simulated so far, and reads raw SQL with a PostgreSQL grammar. Whatever it cannot
//! evaluate is unknown. It opens no file itself (the caller hands texts over), knows no third-party package but
//! Alembic and SQLAlchemy by name, and is bounded in steps, depth and memory: hostile input ends in unknown.

mod arguments;
mod builtins;
mod call;
mod class;
mod construct;
mod definition;
mod execute;
mod expression;
mod import;
mod inspector;
mod method;
mod model;
mod operation;
mod simulation;
mod spec;
mod sql;
mod sql_block;
mod sqltype;
mod statement;
mod value;

use std::collections::HashMap;
use std::rc::Rc;

use crate::schema::{Belief, Dialect, State, Subject};
use simulation::Simulation;
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

/// What one migration does.
#[derive(Debug, Clone, Default)]
pub struct Effects {
    /// Facts that it changes, and what holds afterwards; `None`: it is gone.
    pub changes: Vec<(Subject, Option<Belief<State>>)>,
    /// Facts that must have held before although no migration that was read made them so.
    pub earlier: Vec<Subject>,
    /// Tables whose constraints before this migration are not all known.
    pub earlier_constraints: Vec<String>,
    /// It provably does nothing: an empty body, a merge.
    pub nothing: bool,
    /// It writes rows, or may.
    pub data: bool,
    /// What could not be read, in words.
    pub opaque: Vec<String>,
}

/// Where and on what the migrations run.
#[derive(Debug, Clone)]
pub struct Setting {
    /// The database's dialect.
    pub dialect: Dialect,
    /// The schema that unqualified names fall into: `public`, or the connection's own.
    pub default_schema: String,
    /// Alembic's own table, which is no evidence: qualified outside the default schema.
    pub version_table: String,
}

/// Reads migrations in upgrade order: the effects of each, given those before it.
pub fn read<'s>(
    scripts: impl IntoIterator<Item = &'s Script> + Send,
    checkout: &dyn Checkout,
    setting: &Setting,
) -> Vec<Effects> {
    // The tree may nest 1,000 deep and each level costs several frames.
    const STACK: usize = 256 << 20;
    std::thread::scope(|scope| {
        let work = || {
            let mut interpreter = Interpreter::new(checkout, setting);
            scripts.into_iter().map(|script| interpreter.revision(script)).collect()
        };
        match std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work) {
            Ok(thread) => thread.join().unwrap_or_default(),
            Err(_) => Vec::new(),
        }
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
    data: bool,
    opaque: Vec<String>,
    /// What was last reported for a table and for everything else.
    reported: HashMap<String, HashMap<Subject, Belief<State>>>,
    version_table: String,
    /// The path of the migration that is read.
    script: String,
    /// A branch that may have run returns a value: what the function gives is unknown.
    may_have_returned: bool,
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
            opaque: Vec::new(),
            reported: HashMap::new(),
            version_table: setting.version_table.clone(),
            script: String::new(),
            may_have_returned: false,
        }
    }

    fn revision(&mut self, script: &Script) -> Effects {
        self.steps = 0;
        self.memory = 0;
        self.depth = 0;
        self.raised = false;
        self.data = false;
        self.opaque.clear();
        self.script.clone_from(&script.path);
        let mut nothing = false;
        match crate::python::parse(&script.text) {
            Ok(tree) => {
                let module = self.evaluate_module(&script.path, tree);
                self.raised = false;
                if let Some(Value::Function(upgrade)) = module.globals.get(&"upgrade".into()) {
                    nothing = upgrade.does_nothing();
                    self.call_function(&upgrade, spec::Arguments::default());
                } else {
                    self.opaque.push("it has no upgrade() that can be read".to_owned());
                }
            }
            Err(error) => self.opaque.push(error.to_string()),
        }
        if self.exhausted() {
            self.opaque.push("it takes more steps than are followed".to_owned());
        }
        let mut effects = Effects {
            earlier: std::mem::take(&mut self.simulation.earlier),
            earlier_constraints: std::mem::take(&mut self.simulation.earlier_constraints),
            nothing,
            data: self.data,
            opaque: std::mem::take(&mut self.opaque),
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
pub(crate) mod tests {
    use super::*;
    use crate::schema::TableSubject;

    /// No file is within reach.
    pub(crate) struct Empty;

    impl Checkout for Empty {
        fn text(&self, _: &str) -> Option<String> {
            None
        }

        fn roots(&self) -> Vec<String> {
            vec![String::new()]
        }
    }

    #[test]
    fn hostile_sources_end_in_unknown() {
        let bodies = [
            "while True:\n        op.execute('SELECT 1')".to_owned(),
            "f = lambda x: x(x)\n    f(f)".to_owned(),
            "def g(n):\n        return g(n + 1) + g(n + 2)\n    g(0)".to_owned(),
            "x = 'a' * 1000000000000\n    op.execute(x)".to_owned(),
            "for a in range(100000000):\n        op.execute('DROP TABLE t')".to_owned(),
            "x = [1]\n    for a in x:\n        x.extend(x)\n    for a in range(60):\n        x.extend(x)".to_owned(),
            format!("op.execute('SELECT {}1')", "(".repeat(50_000)),
            format!("op.execute('SELECT {}1')", "- ".repeat(40_000)),
            format!("op.execute('SELECT {}true')", "NOT ".repeat(40_000)),
            format!("op.execute('DO $$ BEGIN {} END $$')", "BEGIN ".repeat(20_000)),
            format!("op.execute('SELECT {}1{}')", "a(".repeat(20_000), ")".repeat(20_000)),
            format!("op.execute('SELECT {}1 END')", "CASE WHEN ".repeat(20_000)),
            format!("op.execute('SELECT 1{}')", " + 1".repeat(40_000)),
            format!("x = {}1", "(".repeat(190)),
        ];
        for body in bodies {
            let text = format!("from alembic import op\n\ndef upgrade():\n    {body}\n");
            let script = Script { path: "versions/a.py".to_owned(), text };
            let setting = Setting {
                dialect: Dialect::PostgreSql,
                default_schema: "public".to_owned(),
                version_table: "alembic_version".to_owned(),
            };
            let effects = read(&[script], &Empty, &setting);
            assert_eq!(effects.len(), 1, "{}", &body[..20]);
            assert!(effects[0].changes.is_empty(), "{}", &body[..20]);
        }
    }

    /// What one revision with this body says on PostgreSQL.
    fn effects_of(body: &str) -> Effects {
        let text = format!("import sqlalchemy as sa\nfrom alembic import op\n\ndef upgrade():\n    {body}\n");
        let script = Script { path: "versions/a.py".to_owned(), text };
        let setting = Setting {
            dialect: Dialect::PostgreSql,
            default_schema: "public".to_owned(),
            version_table: "alembic_version".to_owned(),
        };
        read(&[script], &Empty, &setting).remove(0)
    }

    fn said(effects: &Effects, subject: &Subject) -> Option<Belief<State>> {
        effects.changes.iter().find(|(changed, _)| changed == subject).and_then(|(_, state)| state.clone())
    }

    #[test]
    fn a_primary_key_of_no_columns_is_none() {
        let key = Subject::Table("t".to_owned(), TableSubject::PrimaryKey);
        let none = effects_of("op.create_table('t', sa.Column('a', sa.Integer), sa.PrimaryKeyConstraint())");
        assert!(!matches!(said(&none, &key), Some(Belief::Known(State::Names(_)))), "{:?}", none.changes);
        let one = "op.create_table('t', sa.Column('a', sa.Integer, primary_key=True), sa.PrimaryKeyConstraint())";
        assert_eq!(said(&effects_of(one), &key), Some(Belief::Known(State::Names(vec!["a".to_owned()]))));
    }

    #[test]
    fn a_guarded_unique_constraint_over_the_key_is_unknown() {
        let made = "op.create_table('t', sa.Column('a', sa.Integer), sa.Column('b', sa.Integer), \
                    sa.PrimaryKeyConstraint('a', 'b', name='k'))";
        let found = "if op.get_bind().scalar(sa.text('SELECT 1 FROM pg_constraint')):\n        ";
        let unique = Subject::Table("t".to_owned(), TableSubject::Unique(vec!["a".to_owned(), "b".to_owned()]));
        let guards = [format!("{found}return\n    "), found.to_owned()];
        for guard in &guards {
            for columns in ["'b', 'a'", "'a', 'b'"] {
                let body = format!("{made}\n    {guard}op.create_unique_constraint('u', 't', [{columns}])");
                assert_eq!(said(&effects_of(&body), &unique), Some(Belief::Unknown), "{body}");
            }
        }
        let plain = format!("{made}\n    op.create_unique_constraint('u', 't', ['a', 'b'])");
        assert_eq!(said(&effects_of(&plain), &unique), Some(Belief::Known(State::Present)));
        let named = format!("{made}\n    {}op.create_unique_constraint('k', 't', ['a'])", guards[1]);
        let unique = Subject::Table("t".to_owned(), TableSubject::Unique(vec!["a".to_owned()]));
        assert_eq!(said(&effects_of(&named), &unique), Some(Belief::Unknown));
    }

    #[test]
    fn a_replaced_object_may_have_been_there() {
        let view = Subject::View("v".to_owned());
        let replaced = effects_of("op.execute('CREATE OR REPLACE VIEW v AS SELECT 1 AS a')");
        assert_eq!(replaced.earlier, std::slice::from_ref(&view));
        assert_eq!(said(&replaced, &view), Some(Belief::Known(State::Present)));
        assert_eq!(effects_of("op.execute('CREATE VIEW v AS SELECT 1 AS a')").earlier, []);
        let function = "FUNCTION f() RETURNS int AS 'SELECT 1' LANGUAGE sql";
        let replaced = effects_of(&format!("op.execute(\"CREATE OR REPLACE {function}\")"));
        assert_eq!(replaced.earlier, [Subject::Function("f".to_owned())]);
    }

    #[test]
    fn an_unknown_operation_is_named_and_makes_objects_unknown() {
        for name in ["create_entity", "replace_entity", "drop_entity"] {
            let body = format!("op.execute('CREATE VIEW v AS SELECT 1 AS a')\n    op.{name}(entity)");
            let effects = effects_of(&body);
            assert_eq!(effects.opaque, [format!("it calls op.{name}, which is not known")]);
            assert_eq!(said(&effects, &Subject::View("v".to_owned())), Some(Belief::Unknown));
        }
    }

    #[test]
    fn a_table_wider_than_any_is_not_followed_to_its_end() {
        let wide = "op.create_table('t', *[sa.Column(f'c{n}', sa.Integer) for n in range(30000)])";
        let long = "op.create_table('t')\n    for n in range(30000):\n        op.add_column('t', sa.Column(f'c{n}', sa.Integer))";
        for body in [wide, long] {
            let effects = effects_of(body);
            let column = |name: &str| Subject::Table("t".to_owned(), TableSubject::Column(name.to_owned()));
            assert_eq!(said(&effects, &column("c999")), Some(Belief::Known(State::Present)), "{body}");
            assert_eq!(said(&effects, &column("c9999")), None, "{body}");
        }
    }
}
