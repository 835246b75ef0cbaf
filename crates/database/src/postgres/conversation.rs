//! Asking a server, for no longer than an answer may take: what drops packets in silence, a firewall for example, would keep
//! a start waiting for as long as the kernel goes on sending, a quarter of an hour.
//!
//! Every question goes through [`Connected::ask`], but those that belong to connecting, which has limits of its own.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::time::timeout;
use tokio_postgres::{SimpleQueryMessage, SimpleQueryRow};

use super::connect::Connected;
use super::failure::refusal;
use crate::DatabaseError;
use crate::failure::{Refusal, RefusalKind};

/// For whatever is answered from a few rows. Three times as long as a change waits for another session's lock, and longer
/// than a server needs to come back from a checkpoint.
pub(super) const ANSWER: Duration = Duration::from_secs(30);
/// For what takes longer the more tables there are: to read the catalogue, to count rows, to drop everything.
pub(super) const WORK: Duration = Duration::from_secs(60);

/// How long an answer may be: that of a few rows, and a whole catalogue.
const SHORT: usize = 32 << 20;
const LONG: usize = 1 << 30;

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
        self.allowance.set(if limit == WORK { LONG } else { SHORT });
        match timeout(limit, self.client.simple_query(query)).await {
            Ok(Ok(answer)) if !is_text(&answer) => {
                let words = "its answer is not UTF-8: the database holds text of another encoding".to_owned();
                Err(DatabaseError::Query { doing, source: Refusal { kind: RefusalKind::Other, words } })
            }
            Ok(answer) => answer.map_err(|error| DatabaseError::Query { doing, source: self.refusal(&error) }),
            Err(_) => {
                self.silence.0.store(true, Ordering::Relaxed);
                Err(silent())
            }
        }
    }

    /// Why there is no answer.
    fn refusal(&self, error: &tokio_postgres::Error) -> Refusal {
        if self.allowance.is_used_up() {
            let words = "its answer does not end: it says more than any PostgreSQL server does".to_owned();
            return Refusal { kind: RefusalKind::Other, words };
        }
        refusal(error)
    }
}

/// Whether each value of an answer can be read: a server whose encoding is SQL_ASCII sends whatever it was given.
fn is_text(answer: &[SimpleQueryMessage]) -> bool {
    answer.iter().all(|message| match message {
        SimpleQueryMessage::Row(row) => (0..row.len()).all(|at| row.try_get(at).is_ok()),
        _ => true,
    })
}

/// The text in a column; none where it is NULL, or where what answers leaves the column out.
pub(super) fn text(row: &SimpleQueryRow, at: usize) -> Option<&str> {
    row.try_get(at).ok().flatten()
}
