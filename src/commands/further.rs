//! The further databases of `run`: one upgrade serves them all, and each has to be at head after it.

use tracing::{info, warn};

use super::files::Files;
use super::look::{Depth, Look};
use super::run::wants_a_look;
use super::session::Session;
use super::upgrade;
use crate::config::{Mode, Verify};
use crate::error::Error;
use crate::process::program::Program;
use crate::reconcile::{Finding, Severity, list};
use database::url::DatabaseUrl;

/// What is to be done where a further database is behind.
#[derive(Clone, Copy)]
pub(super) struct Means<'a> {
    pub(super) mode: Mode,
    /// The start command, beside which the upgrade's is looked for.
    pub(super) start: Option<&'a Program>,
    /// Whether this start has run the upgrade already.
    pub(super) upgraded: bool,
}

/// Looks at each database that is named beside DATABASE_URL, and reads nothing where there is none. What is behind in one of
/// them alone is upgraded by the same command, once.
pub(super) async fn check(session: &Session, means: Means<'_>) -> Result<(), Error> {
    let further = session.config.further_databases()?;
    if further.is_empty() {
        return Ok(());
    }
    let files = session.files()?;
    match all_at_head(session, &files, means.upgraded).await {
        Err(Behind::Known { name, .. })
            if means.mode == Mode::Upgrade && !means.upgraded && !session.config.skip_upgrade =>
        {
            upgrade::for_further(session, &files, means.start, &name).await?;
            all_at_head(session, &files, true).await.map_err(Error::from)
        }
        looked => looked.map_err(Error::from),
    }
}

/// Why a further database is not at head.
enum Behind {
    /// An upgrade may lead there.
    Known { name: String, rows: String, heads: String },
    /// Anything else.
    Other(Error),
}

impl From<Behind> for Error {
    fn from(behind: Behind) -> Self {
        match behind {
            Behind::Known { name, rows, heads } => Self::FurtherNotAtHead { name, rows, heads },
            Behind::Other(error) => error,
        }
    }
}

/// Judges each of them as that of DATABASE_URL is judged: after an upgrade, and where its tables are not those of the files, by
/// its schema too.
async fn all_at_head(session: &Session, files: &Files, upgraded: bool) -> Result<(), Behind> {
    for (name, url) in session.config.further_databases().map_err(|error| Behind::Other(error.into()))? {
        let look = look(session, files, &url, upgraded).await.map_err(Behind::Other)?;
        let revisions = look.rows.revisions();
        if let (Finding::Ahead(_), Ok(_)) = (look.position(), &look.plan) {
            warn!("{name}: {}", look.position());
            continue;
        }
        if !files.graph.is_at_head(revisions) {
            let (name, rows, heads) = (name.to_owned(), list(revisions), files.heads());
            return Err(match revisions.iter().all(|row| files.graph.get(row).is_some()) {
                true => Behind::Known { name, rows, heads },
                false => Behind::Other(Error::FurtherNotAtHead { name, rows, heads }),
            });
        }
        if look.position().severity() == Severity::Stop {
            let (name, finding) = (name.to_owned(), Box::new(look.position().clone()));
            return Err(Behind::Other(Error::FurtherStops { name, finding }));
        }
        info!("at head {} in {name}", list(revisions));
    }
    Ok(())
}

async fn look(session: &Session, files: &Files, url: &DatabaseUrl, upgraded: bool) -> Result<Look, Error> {
    let database = session.open_at(url).await?;
    let goal = files.goal(&session.config)?;
    let look = async {
        let seen = database.glance(files.version_table()?).await?;
        let closely = match session.config.verify {
            Verify::Never => false,
            verify => upgraded || wants_a_look(verify, files, &seen),
        };
        let depth = if closely { Depth::Schema } else { Depth::InDoubt };
        session.look(files, &database, &goal, depth).await
    }
    .await;
    database.close().await;
    look
}
