//! What every command that changes something says to the ledger, and about it.

use tracing::warn;

use crate::config::Config;
use crate::ledger::{Action, Note, Recorded};

/// What goes into the ledger with a change, unless it is turned off. `why`: the finding's code and what spoke for it.
pub(super) fn note(config: &Config, action: Action, why: Option<(&str, Vec<String>)>) -> Option<Note> {
    let origin = config.ledger.as_ref()?;
    let (finding, evidence) = why.map(|(finding, evidence)| (finding.to_owned(), evidence)).unzip();
    Some(Note { finding, evidence: evidence.unwrap_or_default(), ..Note::new(action, origin) })
}

/// Says it where the change that was just made is not in the ledger. Answers whether it can be undone.
pub(super) fn tell(recorded: Recorded) -> bool {
    if let Recorded::No { reason, next } = &recorded {
        warn!(next = %next, "this change is not in the ledger, so that stillhead undo cannot take it back: {reason}");
    }
    recorded == Recorded::Yes
}
