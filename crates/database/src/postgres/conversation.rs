//! Asking a server, for no longer than an answer may take: what drops packets in silence, a firewall for example, would keep
//! a start waiting for as long as the kernel goes on sending, a quarter of an hour.
//!
//! Every question goes through [`Connected::ask`], but those that belong to connecting, which has limits of its own.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::time::timeout;
use tokio_postgres::SimpleQueryMessage;

use super::connect::Connected;
use super::failure::refusal;
use crate::DatabaseError;

/// For whatever is answered from a few rows. Three times as long as a change waits for another session's lock, and longer
/// than a server needs to come back from a checkpoint.
pub(super) const ANSWER: Duration = Duration::from_secs(30);
/// For what takes longer the more tables there are: to read the catalogue, to count rows, to drop everything.
pub(super) const WORK: Duration = Duration::from_secs(60);

/// Whether a server has left a question unanswered, so that no other one is put to it: each would take its whole limit.
#[derive(Debug, Default)]
pub(super) struct Silence(AtomicBool);

impl Connected {
    /// Asks in the simple protocol. `doing` is what the question is for, as in "cannot …".
    pub(super) async fn ask(
        &self,
        doing: &'static str,
        query: &str,
        limit: Duration,
    ) -> Result<Vec<SimpleQueryMessage>, DatabaseError> {
        let silent = || DatabaseError::Silent { doing, waited: limit, may_be_done: false };
        if self.silence.0.load(Ordering::Relaxed) {
            return Err(silent());
        }
        match timeout(limit, self.client.simple_query(query)).await {
            Ok(answer) => answer.map_err(|error| DatabaseError::Query { doing, source: refusal(&error) }),
            Err(_) => {
                self.silence.0.store(true, Ordering::Relaxed);
                Err(silent())
            }
        }
    }
}
