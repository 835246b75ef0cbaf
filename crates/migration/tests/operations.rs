//! Operations against real Alembic: random bodies of `upgrade()` are carried out by Alembic under Python, and read here.
//!
//! What is stated has to be true, and what is true has to be stated or in doubt. `support/operations.py` makes the bodies and
//! says what Alembic does. `LEVELHEAD_SEED` and `LEVELHEAD_CASES` choose others than a test run does.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use levelhead_migration::{Checkout, Rendered, RenderedOperation, Script, read_with};
use schema::simulation::Simulation;
use schema::{
    Belief, Check, Column, ConstraintName, Dialect, ForeignKey, Index, Schema, Setting, State, Subject, Table,
    TableSubject, Unique,
};
use serde_json::Value;

/// One body, and what Alembic makes of it.
struct Case {
    body: String,
    text: String,
    environment: Option<String>,
    dialect: Dialect,
    truth: Schema,
    /// What Alembic prints of it.
    rendered: Rendered,
}

/// The readers that are asked.
#[derive(Clone, Copy)]
enum Readers {
    /// The file's alone.
    Reading,
    /// Both.
    Both,
}

/// The checkout: `env.py`, and nothing else.
struct Beside(Option<String>);

impl Checkout for Beside {
    fn text(&self, path: &str) -> Option<String> {
        self.0.clone().filter(|_| path == "migrations/env.py")
    }

    fn roots(&self) -> Vec<String> {
        vec![String::new()]
    }
}

fn strings(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().map(|item| item.as_str().unwrap().to_owned()).collect()
}

fn name_of(value: &Value) -> Option<ConstraintName> {
    value.as_str().map(|name| ConstraintName { name: name.to_owned(), explicit: true })
}

fn table_of(value: &Value) -> Table {
    let items = |key: &str| value[key].as_array().unwrap().iter();
    let mut table = Table::default();
    table.columns.extend(items("columns").map(|column| Column {
        name: column[0].as_str().unwrap().to_owned(),
        kind: Belief::Known(column[1].as_str().unwrap().to_owned()),
        nullable: Belief::Known(column[2].as_bool().unwrap()),
        default: Belief::Known(column[3].as_bool().unwrap()),
    }));
    table.primary_key = value["pk"].is_array().then(|| Belief::Known(strings(&value["pk"])));
    table.primary_key_name = name_of(&value["pk_name"]);
    table.uniques.extend(
        items("uniques")
            .map(|unique| Unique { name: name_of(&unique[0]), columns: Belief::Known(strings(&unique[1])) }),
    );
    table.foreign_keys.extend(items("fks").map(|key| ForeignKey {
        name: name_of(&key[0]),
        columns: Belief::Known(strings(&key[1])),
        target: Belief::Known(key[2].as_str().unwrap().to_owned()),
        on_delete: Belief::Known(key[3].as_str().unwrap().chars().next().unwrap()),
    }));
    table.checks.extend(items("checks").filter_map(name_of).map(|name| Check { name, condition: None }));
    for (name, index) in value["indexes"].as_object().unwrap() {
        let columns = index[0].as_array().unwrap().iter().map(|part| part.as_str().map(str::to_owned)).collect();
        let unique = Belief::Known(index[1].as_bool().unwrap());
        table.indexes.insert(name.clone(), Index { columns: Belief::Known(columns), unique, valid: true });
    }
    table
}

fn rendered_of(value: &Value) -> Rendered {
    let operation = |value: &Value| RenderedOperation {
        // The body begins further down in the file.
        line: value["line"].as_u64().unwrap_or_default().try_into().unwrap(),
        statements: strings(&value["sql"]).into_iter().map(Into::into).collect(),
        looks_first: value["looks_first"].as_bool().unwrap(),
    };
    let operations = value["operations"].as_array().unwrap().iter().map(operation).collect();
    Rendered { operations, whole: value["whole"].as_bool().unwrap(), named: true }
}

fn case_of(line: &str) -> Option<Case> {
    let value: Value = serde_json::from_str(line).unwrap();
    let schema = value.get("schema")?;
    let mut truth = Schema::default();
    for (name, table) in schema["tables"].as_object().unwrap() {
        truth.tables.insert(name.clone(), table_of(table));
    }
    for (name, labels) in schema["enums"].as_object().unwrap() {
        truth.enums.insert(name.clone(), Belief::Known(strings(labels)));
    }
    let text = |key: &str| value[key].as_str().map(str::to_owned);
    let dialect = if value["dialect"] == "sqlite" { Dialect::Sqlite } else { Dialect::PostgreSql };
    Some(Case {
        body: text("body")?,
        text: text("text")?,
        environment: text("env"),
        dialect,
        truth,
        rendered: rendered_of(&value["rendered"]),
    })
}

