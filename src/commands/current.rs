//! `current`: where the database is, as `alembic current` prints it; where each of several is.

use clap::Args;
use serde_json::{Value, json};

use super::output::{Format, print, print_json, revisions};
use super::session::Session;
use super::wording::{Line, entry};
use crate::error::Error;
use history::{Node, RevisionGraph};

/// What `current` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Exit with 1 unless the rows are exactly the heads that a whole upgrade leaves
    #[arg(long)]
    check_heads: bool,
    /// Several lines a revision
    #[arg(short, long)]
    verbose: bool,
    /// How to print; text is in Alembic's own words
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Where one database is.
struct Position<'a> {
    /// Its name, where several are given.
    name: Option<&'a str>,
    rows: Vec<String>,
    at_head: bool,
    revisions: Vec<&'a Node>,
}

/// Prints the revisions that are applied and have no applied successor.
pub async fn current(session: &Session, arguments: &Arguments) -> Result<(), Error> {
    let files = session.files()?;
    let graph = &files.graph;
    let mut positions = Vec::new();
    for (name, url) in session.config.databases()? {
        let rows = session.rows_at(&files, &url).await?.revisions().to_vec();
        positions.push(Position { name, at_head: graph.is_at_head(&rows), revisions: graph.current(&rows)?, rows });
    }
    match (&positions[..], arguments.format) {
        ([only], Format::Json) => print_json(document(only))?,
        (several, Format::Json) => {
            let named = several.iter().map(|position| {
                let mut document = document(position);
                document["name"] = json!(position.name);
                document
            });
            print_json(json!({ "databases": named.collect::<Vec<_>>() }))?;
        }
        ([only], Format::Text) => print(&text(graph, only, arguments.verbose))?,
        (several, Format::Text) => {
            let named = several.iter().map(|position| {
                let name = position.name.unwrap_or("DATABASE_URL");
                format!("Current revision(s) for {name}:\n{}", text(graph, position, arguments.verbose))
            });
            print(&named.collect::<String>())?;
        }
    }
    match positions.iter().find(|position| !position.at_head) {
        Some(behind) if arguments.check_heads => {
            let list = |names: &[String]| if names.is_empty() { "nothing".to_owned() } else { names.join(", ") };
            let heads: Vec<String> = graph.real_heads().into_iter().map(str::to_owned).collect();
            Err(Error::NotOnHeads {
                database: behind.name.map(|name| format!(" of {name}")).unwrap_or_default(),
                rows: list(&behind.rows),
                heads: list(&heads),
            })
        }
        _ => Ok(()),
    }
}

fn document(position: &Position<'_>) -> Value {
    json!({
        "rows": position.rows,
        "at_head": position.at_head,
        "revisions": revisions(position.revisions.iter().copied()),
    })
}

fn text(graph: &RevisionGraph, position: &Position<'_>, verbose: bool) -> String {
    let line = Line { tree: true, ..Line::default() };
    let shown = |node: &&Node| if verbose { entry(graph, node, false) + "\n" } else { line.of(node) + "\n" };
    position.revisions.iter().map(shown).collect()
}
