//! Each answer by its name: a history and a schema that call for it and for no other, in JSON and in words.

use super::alembic::infer;
use super::small::Small;
use crate::support::database::{BOTH, Database};
use crate::support::{Levelhead, Outcome, python};

const SHELVES: &str = "op.create_table('shelves', sa.Column('id', sa.Integer, primary_key=True), \
                       sa.Column('room', sa.Text), sa.Column('floor', sa.Integer, nullable=False))";
const HEIGHT: &str = "op.add_column('shelves', sa.Column('height', sa.Integer))";
const JARS: &str = "op.create_table('jars', sa.Column('id', sa.Integer, primary_key=True))";
const LIDS: &str = "op.create_table('lids', sa.Column('id', sa.Integer, primary_key=True))";
const FILL: &str = "op.execute(\"UPDATE shelves SET room = 'cellar' WHERE room IS NULL\")";

const SHELVES_SQL: &str = "CREATE TABLE shelves (id INTEGER NOT NULL PRIMARY KEY, room TEXT, floor INTEGER NOT NULL)";
const HEIGHT_SQL: &str = "ALTER TABLE shelves ADD COLUMN height INTEGER";
const JARS_SQL: &str = "CREATE TABLE jars (id INTEGER NOT NULL PRIMARY KEY)";
const LIDS_SQL: &str = "CREATE TABLE lids (id INTEGER NOT NULL PRIMARY KEY)";
const NOTES_SQL: &str = "CREATE TABLE notes (id INTEGER NOT NULL PRIMARY KEY)";

/// What is answered about one schema.
struct Row {
    /// The upgrade of r1, r2, …
    history: &'static [&'static str],
    /// What the database has got.
    schema: &'static [&'static str],
    verdict: &'static str,
    revisions: &'static [&'static str],
    /// Whether nobody has to decide anything.
    settled: bool,
    /// The first line of the text.
    headline: &'static str,
    /// A line under it.
    line: &'static str,
}

const ROWS: [Row; 17] = [
    Row {
        history: &[SHELVES, HEIGHT, JARS],
        schema: &[SHELVES_SQL, HEIGHT_SQL],
        verdict: "exact",
        revisions: &["r2"],
        settled: true,
        headline: "the schema is at r2",
        line: "  shelves.height exists, which r2 creates",
    },
    Row {
        history: &[SHELVES, HEIGHT, JARS],
        schema: &[SHELVES_SQL, HEIGHT_SQL, JARS_SQL],
        verdict: "exact",
        revisions: &["r3"],
        settled: true,
        headline: "the schema is at r3",
        line: "  table jars exists, which r3 creates",
    },
    // Rows have been filled, or not: a catalogue does not tell.
    Row {
        history: &[SHELVES, FILL, JARS],
        schema: &[SHELVES_SQL],
        verdict: "run",
        revisions: &["r1", "r2"],
        settled: false,
        headline: "the schema is at one of 2 revisions that it cannot tell apart, r1 to r2",
        line: "  table shelves exists, which r1 creates",
    },
    // The later ones do nothing: it makes no difference.
    Row {
        history: &[SHELVES, "pass", "pass", JARS],
        schema: &[SHELVES_SQL],
        verdict: "run",
        revisions: &["r1", "r2", "r3"],
        settled: true,
        headline: "the schema is at r3; from r1 on nothing changes it",
        line: "  table shelves exists, which r1 creates",
    },
    // What one revision makes another takes back.
    Row {
        history: &[SHELVES, JARS, "op.drop_table('jars')"],
        schema: &[SHELVES_SQL],
        verdict: "ambiguous",
        revisions: &["r1", "r3"],
        settled: false,
        headline: "the schema fits several revisions equally well: r1, r3",
        line: "  table shelves exists, which r1 creates",
    },
    Row {
        history: &[SHELVES, HEIGHT],
        schema: &[],
        verdict: "before-first",
        revisions: &[],
        settled: true,
        headline: "the schema is older than the first revision",
        line: "  table shelves does not exist yet",
    },
    // The first revision changes a table that something else has made.
    Row {
        history: &[HEIGHT, JARS],
        schema: &[SHELVES_SQL],
        verdict: "before-first",
        revisions: &[],
        settled: true,
        headline: "the schema is older than the first revision",
        line: "  shelves.height does not exist yet",
    },
    Row {
        history: &[SHELVES, HEIGHT],
        schema: &[SHELVES_SQL, HEIGHT_SQL, NOTES_SQL],
        verdict: "exact",
        revisions: &["r2"],
        settled: true,
        headline: "the schema is at r2",
        line: "  table notes",
    },
    Row {
        history: &[SHELVES, HEIGHT],
        schema: &[SHELVES_SQL, HEIGHT_SQL, "ALTER TABLE shelves ADD COLUMN note TEXT"],
        verdict: "ahead",
        revisions: &["r2"],
        settled: false,
        headline: "the schema holds all of r2, and more that no revision explains",
        line: "  shelves.note",
    },
    Row {
        history: &[SHELVES, HEIGHT],
        schema: &[NOTES_SQL],
        verdict: "foreign",
        revisions: &[],
        settled: false,
        headline: "the schema and the migrations have no table in common",
        line: "  table notes",
    },
    Row {
        history: &[
            SHELVES,
            "op.create_table('jars', sa.Column('id', sa.Integer, primary_key=True))\n\
                             op.create_table('lids', sa.Column('id', sa.Integer, primary_key=True))",
            HEIGHT,
        ],
        schema: &[SHELVES_SQL, LIDS_SQL],
        verdict: "half-applied",
        revisions: &["r2"],
        settled: false,
        headline: "the schema is at r1, with r2 partly applied",
        line: "  table lids exists, but the revision that adds it is not recorded as applied",
    },
    // Of the first revision, too: what comes before it is nothing.
    Row {
        history: &["op.create_table('jars', sa.Column('id', sa.Integer, primary_key=True))\n\
                    op.create_table('lids', sa.Column('id', sa.Integer, primary_key=True))"],
        schema: &[LIDS_SQL],
        verdict: "half-applied",
        revisions: &["r1"],
        settled: false,
        headline: "the schema is at base, with r1 partly applied",
        line: "  table lids exists, but the revision that adds it is not recorded as applied",
    },
    // Behind it stands one that changes data alone.
    Row {
        history: &[
            SHELVES,
            "op.create_table('jars', sa.Column('id', sa.Integer, primary_key=True))\n\
                             op.create_table('lids', sa.Column('id', sa.Integer, primary_key=True))",
            FILL,
        ],
        schema: &[SHELVES_SQL, JARS_SQL],
        verdict: "half-applied",
        revisions: &["r2"],
        settled: false,
        headline: "the schema is at r1, with r2 partly applied",
        line: "  table jars exists, but the revision that adds it is not recorded as applied",
    },
    // It stopped where the environment lacked something.
    Row {
        history: &[
            SHELVES,
            "import os\nop.create_table('jars', sa.Column('id', sa.Integer, primary_key=True))\n\
             if not os.environ.get('ADMIN'):\n    raise RuntimeError('who?')\n\
             op.create_table('lids', sa.Column('id', sa.Integer, primary_key=True))",
        ],
        schema: &[SHELVES_SQL, JARS_SQL],
        verdict: "half-applied",
        revisions: &["r2"],
        settled: false,
        headline: "the schema is at r1, with r2 partly applied",
        line: "  table jars exists, but the revision that adds it is not recorded as applied",
    },
    // What always ends with an exception has not been applied as it stands.
    Row {
        history: &[
            SHELVES,
            "op.create_table('jars', sa.Column('id', sa.Integer, primary_key=True))\nraise RuntimeError",
        ],
        schema: &[SHELVES_SQL, JARS_SQL],
        verdict: "run",
        revisions: &["r1", "r2"],
        settled: false,
        headline: "the schema is at one of 2 revisions that it cannot tell apart, r1 to r2",
        line: "  table jars exists, which r2 creates",
    },
    // A property close by is not as it should be, before and after.
    Row {
        history: &[SHELVES, JARS],
        schema: &["CREATE TABLE shelves (id INTEGER NOT NULL PRIMARY KEY, room TEXT, floor INTEGER)", JARS_SQL],
        verdict: "doubtful",
        revisions: &["r2"],
        settled: false,
        headline: "the schema is nearest to r2, but contradicts it",
        line: "  shelves.floor takes NULL, and r1 makes it NOT NULL",
    },
    // A whole table of long ago is gone.
    Row {
        history: &[LIDS, SHELVES, HEIGHT, FILL, JARS],
        schema: &[SHELVES_SQL, HEIGHT_SQL],
        verdict: "doubtful",
        revisions: &["r3", "r4"],
        settled: false,
        headline: "the schema is nearest to r3, but contradicts it",
        line: "  table lids is missing, which r1 creates",
    },
];

