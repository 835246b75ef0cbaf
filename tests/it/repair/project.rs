//! A folder that Alembic itself works in, with a SQLite database and version control where it is asked for.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{LazyLock, Mutex};

use crate::support::{Levelhead, python};

const ENV_PY: &str = "\
import os
from alembic import context
from sqlalchemy import create_engine
with create_engine(os.environ['DATABASE_URL']).connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
";

/// A revision in few words: `id<-parent,parent^dependency@label`.
pub struct Spec<'a> {
    pub id: &'a str,
    parents: Vec<&'a str>,
    depends_on: Vec<&'a str>,
    labels: Vec<&'a str>,
}

impl<'a> Spec<'a> {
    /// Several of them, separated by `;`.
    pub fn graph(text: &'a str) -> Vec<Self> {
        text.split(';').map(Self::of).collect()
    }

    fn of(text: &'a str) -> Self {
        let list = |text: &'a str| text.split(',').filter(|item| !item.is_empty()).collect();
        let (rest, labels) = text.split_once('@').unwrap_or((text, ""));
        let (rest, depends_on) = rest.split_once('^').unwrap_or((rest, ""));
        let (id, parents) = rest.split_once("<-").unwrap_or((rest, ""));
        Self { id, parents: list(parents), depends_on: list(depends_on), labels: list(labels) }
    }

    /// Its file, which makes a table of its own unless `body` says what `upgrade()` does.
    pub fn text(&self, body: Option<&str>) -> String {
        let tuple = |items: &[&str]| match items {
            [] => "None".to_owned(),
            items => format!("({})", items.iter().map(|item| format!("'{item}',")).collect::<String>()),
        };
        let table = format!("op.create_table('t_{0}', sa.Column('id', sa.Integer, primary_key=True))", self.id);
        let body = body.unwrap_or(&table);
        let undo = if body == table { format!("op.drop_table('t_{}')", self.id) } else { "pass".to_owned() };
        format!(
            "\"\"\"message of {id}\n\nRevision ID: {id}\n\n\"\"\"\nfrom alembic import op\nimport sqlalchemy as sa\n\n\
             revision = '{id}'\ndown_revision = {down}\nbranch_labels = {labels}\ndepends_on = {depends_on}\n\n\n\
             def upgrade():\n    {body}\n\n\ndef downgrade():\n    {undo}\n",
            id = self.id,
            down = tuple(&self.parents),
            labels = tuple(&self.labels),
            depends_on = tuple(&self.depends_on),
        )
    }
}

/// The folder.
pub struct Project(tempfile::TempDir);

impl Project {
    /// One with these revisions and Alembic's generic template.
    pub fn new(graph: &str) -> Self {
        let project = Self::empty("generic");
        for spec in Spec::graph(graph) {
            project.write(&format!("mig/versions/{}_x.py", spec.id), &spec.text(None));
        }
        project
    }

    /// One without revisions, as `alembic init` with this template leaves it, but for the database that env.py uses.
    pub fn empty(template: &str) -> Self {
        static MADE: LazyLock<Mutex<HashMap<String, Project>>> = LazyLock::new(Mutex::default);
        let mut made = MADE.lock().unwrap();
        let original = made.entry(template.to_owned()).or_insert_with(|| {
            let project = Self(tempfile::tempdir().unwrap());
            project.alembic(&["init", "-t", template, "mig"]);
            project.write("mig/env.py", ENV_PY);
            project
        });
        let project = Self(tempfile::tempdir().unwrap());
        for file in original.files(".") {
            let inside = file.strip_prefix(original.path()).unwrap().to_str().unwrap();
            project.write(inside, &fs::read_to_string(&file).unwrap());
        }
        fs::create_dir_all(project.path().join("mig/versions")).unwrap();
        project
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn url(&self) -> String {
        format!("sqlite:///{}/x.db", self.path().display())
    }

    pub fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path().join(path)).unwrap()
    }

    /// Replaces a text that is there in a file.
    pub fn edit(&self, path: &str, from: &str, to: &str) {
        let text = self.read(path);
        assert!(text.contains(from), "{from:?} is not in {text}");
        self.write(path, &text.replacen(from, to, 1));
    }

    /// The files below a folder, sorted, without what Python leaves there.
    pub fn files(&self, below: &str) -> Vec<PathBuf> {
        let mut folders = vec![self.path().join(below)];
        let mut files = Vec::new();
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                match path.is_dir() {
                    true if path.ends_with("__pycache__") => {}
                    true => folders.push(path),
                    false => files.push(path),
                }
            }
        }
        files.sort();
        files
    }

    pub fn levelhead(&self, arguments: &[&str]) -> Levelhead {
        Levelhead::new(arguments)
            .current_dir(self.path())
            .env("DATABASE_URL", self.url())
            .env("PATH", python::path())
            .env("GIT_CONFIG_NOSYSTEM", "1")
    }

    /// Alembic, which has to succeed; what it prints.
    pub fn alembic(&self, arguments: &[&str]) -> String {
        self.run(&python::binaries().join("alembic"), arguments)
    }

    /// git, as somebody called Ada.
    pub fn git(&self, arguments: &[&str]) -> String {
        self.run(Path::new("git"), arguments)
    }

    fn run(&self, program: &Path, arguments: &[&str]) -> String {
        let output = self.command(program, arguments);
        assert!(output.status.success(), "{program:?} {arguments:?}: {output:#?}");
        String::from_utf8(output.stdout).unwrap()
    }

    pub fn command(&self, program: &Path, arguments: &[&str]) -> Output {
        let who = ["AUTHOR", "COMMITTER"].map(|role| {
            [(format!("GIT_{role}_NAME"), "Ada Lovelace"), (format!("GIT_{role}_EMAIL"), "ada@example.org")]
        });
        Command::new(program)
            .args(arguments)
            .current_dir(self.path())
            .env("DATABASE_URL", self.url())
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("HOME", "/nonexistent")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .envs(who.into_iter().flatten())
            .output()
            .unwrap_or_else(|error| panic!("{program:?}: {error}; apt-get install -y git"))
    }
}
