//! Where a database has to be: the heads, or the revision that LEVELHEAD_TARGET names.

use history::{GraphError, RevisionGraph, Step};

/// What an upgrade is to reach. `run` never goes back: a database beyond its target has reached it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Goal {
    /// As the upgrade command takes it: `heads`, an id, or a label.
    pub symbol: String,
    /// The revisions that it stands for, sorted.
    pub revisions: Vec<String>,
}

impl Goal {
    /// The real heads.
    pub fn heads(graph: &RevisionGraph) -> Self {
        let revisions = graph.real_heads().into_iter().map(str::to_owned).collect();
        Self { symbol: "heads".to_owned(), revisions }
    }

    /// What `symbol` stands for, by Alembic's rules.
    pub fn target(graph: &RevisionGraph, symbol: &str) -> Result<Self, GraphError> {
        let mut revisions: Vec<String> =
            graph.resolve(symbol)?.into_iter().map(|node| node.revision.id.clone()).collect();
        revisions.sort_unstable();
        Ok(Self { symbol: symbol.to_owned(), revisions })
    }

    /// Whether a database with these rows has nothing left to do.
    pub fn is_reached(&self, graph: &RevisionGraph, rows: &[String]) -> bool {
        if graph.is_at_head(rows) {
            return true;
        }
        if self.symbol == "heads" {
            return false;
        }
        let applied = graph.applied(rows).unwrap_or_default();
        self.revisions.iter().all(|revision| applied.iter().any(|node| node.revision.id == *revision))
    }

    /// The revisions that the upgrade will apply, in its order.
    pub fn pending(&self, graph: &RevisionGraph, rows: &[String]) -> Vec<String> {
        if self.is_reached(graph, rows) {
            return Vec::new();
        }
        let steps = graph.upgrade_steps(rows, &self.symbol).unwrap_or_default();
        steps.into_iter().filter_map(|step| if let Step::Upgrade(id) = step { Some(id) } else { None }).collect()
    }
}
