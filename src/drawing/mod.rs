//! The revision graph as a picture: which revision stands in which row and lane, and where the lines run.
//!
//! Places things; the modules below draw them in one format each. Draws the revisions that it is given, in their order.

pub mod dot;
pub mod mermaid;
pub mod svg;
pub mod terminal;

use std::collections::{HashMap, HashSet};

use history::{Node, RevisionGraph};

/// Everything placed. Rows count from the top, lanes from the left.
#[derive(Debug)]
pub struct Drawing<'a> {
    /// The revisions, newest first.
    pub rows: Vec<Row<'a>>,
    /// The lines between them.
    pub edges: Vec<Edge>,
    /// How many lanes there are.
    pub lanes: usize,
    /// Rows of the database that no file has.
    pub strangers: Vec<String>,
}

/// One revision.
#[derive(Debug)]
pub struct Row<'a> {
    /// The revision.
    pub node: &'a Node,
    /// Where it stands.
    pub lane: usize,
    /// Whether the database has it.
    pub state: State,
    /// Whether the version table names it.
    pub is_current: bool,
}

/// Whether the database has a revision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// The database was not asked.
    Unasked,
    /// It has it.
    Applied,
    /// It does not.
    Pending,
}

/// A line from a revision down to one that it follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edge {
    /// The row of the later revision.
    pub child: usize,
    /// The row of the earlier one.
    pub parent: usize,
    /// The lane between the two.
    pub lane: usize,
    /// `depends_on` and not `down_revision`.
    pub is_dependency: bool,
}

impl<'a> Drawing<'a> {
    /// Places `shown`, each after everything that follows it. `applied` is what the database has, where it was asked.
    pub fn new(graph: &'a RevisionGraph, shown: &[&'a Node], current: &[String], applied: Option<&[&Node]>) -> Self {
        let row_of: HashMap<&str, usize> =
            shown.iter().enumerate().map(|(row, node)| (node.revision.id.as_str(), row)).collect();
        let applied: Option<HashSet<&str>> =
            applied.map(|nodes| nodes.iter().map(|node| node.revision.id.as_str()).collect());
        let mut drawing = Self { rows: Vec::new(), edges: Vec::new(), lanes: 0, strangers: Vec::new() };
        if applied.is_some() {
            drawing.strangers = current.iter().filter(|row| graph.get(row).is_none()).cloned().collect();
        }
        // Which row each lane leads down to.
        let mut lanes: Vec<Option<usize>> = Vec::new();
        for (row, &node) in shown.iter().enumerate() {
            let lane = lanes.iter().position(|&end| end == Some(row)).unwrap_or_else(|| free(&mut lanes));
            lanes.iter_mut().filter(|end| **end == Some(row)).for_each(|end| *end = None);
            let id = node.revision.id.as_str();
            drawing.rows.push(Row {
                node,
                lane,
                state: match &applied {
                    None => State::Unasked,
                    Some(applied) if applied.contains(id) => State::Applied,
                    Some(_) => State::Pending,
                },
                is_current: applied.is_some() && current.iter().any(|current| current == id),
            });
            for (nth, (parent, is_dependency)) in graph.links(node).enumerate() {
                let Some(&parent) = row_of.get(parent.revision.id.as_str()) else { continue };
                let shared = lanes.iter().position(|&end| end == Some(parent));
                let through = match shared {
                    _ if nth == 0 => lane,
                    Some(shared) => shared,
                    None => free(&mut lanes),
                };
                lanes[through] = Some(parent);
                drawing.edges.push(Edge { child: row, parent, lane: through, is_dependency });
            }
            drawing.lanes = drawing.lanes.max(lanes.len());
        }
        drawing
    }
}

/// The leftmost lane that leads nowhere, a new one if need be.
fn free(lanes: &mut Vec<Option<usize>>) -> usize {
    lanes.iter().position(Option::is_none).unwrap_or_else(|| {
        lanes.push(None);
        lanes.len() - 1
    })
}

impl Row<'_> {
    /// The first line of the message.
    pub fn message(&self) -> &str {
        self.node.revision.message().lines().next().unwrap_or_default()
    }

    /// `head` or `effective head`, for a head.
    pub fn head(&self) -> Option<&'static str> {
        match (self.node.is_head(), self.node.is_real_head()) {
            (_, true) => Some("head"),
            (true, false) => Some("effective head"),
            (false, false) => None,
        }
    }
}
