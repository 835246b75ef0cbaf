//! The upgrade, under the lock: one instance at a time decides, upgrades and looks at the result.

use std::convert::Infallible;
use std::time::Instant;

use tracing::{debug, info, warn};

mod again;
mod watch;

use super::create_all;
use super::cure::finish_at_start;
use super::explain;
use super::files::Files;
use super::look::{Depth, Look};
use super::plan;
use super::session::Session;
use super::write::{Decision, record, write};
use crate::config::{Config, OnLoss, Repair, Verify};
use crate::error::{Error, UpgradeFailure};
use crate::explanation::revision_begun;
use crate::help::{Advice, Help, Message};
use crate::process::program::{self, Program, ProgramError};
use crate::process::upgrade::{self, Shown, Task, Timed, UpgradeError};
use crate::reconcile::{Finding, Goal, Severity, Upgrade, list};
use crate::saying::Say;
use again::Standing;
use database::Database;
use database::lock::Guard;
use version_table::ledger::Action;
use watch::Watcher;

/// Waits for the lock, on the connection that `database` is, and holds it until the upgrade has ended. Answers whether there was
/// one.
pub(super) async fn under_the_lock(
    session: &Session,
    files: &Files,
    start: Option<&Program>,
    database: Database,
) -> Result<bool, Error> {
    let server_start = database.server_start().await?;
    let goal = files.goal(&session.config)?;
    let needless = async |database: &mut Database| {
        database.refresh()?;
        let rows = database.version_rows(files.version_table()?).await?;
        let at_head = goal.is_reached(&files.graph, rows.revisions());
        if at_head {
            info!("at head {}: another instance has upgraded", list(rows.revisions()));
        }
        Ok(at_head.then_some(()))
    };
    let program = command(session, files, start, &goal);
    match &program {
        // Where there is none, another instance may have one.
        Ok(_) | Err(ProgramError::NotFound { .. } | ProgramError::NoFile { .. }) => {}
        Err(_) => return program.map(|_| false).map_err(Error::NoUpgradeCommand),
    }
    // Of many that wait, none needs the lock only to see that there is nothing left to do.
    let Ok(mut guard) = session.lock_unless(database, needless).await? else { return Ok(false) };
    let mut begun = None;
    let mut upgraded = upgrade(session, files, program, &mut guard, &mut begun).await;
    let guarded = upgraded.is_ok() || guard.is_held().await;
    if let Err(Error::Upgrade(failure)) = &mut upgraded
        && guarded
        && failure.has_exited()
    {
        let on_nothing = begun.as_ref().is_some_and(|begun| begun.from.is_empty());
        if let Some(made) = on_nothing.then(|| create_all::met_by(failure, files)).flatten() {
            warn!("{made}");
        }
        if let Some(look) = say_what_is_left(session, files, &goal, begun).await {
            answer(session, files, failure, look, on_nothing);
        }
    }
    guard.release().await;
    match upgraded {
        // The failure may be the restart's and not the upgrade's. A connection that was ended on its own is a person's
        // doing, or a pooler's limit: then nobody tries again.
        Err(Error::Upgrade(failure)) if !guarded && failure.interruption().is_none() => {
            let now = match session.open().await {
                Ok(database) => database.server_start().await.ok(),
                Err(_) => None,
            };
            match now {
                Some(now) if now != server_start => Err(Error::Restarted { failure }),
                _ => Err(Error::Upgrade(failure)),
            }
        }
        upgraded => upgraded,
    }
}