/// Runs the script; each line of its answer is a case.
fn alembic(arguments: &[&str], input: &str) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let environment = std::env::var_os("LEVELHEAD_TEST_VENV").map_or_else(|| root.join("target/venv"), PathBuf::from);
    let python = environment.join("bin/python");
    assert!(
        python.exists(),
        "no virtualenv at {}; make it: tests/support/virtualenv target/venv tests/requirements.txt",
        environment.display()
    );
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/operations.py");
    let mut child = Command::new(python)
        .arg(script)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("Python starts");
    let mut stdin = child.stdin.take().expect("piped");
    let input = input.to_owned();
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().expect("Python ends");
    writer.join().expect("writes").expect("Python reads");
    assert!(output.status.success(), "Python ended with {}", output.status);
    String::from_utf8(output.stdout).expect("JSON").lines().map(str::to_owned).collect()
}

/// How many facts were stated and how many doubted; and what was stated wrongly, or missed.
#[derive(Default)]
struct Verdict {
    stated: usize,
    doubted: usize,
    wrong: Vec<String>,
}

fn judge(case: &Case, readers: Readers) -> Verdict {
    let setting = Setting {
        dialect: case.dialect,
        default_schema: case.dialect.usual_schema().to_owned(),
        version_table: "alembic_version".to_owned(),
    };
    let script = Script { path: "migrations/versions/a.py".to_owned(), text: case.text.clone() };
    let rendered = match readers {
        Readers::Reading => None,
        Readers::Both => Some(&case.rendered),
    };
    let tape = read_with([(&script, rendered)], &Beside(case.environment.clone()), &setting).unwrap().remove(0);
    let mut verdict = Verdict::default();
    if tape.fails {
        verdict.wrong.push("it is read as failing".to_owned());
        return verdict;
    }
    let mut simulation = Simulation::new(case.dialect, &setting.default_schema);
    simulation.apply_all(&tape.entries);
    let mut stated: BTreeMap<Subject, Belief<State>> = BTreeMap::new();
    for name in simulation.schema.tables.keys().chain(case.truth.tables.keys()) {
        stated.extend(simulation.facts_of(name));
    }
    stated.extend(simulation.other_facts());
    let mut truth = BTreeMap::new();
    case.truth.facts(|subject, state| drop(truth.insert(subject, state)));
    let reach = tape.may_reach_others();
    for (subject, state) in stated.iter().filter(|(subject, _)| !subject.is_rest()) {
        let Belief::Known(expected) = state else { continue };
        if matches!(subject, Subject::Sequence(_) | Subject::Namespace(_)) || is_of_the_server(subject) {
            continue;
        }
        verdict.stated += 1;
        match truth.get(subject) {
            Some(Belief::Known(live)) if expected.agrees(live) => {}
            Some(live) => verdict.wrong.push(format!("{subject:?} is {live:?}, stated: {expected:?}")),
            None => verdict.wrong.push(format!("{subject:?} is stated, and not there")),
        }
    }
    for (subject, _) in truth.iter().filter(|(subject, _)| !subject.is_rest()) {
        match stated.get(subject) {
            Some(Belief::Known(_)) => {}
            _ if reach || is_doubted(subject, &stated) || is_in_doubt(subject, &tape) => verdict.doubted += 1,
            _ => verdict.wrong.push(format!("{subject:?} is there, and neither stated nor doubted")),
        }
    }
    if !verdict.wrong.is_empty() {
        verdict.wrong.extend(tape.unread.iter().map(|unread| format!("(unread: {unread})")));
    }
    verdict
}

/// A check without a name gets one from the server, which the small model of it does not give.
fn is_of_the_server(subject: &Subject) -> bool {
    matches!(subject, Subject::Table(_, TableSubject::Check(name)) if name.ends_with("_check"))
}

/// Whether a fact is unknown, by itself or among what its table may hold besides.
fn is_doubted(subject: &Subject, stated: &BTreeMap<Subject, Belief<State>>) -> bool {
    if stated.contains_key(subject) {
        return true;
    }
    let Subject::Table(table, part) = subject else { return false };
    let rest = |rest: TableSubject| stated.contains_key(&Subject::Table(table.clone(), rest));
    rest(TableSubject::Unlisted)
        || match part {
            TableSubject::Index(_) => {
                rest(TableSubject::UnlistedIndexes)
                    || stated.iter().any(|(other, state)| {
                        *state == Belief::Unknown
                            && matches!(other, Subject::Table(held, TableSubject::Index(_)) if held == table)
                    })
            }
            TableSubject::Constraint(_) => rest(TableSubject::UnlistedNames),
            // A naming convention that nobody has found makes another name of it.
            TableSubject::Check(_) => stated.iter().any(|(other, state)| {
                *state == Belief::Unknown
                    && matches!(other, Subject::Table(held, TableSubject::Check(_)) if held == table)
            }),
            _ => false,
        }
}

