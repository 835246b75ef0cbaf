//! Whatever rows stand over whatever schema: `check`, `infer`, `verify`, `fix` and `run` say the same of it.

use std::fs;

use serde_json::Value;

use crate::support::Backend;
use crate::support::database::Database;
use crate::support::depot::{Depot, OWNER, PARCELS};

const CRATES: &str = "op.create_table('crates', sa.Column('id', sa.Integer, primary_key=True))";
const DATA: &str = "op.execute('UPDATE parcels SET code = 1')";
const TAKES_AWAY: &str = "with op.batch_alter_table('parcels') as batch:\n    batch.drop_column('owner')";

/// Each a line of revisions: tables and columns; data between and at the end; something that comes and goes.
const HISTORIES: [&[&str]; 3] =
    [&[PARCELS, OWNER, CRATES], &[PARCELS, DATA, CRATES, DATA], &[PARCELS, OWNER, TAKES_AWAY]];

/// What is done to the schema beside.
const CHANGES: [&str; 4] =
    ["SELECT 1", "CREATE TABLE boxes (id integer)", "ALTER TABLE parcels ADD COLUMN colour text", "DROP TABLE parcels"];

/// The rows that may stand over a schema after `at` of `all` revisions.
fn rows(at: usize, all: usize) -> Vec<Vec<String>> {
    let id = |number: usize| format!("a{number}");
    let mut sets = vec![Vec::new(), vec!["zz9".to_owned()], vec![String::new()]];
    sets.extend((1..=all).filter(|number| number.abs_diff(at) <= 2).map(|number| vec![id(number)]));
    if at > 0 {
        sets.push(vec![id(at), "zz9".to_owned()]);
    }
    sets
}

/// One state, looked at by each command.
struct Seen<'a> {
    depot: &'a Depot,
    /// For whoever reads a failure.
    state: String,
}

impl Seen<'_> {
    fn levelhead(&self, words: &[&str]) -> crate::support::Outcome {
        self.depot.levelhead(words).env("LEVELHEAD_RENDER", "never").env("LEVELHEAD_VERIFY", "always").run()
    }

    fn json(&self, words: &[&str]) -> Value {
        let outcome = self.levelhead(&[words, &["--format", "json"]].concat());
        serde_json::from_str(&outcome.stdout).unwrap_or_else(|_| panic!("{}: {outcome:?}", self.state))
    }

    fn agrees(&self, rows: &[String], heads: &str) {
        let state = &self.state;
        let (check, infer) = (self.json(&["check"]), self.json(&["infer"]));
        self.verify_agrees(&check);
        let obstacle = ["obstacle", "obstacle_if_verified"].map(|name| check["plan"][name].as_str());
        let obstacle = obstacle.into_iter().flatten().next().map(|text| text.split(';').next().unwrap_or(text));
        let codes: Vec<&str> =
            check["findings"].as_array().unwrap().iter().filter_map(|finding| finding["code"].as_str()).collect();
        if codes.iter().any(|code| ["at-head", "behind"].contains(code)) && infer["rows"].is_array() {
            assert_eq!(infer["rows"], serde_json::json!(rows), "{state}: check agrees with the rows, infer does not");
        }
        let fix = self.levelhead(&["fix", "--dry-run"]);
        let writes = fix.status.success() && !fix.stdout.contains("nothing to write");
        let steps = check["plan"]["steps"].as_array().unwrap();
        let repairs = steps.iter().filter_map(Value::as_str).any(|step| !step.starts_with("applying"));
        match obstacle {
            None => assert_eq!(writes, repairs, "{state}: {check:#} {fix:?}"),
            Some(_) => {
                assert!(writes || !fix.status.success(), "{state}: fix has nothing to do where run stops: {fix:?}")
            }
        }
        let before = self.depot.database.rows();
        let run = self.levelhead(&["run", "--", "echo", "started"]);
        match obstacle {
            Some(code) => {
                run.code(125).prints("").says(code);
                assert_eq!(self.depot.database.rows(), before, "{state}");
            }
            None => {
                run.code(0).prints("started\n");
                if !codes.contains(&"ahead") {
                    self.depot.has_rows(&[heads]);
                    assert_eq!(self.json(&["check"])["healthy"], true, "{state}");
                }
            }
        }
    }

    /// Each finding is a check of `verify`, as grave as it is.
    fn verify_agrees(&self, check: &Value) {
        let verify = self.json(&["verify", "--no-import"]);
        for finding in check["findings"].as_array().unwrap() {
            let outcome = match finding["severity"].as_str().unwrap() {
                "fine" | "pending" => "pass",
                "warning" | "repair" => "warn",
                _ => "fail",
            };
            let checks = verify["checks"].as_array().unwrap();
            let is_it = |check: &&Value| check["name"] == finding["code"] && check["outcome"] == outcome;
            assert!(checks.iter().any(|check| is_it(&check)), "{}: {finding:#} {verify:#}", self.state);
        }
    }
}

fn set(depot: &Depot, rows: &[String], sql: &str) {
    depot.database.sql("CREATE TABLE IF NOT EXISTS alembic_version (version_num varchar(32) NOT NULL)");
    depot.database.sql("DELETE FROM alembic_version");
    for row in rows {
        depot.database.sql(&format!("INSERT INTO alembic_version VALUES ('{row}')"));
    }
    depot.database.sql(sql);
}

#[test]
fn no_two_commands_contradict_each_other_on_sqlite() {
    for (history, bodies) in HISTORIES.iter().enumerate() {
        let depot = Depot::new(Backend::Sqlite, bodies);
        let Database::Sqlite { file } = &depot.database else { unreachable!() };
        let heads = format!("a{}", bodies.len());
        for at in 1..=bodies.len() {
            let kept = file.with_extension("kept");
            depot.database.sql("DROP TABLE IF EXISTS boxes");
            let _ = fs::remove_file(file);
            depot.alembic(&["upgrade", &format!("a{at}")]);
            fs::copy(file, &kept).unwrap();
            for (number, rows) in rows(at, bodies.len()).iter().enumerate() {
                // Each set of rows with one change beside none: they differ from state to state.
                for sql in [CHANGES[0], CHANGES[1 + (number + at) % 3]] {
                    fs::copy(&kept, file).unwrap();
                    set(&depot, rows, sql);
                    let state = format!("history {history}, schema a{at}, rows {rows:?}, {sql}");
                    Seen { depot: &depot, state }.agrees(rows, &heads);
                }
            }
        }
    }
}

#[test]
fn no_two_commands_contradict_each_other_on_postgresql() {
    for (bodies, at, rows) in [
        (HISTORIES[0], 2, &["a1"][..]),
        (HISTORIES[0], 2, &["zz9"]),
        (HISTORIES[1], 3, &["a1"]),
        (HISTORIES[2], 1, &["a2"]),
    ] {
        let depot = Depot::new(Backend::Postgres, bodies);
        depot.alembic(&["upgrade", &format!("a{at}")]);
        let rows: Vec<String> = rows.iter().map(|row| (*row).to_owned()).collect();
        set(&depot, &rows, CHANGES[0]);
        let state = format!("schema a{at}, rows {rows:?}");
        Seen { depot: &depot, state }.agrees(&rows, &format!("a{}", bodies.len()));
    }
}