/// Looks again, since another instance may have upgraded while this one waited; repairs what is proven; upgrades; looks once
/// more, since an exit code of 0 proves nothing. No connection but the guard's stays open meanwhile.
async fn upgrade(
    session: &Session,
    files: &Files,
    program: Result<Program, ProgramError>,
    guard: &mut Guard,
    begun: &mut Option<Upgrade>,
) -> Result<bool, Error> {
    let config = &session.config;
    let clock = Instant::now();
    let goal = files.goal(config)?;
    let database = session.open().await?;
    watch::end_former(&database, guard).await?;
    session.alone(&database, files.version_table()?).await?;
    let planned = repair(session, files, &database, &goal).await;
    // What a second try has to find as it was.
    let before = match (&planned, config.blocked_timeout) {
        (Ok(Some(_)), Some(_)) => Some(Standing::of(files, &database).await?),
        _ => None,
    };
    database.close().await;
    let Some(pending) = planned? else { return Ok(false) };
    let program = program.map_err(Error::NoUpgradeCommand)?;
    info!("{pending}: {}", program.command_line());
    *begun = Some(pending.clone());
    let timed = run_watched(session, &program, guard, async || match &before {
        Some(before) => before.allows_another_try(session, files, &pending).await,
        None => false,
    });
    let timed = timed.await?;
    let database = session.open().await?;
    let look = session.look_closely(files, &database, &goal, depth(config)).await?;
    record(session, files, &database, (&pending, &timed), &look.rows).await?;
    database.close().await;
    let rows = look.rows.revisions();
    if !goal.is_reached(&files.graph, rows) {
        let (command, rows) = (program.command_line(), list(rows));
        return Err(Error::NotAtHead { command, rows, heads: list(&goal.revisions) });
    }
    // Where the rows say so and the schema does not, the upgrade has not done what its revisions say.
    if look.position().severity() == Severity::Stop {
        return Err(look.position().clone().into());
    }
    info!("at head {}, upgraded in {:.1} s", list(rows), clock.elapsed().as_secs_f64());
    Ok(true)
}

/// Runs the upgrade, under the lock, for a further database that is behind while the one of DATABASE_URL is not.
pub(super) async fn for_further(
    session: &Session,
    files: &Files,
    start: Option<&Program>,
    name: &str,
) -> Result<(), Error> {
    let config = &session.config;
    let program = command(session, files, start, &files.goal(config)?).map_err(Error::NoUpgradeCommand)?;
    let database = session.open().await?;
    let Ok(mut guard) = session.lock_unless(database, async |_| Ok(None::<Infallible>)).await?;
    info!("{name} is behind: {}", program.command_line());
    let upgraded = run_watched(session, &program, &mut guard, async || false).await;
    guard.release().await;
    upgraded.map(drop)
}

/// Runs the upgrade command and watches it. One that was cancelled for having waited too long is run again, while `may_try` says
/// that it has changed nothing.
async fn run_watched(
    session: &Session,
    program: &Program,
    guard: &mut Guard,
    may_try: impl AsyncFn() -> bool,
) -> Result<Vec<Timed>, Error> {
    let config = &session.config;
    let mut watcher = Watcher::under(guard, session).await;
    let name = watcher.name();
    let mut tried = 0;
    loop {
        let shown = Shown::default();
        let task = task(config, program, name.as_deref(), &shown);
        let ran = upgrade::upgrade(&task, watcher.until_lost(guard, session, &shown)).await;
        watcher.end_what_is_left(session, &shown).await;
        let error = match ran {
            Ok(timed) => return Ok(timed),
            Err(error) => error,
        };
        let is_by_itself = matches!(error, UpgradeError::Exited { .. });
        let is_cancelled = is_by_itself && watcher.has_cancelled();
        let blocked = watcher.blocked().filter(|_| is_cancelled || !is_by_itself);
        if !(is_cancelled && tried < config.blocked_retries && may_try().await) {
            return Err(UpgradeFailure::of(error).blocked_by(blocked).into());
        }
        tried += 1;
        again::pause(tried, config.blocked_retries).await;
    }
}

fn task<'a>(config: &'a Config, program: &'a Program, name: Option<&'a str>, shown: &'a Shown) -> Task<'a> {
    Task {
        program,
        limit: config.upgrade_timeout,
        begins: revision_begun,
        sockets: config.sockets,
        database_url: config.database_url_for_others(),
        application_name: name,
        shown,
    }
}

/// The upgrade command: found, and with an interpreter that may be executed.
fn command(session: &Session, files: &Files, start: Option<&Program>, goal: &Goal) -> Result<Program, ProgramError> {
    let (config, path) = (&session.config, session.config.path.as_deref());
    let program = upgrade::find(&files.upgrade_words(config, &goal.symbol), start, path)?;
    program::check(&program, path)?;
    Ok(program)
}

