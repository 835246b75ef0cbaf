//! The truth: what real Alembic left after every revision, recorded before or made now.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::files::Files;
use database::Database;
use database::postgres::catalogue;
use database::url::{DatabaseUrl, LibpqEnvironment};
use database::wait::Wait;
use history::env_py;
use schema::{Dialect, Schema};
use version_table::VersionTable;

/// A database after one revision.
pub(super) struct State {
    /// The revision.
    pub(super) id: String,
    /// The rows, sorted.
    pub(super) rows: Vec<String>,
    /// Everything else.
    pub(super) schema: Schema,
}

/// The states of a history, in the order in which it was applied.
pub(super) struct Truth {
    pub(super) states: Vec<State>,
    /// Alembic's own table, as the schema would name it.
    pub(super) version_table: String,
}

impl Truth {
    /// Reads `order.txt`, a line for each revision (its id, its parents, the rows after it, between tabs), and a catalogue each.
    pub(super) fn recorded(catalogues: &Path, schema: &str) -> Result<Self, String> {
        let table = VersionTable { schema: Some(schema.to_owned()), leads: true, ..VersionTable::default() };
        let path = catalogues.join("order.txt");
        let order = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let state = |line: &str| {
            let mut fields = line.split('\t');
            let id = fields.next().unwrap_or_default().to_owned();
            let rows = fields.nth(1).unwrap_or(&id);
            let mut rows: Vec<String> = rows.split(',').map(str::to_owned).collect();
            rows.sort_unstable();
            let path = catalogues.join(format!("{}.json", id.replace('/', "_")));
            let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
            let schema = catalogue::read(&text, &table).map_err(|error| error.to_string())?;
            Ok(State { id, rows, schema })
        };
        let states = order.lines().filter(|line| !line.is_empty()).map(state).collect::<Result<_, String>>()?;
        Ok(Self { states, version_table: table.name })
    }
}

/// Leads an empty database through the history with the application's own upgrade, and looks at it after every revision.
pub(super) fn live(files: &Files, url: &str, command: &[String]) -> Result<(Truth, Dialect), String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| error.to_string())?;
    let table = env_py::version_table(&files.layout).settle(None, None).map_err(|error| error.to_string())?;
    let parsed = DatabaseUrl::parse(url, &LibpqEnvironment::default()).map_err(|error| error.to_string())?;
    let look = || runtime.block_on(look(&parsed, &table));
    if !look()?.1.tables.is_empty() {
        return Err("this database holds tables: name an empty one".to_owned());
    }
    let mut states = Vec::new();
    for (id, _) in &files.revisions {
        upgrade(command, id, url)?;
        let (rows, schema) = look()?;
        states.push(State { id: id.clone(), rows, schema });
    }
    let version_table = states.last().map_or(table.name.clone(), |state| table.seen_from(&state.schema.default_schema));
    Ok((Truth { states, version_table }, parsed.dialect()))
}

async fn look(url: &DatabaseUrl, table: &VersionTable) -> Result<(Vec<String>, Schema), String> {
    let database = Database::open(url, &Wait::up_to(Duration::from_secs(10)), &mut |_| {}).await;
    let database = database.map_err(|error| error.to_string())?;
    let rows = database.version_rows(table).await.map_err(|error| error.to_string())?;
    let schema = database.schema(table).await.map_err(|error| error.to_string())?;
    database.close().await;
    Ok((rows.revisions().to_vec(), schema))
}

fn upgrade(command: &[String], id: &str, url: &str) -> Result<(), String> {
    let words: Vec<String> = command.iter().map(|word| word.replace("{}", id)).collect();
    let output = Command::new(&words[0]).args(&words[1..]).env("DATABASE_URL", url).output();
    let output = output.map_err(|error| format!("{}: {error}", words[0]))?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("{}: {}\n{}", words.join(" "), output.status, String::from_utf8_lossy(&output.stderr)))
}
