//! What the branches that are to be merged do to the schema, each by itself, and where they meet.

use crate::commands::evidence::History;
use crate::commands::files::Files;
use crate::config::Config;
use crate::error::Error;
use history::Node;
use schema::evidence::{Branch, Overlap, overlap};

/// The branches, each from the base to its head.
pub(super) struct Sides(Vec<History>);

impl Sides {
    /// Reads what each branch does. No database is asked.
    pub(super) fn read(config: &Config, files: &Files, heads: &[&Node]) -> Result<Self, Error> {
        let setting = History::setting(config, files);
        let side = |head: &&Node| History::up_to(files, &head.revision.id, &setting);
        Ok(Self(heads.iter().map(side).collect::<Result<_, _>>()?))
    }

    /// What the branch of one head does that no other branch does, in upgrade order.
    pub(super) fn own(&self, side: usize) -> Branch<'_> {
        self.beyond(side, |id| self.0.iter().enumerate().any(|(at, other)| at != side && other.has(id)))
    }

    /// Where each two of them meet.
    pub(super) fn overlaps(&self) -> Overlap {
        let mut all = Overlap::default();
        for second in 1..self.0.len() {
            for first in 0..second {
                let met = overlap(
                    &self.beyond(first, |id| self.0[second].has(id)),
                    &self.beyond(second, |id| self.0[first].has(id)),
                );
                all.clashes
                    .extend(met.clashes.into_iter().filter(|clash| !all.clashes.contains(clash)).collect::<Vec<_>>());
                all.shared_tables.extend(met.shared_tables);
            }
        }
        all.shared_tables.retain(|table| !all.clashes.iter().any(|clash| clash.table.as_ref() == Some(table)));
        all.shared_tables.sort();
        all.shared_tables.dedup();
        all
    }

    /// The revisions of the branches that could not be read whole, each with the first reason.
    pub(super) fn unread(&self) -> Vec<(String, String)> {
        let mut unread: Vec<(String, String)> = Vec::new();
        for side in 0..self.0.len() {
            for (id, effects) in self.own(side).revisions {
                unread.extend(effects.unread.first().map(|unread| (id.to_owned(), unread.to_string())));
            }
        }
        unread
    }

    fn beyond(&self, side: usize, is_shared: impl Fn(&str) -> bool) -> Branch<'_> {
        let History { ids, effects, .. } = &self.0[side];
        Branch { revisions: ids.iter().map(String::as_str).zip(effects).filter(|(id, _)| !is_shared(id)).collect() }
    }
}

impl History {
    fn has(&self, id: &str) -> bool {
        self.ids.iter().any(|own| own == id)
    }
}
