//! The commands beside Alembic's own, and what `stamp` writes.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::support::application::{Application, HEAD, REVISIONS};
use crate::support::database::BOTH;
use crate::support::{Backend, Levelhead, Outcome, python};

/// Branches, a merge, labels, a dependency and messages of several lines.
const GRAPH: &[(&str, &str, &str, &str)] = &[
    ("a000", "None", "None", "None"),
    ("b111", "'a000'", "None", "None"),
    ("c222", "'b111'", "'left'", "None"),
    ("d333", "'b111'", "None", "None"),
    ("e444", "('c222', 'd333')", "None", "None"),
    ("f555", "None", "'plugin'", "('e444', 'a000')"),
    ("g666", "'f555'", "None", "None"),
];

const ENV_PY: &str = "\
import os
from alembic import context
from sqlalchemy import create_engine
with create_engine(os.environ['DATABASE_URL']).connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
";

/// A folder that Alembic itself can work in.
struct Project(tempfile::TempDir);

impl Project {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("mig/versions")).unwrap();
        fs::write(folder.path().join("alembic.ini"), "[alembic]\nscript_location = mig\n").unwrap();
        fs::write(folder.path().join("mig/env.py"), ENV_PY).unwrap();
        for (id, down, labels, depends_on) in GRAPH {
            let text = format!(
                "\"\"\"message of {id}\nand more\n\nRevision ID: {id}\n\n\"\"\"\nrevision = '{id}'\ndown_revision = {down}\n\
                 branch_labels = {labels}\ndepends_on = {depends_on}\ndef upgrade(): pass\ndef downgrade(): pass\n"
            );
            fs::write(folder.path().join(format!("mig/versions/{id}_x.py")), text).unwrap();
        }
        Self(folder)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn url(&self) -> String {
        format!("sqlite:///{}/x.db", self.path().display())
    }

    fn levelhead(&self, arguments: &[&str]) -> Outcome {
        Levelhead::new(arguments).current_dir(self.path()).env("DATABASE_URL", self.url()).run()
    }

    fn alembic(&self, arguments: &[&str]) -> String {
        let output = Command::new(python::binaries().join("alembic"))
            .args(arguments)
            .current_dir(self.path())
            .env("DATABASE_URL", self.url())
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .output()
            .unwrap();
        assert!(output.status.success(), "alembic {arguments:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }
}

/// The lines, with the members of what Alembic keeps in a set in one order.
fn lines(text: &str) -> Vec<String> {
    let sets = ["Branches into: ", "Branch names: "];
    let line = |line: &str| match sets.iter().find_map(|set| line.strip_prefix(set).map(|rest| (set, rest))) {
        Some((set, rest)) => {
            let mut members: Vec<&str> = rest.split(", ").collect();
            members.sort_unstable();
            format!("{set}{}", members.join(", "))
        }
        None => line.to_owned(),
    };
    text.lines().map(line).collect()
}

#[test]
fn text_is_word_for_word_alembics() {
    let project = Project::new();
    project.alembic(&["upgrade", "c222"]);
    let in_order: &[&[&str]] = &[
        &["heads"],
        &["heads", "--verbose"],
        &["heads", "--resolve-dependencies"],
        &["history"],
        &["history", "-v"],
        &["history", "-r", "b111:e444"],
        &["history", "--rev-range", ":left@head", "--verbose"],
        &["history", "-r", "current:e444"],
        &["history", "-r", ":current"],
        &["history", "-i"],
        &["history", "-v", "-i"],
        &["show", "e444"],
        &["show", "a0"],
        &["show", "heads"],
        &["show", "left"],
        &["show", "current"],
        &["current"],
        &["current", "-v"],
    ];
    for arguments in in_order {
        let ours = project.levelhead(arguments);
        let mut theirs = project.alembic(arguments);
        // Alembic writes which URL it is about; levelhead's output never holds one.
        if arguments[0] == "current" {
            theirs =
                theirs.lines().filter(|line| !line.starts_with("Current revision")).map(|l| format!("{l}\n")).collect();
        }
        assert_eq!(lines(&ours.success().stdout), lines(&theirs), "{arguments:?}");
    }
    // The children of a branch point, and what is current at once, are sets.
    project.alembic(&["upgrade", "heads"]);
    for arguments in [&["branches"] as &[&str], &["branches", "--verbose"], &["current"]] {
        let (mut ours, mut theirs) =
            (lines(&project.levelhead(arguments).success().stdout), lines(&project.alembic(arguments)));
        ours.sort();
        theirs.sort();
        assert_eq!(ours, theirs, "{arguments:?}");
    }
}

#[test]
fn up_to_date_is_right_under_dependencies() {
    let project = Project::new();
    project.levelhead(&["current", "--check-heads"]).code(1).says("holds nothing, not g666").says("levelhead run");
    project.alembic(&["upgrade", "heads"]);
    project.levelhead(&["current", "--check-heads"]).success().says_nothing_of("not g666");
    project.alembic(&["downgrade", "f555"]);
    project.levelhead(&["current", "--check-heads"]).code(1).says("holds f555, not g666");
}

#[test]
fn a_symbol_that_leads_nowhere_says_what_alembic_says() {
    let project = Project::new();
    project.levelhead(&["show", "nope"]).code(125).says("Can't locate revision identified by 'nope'");
    project
        .levelhead(&["show", "head"])
        .code(125)
        .says("Multiple head revisions are present for given argument 'head'");
    project.levelhead(&["history", "-r", "e444:b111"]).code(125).says("Requested range e444:b111 does not refer to");
    project.levelhead(&["history", "-r", "b111"]).code(125).says("History range requires [start]:[end]");
}

#[test]
fn json_is_versioned_and_has_the_documented_fields() {
    let project = Project::new();
    project.alembic(&["upgrade", "c222"]);
    let documentation = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/json.md")).unwrap();
    for arguments in [&["heads"] as &[&str], &["current"], &["history", "-i"], &["branches"], &["show", "e444"]] {
        let arguments = [arguments, &["--format", "json"]].concat();
        let document: Value = serde_json::from_str(&project.levelhead(&arguments).success().stdout).unwrap();
        assert_eq!(document["version"], 2, "{arguments:?}");
        let mut names = Vec::new();
        collect_names(&document, &mut names);
        for name in names {
            assert!(documentation.contains(&format!("`{name}`")), "docs/json.md does not name {name}");
        }
    }
    let shown = project.levelhead(&["current", "--format", "json"]);
    let document: Value = serde_json::from_str(&shown.stdout).unwrap();
    assert_eq!((&document["rows"][0], &document["at_head"]), (&Value::from("c222"), &Value::from(false)));
}

fn collect_names(value: &Value, names: &mut Vec<String>) {
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, value)| {
            names.push(name.clone());
            collect_names(value, names);
        }),
        Value::Array(items) => items.iter().for_each(|item| collect_names(item, names)),
        _ => {}
    }
}