/// Whether something unread may have made it: a table that nobody can name, and what is in it.
fn is_in_doubt(subject: &Subject, tape: &schema::Tape) -> bool {
    let lost = tape.unread.iter().any(|unread| unread.what.contains("whose name cannot be evaluated"));
    lost && subject.table().is_some()
}

/// What comes of some cases.
#[derive(Default)]
struct Report {
    cases: usize,
    made: usize,
    stated: usize,
    doubted: usize,
    faults: Vec<String>,
}

impl Report {
    fn of(lines: &[String], readers: Readers) -> Self {
        let mut report = Self { made: lines.len(), ..Self::default() };
        for case in lines.iter().filter_map(|line| case_of(line)) {
            let verdict = judge(&case, readers);
            report.cases += 1;
            report.stated += verdict.stated;
            report.doubted += verdict.doubted;
            if !verdict.wrong.is_empty() {
                let environment = case.environment.as_deref().unwrap_or("(no env.py)");
                let wrong = verdict.wrong.join("\n    ");
                report.faults.push(format!("--- {:?}\n{environment}\n{}\n    {wrong}", case.dialect, case.body));
            }
        }
        report
    }

    fn with(mut self, other: Self) -> Self {
        self.cases += other.cases;
        self.made += other.made;
        self.stated += other.stated;
        self.doubted += other.doubted;
        self.faults.extend(other.faults);
        self
    }
}

#[test]
#[expect(clippy::print_stdout, reason = "a seed that nobody sees cannot be tried again")]
fn what_is_stated_of_operations_is_what_alembic_does() {
    const AT_ONCE: usize = 2;
    const SHOWN: usize = 20;
    let setting = |name: &str, usual: &str| std::env::var(name).unwrap_or_else(|_| usual.to_owned());
    let (seed, count) = (setting("LEVELHEAD_SEED", "1"), setting("LEVELHEAD_CASES", "2400"));
    println!("LEVELHEAD_SEED={seed} LEVELHEAD_CASES={count}");
    let count: usize = count.parse().expect("a number of cases");
    let part = &|number: usize| {
        let (from, to) = (number * count / AT_ONCE, (number + 1) * count / AT_ONCE);
        let lines = alembic(&[&seed, &from.to_string(), &to.to_string()], "");
        [Readers::Reading, Readers::Both].map(|readers| Report::of(&lines, readers))
    };
    let all = std::thread::scope(|scope| {
        let parts: Vec<_> = (0..AT_ONCE).map(|number| scope.spawn(move || part(number))).collect();
        let join = |[reading, both]: [Report; 2], [more, more_of_both]: [Report; 2]| {
            [reading.with(more), both.with(more_of_both)]
        };
        parts.into_iter().map(|part| part.join().expect("it is judged")).fold(Default::default(), join)
    });
    for report in &all {
        println!(
            "{} cases: {} facts stated, {} doubted, {} cases wrong",
            report.cases,
            report.stated,
            report.doubted,
            report.faults.len()
        );
    }
    for report in &all {
        let shown: Vec<&str> = report.faults.iter().take(SHOWN).map(String::as_str).collect();
        assert!(
            shown.is_empty(),
            "{} of {} with seed {seed}:\n{}",
            report.faults.len(),
            report.cases,
            shown.join("\n")
        );
        // Some of what is made is nothing that a database accepts.
        assert!(2 * report.cases > report.made, "{} of {} could be carried out", report.cases, report.made);
        // Else it says nothing.
        assert!(report.stated > 10 * report.doubted, "{} stated, {} doubted", report.stated, report.doubted);
    }
    // The second reader is asked for what the first does not know.
    let [reading, both] = all;
    assert!(both.doubted < reading.doubted, "{} doubted by both, {} by the reading", both.doubted, reading.doubted);
}

