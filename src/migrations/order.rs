//! Which revisions lie between two ends, and in which order Alembic walks them.
//!
//! A port of `RevisionMap.iterate_revisions` and what it rests on. Where Alembic iterates a Python set this uses load
//! order, so the answer is the same every time.

use super::error::GraphError;
use super::graph::{Index, Links, Node, RevisionGraph};
use super::symbol::{Place, Relative, owned};

/// An end of a range: what a person typed, or the rows of a version table.
#[derive(Debug, Clone, Copy)]
pub(super) enum End<'a> {
    Symbol(&'a str),
    Rows(&'a [String]),
}

impl End<'_> {
    /// Each symbol in it. `base` is one, no row is none.
    fn symbols(self) -> Vec<String> {
        match self {
            Self::Symbol(symbol) => vec![symbol.to_owned()],
            Self::Rows(rows) => rows.to_vec(),
        }
    }

    fn text(self) -> String {
        self.symbols().join(",")
    }
}

impl RevisionGraph {
    /// The revisions of `history`, newest first. `None` is `base` below and `heads` above; `current` stands for `rows`.
    pub fn history(&self, base: Option<&str>, head: Option<&str>, rows: &[String]) -> Result<Vec<&Node>, GraphError> {
        let end = |symbol: Option<&'_ str>, default: &'static str| match symbol {
            Some("current") if rows.is_empty() => default.to_owned(),
            None | Some("") => default.to_owned(),
            Some(symbol) => symbol.to_owned(),
        };
        let (base, head) = (end(base, "base"), end(head, "heads"));
        let lower = if base == "current" { End::Rows(rows) } else { End::Symbol(&base) };
        let upper = if head == "current" { End::Rows(rows) } else { End::Symbol(&head) };
        let (found, heads) = self.range_up(lower, upper, Range::History).map_err(|error| error.for_target(&head))?;
        Ok(self.sort(&found, &heads).into_iter().map(|index| &self.nodes[index]).collect())
    }

    /// The revisions that are applied and have no applied `down_revision` descendant: what `alembic current` prints.
    pub fn current(&self, rows: &[String]) -> Result<Vec<&Node>, GraphError> {
        Ok(self.current_indices(rows)?.into_iter().map(|index| &self.nodes[index]).collect())
    }

    /// All revisions that rows stand for: themselves and everything below them, in load order.
    pub fn applied(&self, rows: &[String]) -> Result<Vec<&Node>, GraphError> {
        let mut applied = self.reach(&self.row_indices(rows)?, |node| &node.normal_down);
        applied.sort_unstable();
        Ok(applied.into_iter().map(|index| &self.nodes[index]).collect())
    }

    pub(super) fn current_indices(&self, rows: &[String]) -> Result<Vec<Index>, GraphError> {
        let mut applied = self.reach(&self.row_indices(rows)?, |node| &node.normal_down);
        applied.sort_unstable();
        let is_applied = self.marks(&applied);
        applied.retain(|&index| !self.nodes[index].next.iter().any(|&child| is_applied[child]));
        Ok(applied)
    }

    pub(super) fn marks(&self, indices: &[Index]) -> Vec<bool> {
        let mut marks = vec![false; self.nodes.len()];
        indices.iter().for_each(|&index| marks[index] = true);
        marks
    }

    /// As [`Self::reach`], and refuses targets that lie on each other's way.
    fn reach_apart(&self, targets: &[Index], links: Links) -> Result<Vec<Index>, GraphError> {
        let is_target = self.marks(targets);
        let mut seen = vec![false; self.nodes.len()];
        let mut found = Vec::new();
        for &target in targets {
            let mut todo = vec![target];
            let mut others = Vec::new();
            while let Some(index) = todo.pop() {
                if is_target[index] && index != target && !others.contains(&self.id(index)) {
                    others.push(self.id(index));
                }
                if !std::mem::replace(&mut seen[index], true) {
                    todo.extend_from_slice(links(&self.nodes[index]));
                    found.push(index);
                }
            }
            if !others.is_empty() {
                return Err(GraphError::Overlap { revision: self.id(target).to_owned(), others: owned(&others) });
            }
        }
        Ok(found)
    }

    /// What lies above `lower` and up to `upper`, and the revisions that `upper` stands for.
    pub(super) fn range_up(
        &self,
        lower: End<'_>,
        upper: End<'_>,
        range: Range,
    ) -> Result<(Vec<Index>, Vec<Index>), GraphError> {
        let history = matches!(range, Range::History);
        let not_a_range = || GraphError::NotARange { start: lower.text(), end: upper.text() };
        let mut targets = self.upgrade_targets(lower, upper, !history)?;
        if let End::Symbol(symbol) = lower
            && let Some((branch, _)) = symbol.split_once('@')
        {
            let label = self.label_of(branch)?;
            targets.retain(|&target| self.nodes[target].labels().contains(&label));
        }
        let required = self.reach_apart(&targets, |node| &node.normal_down)?;
        let is_required = self.marks(&required);

        let mut current = self.all_places(&lower.symbols())?;
        let outside = |place: &Place| match place {
            Place::At(index) => !is_required[*index],
            Place::Base => true,
            Place::Nowhere => false,
        };
        if history && current.iter().any(outside) {
            return Err(not_a_range());
        }
        if current.first() == Some(&Place::Nowhere) {
            let End::Symbol(symbol) = lower else { return Err(not_a_range()) };
            current = match self.downgrade_target(upper, symbol, false)?.1 {
                Place::Base => Vec::new(),
                Place::Nowhere => return Err(not_a_range()),
                place => vec![place],
            };
        }
        let current: Option<Vec<Index>> = current.into_iter().map(Place::index).collect();
        let current = current.ok_or_else(not_a_range)?;
        let is_applied = self.marks(&self.reach_apart(&current, |node| &node.normal_down)?);

        let mut needs: Vec<Index> = required.into_iter().filter(|&index| !is_applied[index]).collect();
        if history {
            needs.extend_from_slice(&current);
            if !current.is_empty() {
                let is_above = self.marks(&self.reach_apart(&current, |node| &node.next)?);
                needs.retain(|&index| is_above[index]);
            }
        }
        Ok((needs, targets))
    }

