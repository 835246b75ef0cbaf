//! `run`: the story of a start, from the configuration to the program to become.
//!
//! The start command is found. Both sides are read, the files and the rows; at head that is all. Else the lock is waited for,
//! and under it the database is looked at again, repaired, upgraded and looked at once more, which `upgrade` tells; or another
//! instance is waited for, which `follow` tells. The further databases are looked at. Then `start`, in `lib.rs`, becomes the
//! program.

use std::ffi::OsString;
use std::time::Instant;

use clap::Args;
use tracing::{info, warn};

use super::files::Files;
use super::further::Means;
use super::leftovers::is_leftover;
use super::look::{Depth, Look};
use super::session::Session;
use super::{follow, further, upgrade};
use crate::config::{Config, Mode, Reaction, Verify};
use crate::error::Error;
use crate::help::{Advice, Message};
use crate::process::program::{self, Program};
use crate::prose::counted;
use crate::reconcile::{Severity, list};
use crate::saying::Say;
use database::Glance;
use version_table::VersionRows;

/// How many times a start goes on after the database was restarted under it. A migration that brings the server down must
/// not do so for ever.
const RESTARTS: u32 = 3;

/// What `run` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Never upgrade: wait until another instance has, then become CMD; the same as --mode wait
    #[arg(long, conflicts_with = "mode", help_heading = "Upgrade")]
    wait: bool,
    /// The start command and its arguments, for example `-- gunicorn app:app`
    #[arg(last = true, value_name = "CMD")]
    command: Vec<OsString>,
}

/// Brings the database to head. Answers the program to become, or `None` where no command was given.
pub async fn run(session: &Session, arguments: &Arguments) -> Result<Option<Program>, Error> {
    let config = &session.config;
    let mode = if arguments.wait { Mode::Wait } else { config.mode };
    // A command that cannot be started is known before anything is waited for or changed.
    let start = match &arguments.command[..] {
        [] => None,
        words => Some(program::find(words, config.path.as_deref()).map_err(Error::Program)?),
    };
    let reconciled = tokio::select! {
        // In this order, so that a port that is taken is known before anything is changed.
        biased;
        error = session.liveness.answer() => Err(error.into()),
        reconciled = async {
            let upgraded = reconcile_through_restarts(session, mode, start.as_ref()).await?;
            further::check(session, Means { mode, start: start.as_ref(), upgraded }).await
        } => reconciled,
    };
    match reconciled {
        // To skip the upgrade is to start no matter what: the reading is only a courtesy.
        Err(error) if config.skip_upgrade => {
            Message { advice: Advice::default(), ..error.message().going_on("SKIP_DB_UPGRADE is set") }.warn();
        }
        Err(error) if config.on_failure == Reaction::Start && error.interruption().is_none() => {
            error.message().going_on("LEVELHEAD_ON_FAILURE=start").warn();
        }
        result => result?,
    }
    Ok(start)
}

/// Answers whether the upgrade has been run.
async fn reconcile_through_restarts(session: &Session, mode: Mode, start: Option<&Program>) -> Result<bool, Error> {
    for _ in 0..RESTARTS {
        match reconcile(session, mode, start).await {
            Err(error) if error.is_cut_off() && !error.is_poolers_wait() => warn!("{error}; looking again"),
            result => return result,
        }
    }
    reconcile(session, mode, start).await
}

/// Reads both sides. At head that is all; else what is to be done is done, here or by another instance.
async fn reconcile(session: &Session, mode: Mode, start: Option<&Program>) -> Result<bool, Error> {
    let (clock, config) = (Instant::now(), &session.config);
    let (mut files, database) = session.both_sides().await?;
    if files.graph.is_empty() {
        let folder = files.layout.version_locations.into_iter().next().unwrap_or(files.layout.script_location);
        return Err(Error::NoRevisions { folder });
    }
    let goal = files.goal(config)?;
    let database = session.patient(database);
    let mut seen = session.glance_in_time(&database, files.version_table()?).await?;
    if seen.rows == VersionRows::NoTable && files.is_found(&database).await? {
        seen = session.glance_in_time(&database, files.version_table()?).await?;
    }
    let rows = &seen.rows;
    let is_at_head = goal.is_reached(&files.graph, rows.revisions());
    if is_at_head && !wants_a_look(config.verify, &files, &seen) {
        database.close_before_exec().await;
        let (heads, read) = (list(rows.revisions()), counted(files.graph.len(), "revision"));
        info!("version table at head {heads}; {read} read in {} ms", clock.elapsed().as_millis());
        // The process soon ends or becomes another: to free thousands of revisions one by one would only take time.
        std::mem::forget(files);
        return Ok(false);
    }
    files.read_whole()?;
    if config.skip_upgrade || is_at_head {
        let look = session.look(&files, &database, &goal, Depth::Schema).await;
        database.close().await;
        return report(config, &look?).map(|()| false);
    }
    if let Some(start) = start {
        program::check(start, config.path.as_deref()).map_err(Error::Program)?;
    }
    session.liveness.begin();
    // What another instance is in the middle of may look like anything: only under the lock, or after it, is it judged.
    match mode {
        Mode::Upgrade => upgrade::under_the_lock(session, &files, start, database).await,
        Mode::Wait => follow::until_at_head(session, &files, database).await.map(|()| false),
    }
}

/// Whether rows that are the heads are held against the schema: where it is asked for, and where no table is seen that the
/// files speak of, or a table that a batch migration was making anew. A row alone is no database.
pub(super) fn wants_a_look(verify: Verify, files: &Files, seen: &Glance) -> bool {
    match verify {
        Verify::Always => true,
        Verify::Never => false,
        Verify::Changed => {
            seen.tables.iter().any(|table| is_leftover(table)) || !history::mentions_any(&files.graph, &seen.tables)
        }
    }
}

/// Says what was found where nothing is to be changed: the upgrade is skipped, or the rows are at head already.
fn report(config: &Config, look: &Look) -> Result<(), Error> {
    for finding in look.findings.iter().filter(|finding| finding.severity() >= Severity::Warning) {
        finding.message().warn();
    }
    match &look.plan {
        Err(obstacle) if !config.skip_upgrade => return Err(obstacle.clone().into()),
        _ if !config.skip_upgrade => info!("{}", look.position()),
        Ok(plan) if !plan.is_empty() => {
            info!("{}; SKIP_DB_UPGRADE is set: nothing is changed (would be: {plan})", look.position());
        }
        _ => info!("{}; SKIP_DB_UPGRADE is set: nothing is changed", look.position()),
    }
    Ok(())
}
