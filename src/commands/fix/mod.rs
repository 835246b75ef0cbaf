//! `fix`: the emergency repair of the version rows, by the evidence or by a person's word.

mod repair;
mod script;

use std::io::{IsTerminal, stdin};
use std::time::Duration;

use clap::Args;

use super::files::{Files, open};
use super::lock::wait_for_the_lock;
use super::look::{Depth, Look};
use super::output::print;
use super::prompt::ask;
use super::write::write;
use crate::config::{Config, ConfigError};
use crate::error::Error;
use crate::process::liveness::Liveness;
use crate::reconcile::{Policy, list};
use database::url::DatabaseUrl;
use database::wait::Wait;
use database::{Database, DatabaseError};
use repair::Repair;
use version_table::ledger::Action;

/// What `fix` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The revisions that the version table is to hold; without them, those that the schema proves
    #[arg(value_name = "REV", allow_negative_numbers = true)]
    revisions: Vec<String>,
    /// Show what would be written, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Do not ask
    #[arg(short, long, conflicts_with = "dry_run")]
    yes: bool,
    /// Print the statements, to paste into a database shell, and write nothing; with REV also without a database
    #[arg(long, conflicts_with_all = ["dry_run", "yes"])]
    sql: bool,
    /// Write REV although the schema speaks against it
    #[arg(long, requires = "revisions")]
    force: bool,
}

impl Arguments {
    /// The command for the same revisions, with `flags`.
    fn command(&self, flags: &str) -> String {
        let force = if self.force { "--force " } else { "" };
        let revisions: String = self.revisions.iter().map(|revision| format!("{revision} ")).collect();
        format!("levelhead fix {revisions}{force}{flags}")
    }
}

/// Shows what is to be written, asks, writes it under the lock, reads it back and shows that.
pub async fn fix(config: &Config, arguments: &Arguments) -> Result<(), Error> {
    let files = Files::read(config)?;
    if arguments.sql {
        return print(&statements(config, &files, arguments).await?);
    }
    let url = config.database_url()?;
    let database = open(config, &url, &Liveness::new(None)).await?;
    let repair = Repair::find(config, &files, &database, arguments).await;
    database.close().await;
    let repair = repair?;
    print(&format!("{:<10}{url}\n{}", "database", repair.in_words()))?;
    if !repair.plan.writes() || arguments.dry_run {
        return Ok(());
    }
    if !arguments.yes && !confirmed(arguments)? {
        return Err(Error::NotConfirmed { sql: arguments.command("--sql") });
    }
    let database = open(config, &url, &Liveness::new(None)).await?;
    let Some(guard) = wait_for_the_lock(config, database, async |_| Ok(false)).await? else { return Ok(()) };
    let fixed = fix_under_the_lock(config, &url, &files, arguments, &repair).await;
    guard.release().await;
    print(&fixed?)
}

/// The statements to paste. For revisions that a person names no database has to be there.
async fn statements(config: &Config, files: &Files, arguments: &Arguments) -> Result<String, Error> {
    if arguments.revisions.is_empty() {
        let database = open(config, &config.database_url()?, &Liveness::new(None)).await?;
        return looked_up(config, files, &database, arguments).await;
    }
    let (url, why) = match config.database_url() {
        Ok(url) => match at_once(config, &url).await {
            Ok(database) => return looked_up(config, files, &database, arguments).await,
            Err(error) => (Some(url), Some(error.to_string())),
        },
        Err(ConfigError::NoDatabaseUrl { .. }) => (None, None),
        Err(error) => return Err(error.into()),
    };
    script::offline(config, files, &arguments.revisions, url.as_ref(), why.as_deref())
}

/// One attempt: who wants the statements waits for them.
async fn at_once(config: &Config, url: &DatabaseUrl) -> Result<Database, DatabaseError> {
    let wait = Wait { overall: Duration::ZERO, ..config.wait.clone() };
    Database::open(url, &wait, &mut |_| {}).await
}

async fn looked_up(
    config: &Config,
    files: &Files,
    database: &Database,
    arguments: &Arguments,
) -> Result<String, Error> {
    let repair = Repair::find(config, files, database, arguments).await?;
    script::of(config, files, database.dialect(), &repair)
}

/// Writes what `policy` allows of what is proven, and asks nobody.
pub(super) async fn carry_out(config: &Config, files: &Files, url: &DatabaseUrl, policy: Policy) -> Result<(), Error> {
    let database = open(config, url, &Liveness::new(None)).await?;
    let Some(guard) = wait_for_the_lock(config, database, async |_| Ok(false)).await? else { return Ok(()) };
    let written = async {
        let database = open(config, url, &Liveness::new(None)).await?;
        let look = Look::at(files, &database, &files.goal(config)?, policy, Depth::Schema).await?;
        let plan = look.plan?;
        if plan.writes() {
            write(config, files, &database, &look.rows, (Action::Fix, &look.findings), &plan).await?;
        }
        database.close().await;
        Ok(())
    };
    let written = written.await;
    guard.release().await;
    written
}

async fn fix_under_the_lock(
    config: &Config,
    url: &DatabaseUrl,
    files: &Files,
    arguments: &Arguments,
    shown: &Repair,
) -> Result<String, Error> {
    let database = open(config, url, &Liveness::new(None)).await?;
    let repair = Repair::find(config, files, &database, arguments).await?;
    // What was agreed to is what is written, and nothing else.
    if repair.plan != shown.plan || repair.look.rows != shown.look.rows {
        return Err(Error::ChangedMeanwhile);
    }
    write(config, files, &database, &repair.look.rows, (Action::Fix, &repair.look.findings), &repair.plan).await?;
    let rows = database.version_rows(files.version_table()?).await?;
    database.close().await;
    let pending = files.goal(config)?.pending(&files.graph, rows.revisions()).len();
    let then = match pending {
        // An upgrade from rows that the schema speaks against would meet what is there, or miss what is not.
        _ if repair.doubt.is_some() => "levelhead check: the schema speaks against these rows".to_owned(),
        0 => "nothing is pending".to_owned(),
        count => format!("{count} pending: levelhead run"),
    };
    Ok(format!("now       {}\nthen      {then}\n", list(rows.revisions())))
}

fn confirmed(arguments: &Arguments) -> Result<bool, Error> {
    if !stdin().is_terminal() {
        return Err(Error::NobodyToAsk { command: arguments.command("--yes") });
    }
    let answer = ask("write this? [y/N]")?.unwrap_or_default().to_lowercase();
    Ok(matches!(answer.as_str(), "y" | "yes"))
}
