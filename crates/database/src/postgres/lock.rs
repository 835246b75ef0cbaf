//! The advisory lock: an open transaction of the connection that is the guard from then on.

use std::time::Duration;

use tokio_postgres::SimpleQueryMessage;

use super::connect::Connected;
use super::conversation::{ANSWER, text};
use super::session::{Session, first_column};
use super::sql;
use crate::DatabaseError;
use crate::backend::{Answer, Later, Lock, Locking};
use crate::lock::Holder;

/// How long a guard connection may take to show that it is alive, or to free the lock. It may have been idle for as long as the
/// upgrade took, and whatever stands between may have forgotten it.
const PROOF_OF_LIFE: Duration = Duration::from_secs(1);

/// A connection whose open transaction holds the advisory lock, and nothing else: no snapshot, no row.
impl Lock for Connected {
    fn lost(&mut self) -> Later<'_, String> {
        Box::pin(self.closed())
    }

    fn is_held(&self) -> Later<'_, bool> {
        // An empty query takes no snapshot.
        Box::pin(async { self.ask("see that the lock is held", "", PROOF_OF_LIFE).await.is_ok() })
    }

    fn name(&self) -> Answer<'_, Option<String>> {
        Box::pin(async {
            let answer = self.ask("name the upgrade's sessions", &sql::watch::name(), PROOF_OF_LIFE).await?;
            Ok(first_column(&answer).last().map(str::to_owned))
        })
    }

    fn release(self: Box<Self>) -> Later<'static, ()> {
        Box::pin(async move {
            // A failure to say so changes nothing: closing the connection ends the transaction too.
            let _ = self.ask("free the lock", "ROLLBACK", PROOF_OF_LIFE).await;
            self.close().await;
        })
    }
}

impl Session {
    pub(super) async fn try_lock(self) -> Result<Locking, DatabaseError> {
        let ask = async |query: &str| self.connection.ask("take the lock", query, ANSWER).await;
        let answer = ask(&sql::lock()).await?;
        if first_column(&answer).last() == Some("t") {
            return Ok(Locking::Won(Box::new(self.connection)));
        }
        // No transaction stays open between attempts: through a pooler it would occupy a server connection.
        let answer = ask(&format!("ROLLBACK; {}", sql::holder())).await?;
        Ok(Locking::Lost(Box::new(self), read_holder(&answer)))
    }

    pub(super) async fn lock_holder(&self) -> Result<Option<Holder>, DatabaseError> {
        Ok(read_holder(&self.connection.ask("ask who upgrades", &sql::holder(), ANSWER).await?))
    }
}

fn read_holder(answer: &[SimpleQueryMessage]) -> Option<Holder> {
    answer.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some(Holder {
            who: text(row, 0).unwrap_or_default().to_owned(),
            age: text(row, 1).and_then(|age| age.parse().ok()),
        }),
        _ => None,
    })
}
