//! The further databases of `run`: one upgrade serves them all, and each has to be at head after it. Only reads.

use tracing::info;

use super::session::Session;
use crate::error::Error;
use crate::reconcile::list;

/// Looks at each database that is named beside DATABASE_URL. Reads nothing where there is none.
pub(super) async fn check(session: &Session) -> Result<(), Error> {
    let databases = session.config.databases()?;
    let further: Vec<_> = databases.into_iter().filter_map(|(name, url)| name.zip(Some(url))).collect();
    if further.is_empty() {
        return Ok(());
    }
    let files = session.files()?;
    for (name, url) in further {
        let rows = session.rows_at(&files, &url).await?;
        if !files.graph.is_at_head(rows.revisions()) {
            let (rows, heads) = (list(rows.revisions()), files.heads());
            return Err(Error::FurtherNotAtHead { name: name.to_owned(), rows, heads });
        }
        info!("at head {} in {name}", list(rows.revisions()));
    }
    Ok(())
}
