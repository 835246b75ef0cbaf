//! `heads`: the heads of the migration files, as `alembic heads` prints them.

use clap::Args;

use super::files::Files;
use super::output::{Format, print, print_json, revisions};
use super::session::Session;
use super::wording::{Line, entry};
use crate::error::Error;
use history::Node;

/// What `heads` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Leave out heads on which another revision depends: what the version table holds after an upgrade
    #[arg(long)]
    resolve_dependencies: bool,
    /// Several lines a revision
    #[arg(short, long)]
    verbose: bool,
    /// How to print; text is in Alembic's own words
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Prints the heads in load order.
pub fn heads(session: &Session, arguments: &Arguments) -> Result<(), Error> {
    let Files { graph, .. } = session.files()?;
    let is_shown = if arguments.resolve_dependencies { Node::is_real_head } else { Node::is_head };
    let heads: Vec<&Node> = graph.iter().filter(|node| is_shown(node)).collect();
    match arguments.format {
        Format::Json => print_json(serde_json::json!({ "revisions": revisions(heads) })),
        Format::Text if arguments.verbose => {
            print(&heads.iter().map(|head| entry(&graph, head, false) + "\n").collect::<String>())
        }
        Format::Text => {
            let line = Line { labels: true, ..Line::default() };
            print(&heads.iter().map(|head| line.of(head) + "\n").collect::<String>())
        }
    }
}