#[test]
fn drawings_show_every_revision_and_where_the_database_is() {
    let project = Project::new();
    project.alembic(&["upgrade", "c222"]);
    for (format, mark) in [("svg", ">database</text>"), ("dot", "\\ndatabase\""), ("mermaid", "<br>database\"")] {
        let drawing = project.levelhead(&["history", "--format", format, "-i"]).success().stdout.clone();
        for (id, ..) in GRAPH {
            assert!(drawing.contains(id), "{id} is not in {drawing}");
        }
        assert_eq!(drawing.matches(mark).count(), 1, "{drawing}");
    }
    project.levelhead(&["history", "--graph", "-i"]).success().prints(
        "\
○ g666 (plugin) (head) message of g666
○ f555 (plugin) message of f555
├─╮
○ │ e444 (left) (effective head) (mergepoint) message of e444
├─│─╮
● │ │ c222 (left) (current) message of c222
│ │ ○ d333 message of d333
├─│─╯
● │ b111 (branchpoint) message of b111
├─╯
● a000 message of a000
",
    );
}

#[test]
fn stamp_writes_what_alembic_would_have() {
    for backend in BOTH {
        let application = Application::new(backend);
        application.levelhead(&["stamp", "head"]).run().success().says(&format!("adding {HEAD}"));
        assert_eq!(application.database.rows(), Some(vec![HEAD.to_owned()]));
        let made_by_us = definition(&application);
        application.levelhead(&["stamp", HEAD]).run().success().says("nothing is changed");
        application.levelhead(&["stamp", &REVISIONS[1][..5]]).run().success();
        assert_eq!(application.database.rows(), Some(vec![REVISIONS[1].to_owned()]));
        application.levelhead(&["stamp", "base"]).run().success();
        assert_eq!(application.database.rows(), Some(vec![]));
        application.levelhead(&["stamp", "nope"]).run().code(125).says("Can't locate revision identified by 'nope'");

        let theirs = Application::at(backend, "base");
        let stamped = theirs.flask(&["db", "stamp", "head"]);
        assert!(stamped.status.success(), "{stamped:?}");
        assert_eq!(made_by_us, definition(&theirs));
    }
}

