//! `show`: everything about the revisions that a symbol stands for, as `alembic show` prints it.

use clap::Args;
use serde_json::json;

use super::files::Files;
use super::output::{Format, print, print_json, revisions};
use super::wording::entry;
use crate::config::Config;
use crate::error::Error;
use history::Node;

/// What `show` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    /// An id or its beginning, a branch label, head, heads, LABEL@head, -1, or current
    #[arg(allow_negative_numbers = true)]
    revision: String,
    /// How to print; text is in Alembic's own words
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Prints the revisions; `current` asks the database.
pub async fn show(config: &Config, arguments: &Arguments) -> Result<(), Error> {
    let files = Files::read(config)?;
    let graph = &files.graph;
    let symbols = match arguments.revision.as_str() {
        "current" => files.rows(config).await?.revisions().to_vec(),
        symbol => vec![symbol.to_owned()],
    };
    let mut shown: Vec<&Node> = Vec::new();
    for symbol in &symbols {
        shown.extend(graph.resolve(symbol)?);
    }
    match arguments.format {
        Format::Json => print_json(json!({ "revisions": revisions(shown) })),
        Format::Text => print(&shown.iter().map(|node| entry(graph, node, false) + "\n").collect::<String>()),
    }
}