    fn label_of(&self, branch: &str) -> Result<String, GraphError> {
        match self.place(branch)? {
            Place::At(index) if self.id(index) == branch => match self.nodes[index].labels() {
                [only] => Ok(only.clone()),
                _ => Err(GraphError::NotFound { argument: branch.to_owned(), candidates: Vec::new() }),
            },
            _ => Ok(branch.to_owned()),
        }
    }

    fn upgrade_targets(&self, current: End<'_>, target: End<'_>, strict: bool) -> Result<Vec<Index>, GraphError> {
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

    /// What a downgrade takes back, and the revisions that the rows stand for.
    pub(super) fn range_down(&self, rows: &[String], target: &str) -> Result<(Vec<Index>, Vec<Index>), GraphError> {
        let (branch, place) = self.downgrade_target(End::Rows(rows), target, true)?;
        let mut roots: Vec<Index> = match place {
            Place::At(index) => self.nodes[index].next.clone(),
            // A labelled base is in Alembic's map twice, which decides whether the branch is looked at.
            Place::Base | Place::Nowhere => {
                let named = self.name_order.iter().map(|name| self.names[name]);
                named.filter(|&index| self.nodes[index].revision.is_base()).collect()
            }
        };
        if let Some(branch) = branch.filter(|_| roots.len() > 1) {
            let below = self.marks(&self.reach(&[self.branch(&branch)?], |node| &node.down));
            roots.retain(|&root| below[root]);
            if roots.is_empty() {
                return Err(GraphError::NotOnBranch);
            }
        }
        let heads = self.row_indices(rows)?;
        let is_applied = self.marks(&self.reach(&heads, |node| &node.normal_down));
        let mut found = self.reach(&roots, |node| &node.all_next);
        found.retain(|&index| is_applied[index]);
        match place.index() {
            Some(index) if found.is_empty() && !heads.contains(&index) => {
                Err(GraphError::NotBelow { target: target.to_owned() })
            }
            _ => Ok((found, heads)),
        }
    }

    /// Alembic's topological order of `revisions`, newest first, walking from `heads`: as far as possible down one
    /// line before the next. What no head leads to, where Alembic fails an assertion, comes after.
    pub(super) fn sort(&self, revisions: &[Index], heads: &[Index]) -> Vec<Index> {
        let mut todo = self.marks(revisions);
        let mut output = Vec::with_capacity(revisions.len());
        self.sort_from(heads, &mut todo, &mut output);
        let is_tip = |&index: &Index| todo[index] && !self.nodes[index].all_next.iter().any(|&next| todo[next]);
        let tips: Vec<Index> = (0..self.nodes.len()).filter(is_tip).collect();
        self.sort_from(&tips, &mut todo, &mut output);
        output
    }

    fn sort_from(&self, heads: &[Index], todo: &mut [bool], output: &mut Vec<Index>) {
        let ancestors = |index: Index| self.marks(&self.reach(&[index], |node| &node.normal_down));
        let mut tips: Vec<Index> = heads.iter().copied().filter(|&head| todo[head]).collect();
        tips.sort_unstable();
        tips.dedup();
        let mut below: Vec<Vec<bool>> = tips.iter().map(|&tip| ancestors(tip)).collect();
        let mut at = 0;
        while let Some(&candidate) = tips.get(at) {
            // Another tip that is above this one goes first.
            if let Some(above) = (0..tips.len()).find(|&other| other != at && below[other][candidate]) {
                at = above;
                continue;
            }
            if std::mem::replace(&mut todo[candidate], false) {
                output.push(candidate);
            }
            let node = &self.nodes[candidate];
            let parents: Vec<Index> =
                node.normal_down.iter().copied().filter(|&p| todo[p] && !tips.contains(&p)).collect();
            match parents[..] {
                [] => {
                    tips.remove(at);
                    below.remove(at);
                    at = at.saturating_sub(1);
                }
                [parent, ref others @ ..] => {
                    tips[at] = parent;
                    tips.extend_from_slice(others);
                    if node.normal_down.len() == 1 && node.down.len() == 1 {
                        below[at][candidate] = false;
                    } else {
                        below[at] = ancestors(parent);
                        below.extend(others.iter().map(|&other| ancestors(other)));
                    }
                }
            }
        }
    }
}

/// What a range is for: Alembic collects them differently.
#[derive(Debug, Clone, Copy)]
pub(super) enum Range {
    /// Everything that the target needs, dependencies on other branches included; the lower end excluded.
    Upgrade,
    /// Only what descends from the lower end, which is included.
    History,
}

fn on_branch(branch: Option<&str>, name: &str) -> String {
    branch.map_or_else(|| name.to_owned(), |branch| format!("{branch}@{name}"))
}