/// What is to be done about a failed upgrade is said once, by what its output says and where it has left the database.
fn answer(session: &Session, files: &Files, failure: &mut UpgradeFailure, look: Look, on_nothing: bool) {
    if let Some(explanation) = failure.explanation().cloned() {
        // What is there has been made by something else only where the upgrade has recorded nothing.
        let on_nothing = on_nothing && look.rows.revisions().is_empty();
        failure.answered(explain::answer(&session.config, files, look, &explanation, on_nothing));
    } else if let Some(finding) = look.findings.iter().find(|finding| finding.is_of_the_schema()) {
        failure.answered(finding.help());
    }
}

/// Says where a failed upgrade has left the database: what of it is there already. Notes the revisions that it has committed
/// before it failed. A courtesy, which may fail itself.
async fn say_what_is_left(session: &Session, files: &Files, goal: &Goal, begun: Option<Upgrade>) -> Option<Look> {
    let look = async {
        let database = session.open().await?;
        let look = session.look(files, &database, goal, Depth::Schema).await?;
        if let Some(begun) = begun.filter(|begun| begun.from != look.rows.revisions()) {
            record(session, files, &database, (&begun, &[]), &look.rows).await?;
        }
        database.close().await;
        Ok::<_, Error>(look)
    };
    let look = look.await.ok()?;
    let message = look.position().message();
    // Not named as a finding: what stopped the start is the failure, and what is to be done is said with that.
    let what = format!("the failed upgrade has left: {}", message.what);
    Message { code: None, what, advice: Advice::default(), ..message }.warn();
    for finding in look.findings.iter().filter(|finding| matches!(finding, Finding::InvalidIndex { .. })) {
        Message { advice: Advice::default(), ..finding.message() }.warn();
    }
    Some(look)
}

/// Writes the rows that are proven, and answers what is still to be upgraded.
async fn repair(session: &Session, files: &Files, database: &Database, goal: &Goal) -> Result<Option<Upgrade>, Error> {
    let mut look = session.look_closely(files, database, goal, depth(&session.config)).await?;
    if session.config.repair == Repair::Finish
        && let Finding::HalfApplied { revision, .. } = look.position()
        && finish_at_start(session, files, database, revision).await?
    {
        look = session.look_closely(files, database, goal, depth(&session.config)).await?;
    }
    // The lock was wanted since the rows were not those of the heads.
    if goal.is_reached(&files.graph, look.rows.revisions()) {
        info!("at head {}: another instance has upgraded", list(look.rows.revisions()));
    }
    let plan = look.plan.clone()?;
    for finding in &look.findings {
        match finding.severity() {
            Severity::Warning => finding.message().warn(),
            // What is to be done about it is what goes on here.
            Severity::Repair => Message { advice: Advice::default(), ..finding.message() }.warn(),
            _ => {}
        }
    }
    if plan.writes() {
        let (rows, findings) = (&look.rows, &look.findings[..]);
        write(session, files, database, &Decision { rows, plan: &plan, action: Action::Repair, findings }).await?;
        if let Finding::AtHead { .. } = look.position() {
            info!("{}", look.position());
        }
    }
    if let Some(upgrade) = &plan.upgrade {
        foretell(session, files, database, (&look, upgrade)).await?;
    }
    Ok(plan.upgrade)
}

/// Says in one line what the upgrade will do to the tables that are there, and stops before what loses data where that is
/// asked for. Without that it is a courtesy, which may fail itself.
async fn foretell(
    session: &Session,
    files: &Files,
    database: &Database,
    (look, upgrade): (&Look, &Upgrade),
) -> Result<(), Error> {
    // To a database without tables anything may be done.
    if look.schema.as_ref().is_none_or(|schema| schema.tables.is_empty()) {
        return Ok(());
    }
    let stops = session.config.on_loss == OnLoss::Stop;
    let revisions = match plan::foresee(session, files, database, look, upgrade, false).await {
        Ok(revisions) => revisions,
        Err(error) if stops => return Err(error),
        Err(error) => {
            debug!("what the upgrade will do cannot be foreseen: {error}");
            return Ok(());
        }
    };
    info!("{}", plan::summary(&revisions));
    if let Some(danger) = plan::danger(&revisions) {
        warn!("danger: {danger}");
    }
    let losses = plan::losses(&revisions);
    if stops && !losses.is_empty() { Err(Error::WouldLose { losses }) } else { Ok(()) }
}

fn depth(config: &Config) -> Depth {
    if config.verify == Verify::Never && config.on_loss == OnLoss::Allow { Depth::InDoubt } else { Depth::Schema }
}