/// The words that the reading alone leads to; which of two positions that fit alike is shown may be another with Alembic's
/// rendering.
fn text(small: &Small, database: &Database) -> Outcome {
    Levelhead::new(&["infer", "--render", "never"])
        .current_dir(&small.checkout())
        .env("PATH", python::path())
        .env("DATABASE_URL", database.url())
        .env("ALEMBIC_CONFIG", "../alembic.ini")
        .run()
}

#[test]
fn every_verdict_has_its_name_its_revisions_and_its_words() {
    for backend in BOTH {
        for row in &ROWS {
            let small = Small::new(row.history);
            let held = tempfile::tempdir().unwrap();
            let database = Database::create(backend, held.path());
            database.sql("CREATE TABLE spare (id INTEGER)");
            database.sql("DROP TABLE spare");
            row.schema.iter().for_each(|sql| drop(database.sql(sql)));
            let case = format!("{} after {:?} on {backend:?}", row.verdict, row.schema);
            let answer = infer(&small.checkout(), &database);
            assert_eq!(answer.verdict, row.verdict, "{case}: {answer:#?}");
            assert_eq!(answer.revisions, row.revisions, "{case}: {answer:#?}");
            assert_eq!(answer.settled, row.settled, "{case}: {answer:#?}");
            let said = text(&small, &database);
            let said = said.code(i32::from(!row.settled));
            let mut lines = said.stdout.lines();
            assert_eq!(lines.next(), Some(row.headline), "{case}");
            let rest: Vec<&str> = lines.collect();
            assert!(rest.contains(&row.line), "{case}: {rest:#?}");
        }
    }
}

#[test]
fn no_verdict_is_left_out() {
    let text = include_str!("../../../docs/json.md");
    let line = text.lines().find(|line| line.starts_with("| `infer` |")).unwrap();
    let named = line.split_once("`verdict`:").unwrap().1.split(';').next().unwrap();
    let mut named: Vec<&str> = named.split('`').skip(1).step_by(2).collect();
    let mut tried: Vec<&str> = ROWS.iter().map(|row| row.verdict).collect();
    named.sort_unstable();
    tried.sort_unstable();
    tried.dedup();
    assert_eq!(tried, named);
}
