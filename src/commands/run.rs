//! `run`: reconcile, upgrade, and hand over. The whole story of a start, from configuration to exec, is on this page.

use std::ffi::OsString;
use std::thread;
use std::time::Instant;

use tokio::sync::oneshot;
use tracing::{info, warn};

use crate::config::Config;
use crate::database::url::DatabaseUrl;
use crate::database::{Database, VersionRows};
use crate::error::Error;
use crate::logging::Waiting;
use crate::migrations::layout::{Layout, locate};
use crate::migrations::{self, RevisionGraph};
use crate::process::program::{self, Program};
use crate::process::upgrade;
use crate::reconcile::{Decision, Finding, diagnose, list};
use crate::version_table::VersionTable;

/// Brings the database to head. Answers the program to become, or `None` where no command was given.
pub async fn run(config: &Config, words: &[OsString]) -> Result<Option<Program>, Error> {
    // A command that cannot be started is known before anything is waited for or changed.
    let start = match words {
        [] => None,
        words => Some(program::find(words, config.path.as_deref()).map_err(Error::Program)?),
    };
    match reconcile(config, start.as_ref()).await {
        // To skip the upgrade is to start no matter what: the reading is only a courtesy.
        Err(error) if config.skip_upgrade => warn!("{error}; SKIP_DB_UPGRADE is set, going on"),
        result => result?,
    }
    Ok(start)
}

async fn reconcile(config: &Config, start: Option<&Program>) -> Result<(), Error> {
    let clock = Instant::now();
    let url = config.database_url()?;
    for warning in url.warnings() {
        warn!("{warning}");
    }
    let (files, database) = tokio::try_join!(read_files(config), open(config, &url))?;
    let rows = database.version_rows(&files.version_table).await?;
    if files.graph.is_at_head(rows.revisions()) {
        database.close().await;
        let (heads, elapsed) = (list(rows.revisions()), clock.elapsed().as_millis());
        info!("at head {heads}; {} revisions checked in {elapsed} ms", files.graph.len());
        return Ok(());
    }
    let finding = examine(&files, &database, &rows).await?;
    database.close().await;
    match finding.decision() {
        _ if config.skip_upgrade => info!("{finding}; SKIP_DB_UPGRADE is set: nothing is changed"),
        Decision::Start => info!("{finding}"),
        Decision::Stop => return Err(Error::Finding(finding)),
        Decision::Upgrade => {
            let program =
                upgrade::command(&files.layout, config.upgrade_command.as_deref(), start, config.path.as_deref())
                    .map_err(Error::NoUpgradeCommand)?;
            let mut waiting = Waiting::for_what("another instance that upgrades");
            let mut guard = Database::lock(&url, config.lock_timeout, &mut |holder| waiting.note(holder)).await?;
            drop(waiting);
            let upgraded = upgrade_under_the_lock(config, &url, &files, &program, guard.lost()).await;
            guard.release().await;
            upgraded?;
        }
    }
    Ok(())
}

/// Looks again, since another instance may have upgraded while this one waited; upgrades; looks once more, since an exit
/// code of 0 proves nothing. No connection but the guard's stays open meanwhile.
async fn upgrade_under_the_lock(
    config: &Config,
    url: &DatabaseUrl,
    files: &Files,
    program: &Program,
    lock_lost: impl Future<Output = String>,
) -> Result<(), Error> {
    let clock = Instant::now();
    let database = open(config, url).await?;
    let rows = database.version_rows(&files.version_table).await?;
    let finding = examine(files, &database, &rows).await?;
    database.close().await;
    match finding.decision() {
        Decision::Start => {
            info!("{finding}: another instance has upgraded");
            return Ok(());
        }
        Decision::Stop => return Err(Error::Finding(finding)),
        Decision::Upgrade => info!("{finding}: {}", program.command_line()),
    }
    upgrade::upgrade(program, config.upgrade_timeout, lock_lost).await?;
    let database = open(config, url).await?;
    let rows = database.version_rows(&files.version_table).await?;
    database.close().await;
    if !files.graph.is_at_head(rows.revisions()) {
        return Err(Error::NotAtHead {
            command: program.command_line(),
            rows: list(rows.revisions()),
            heads: list(&files.graph.real_heads().into_iter().map(str::to_owned).collect::<Vec<_>>()),
        });
    }
    info!("at head {}, upgraded in {:.1} s", list(rows.revisions()), clock.elapsed().as_secs_f64());
    Ok(())
}

/// Waits for the database and says so.
async fn open(config: &Config, url: &DatabaseUrl) -> Result<Database, Error> {
    let mut waiting = Waiting::for_what("the database");
    Ok(Database::open(url, config.wait_timeout, &mut |answer| waiting.note(answer)).await?)
}

/// What the migration files say.
struct Files {
    layout: Layout,
    graph: RevisionGraph,
    version_table: VersionTable,
}

/// Reads the files on a thread of their own, while the connection is being opened.
async fn read_files(config: &Config) -> Result<Files, Error> {
    let search = config.files.clone();
    let (name, schema) = (config.version_table.clone(), config.version_table_schema.clone());
    let (done, read) = oneshot::channel();
    let reader = thread::Builder::new().name("files".to_owned()).spawn(move || {
        let files = || -> Result<Files, Error> {
            let layout = locate(&search)?;
            let graph = migrations::read(&layout)?;
            if graph.is_empty() {
                let folder = layout.version_locations.into_iter().next().unwrap_or(layout.script_location);
                return Err(Error::NoRevisions { folder });
            }
            let version_table = migrations::env_py::version_table(&layout).settle(name, schema)?;
            Ok(Files { layout, graph, version_table })
        };
        let _ = done.send(files());
    })?;
    let files = read.await;
    // The thread has sent its answer or panicked: either way joining does not wait, and exec finds one thread.
    let joined = reader.join();
    files.unwrap_or_else(|_| std::panic::resume_unwind(joined.expect_err("it sent nothing, so it panicked")))
}

async fn examine(files: &Files, database: &Database, rows: &VersionRows) -> Result<Finding, Error> {
    let tables = if rows.revisions().is_empty() { database.tables(&files.version_table).await? } else { Vec::new() };
    Ok(diagnose(&files.graph, rows, &tables))
}
