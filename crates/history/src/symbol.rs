//! What a person types for a revision: ids and their beginnings, `head`, `heads`, `base`, `label@symbol`, `-2`.
//!
//! A port of the rules of Alembic's `RevisionMap`, its oddities included; rows of the version table go through the
//! same door, as they do there.

use super::error::GraphError;
use super::graph::RevisionGraph;
use super::node::{Index, Links, Node};

/// Where a symbol leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Before every base. Alembic's `"base"`, which only a walk downwards meets.
    Base,
    /// Past `Base`. Alembic's `None`.
    Nowhere,
    /// A revision.
    At(Index),
}

impl Place {
    pub(super) fn index(self) -> Option<Index> {
        match self {
            Self::At(index) => Some(index),
            Self::Base | Self::Nowhere => None,
        }
    }
}

/// A symbol taken apart: the ids or symbols that it stands for, and the branch that they must be on.
struct Parts<'a> {
    names: Vec<&'a str>,
    branch: Option<&'a str>,
}

impl RevisionGraph {
    /// The revisions that a symbol stands for; none for `base`.
    pub fn resolve(&self, symbol: &str) -> Result<Vec<&Node>, GraphError> {
        self.places(symbol)?
            .into_iter()
            .map(|place| match place {
                Place::At(index) => Ok(&self.nodes[index]),
                Place::Base | Place::Nowhere => Err(GraphError::WalkedTooFar { argument: symbol.to_owned() }),
            })
            .collect()
    }

    /// As [`Self::resolve`], with the places that are no revision.
    pub(super) fn places(&self, symbol: &str) -> Result<Vec<Place>, GraphError> {
        let parts = self.take_apart(symbol)?;
        if let [name] = parts.names[..]
            && let Some(steps) = python_int(name)
            && steps < 0
        {
            let heads = self.indices(Node::is_real_head).into_iter().filter(|&head| match parts.branch {
                Some(branch) => self.nodes[head].labels().iter().any(|label| **label == *branch),
                None => true,
            });
            return heads.map(|head| self.walk(Place::At(head), steps, None, true)).collect();
        }
        parts.names.iter().map(|name| self.find(name, parts.branch).map(Place::At)).collect()
    }

    /// The one place that a symbol stands for; `Nowhere` for `base`, as in Alembic.
    pub(super) fn place(&self, symbol: &str) -> Result<Place, GraphError> {
        let parts = self.take_apart(symbol)?;
        match parts.names[..] {
            [] => Ok(Place::Nowhere),
            [name] => self.find(name, parts.branch).map(Place::At),
            _ => Err(GraphError::multiple_heads(symbol, &parts.names)),
        }
    }

    /// The places of several symbols, rows for example.
    pub(super) fn all_places<S: AsRef<str>>(&self, symbols: &[S]) -> Result<Vec<Place>, GraphError> {
        let mut places = Vec::new();
        for symbol in symbols {
            places.extend(self.places(symbol.as_ref())?);
        }
        Ok(places)
    }

    /// The revisions that rows stand for. A row may be anything that [`Self::places`] understands.
    pub(super) fn row_indices<S: AsRef<str>>(&self, rows: &[S]) -> Result<Vec<Index>, GraphError> {
        rows.iter().try_fold(Vec::new(), |mut found, row| {
            for place in self.places(row.as_ref())? {
                let walked_too_far = || GraphError::WalkedTooFar { argument: row.as_ref().to_owned() };
                found.push(place.index().ok_or_else(walked_too_far)?);
            }
            Ok(found)
        })
    }

    fn take_apart<'a>(&'a self, symbol: &'a str) -> Result<Parts<'a>, GraphError> {
        let (branch, name) = match symbol.split_once('@') {
            Some((branch, name)) => (Some(branch), name),
            None => (None, symbol),
        };
        // An empty branch is none, and yet was split off.
        let chosen = branch.filter(|branch| !branch.is_empty());
        let names = match name {
            "heads" => match chosen {
                Some(branch) => self.ids_of(&self.filter_for_lineage(&self.indices(Node::is_head), branch, false)?),
                None => self.real_heads(),
            },
            "head" => {
                let mut heads = self.indices(Node::is_head);
                if let Some(branch) = chosen {
                    heads = self.filter_for_lineage(&heads, branch, false)?;
                }
                if heads.len() > 1 {
                    return Err(GraphError::multiple_heads(symbol, &self.ids_of(&heads)));
                }
                self.ids_of(&heads)
            }
            "base" => Vec::new(),
            name => vec![name],
        };
        Ok(Parts { names, branch: chosen })
    }

    fn ids_of(&self, indices: &[Index]) -> Vec<&str> {
        indices.iter().map(|&index| self.id(index)).collect()
    }

