//! Each parameter of each operation, by position and by keyword: asked of the installed Alembic, read, and run by it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use migration::{NoFiles, Script, read};
use schema::{Dialect, RevisionFacts, Setting, revision_facts};
use serde::Deserialize;

use super::alembic::infer;
use super::small::Small;
use crate::support::database::{Backend, Database};
use crate::support::python;

/// tests/data/alembic_calls.toml, which says what each of these is.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Calls {
    ground: String,
    ground_in_attic: String,
    before: BTreeMap<String, String>,
    call: Vec<Call>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Call {
    operation: String,
    #[serde(default = "table")]
    before: String,
    #[serde(default)]
    arguments: Vec<(String, String)>,
    #[serde(default)]
    rest: String,
    #[serde(default)]
    always: String,
    #[serde(default)]
    telling: Vec<(String, String)>,
    #[serde(default)]
    silent: Vec<(String, String)>,
    #[serde(default)]
    around: Option<String>,
    #[serde(default = "yes")]
    runs_alone: bool,
    #[serde(default)]
    on_sqlite: bool,
}

fn table() -> String {
    "table".to_owned()
}

fn yes() -> bool {
    true
}

fn calls() -> Calls {
    toml::from_str(include_str!("../../data/alembic_calls.toml")).unwrap()
}

impl Call {
    /// The statement, the first `by_position` of the arguments by position and the others by keyword, with one keyword more.
    fn written(&self, by_position: usize, more: Option<&(String, String)>) -> String {
        let (first, then) = self.arguments.split_at(by_position);
        let keyword = |(name, value): &(String, String)| format!("{name}={value}");
        let mut all: Vec<String> = first.iter().map(|(_, value)| value.clone()).collect();
        all.extend([&self.rest, &self.always].into_iter().filter(|text| !text.is_empty()).cloned());
        all.extend(then.iter().chain(more).map(keyword));
        let call = format!("{}({})", self.operation, all.join(", "));
        match &self.around {
            Some(around) => around.replacen("{}", &call, 1),
            None if self.operation.starts_with("batch_op.") => {
                format!("with op.batch_alter_table('{{t}}') as batch_op:\n    {call}")
            }
            None => call,
        }
    }

    /// With all by position that may be, and nothing more.
    fn plain(&self) -> String {
        self.written(self.arguments.len(), None)
    }

    /// The forms that say the same: what follows by position leaves nothing before it to be given by keyword.
    fn alike(&self) -> Vec<String> {
        let count = if self.rest.is_empty() { self.arguments.len() } else { 0 };
        (0..count).map(|by_position| self.written(by_position, None)).collect()
    }
}

/// What a statement does after others, sorted so that two can be compared.
fn facts(ground: &str, before: &str, statement: &str) -> (Vec<String>, RevisionFacts) {
    let script = |body: &str| Script {
        path: "versions/r.py".to_owned(),
        text: format!(
            "import sqlalchemy as sa\nfrom alembic import op\n\ndef upgrade():\n    {}\n",
            body.trim().replace('\n', "\n    ").replace("{t}", "t")
        ),
    };
    let setting = Setting {
        dialect: Dialect::PostgreSql,
        default_schema: "public".to_owned(),
        version_table: "alembic_version".to_owned(),
    };
    let tapes = read(&[script(ground), script(before), script(statement)], &NoFiles, &setting).unwrap();
    let effects = revision_facts(tapes, &setting).remove(2);
    let mut lines: Vec<String> = effects.changes.iter().map(|change| format!("{change:?}")).collect();
    lines.extend(effects.earlier.iter().map(|subject| format!("earlier: {subject:?}")));
    lines.sort();
    lines.push(format!("data: {}", effects.data));
    (lines, effects)
}

