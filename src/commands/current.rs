//! `current`: where the database is, as `alembic current` prints it.

use clap::Args;
use serde_json::json;

use super::files::Files;
use super::output::{Format, print, print_json, revisions};
use super::wording::{Line, entry};
use crate::config::Config;
use crate::error::Error;

/// What `current` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Exit with 1 unless the rows are exactly the heads that a whole upgrade leaves
    #[arg(long)]
    check_heads: bool,
    /// Several lines a revision
    #[arg(short, long)]
    verbose: bool,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Prints the revisions that are applied and have no applied successor.
pub async fn current(config: &Config, arguments: &Arguments) -> Result<(), Error> {
    let files = Files::read(config)?;
    let rows = files.rows(config).await?;
    let graph = files.graph;
    let rows = rows.revisions();
    let at_head = graph.is_at_head(rows);
    let current = graph.current(rows)?;
    match arguments.format {
        Format::Json => {
            print_json(json!({ "rows": rows, "at_head": at_head, "revisions": revisions(current) }))?;
        }
        Format::Text => {
            let line = Line { tree: true, ..Line::default() };
            let shown = current
                .iter()
                .map(|node| if arguments.verbose { entry(&graph, node, false) + "\n" } else { line.of(node) + "\n" });
            print(&shown.collect::<String>())?;
        }
    }
    if arguments.check_heads && !at_head {
        let list = |names: Vec<String>| if names.is_empty() { "nothing".to_owned() } else { names.join(", ") };
        let heads = graph.real_heads().into_iter().map(str::to_owned).collect();
        return Err(Error::NotOnHeads { rows: list(rows.to_vec()), heads: list(heads) });
    }
    Ok(())
}