    /// A revision by id, label, or the beginning of either, on a branch.
    fn find(&self, name: &str, branch: Option<&str>) -> Result<Index, GraphError> {
        let not_found = || GraphError::NotFound { argument: name.to_owned(), candidates: Vec::new() };
        let branch_root = branch.map(|branch| self.branch(branch)).transpose()?;
        let found = match self.names.get(name) {
            Some(&index) => index,
            None if name.is_empty() => return Err(not_found()),
            None => {
                // Alembic never matches a name of fewer than four characters by its beginning.
                let is_candidate = |known: &&str| known.starts_with(name) && known.chars().count() > 3;
                let mut candidates: Vec<&str> = self.known_names().filter(is_candidate).collect();
                if let Some(branch) = branch {
                    let mut kept = Vec::new();
                    for candidate in candidates {
                        if !self.filter_for_lineage(&[self.names[candidate]], branch, false)?.is_empty() {
                            kept.push(candidate);
                        }
                    }
                    candidates = kept;
                }
                match candidates[..] {
                    [only] => self.names[only],
                    _ => {
                        let candidates = candidates.into_iter().map(str::to_owned).collect();
                        return Err(GraphError::NotFound { argument: name.to_owned(), candidates });
                    }
                }
            }
        };
        match branch_root {
            Some(root) if !self.shares_lineage(found, &[root], false) => Err(not_found()),
            _ => Ok(found),
        }
    }

    /// The revision that a branch name stands for.
    pub(super) fn branch(&self, branch: &str) -> Result<Index, GraphError> {
        match self.names.get(branch) {
            Some(&index) => Ok(index),
            None => self.find(branch, None),
        }
    }

    /// Those of `targets` that are ancestors or descendants of what `against` stands for; all of them for `base`.
    pub(super) fn filter_for_lineage(
        &self,
        targets: &[Index],
        against: &str,
        with_dependencies: bool,
    ) -> Result<Vec<Index>, GraphError> {
        let parts = self.take_apart(against)?;
        if targets.is_empty() {
            return Ok(Vec::new());
        }
        let roots = parts.branch.into_iter().chain(parts.names).map(|name| self.find(name, None));
        let roots = roots.collect::<Result<Vec<_>, _>>()?;
        let shares = |&target: &Index| self.shares_lineage(target, &roots, with_dependencies);
        Ok(targets.iter().copied().filter(shares).collect())
    }

    fn shares_lineage(&self, target: Index, roots: &[Index], with_dependencies: bool) -> bool {
        let links: [Links; 2] = if with_dependencies {
            [|node| &node.all_next, |node| &node.normal_down]
        } else {
            [|node| &node.next, |node| &node.down]
        };
        roots.is_empty() || links.iter().any(|&l| self.reach(&[target], l).iter().any(|index| roots.contains(index)))
    }

    /// Goes `steps` up (positive) or down along `down_revision`, on `branch` when a fork would leave a choice. Past
    /// the end it is `Nowhere` when `strict`, else where it got to.
    pub(super) fn walk(
        &self,
        start: Place,
        steps: i64,
        branch: Option<&str>,
        strict: bool,
    ) -> Result<Place, GraphError> {
        let mut at = start;
        for _ in 0..steps.unsigned_abs() {
            let mut choices = match (at, steps > 0) {
                (Place::Nowhere, true) => self.indices(|node| node.revision.is_base()),
                (Place::At(index), true) => self.nodes[index].next.to_vec(),
                (Place::Nowhere, false) => self.indices(Node::is_head),
                (Place::At(index), false) => self.nodes[index].down.to_vec(),
                (Place::Base, _) => return Ok(if strict { Place::Nowhere } else { Place::Base }),
            };
            if let (Some(branch), true) = (branch, steps > 0) {
                choices = self.filter_for_lineage(&choices, branch, false)?;
            }
            at = match choices[..] {
                [] if steps < 0 => Place::Base,
                [] => return Ok(if strict { Place::Nowhere } else { at }),
                [only] => Place::At(only),
                _ => return Err(GraphError::AmbiguousWalk { choices: owned(&self.ids_of(&choices)) }),
            };
        }
        Ok(at)
    }
}

pub(super) fn owned(ids: &[&str]) -> Vec<String> {
    ids.iter().map(|&id| id.to_owned()).collect()
}

/// Python's `int(text)`, as far as a revision symbol can need it.
fn python_int(text: &str) -> Option<i64> {
    let digits = text.trim().strip_prefix(['-', '+']).unwrap_or(text.trim());
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.trim().parse().unwrap_or(if text.trim().starts_with('-') { i64::MIN } else { i64::MAX }))
}

/// A symbol relative to another or to the rows: `[branch@][name](+|-)digits`. Whatever follows is ignored, as Alembic
/// ignores it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Relative<'a> {
    pub(super) branch: Option<&'a str>,
    pub(super) name: Option<&'a str>,
    pub(super) steps: i64,
    /// As written, `+2`.
    pub(super) text: &'a str,
}

impl<'a> Relative<'a> {
    pub(super) fn parse(symbol: &'a str) -> Option<Self> {
        let on_branch = symbol.match_indices('@').filter(|&(at, _)| at > 0 && !symbol[..at].contains('\n'));
        on_branch
            .filter_map(|(at, _)| Some(Self { branch: Some(&symbol[..at]), ..Self::tail(&symbol[at + 1..])? }))
            .next()
            .or_else(|| Self::tail(symbol))
    }

    fn tail(text: &'a str) -> Option<Self> {
        let sign = text.find(|c: char| !(c.is_alphanumeric() || c == '_'))?;
        let (name, rest) = text.split_at(sign);
        if !rest.starts_with(['+', '-']) {
            return None;
        }
        let end = 1 + rest[1..].find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len() - 1);
        let steps = python_int(&rest[..end])?;
        Some(Self { branch: None, name: Some(name).filter(|name| !name.is_empty()), steps, text: &rest[..end] })
    }
}
