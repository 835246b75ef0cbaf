//! What nobody has read: no row is moved over it, no unknown row is called right by it, and no true row is refused for it.

use std::process::Command;

use tempfile::TempDir;

use super::small::Small;
use crate::support::Backend;
use crate::support::database::{BOTH, Database};
use crate::support::{Levelhead, Outcome, python};

const PRICES: &str =
    "op.create_table('prices', sa.Column('id', sa.Integer, primary_key=True), sa.Column('cents', sa.Integer))";
const TAX: &str = "op.add_column('prices', sa.Column('tax', sa.Integer))";
const NOTE: &str = "op.add_column('prices', sa.Column('note', sa.Text))";

/// A history of one line on a database of its own.
struct Scene {
    small: Small,
    database: Database,
    _folder: TempDir,
}

impl Scene {
    /// The database as real Alembic leaves it at `revision`.
    fn at(backend: Backend, bodies: &[&str], revision: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let scene =
            Self { small: Small::new(bodies), database: Database::create(backend, folder.path()), _folder: folder };
        scene.upgrade(revision);
        scene
    }

    fn upgrade(&self, revision: &str) {
        let output = Command::new(python::binaries().join("alembic"))
            .args(["upgrade", revision])
            .current_dir(self.small.checkout())
            .env("DATABASE_URL", self.database.url())
            .env("ALEMBIC_CONFIG", "../alembic.ini")
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    fn levelhead(&self, arguments: &[&str]) -> Outcome {
        Levelhead::new(arguments)
            .current_dir(&self.small.checkout())
            .env("PATH", python::path())
            .env("DATABASE_URL", self.database.url())
            .env("ALEMBIC_CONFIG", "../alembic.ini")
            // What the reading alone knows; what Alembic adds to it has tests of its own.
            .env("LEVELHEAD_RENDER", "never")
            .run()
    }

    #[track_caller]
    fn holds(&self, rows: &[&str]) {
        assert_eq!(self.database.rows().unwrap_or_default(), rows);
    }

    /// The true row is accepted: what is pending is applied, and nothing is said to be wrong.
    #[track_caller]
    fn goes_on_to(&self, head: &str) {
        self.levelhead(&["check"]).code(10);
        self.levelhead(&["run", "--", "true"]).success().says_nothing_of("drift");
        self.holds(&[head]);
    }
}

/// A revision adds a column and does something else. That the column is there says nothing of the rest.
#[test]
fn no_row_is_moved_over_what_no_schema_shows() {
    let rests = [
        "op.execute('UPDATE prices SET tax = cents')",
        "op.bulk_insert(sa.table('prices', sa.column('id')), [{'id': 9}])",
        "op.execute(sa.select(sa.func.setval('numbers', 5)))",
        "op.execute(\"SELECT setval('numbers', 5)\")",
        "op.execute('WITH new AS (INSERT INTO prices VALUES (7) RETURNING id) SELECT id FROM new')",
        "op.execute(\"DO $$ BEGIN PERFORM setval('numbers', 5); END $$\")",
        "op.execute('GRANT SELECT ON prices TO PUBLIC')",
        "op.execute('CREATE POLICY all_of_it ON prices USING (true)')",
        "op.execute('ALTER TABLE prices ENABLE ROW LEVEL SECURITY')",
        "op.execute('CREATE OR REPLACE VIEW dear AS SELECT * FROM prices')",
        "op.get_bind().connection.cursor().execute('UPDATE prices SET tax = cents')",
        "from sqlalchemy.orm import Session\nsession = Session(op.get_bind())\nsession.add(session)\nsession.commit()",
        "from sqlalchemy.orm import sessionmaker\nSession = sessionmaker(op.get_bind())\nSession().execute('x')",
        "import subprocess\nsubprocess.run(['true'])",
        "import elsewhere\nelsewhere.fill(op)",
        "run = getattr(op, 'execute')\nlist(map(run, ['UPDATE prices SET tax = cents']))",
        "exec('pass')",
    ];
    for rest in rests {
        let body = format!("{TAX}\n{rest}");
        let scene = Scene::at(Backend::Postgres, &[PRICES, &body, NOTE], "r1");
        scene.database.sql("ALTER TABLE prices ADD COLUMN tax int");
        let outcome = scene.levelhead(&["run", "--", "echo", "started"]);
        assert_eq!(outcome.stdout, "", "{rest}: {outcome:#?}");
        scene.holds(&["r1"]);
    }
    // What only looks is no such thing.
    let looks = "op.get_bind().execute(sa.text('SELECT count(*) FROM prices')).scalar()";
    let scene = Scene::at(Backend::Postgres, &[PRICES, &format!("{TAX}\nprint({looks})"), NOTE], "r1");
    scene.database.sql("ALTER TABLE prices ADD COLUMN tax int");
    scene.levelhead(&["run", "--", "true"]).success();
    scene.holds(&["r3"]);
}

/// SQLite commits each statement: the column is there, and what fills it has failed.
#[test]
fn a_fill_that_failed_is_not_taken_for_done() {
    let session = "from sqlalchemy.orm import Session\nsession = Session(op.get_bind())\nfor row in session.query(sa.text('1')):\n    \
                   row.tax = 1\nsession.commit()";
    let scene = Scene::at(Backend::Sqlite, &[PRICES, &format!("{TAX}\n{session}")], "r1");
    scene.database.sql("ALTER TABLE prices ADD COLUMN tax INTEGER");
    let outcome = scene.levelhead(&["run", "--", "echo", "started"]);
    outcome.code(125).prints("").says("pending-exists");
    scene.holds(&["r1"]);
}

#[test]
fn an_unknown_row_is_ahead_only_over_what_is_shown() {
    let unread = "op.execute(open('labels.sql').read())";
    let data = "op.execute('UPDATE prices SET cents = 0')";
    for backend in BOTH {
        for last in [unread, data, "import elsewhere\nelsewhere.add_labels(op)"] {
            let scene = Scene::at(backend, &[PRICES, last], "r1");
            scene.database.sql("UPDATE alembic_version SET version_num = 'zz9'");
            let outcome = scene.levelhead(&["run", "--", "echo", "started"]);
            outcome.code(125).prints("").says("unknown-revision").says("r1").says("r2").says("zz9");
            outcome.says_nothing_of("nothing to do");
            scene.levelhead(&["check"]).code(1);
            scene.holds(&["zz9"]);
        }
        // One of two heads has left nothing to see.
        let scene = Scene::at(backend, &[PRICES, NOTE], "r2");
        scene.small.branch("r1", "s2", data);
        scene.database.sql("UPDATE alembic_version SET version_num = 'zz9'");
        scene.levelhead(&["run", "--", "echo", "started"]).code(125).prints("").says("s2");
        // Each head shows itself.
        let scene = Scene::at(backend, &[PRICES, NOTE], "r2");
        scene.database.sql("UPDATE alembic_version SET version_num = 'zz9'");
        scene.levelhead(&["run", "--", "echo", "started"]).success().prints("started\n").says("ahead");
        scene.holds(&["zz9"]);
    }
}

#[test]
fn what_a_newer_release_has_narrowed_is_named() {
    let tables = ["jars", "lids", "pots", "pans", "cups"]
        .map(|name| format!("op.create_table('{name}', sa.Column('id', sa.Integer, primary_key=True))"));
    let bodies: Vec<&str> = [PRICES].into_iter().chain(tables.iter().map(String::as_str)).collect();
    let scene = Scene::at(Backend::Postgres, &bodies, "heads");
    scene.database.sql("ALTER TABLE prices ALTER COLUMN cents SET NOT NULL");
    scene.database.sql("CREATE TABLE later (id int)");
    scene.database.sql("UPDATE alembic_version SET version_num = 'zz9'");
    let outcome = scene.levelhead(&["run", "--", "true"]);
    outcome.success().says("prices.cents is NOT NULL").says_nothing_of("nothing to do");
}

#[test]
fn without_revisions_nothing_is_healthy() {
    for backend in BOTH {
        let scene = Scene::at(backend, &[PRICES], "r1");
        std::fs::remove_file(scene.small.checkout().join("versions/r1.py")).unwrap();
        scene.levelhead(&["check"]).code(1).prints_a("no-revisions");
        scene.levelhead(&["run", "--", "echo", "started"]).code(125).prints("");
    }
}

#[test]
fn another_applications_database_is_named_with_its_rows() {
    let scene = Scene::at(Backend::Postgres, &[PRICES], "base");
    scene.database.sql("CREATE TABLE invoices (id int)");
    scene.database.sql("CREATE TABLE IF NOT EXISTS alembic_version (version_num varchar(32) PRIMARY KEY)");
    scene.database.sql("INSERT INTO alembic_version VALUES ('feed0001')");
    let Database::Postgres { name } = &scene.database else { panic!("it is PostgreSQL") };
    let outcome = scene.levelhead(&["run", "--", "echo", "started"]);
    outcome.code(125).prints("").says("wrong-database").says(name).says("127.0.0.1").says("feed0001");
    scene.holds(&["feed0001"]);
}

/// Bodies that are not followed exactly, and that did what they did.
#[test]
fn a_true_row_is_not_refused_for_what_is_not_followed() {
    let make = "def make(name):\n    op.create_table(name, sa.Column('id', sa.Integer, primary_key=True))\n";
    let bodies = [
        "names = ['parts', 'crates']\nnames.insert(-1, 'lids')\nmake(names[1])",
        "import functools\ndef not_here(f):\n    @functools.wraps(f)\n    def g():\n        return None\n    return g\n@not_here\ndef \
         more():\n    make('crates')\nmore()",
        "name = 'crates'\ndef change():\n    nonlocal name\n    name = 'lids'\nchange()\nmake(name)",
        "exec(\"op.drop_column('prices', 'cents')\")",
        "op.execute(open('../drop.sql').read())",
        "if op.get_bind().execute(sa.text('SELECT count(*) FROM prices')).scalar() > 1000:\n    make('crates')",
        "if op.get_bind().execute(sa.text('SELECT count(*) FROM prices')).scalar() == 0:\n    op.drop_column('prices', 'cents')",
        "if op.get_bind().execute(sa.text('SELECT count(*) FROM prices')).scalar() > 1000:\n    return\nmake('crates')",
        "op.create_check_constraint('positive', 'prices', 'cents > 0')",
        "op.alter_column('prices', 'cents', server_default=sa.null())",
        "op.alter_column('prices', 'cents', server_default=sa.text('NULL'))",
    ];
    for body in bodies {
        let body = format!("{make}{body}");
        let folder = tempfile::tempdir().unwrap();
        let small = Small::new(&[PRICES, &body, NOTE]);
        std::fs::write(small.checkout().join("../drop.sql"), "ALTER TABLE prices DROP COLUMN cents").unwrap();
        let database = Database::create(Backend::Postgres, folder.path());
        let scene = Scene { small, database, _folder: folder };
        scene.upgrade("r2");
        scene.goes_on_to("r3");
        // Half of it is never taken for all of it.
        let scene = Scene::at(Backend::Postgres, &[PRICES, &body, NOTE], "r1");
        scene.database.sql("CREATE TABLE crates (id int PRIMARY KEY)");
        scene.levelhead(&["fix", "--yes"]);
        scene.holds(&["r1"]);
    }
}

/// Its line leads to what could not be read.
#[test]
fn what_is_unread_is_named_with_file_and_line() {
    let make =
        "for name in ['crates', 'lids']:\n    op.create_table(name, sa.Column('id', sa.Integer, primary_key=True))";
    let unread = "op.execute(open('labels.sql').read())";
    let scene = Scene::at(Backend::Sqlite, &[PRICES, &format!("{make}\n{unread}")], "r1");
    for table in ["crates", "lids"] {
        scene.database.sql(&format!("CREATE TABLE {table} (id INTEGER NOT NULL, PRIMARY KEY (id))"));
    }
    let outcome = scene.levelhead(&["run", "--", "echo", "started"]);
    outcome.code(125).prints("").says(
        "versions/r2.py:12: it executes a statement that cannot be evaluated (may change the schema or the data)",
    );
    scene.levelhead(&["infer", "--explain", "r2"]).success().prints_a("versions/r2.py:12");
    scene.holds(&["r1"]);
}

/// Each unread thing is said with what it may have changed: nothing speaks of data where a change of the schema is unread.
#[test]
fn what_is_unread_is_said_with_what_it_may_have_changed() {
    let made = "op.create_table('crates', sa.Column('id', sa.Integer, primary_key=True))";
    let kinds = [
        ("import os\nop.drop_table(os.environ['T'])", "schema", "the schema"),
        // Nested too deep to be read.
        ("op.execute('UPDATE prices SET id = ' + '(' * 2000 + 'id' + ')' * 2000)", "data", "the data"),
        ("op.execute(open('labels.sql').read())", "either", "the schema or the data"),
    ];
    for (unread, kind, words) in kinds {
        let scene = Scene::at(Backend::Sqlite, &[PRICES, &format!("{made}\n{unread}")], "r1");
        scene.database.sql("CREATE TABLE crates (id INTEGER NOT NULL, PRIMARY KEY (id))");
        let line = 11 + unread.matches('\n').count();
        let explained = scene.levelhead(&["infer", "--explain", "r2"]);
        explained.success().prints_a(&format!("(may change {words})")).prints_a(&format!("versions/r2.py:{line}: "));
        let shown = scene.levelhead(&["show", "--operations", "r2"]);
        shown.success().prints_a(&format!("unread, may change {words}: ")).prints_a(&format!("versions/r2.py:{line})"));
        let document = scene.levelhead(&["show", "--operations", "--format", "json", "r2"]).stdout;
        let document: serde_json::Value = serde_json::from_str(&document).unwrap();
        let said = &document["revisions"][0]["unread"][0];
        assert_eq!((&said["may_change"], &said["line"]), (&kind.into(), &line.into()), "{document:#}");
        assert!(said["path"].as_str().unwrap().ends_with("versions/r2.py"), "{document:#}");
    }
}