/// The parameters of each operation as the installed Alembic has them, with Python's word for their kind.
fn parameters() -> BTreeMap<String, Vec<(String, String)>> {
    const PROGRAM: &str = "
import inspect, json
from alembic.operations import BatchOperations, Operations
found = {}
for prefix, holder in ('op', Operations), ('batch_op', BatchOperations):
    for name, function in inspect.getmembers(holder, callable):
        if not name.startswith('_'):
            parameters = list(inspect.signature(function).parameters.values())
            found[f'{prefix}.{name}'] = [(p.name, p.kind.name) for p in parameters if p.name != 'self']
print(json.dumps(found))";
    let output = Command::new(python::binaries().join("python")).args(["-c", PROGRAM]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Parts of Alembic's own works, and what only runs under an engine for asyncio.
const APART: [&str; 6] =
    ["context", "create_module_class_proxy", "implementation_for", "invoke", "register_operation", "run_async"];
/// What a batch has from its parent and nobody calls on it: the same code as the parent's.
const INHERITED: [&str; 2] = ["batch_op.batch_alter_table", "batch_op.inline_literal"];

#[test]
fn every_parameter_of_alembic_is_given() {
    let calls = calls();
    let mut faults = Vec::new();
    for (operation, parameters) in parameters() {
        let name = operation.split_once('.').unwrap().1;
        if APART.contains(&name) || INHERITED.contains(&operation.as_str()) {
            continue;
        }
        let samples: Vec<&Call> = calls.call.iter().filter(|call| call.operation == operation).collect();
        let by_position: BTreeSet<&str> =
            samples.iter().flat_map(|call| &call.arguments).map(|(name, _)| name.as_str()).collect();
        let by_keyword: BTreeSet<&str> = samples
            .iter()
            .flat_map(|call| call.telling.iter().chain(&call.silent))
            .map(|(name, _)| name.as_str())
            .collect();
        for (parameter, kind) in &parameters {
            let given = match kind.as_str() {
                "POSITIONAL_OR_KEYWORD" => by_position.contains(parameter.as_str()),
                "KEYWORD_ONLY" => by_keyword.contains(parameter.as_str()),
                "VAR_POSITIONAL" => samples.iter().any(|call| !call.rest.is_empty()),
                "VAR_KEYWORD" => true,
                other => panic!("{operation} has a parameter that is {other}"),
            };
            if !given {
                faults.push(format!("{operation} is not given its {parameter}"));
            }
        }
        let takes_any = parameters.iter().any(|(_, kind)| kind == "VAR_KEYWORD");
        let known = |name: &&str| parameters.iter().any(|(parameter, _)| parameter == name);
        let strange = by_position.iter().chain(&by_keyword).filter(|name| !takes_any && !known(name));
        faults.extend(strange.map(|name| format!("{operation} has no {name}")));
    }
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[test]
fn a_parameter_says_the_same_by_position_and_by_keyword() {
    let calls = calls();
    let ground = format!("{}\n{}", calls.ground, calls.ground_in_attic);
    let mut faults = Vec::new();
    for call in &calls.call {
        let before = &calls.before[&call.before];
        let (expected, _) = facts(&ground, before, &call.plain());
        let mut hold = |statement: String, same: bool| {
            let (held, effects) = facts(&ground, before, &statement);
            if !effects.unread.is_empty() {
                faults.push(format!("{statement}: {:?}", effects.unread));
            } else if (held == expected) != same {
                let words = if same { "another fact than" } else { "nothing beside" };
                faults.push(format!("{statement}: {words} {}:\n  {held:#?}\n  {expected:#?}", call.plain()));
            }
        };
        call.alike().into_iter().for_each(|statement| hold(statement, true));
        let with = |more| call.written(call.arguments.len(), Some(more));
        call.telling.iter().for_each(|more| hold(with(more), false));
        call.silent.iter().for_each(|more| hold(with(more), true));
    }
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

/// Runs every form in a revision of its own, by the installed Alembic, and asks which revision that is.
fn run_all(backend: Backend) {
    let calls = calls();
    let on_sqlite = backend == Backend::Sqlite;
    let mut bodies =
        vec![if on_sqlite { calls.ground } else { format!("{}\n{}", calls.ground, calls.ground_in_attic) }];
    for call in calls.call.iter().filter(|call| call.on_sqlite || !on_sqlite) {
        let before = &calls.before[&call.before];
        let mut forms = if call.runs_alone { [vec![call.plain()], call.alike()].concat() } else { Vec::new() };
        let keywords = call.telling.iter().chain(&call.silent);
        forms.extend(keywords.map(|more| call.written(call.arguments.len(), Some(more))));
        for form in forms {
            let table = format!("t{}", bodies.len());
            bodies.push(format!("{}\n{form}", before.trim()).replace("{t}", &table));
        }
    }
    assert!(bodies.len() > 20);
    bodies.push("op.create_table('last', sa.Column('id', sa.Integer, primary_key=True))".to_owned());
    let small = Small::new(&bodies.iter().map(String::as_str).collect::<Vec<_>>());
    let held = tempfile::tempdir().unwrap();
    let database = Database::create(backend, held.path());
    upgrade(&small.checkout(), &database);
    database.sql("DROP TABLE alembic_version");
    let answer = infer(&small.checkout(), &database);
    let deviations: Vec<String> = answer.contradicted.iter().map(|claim| claim.text.clone()).collect();
    let bodies_of = |text: &str| {
        let number = text.split_whitespace().find_map(|word| word.strip_prefix('r')?.parse::<usize>().ok());
        number.and_then(|number| bodies.get(number - 1)).cloned().unwrap_or_default()
    };
    let told: Vec<String> = deviations.iter().map(|text| format!("{text}\n{}", bodies_of(text))).collect();
    assert!(told.is_empty() && answer.unexplained.is_empty(), "\n{}\n{:?}", told.join("\n\n"), answer.unexplained);
    assert_eq!((answer.verdict.as_str(), answer.revisions), ("exact", vec![format!("r{}", bodies.len())]));
}

fn upgrade(checkout: &Path, database: &Database) {
    let output = Command::new(python::binaries().join("python"))
        .args(["-m", "alembic", "upgrade", "head"])
        .current_dir(checkout)
        .env("PATH", python::path())
        .env("DATABASE_URL", database.url())
        .env("ALEMBIC_CONFIG", "../alembic.ini")
        .output()
        .unwrap();
    let complaints = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let last: Vec<&str> = complaints.lines().rev().take(15).collect();
    assert!(output.status.success(), "{}", last.into_iter().rev().collect::<Vec<_>>().join("\n"));
    assert!(fs::read_dir(checkout.join("versions")).unwrap().count() > 20);
}

#[test]
fn what_postgresql_has_after_every_form_is_what_was_read() {
    run_all(Backend::Postgres);
}

#[test]
fn what_sqlite_has_after_every_form_is_what_was_read() {
    run_all(Backend::Sqlite);
}
