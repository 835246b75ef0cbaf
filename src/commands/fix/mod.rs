//! `fix`: the emergency repair of the version rows, by the evidence or by a person's word.

mod repair;
mod script;

use std::io::{IsTerminal, stdin};

use clap::Args;

use super::files::Files;
use super::look::{Depth, Look};
use super::output::print;
use super::prompt::ask;
use super::session::Session;
use super::write::{Decision, write};
use crate::config::ConfigError;
use crate::error::Error;
use crate::reconcile::list;
use database::Database;
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
pub async fn fix(session: &Session, arguments: &Arguments) -> Result<(), Error> {
    let files = session.files()?;
    if arguments.sql {
        return print(&statements(session, &files, arguments).await?);
    }
    let url = session.url()?;
    let database = session.open().await?;
    let repair = Repair::find(session, &files, &database, arguments).await;
    database.close().await;
    let repair = repair?;
    print(&format!("{:<10}{url}\n{}", "database", repair.in_words()))?;
    if !repair.plan.writes() || arguments.dry_run {
        return Ok(());
    }
    if !arguments.yes && !confirmed(arguments)? {
        return Err(Error::NotConfirmed { sql: arguments.command("--sql") });
    }
    let database = session.open().await?;
    print(&session.under_the_lock(database, write_what_was_shown(session, &files, arguments, &repair)).await?)
}

/// The statements to paste. For revisions that a person names no database has to be there.
async fn statements(session: &Session, files: &Files, arguments: &Arguments) -> Result<String, Error> {
    let config = &session.config;
    if arguments.revisions.is_empty() {
        return looked_up(session, files, &session.open().await?, arguments).await;
    }
    let (url, why) = match session.url() {
        // One attempt: who wants the statements waits for them.
        Ok(url) => match session.open_at_once().await {
            Ok(database) => return looked_up(session, files, &database, arguments).await,
            Err(error) => (Some(url), Some(error.to_string())),
        },
        Err(ConfigError::NoDatabaseUrl { .. }) => (None, None),
        Err(error) => return Err(error.into()),
    };
    script::offline(config, files, &arguments.revisions, url, why.as_deref())
}

async fn looked_up(
    session: &Session,
    files: &Files,
    database: &Database,
    arguments: &Arguments,
) -> Result<String, Error> {
    let repair = Repair::find(session, files, database, arguments).await?;
    script::of(&session.config, files, database.dialect(), &repair)
}

/// Writes what the configuration allows `run` of what is proven, and asks nobody.
pub(super) async fn carry_out(session: &Session, files: &Files) -> Result<(), Error> {
    let database = session.open().await?;
    let work = async {
        let database = session.open().await?;
        let look = session.look(files, &database, &files.goal(&session.config)?, Depth::Schema).await?;
        let Look { rows, findings, plan, .. } = look;
        let plan = plan?;
        if plan.writes() {
            let decision = Decision { rows: &rows, plan: &plan, action: Action::Fix, findings: &findings };
            write(session, files, &database, &decision).await?;
        }
        database.close().await;
        Ok(())
    };
    session.under_the_lock(database, work).await
}

async fn write_what_was_shown(
    session: &Session,
    files: &Files,
    arguments: &Arguments,
    shown: &Repair,
) -> Result<String, Error> {
    let database = session.open().await?;
    let repair = Repair::find(session, files, &database, arguments).await?;
    // What was agreed to is what is written, and nothing else.
    if repair.plan != shown.plan || repair.look.rows != shown.look.rows {
        return Err(Error::ChangedMeanwhile);
    }
    write(session, files, &database, &repair.decision(&repair.look.findings)).await?;
    let rows = database.version_rows(files.version_table()?).await?;
    database.close().await;
    let pending = files.goal(&session.config)?.pending(&files.graph, rows.revisions()).len();
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
