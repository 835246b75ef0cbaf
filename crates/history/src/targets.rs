//! Where an upgrade or a downgrade goes, from what a person typed and the rows that it starts from.

use super::error::GraphError;
use super::graph::RevisionGraph;
use super::node::Index;
use super::symbol::{Place, Relative};

/// An end of a range: what a person typed, or the rows of a version table.
#[derive(Debug, Clone, Copy)]
pub(super) enum End<'a> {
    Symbol(&'a str),
    Rows(&'a [String]),
}

impl End<'_> {
    /// Each symbol in it. `base` is one, no row is none.
    pub(super) fn symbols(self) -> Vec<String> {
        match self {
            Self::Symbol(symbol) => vec![symbol.to_owned()],
            Self::Rows(rows) => rows.to_vec(),
        }
    }

    pub(super) fn text(self) -> String {
        self.symbols().join(",")
    }
}

impl RevisionGraph {
    pub(super) fn label_of(&self, branch: &str) -> Result<String, GraphError> {
        match self.place(branch)? {
            Place::At(index) if self.id(index) == branch => match self.nodes[index].labels() {
                [only] => Ok(only.to_string()),
                _ => Err(GraphError::NotFound { argument: branch.to_owned(), candidates: Vec::new() }),
            },
            _ => Ok(branch.to_owned()),
        }
    }

    pub(super) fn upgrade_targets(
        &self,
        current: End<'_>,
        target: End<'_>,
        strict: bool,
    ) -> Result<Vec<Index>, GraphError> {
        let relative = match target {
            End::Symbol(symbol) => Relative::parse(symbol),
            End::Rows(_) => None,
        };
        let places = match relative {
            None => self.all_places(&target.symbols())?,
            Some(relative) => vec![self.relative_target(current, &relative, strict)?],
        };
        let indices: Option<Vec<Index>> = places.into_iter().map(Place::index).collect();
        indices.ok_or_else(|| GraphError::WalkedTooFar { argument: target.text() })
    }

    fn relative_target(&self, current: End<'_>, relative: &Relative<'_>, strict: bool) -> Result<Place, GraphError> {
        let Relative { branch, name, steps, text } = *relative;
        match name {
            Some(name) if steps > 0 => self.walk(self.place(name)?, steps, branch, strict),
            Some(name) => self.walk(self.place(&on_branch(branch, name))?, steps, None, strict),
            None if steps > 0 => {
                let start = self.relative_start(&current.symbols(), branch)?;
                match self.walk(start, steps, branch, strict)? {
                    Place::Nowhere => Err(GraphError::TooFewSteps { relative: text.to_owned(), steps }),
                    place => Ok(place),
                }
            }
            None => Err(GraphError::TooFewSteps { relative: steps.to_string(), steps }),
        }
    }

    /// Where `+1` starts: at the one row, or at the tip of what the rows have applied of the branch.
    fn relative_start(&self, rows: &[String], branch: Option<&str>) -> Result<Place, GraphError> {
        let Some(branch) = branch else {
            return match rows {
                [] => Ok(Place::Nowhere),
                [row] => self.place(row),
                _ => Err(GraphError::AmbiguousStart { rows: rows.to_vec() }),
            };
        };
        let rows = self.row_indices(rows)?;
        let mut starts = self.filter_for_lineage(&rows, branch, false)?;
        if starts.is_empty() {
            let applied = self.reach(&rows, |node| &node.normal_down);
            let active = self.filter_for_lineage(&applied, branch, false)?;
            let below: Vec<Index> = active.iter().flat_map(|&index| self.nodes[index].normal_down.clone()).collect();
            starts = active.into_iter().filter(|index| !below.contains(index)).collect();
        }
        match starts[..] {
            [] => Ok(Place::Nowhere),
            [only] => Ok(Place::At(only)),
            _ => {
                let rows = starts.iter().map(|&index| self.id(index).to_owned()).collect();
                Err(GraphError::AmbiguousStart { rows })
            }
        }
    }

    /// The branch that a downgrade is on, and where it goes.
    pub(super) fn downgrade_target(
        &self,
        current: End<'_>,
        target: &str,
        strict: bool,
    ) -> Result<(Option<String>, Place), GraphError> {
        let Some(Relative { branch, name, steps, text }) = Relative::parse(target) else {
            let (branch, name) = target.rsplit_once('@').unwrap_or(("", target));
            let place = match self.place(name)? {
                Place::Nowhere => Place::Base,
                place => place,
            };
            return Ok((Some(branch.to_owned()).filter(|branch| !branch.is_empty()), place));
        };
        let too_few = || GraphError::TooFewSteps { relative: text.to_owned(), steps };
        let walked_too_far = || GraphError::WalkedTooFar { argument: target.to_owned() };
        let rows = current.symbols();
        let mut branch = branch.map(str::to_owned);
        let (start, missing): (Place, &dyn Fn() -> GraphError) = match (name, &branch) {
            (None, _) if steps >= 0 => return Err(too_few()),
            (Some(name), _) if steps >= 0 => (self.place(name)?, &walked_too_far),
            (Some(name), _) => (self.place(&on_branch(branch.as_deref(), name))?, &walked_too_far),
            (None, Some(label)) => {
                let mut on_it = self.filter_for_lineage(&self.row_indices(&rows)?, label, false)?;
                if on_it.is_empty() {
                    on_it = self.filter_for_lineage(&self.current_indices(&rows)?, label, false)?;
                }
                match on_it[..] {
                    [only] => (self.place(&on_branch(Some(label), self.id(only)))?, &too_few),
                    _ => return Err(GraphError::NotOnBranch),
                }
            }
            (None, None) => {
                let first = rows.first().ok_or_else(too_few)?;
                let start = self.place(&on_branch(Some(first), first))?;
                branch = Some(first.clone());
                (start, &too_few)
            }
        };
        let up = branch.as_deref().filter(|_| steps >= 0);
        match self.walk(start, steps, up, strict)? {
            Place::Nowhere => Err(missing()),
            place => Ok((branch, place)),
        }
    }
}

fn on_branch(branch: Option<&str>, name: &str) -> String {
    branch.map_or_else(|| name.to_owned(), |branch| format!("{branch}@{name}"))
}
