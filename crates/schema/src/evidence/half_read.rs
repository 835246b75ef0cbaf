//! Revisions that could be read in part: one operation is no proof of the rest of them.

use super::step::telling_operations;
use super::timeline::Timeline;
use crate::RevisionFacts;

/// Widens a group by the revision at its lower edge, which is never named for certain where something of it was not read, and
/// by those at its upper edge of which no more than one operation tells before from after: somebody may have undone that
/// one by hand, and the unread rest says nothing.
pub(super) fn with_half_read(
    effects: &[RevisionFacts],
    timeline: &Timeline,
    mut first: usize,
    mut last: usize,
) -> (usize, usize) {
    while last < effects.len() && effects[last].is_in_doubt() && telling_operations(timeline, last) < 2 {
        last += 1;
    }
    if first > 0 && effects[first - 1].is_in_doubt() {
        first -= 1;
    }
    (first, last)
}