/// The version table's columns and key, as the database describes them.
fn definition(application: &Application) -> Vec<String> {
    let url = application.database.url();
    if url.starts_with("sqlite") {
        let columns =
            "SELECT name || ' ' || type || ' ' || \"notnull\" || ' ' || pk FROM pragma_table_info('alembic_version')";
        return application.database.sql(columns);
    }
    application.database.sql(
        "SELECT concat_ws(' ', a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, c.conname) \
         FROM pg_attribute a JOIN pg_constraint c ON c.conrelid = a.attrelid AND c.contype = 'p' \
         WHERE a.attrelid = 'alembic_version'::regclass AND a.attnum > 0",
    )
}

#[test]
fn stamp_gets_past_a_row_that_no_file_has() {
    for backend in BOTH {
        let application = Application::at(backend, HEAD);
        application.database.sql("UPDATE alembic_version SET version_num = 'o''ther'");
        let theirs = application.flask(&["db", "stamp", "head"]);
        assert!(!theirs.status.success());
        let ours = application.levelhead(&["stamp", REVISIONS[2]]).run();
        ours.success().says("removing o'ther; no file has o'ther").says(&format!("adding {}", REVISIONS[2]));
        assert_eq!(application.database.rows(), Some(vec![REVISIONS[2].to_owned()]));

        application.database.sql("INSERT INTO alembic_version VALUES ('foreign')");
        application.levelhead(&["stamp", "--purge", "head"]).run().success().says("removing foreign");
        assert_eq!(application.database.rows(), Some(vec![HEAD.to_owned()]));
    }
}

#[test]
fn a_version_table_elsewhere_is_noticed_before_a_second_one_is_made() {
    let application = Application::at(Backend::Postgres, HEAD);
    application.database.sql("CREATE SCHEMA other; ALTER TABLE alembic_version SET SCHEMA other");
    for command in [&["stamp", "head"] as &[&str], &["run"]] {
        application.levelhead(command).run().code(125).says("the database holds other.alembic_version");
    }
    let stamped = application.levelhead(&["stamp", REVISIONS[0], "--version-table-schema", "other"]).run();
    stamped.success().says(&format!("replacing {HEAD} with {}", REVISIONS[0]));
    let tables = application.database.sql("SELECT count(*) FROM pg_class WHERE relname = 'alembic_version'");
    assert_eq!(tables, ["1"]);

    let application = Application::at(Backend::Sqlite, HEAD);
    application.database.sql("ALTER TABLE alembic_version RENAME TO versions");
    application.levelhead(&["stamp", "head"]).run().code(125).says("the database holds versions");
    application.levelhead(&["stamp", "base", "--version-table", "versions"]).run().success();
    assert!(application.database.rows().is_none());
}

#[test]
fn each_of_several_databases_is_looked_at() {
    let project = Project::new();
    project.alembic(&["upgrade", "heads"]);
    let first = project.url();
    let second = format!("sqlite:///{}/y.db", project.path().display());
    fs::copy(project.path().join("x.db"), project.path().join("y.db")).unwrap();
    let with = |arguments: &[&str]| {
        Levelhead::new(arguments)
            .current_dir(project.path())
            .env("DATABASE_URL", &first)
            .env("LEVELHEAD_DATABASES", format!("users={second}"))
            .env("PATH", python::path())
            .run()
    };
    with(&["current", "--check-heads"]).success();
    project.alembic(&["downgrade", "f555"]);
    let behind = with(&["current", "--check-heads"]);
    behind.code(1).says("the version table holds f555").prints(
        "Current revision(s) for DATABASE_URL:\ne444 (effective head) (mergepoint)\nf555\n\
         Current revision(s) for users:\ne444 (effective head) (mergepoint)\ng666 (head)\n",
    );
    project.alembic(&["upgrade", "heads"]);
    with(&["run"]).success().says("at head g666 in users");
    fs::write(project.path().join("y.db"), "").unwrap();
    with(&["run"]).code(125).says("the version table of users holds ").says("upgrade users too");
    fs::copy(project.path().join("x.db"), project.path().join("y.db")).unwrap();
    let document: Value = serde_json::from_str(&with(&["current", "--format", "json"]).stdout).unwrap();
    assert_eq!(document["databases"][1]["name"], "users");
    assert_eq!(document["databases"][1]["at_head"], true);
    let wrong = with(&["current", "--database", "postgresql://u:secret@h/d"]);
    wrong.code(2).says("entry 1 is not NAME=URL").says_nothing_of("secret");
}
