//! `history`: the revisions between two ends, newest first, as `alembic history` prints them, or as a drawing.

use clap::{Args, ValueEnum};
use console::Term;
use serde_json::json;

use super::output::{print, print_json, revision};
use super::session::Session;
use super::wording::{Line, entry};
use crate::config::Config;
use crate::drawing::{Drawing, dot, mermaid, svg, terminal};
use crate::error::Error;
use history::{GraphError, Node};

/// How `history` prints.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Alembic's own words
    #[default]
    Text,
    /// One JSON document, described in docs/json.md
    Json,
    /// A flowchart for Mermaid, which GitHub and GitLab draw
    Mermaid,
    /// A graph for Graphviz
    Dot,
    /// A picture
    Svg,
}

/// What `history` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    /// START:END, START: or :END; an id, a label, -2, +2, or current, which asks the database
    #[arg(short, long, value_name = "RANGE", allow_hyphen_values = true)]
    rev_range: Option<String>,
    /// Several lines a revision
    #[arg(short, long)]
    verbose: bool,
    /// Mark where the database is
    #[arg(short, long)]
    indicate_current: bool,
    /// Draw the branches beside the list
    #[arg(long, conflicts_with_all = ["format", "verbose"])]
    graph: bool,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Prints the revisions; asks the database only where it has to.
pub async fn history(session: &Session, arguments: &Arguments) -> Result<(), Error> {
    let files = session.files()?;
    let graph = &files.graph;
    let (base, head) = match arguments.rev_range.as_deref().map(str::trim) {
        None => (None, None),
        Some(range) => {
            let (base, head) = range.split_once(':').ok_or(GraphError::NoColon)?;
            (Some(base), Some(head))
        }
    };
    let needs_rows = arguments.indicate_current || base == Some("current") || head == Some("current");
    let rows = if needs_rows { session.rows(&files).await?.revisions().to_vec() } else { Vec::new() };
    let shown = graph.history(base, head, &rows)?;
    let is_current = |node: &Node| arguments.indicate_current && rows.contains(&node.revision.id);
    let draw = || -> Result<Drawing<'_>, Error> {
        // Without rows there is no position, and nothing is pending.
        let known: Vec<String> = rows.iter().filter(|row| graph.get(row).is_some()).cloned().collect();
        let applied = if arguments.indicate_current { Some(graph.applied(&known)?) } else { None };
        Ok(Drawing::new(graph, &shown, &rows, applied.as_deref()))
    };
    match arguments.format {
        Format::Json => {
            let entry = |node: &&Node| {
                let mut shown = revision(node);
                if arguments.indicate_current {
                    shown["is_current"] = json!(is_current(node));
                }
                shown
            };
            print_json(json!({ "revisions": shown.iter().map(entry).collect::<Vec<_>>() }))
        }
        Format::Mermaid => print(&mermaid::render(&draw()?)),
        Format::Dot => print(&dot::render(&draw()?)),
        Format::Svg => print(&svg::render(&draw()?)),
        Format::Text if arguments.graph => {
            print(&terminal::render(&draw()?, screen_of(&session.config, &Term::stdout())))
        }
        Format::Text => {
            let line = Line { labels: true, message: true, parents: true, tree: true, is_current: false };
            let shown = shown.iter().map(|node| {
                if arguments.verbose {
                    entry(graph, node, is_current(node)) + "\n"
                } else {
                    Line { is_current: is_current(node), ..line }.of(node) + "\n"
                }
            });
            print(&shown.collect::<String>())
        }
    }
}

/// What a drawing is shown on: a terminal has a width, and mostly colours.
pub(super) fn screen_of(config: &Config, term: &Term) -> terminal::Screen {
    let width = term.is_term().then(|| term.size_checked()).flatten().map(|(_, columns)| columns.into());
    terminal::Screen { width, colour: config.log.colour.is_for(&std::io::stdout()) }
}
