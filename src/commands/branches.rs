//! `branches`: the branch points and what follows each, as `alembic branches` prints them.

use clap::Args;
use serde_json::json;

use super::files::Files;
use super::output::{Format, print, print_json, revision, revisions};
use super::session::Session;
use super::wording::{Line, entry};
use crate::error::Error;
use history::Node;

/// What `branches` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Several lines a branch point, and messages
    #[arg(short, long)]
    verbose: bool,
    /// How to print; text is in Alembic's own words
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Prints the branch points, newest first.
pub fn branches(session: &Session, arguments: &Arguments) -> Result<(), Error> {
    let Files { graph, .. } = session.files()?;
    let points: Vec<&Node> =
        graph.history(None, None, &[])?.into_iter().filter(|node| node.is_branch_point()).collect();
    if arguments.format == Format::Json {
        let branch =
            |point: &&Node| json!({ "revision": revision(point), "children": revisions(graph.children(point)) });
        return print_json(json!({ "branches": points.iter().map(branch).collect::<Vec<_>>() }));
    }
    let mut text = String::new();
    for point in points {
        let (labels, tree) = (true, true);
        text += &if arguments.verbose {
            entry(&graph, point, false) + "\n"
        } else {
            Line { labels, tree, ..Line::default() }.of(point) + "\n"
        };
        let indent = " ".repeat(point.revision.id.chars().count());
        for child in graph.children(point) {
            let line = Line { labels, tree, message: arguments.verbose, ..Line::default() };
            text += &format!("{indent} -> {}\n", line.of(child));
        }
        text.push('\n');
    }
    print(&text)
}
