//! `show`: everything about the revisions that a symbol stands for, as `alembic show` prints it.

mod operations;
mod rendered;

use clap::Args;
use serde_json::json;

use super::evidence::History;
use super::files::Files;
use super::output::{Format, print, print_json, revisions};
use super::render::ask;
use super::session::Session;
use super::wording::entry;
use crate::config::Config;
use crate::error::Error;
use history::Node;
use rendering::Direction;
use schema::Tape;

/// What `show` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    /// An id or its beginning, a branch label, head, heads, LABEL@head, -1, or current
    #[arg(allow_negative_numbers = true)]
    revision: String,
    /// List what its upgrade does, operation by operation
    #[arg(long)]
    operations: bool,
    /// With --operations: what its downgrade does
    #[arg(long, requires = "operations")]
    downgrade: bool,
    /// With --operations: also the SQL, as the application's own Alembic renders it in a sandbox
    #[arg(long, requires = "operations")]
    sql: bool,
    /// How to print; text is in Alembic's own words
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Prints the revisions; `current` asks the database.
pub async fn show(session: &Session, arguments: &Arguments) -> Result<(), Error> {
    let files = session.files()?;
    let graph = &files.graph;
    let symbols = match arguments.revision.as_str() {
        "current" => session.rows(&files).await?.revisions().to_vec(),
        symbol => vec![symbol.to_owned()],
    };
    let mut shown: Vec<&Node> = Vec::new();
    for symbol in &symbols {
        shown.extend(graph.resolve(symbol)?);
    }
    if arguments.operations {
        return show_operations(&session.config, &files, &shown, arguments).await;
    }
    match arguments.format {
        Format::Json => print_json(json!({ "revisions": revisions(shown) })),
        Format::Text => print(&shown.iter().map(|node| entry(graph, node, false) + "\n").collect::<String>()),
    }
}

async fn show_operations(config: &Config, files: &Files, shown: &[&Node], arguments: &Arguments) -> Result<(), Error> {
    let setting = History::setting(config, files);
    let read = |node: &&&Node| operations::tape(files, &node.revision.id, &setting, arguments.downgrade);
    let tapes = shown.iter().map(|node| read(&node)).collect::<Result<Vec<_>, Error>>()?;
    let direction = if arguments.downgrade { Direction::Downgrade } else { Direction::Upgrade };
    let rendering = match arguments.sql {
        true => Some(ask(config, files, shown, setting.dialect, direction).await),
        false => None,
    };
    let each = || shown.iter().zip(&tapes);
    match arguments.format {
        Format::Json => {
            let document = |(node, tape): (&&Node, &Tape)| {
                let mut document = operations::in_json(node, tape);
                if let Some(rendering) = &rendering {
                    document["rendered"] = rendered::in_json(rendering, &node.revision.id);
                }
                document
            };
            print_json(json!({ "revisions": each().map(document).collect::<Vec<_>>() }))
        }
        Format::Text => {
            let text = |(node, tape): (&&Node, &Tape)| {
                let sql = rendering.as_ref().map(|rendering| rendered::in_text(rendering, &node.revision.id));
                operations::in_text(node, tape) + &sql.unwrap_or_default()
            };
            print(&each().map(text).collect::<String>())
        }
    }
}
