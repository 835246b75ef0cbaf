//! Histories whose names and types only Python knows, with a Python that renders them and without.

use std::fs;

use tempfile::TempDir;

use crate::support::database::{BOTH, Database};
use crate::support::{Backend, Levelhead, python};

/// A package that is no part of the checkout: its conventions and its types, as an installed one has them.
const PACKAGE: &str = "import sqlalchemy as sa
from alembic import op

class Money(sa.types.TypeDecorator):
    impl = sa.Numeric
    cache_ok = True

    def load_dialect_impl(self, dialect):
        return dialect.type_descriptor(sa.Numeric(12, 4))

def short(constraint, table):
    return table.name[:3]

metadata = sa.MetaData(naming_convention={
    'short': short,
    'ix': 'by_%(short)s_%(column_0_name)s',
    'uq': 'only_%(table_name)s_%(column_0_name)s',
    'ck': 'holds_%(table_name)s_%(constraint_name)s',
    'pk': 'key_%(short)s',
})

def stamped(table):
    op.add_column(table, sa.Column('seen', sa.DateTime, index=True))
";

const ENV: &str = "import os
from alembic import context
from house import metadata
from sqlalchemy import create_engine, pool

engine = create_engine(os.environ['DATABASE_URL'].replace('postgresql:', 'postgresql+psycopg:'), poolclass=pool.NullPool)
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations(tables={}, tester=None)
";

/// Bodies of `upgrade(tables, tester)`.
const HISTORY: [&str; 5] = [
    "op.create_table('parcels', sa.Column('id', sa.Integer, primary_key=True), sa.Column('price', house.Money()), \
     sa.Column('code', sa.Integer, unique=True), sa.CheckConstraint('code > 0', name='code'))",
    "op.add_column('parcels', sa.Column('owner', sa.Text, index=True))",
    "house.stamped('parcels')",
    "op.create_table('carts', sa.Column('id', sa.Integer, primary_key=True), sa.Column('total', house.Money(), nullable=False))",
    "op.create_index(None, 'carts', ['total'])",
];

/// An application beside a package that only its Python finds.
struct House {
    folder: TempDir,
    package: TempDir,
    database: Database,
}

impl House {
    /// At this revision, by Alembic itself.
    fn at(backend: Backend, revision: usize) -> Self {
        let (folder, package) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        fs::write(package.path().join("house.py"), PACKAGE).unwrap();
        fs::create_dir_all(folder.path().join("migrations/versions")).unwrap();
        fs::write(folder.path().join("alembic.ini"), "[alembic]\nscript_location = migrations\n").unwrap();
        fs::write(folder.path().join("migrations/env.py"), ENV).unwrap();
        for (number, body) in HISTORY.iter().enumerate() {
            let down = if number == 0 { "None".to_owned() } else { format!("'a{number}'") };
            let text = format!(
                "import house\nimport sqlalchemy as sa\nfrom alembic import op\n\nrevision = 'a{}'\ndown_revision = {down}\n\n\n\
                 def upgrade(tables, tester):\n    {body}\n",
                number + 1
            );
            fs::write(folder.path().join(format!("migrations/versions/a{}.py", number + 1)), text).unwrap();
        }
        let database = Database::create(backend, folder.path());
        let house = Self { folder, package, database };
        house.alembic(&["upgrade", &format!("a{revision}")]);
        house
    }

    fn alembic(&self, words: &[&str]) {
        let done = std::process::Command::new(python::binaries().join("alembic"))
            .args(words)
            .current_dir(self.folder.path())
            .env("DATABASE_URL", self.database.url())
            .env("PYTHONPATH", self.package.path())
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .output()
            .unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }

    fn levelhead(&self, words: &[&str]) -> Levelhead {
        let levelhead = Levelhead::new(words).current_dir(self.folder.path()).env("PATH", python::path());
        levelhead.env("PYTHONPATH", self.package.path()).env("DATABASE_URL", self.database.url())
    }
}

#[test]
fn with_alembic_each_position_is_named_and_nothing_is_held_against_it() {
    for backend in BOTH {
        for revision in 1..=HISTORY.len() {
            let house = House::at(backend, revision);
            house.database.sql("DROP TABLE alembic_version");
            let inferred = house.levelhead(&["infer", "--format", "json"]).run().success().stdout.clone();
            let document: serde_json::Value = serde_json::from_str(&inferred).unwrap();
            assert_eq!(document["rows"], serde_json::json!([format!("a{revision}")]), "{inferred}");
            assert_eq!(document["contradicted"], serde_json::json!([]), "{inferred}");
            // What `plan` foretells is what `run` does: it asks where `run` asks.
            house.levelhead(&["plan"]).run().success().says("asking Alembic");
            house.levelhead(&["run"]).run().success().says("asking Alembic").says("Alembic rendered 5 of 5 revisions");
            assert_eq!(house.database.rows(), Some(vec!["a5".to_owned()]), "{revision}");
        }
    }
}

#[test]
fn without_alembic_no_position_is_named_wrongly_and_no_row_refused() {
    for backend in BOTH {
        for revision in 1..=HISTORY.len() {
            let house = House::at(backend, revision);
            let report = house.levelhead(&["check", "--format", "json", "--render", "never"]).run().stdout;
            assert!(!report.contains("\"drift\"") && !report.contains("stamped-too-far"), "{report}");
            house.database.sql("DROP TABLE alembic_version");
            let inferred = house.levelhead(&["infer", "--format", "json", "--render", "never"]).run().stdout;
            let document: serde_json::Value = serde_json::from_str(&inferred).unwrap();
            let named = document["rows"].as_array().cloned().unwrap_or_default();
            assert!(named.is_empty() || named == [format!("a{revision}")], "{inferred}");
        }
    }
}

#[test]
fn alembic_is_asked_neither_at_head_nor_where_rows_and_schema_agree() {
    let house = House::at(Backend::Sqlite, HISTORY.len());
    let said = house.levelhead(&["run"]).run().success().stderr.clone();
    assert!(!said.contains("asking Alembic"), "{said}");
    let house = House::at(Backend::Sqlite, 4);
    let said = house.levelhead(&["run"]).run().success().stderr.clone();
    assert!(!said.contains("asking Alembic"), "{said}");
    let said = house.levelhead(&["check", "--offline"]).run().stderr;
    assert!(!said.contains("asking Alembic"), "{said}");
}
