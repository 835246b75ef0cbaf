//! Whether an upgrade that was cancelled for having waited may be run once more, and when.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use tokio::time::sleep;
use tracing::{info, warn};

use super::super::files::Files;
use super::super::session::Session;
use crate::error::Error;
use crate::reconcile::Upgrade;
use database::Database;
use schema::Schema;
use version_table::VersionRows;

/// Between two tries, at most.
const LONGEST: Duration = Duration::from_secs(30);

/// The database as it was before an upgrade.
#[derive(Debug, PartialEq)]
pub(super) struct Standing {
    rows: VersionRows,
    schema: Schema,
}

impl Standing {
    pub(super) async fn of(files: &Files, database: &Database) -> Result<Self, Error> {
        let table = files.version_table()?;
        Ok(Self { rows: database.version_rows(table).await?, schema: database.schema(table).await? })
    }

    /// Whether the upgrade has changed nothing that was committed: rows and schema are what they were, and nothing that it runs speaks
    /// of a commit of its own, after which rows of other tables could be others.
    pub(super) async fn allows_another_try(&self, session: &Session, files: &Files, pending: &Upgrade) -> bool {
        if let Some(file) = commits(files, pending) {
            warn!("the upgrade is not run again: {file} may have committed a part of it");
            return false;
        }
        let now = async {
            let database = session.open().await?;
            let now = Self::of(files, &database).await;
            database.close().await;
            now
        };
        let is_as_before = now.await.is_ok_and(|now| now == *self);
        if !is_as_before {
            warn!("the upgrade is not run again: a part of it is committed");
        }
        is_as_before
    }
}

/// The file of a pending revision that may end its transaction on the way, or `env.py` where it may run without one; or one of
/// them that cannot be read. A commit of `env.py`'s own comes before the revisions or after the last.
fn commits(files: &Files, pending: &Upgrade) -> Option<String> {
    let revisions = pending.pending.iter().filter_map(|id| Some(files.graph.get(id)?.revision.path.clone()));
    let environment = files.layout.script_location.join("env.py");
    let named = revisions.map(|path| (path, "commit")).chain([(environment, "autocommit")]);
    let speaks = |(path, word): &(PathBuf, &str)| {
        fs::read_to_string(path).map_or(true, |text| text.to_lowercase().contains(word))
    };
    named.into_iter().find(speaks).map(|(path, _)| path.display().to_string())
}

/// Waits before another try, longer each time.
pub(super) async fn pause(try_number: u32, of: u32) {
    let pause = Duration::from_secs(1 << (try_number - 1).min(5)).min(LONGEST);
    info!("nothing was changed; the upgrade is run again in {} s ({try_number} of {of})", pause.as_secs());
    sleep(pause).await;
}