/// What was once stated wrongly, or missed: the dialect, `env.py`, and the body.
const FOUND: &[(&str, &str, &str)] = &[
    // A convention names checks that are named, keys that are not, and leaves `op.f()` alone.
    (
        "postgresql",
        NAMES,
        "op.create_table('t', sa.Column('a', sa.Integer, sa.CheckConstraint('a > 0', name='c')), sa.CheckConstraint('a > 1', name=op.f('d')))",
    ),
    (
        "postgresql",
        NAMES,
        "op.create_table('t', sa.Column('a', sa.Integer, primary_key=True), sa.Column('b', sa.Integer, sa.ForeignKey('t.a'), unique=True, index=True))",
    ),
    (
        "postgresql",
        NAMES,
        "op.create_table('t', sa.Column('a', sa.Integer))\nop.create_check_constraint('c', 't', 'a > 0')\nop.drop_constraint('c', 't', type_='check')",
    ),
    (
        "postgresql",
        "",
        "op.create_table('t', sa.Column('a', sa.Integer))\nop.create_check_constraint('c', 't', sa.column('a') > 0)",
    ),
    // A text of an index may hold several columns.
    (
        "postgresql",
        "",
        "op.create_table('t', sa.Column('a', sa.Integer), sa.Column('b', sa.Integer))\nop.create_index('i', 't', [sa.text('a, b DESC'), sa.text('lower(a)')])",
    ),
    // NULL is a default where a length makes a cast of it, and of the type that the column gets.
    (
        "postgresql",
        "",
        "op.create_table('t', sa.Column('a', sa.Integer, server_default=sa.null()), sa.Column('b', sa.Text, server_default=sa.text('NULL')))",
    ),
    (
        "postgresql",
        "",
        "op.create_table('t', sa.Column('a', sa.Integer))\nop.alter_column('t', 'a', server_default=sa.null(), type_=sa.String(2))",
    ),
    (
        "sqlite",
        "",
        "op.create_table('t', sa.Column('a', sa.Integer, server_default=sa.null()), sa.Column('b', sa.Integer, sa.Computed('1')))",
    ),
    // The primary key stands for a unique constraint of its columns, and takes its name.
    (
        "postgresql",
        "",
        "op.create_table('t', sa.Column('a', sa.Integer, primary_key=True), sa.UniqueConstraint('a', name='u'))\nop.drop_constraint('u', 't')",
    ),
    ("sqlite", "", "op.create_table('t', sa.Column('a', sa.String(3), primary_key=True), sa.UniqueConstraint('a'))"),
    // What SQLite makes anew is what was reflected.
    (
        "sqlite",
        "",
        "op.create_table('t', sa.Column('a', sa.UUID()), sa.Column('b', sa.Integer), sa.Index('i', sa.text('lower(b)')))\nwith op.batch_alter_table('t') as batch_op:\n    batch_op.alter_column('a', new_column_name='c')",
    ),
    (
        "sqlite",
        "",
        "op.create_table('t', sa.Column('a', sa.Integer))\nwith op.batch_alter_table('t') as batch_op:\n    batch_op.add_column(sa.Column('b', sa.Text, unique=True, index=True))",
    ),
    (
        "sqlite",
        "",
        "op.create_table('t', sa.Column('a', sa.Integer, primary_key=True))\nop.create_table('u', sa.Column('b', sa.Integer, sa.ForeignKey('t.a', use_alter=True)))\nop.drop_table('t')",
    ),
    // A type is what its methods make of it.
    (
        "postgresql",
        "",
        "op.create_table('t', sa.Column('a', Chosen(9)), sa.Column('b', Secret(sa.Text, 'key')), sa.Column('c', Guid()), sa.Column('d', Same()), sa.Column('e', Fixed(6)))",
    ),
    (
        "postgresql",
        "",
        "op.create_table('t', sa.Column('a', sa.ARRAY(sa.Enum('x', name='e'))), sa.Column('b', sa.Enum('x', name='f', native_enum=False, create_constraint=True)))",
    ),
    (
        "sqlite",
        "",
        "op.create_table('t', sa.Column('a', sa.Integer))\nop.add_column('t', sa.Column('b', sa.Boolean(create_constraint=True, name='c')))",
    ),
];

const NAMES: &str = r#"{"ix": "by_%(column_0_label)s", "uq": "only_%(table_name)s_%(column_0_name)s", "ck": "check_%(table_name)s_%(constraint_name)s", "fk": "to_%(referred_table_name)s_%(column_0_name)s", "pk": "key_%(table_name)s"}"#;

#[test]
fn what_was_once_stated_wrongly_is_not() {
    let case = |(dialect, names, body): &(&str, &str, &str)| {
        let convention: Option<Value> = serde_json::from_str(names).ok();
        let environment =
            format!("from sqlalchemy import MetaData\ntarget_metadata = MetaData(naming_convention={names})\n");
        let environment = convention.as_ref().map(|_| environment);
        let case = serde_json::json!({
            "dialect": dialect, "body": body, "convention": convention, "env": environment,
        });
        format!("{case}\n")
    };
    let input: String = FOUND.iter().map(case).collect();
    let lines = alembic(&["-"], &input);
    for readers in [Readers::Reading, Readers::Both] {
        let report = Report::of(&lines, readers);
        assert_eq!(report.cases, FOUND.len(), "each of them can be carried out");
        assert!(report.faults.is_empty(), "{}", report.faults.join("\n"));
    }
}
