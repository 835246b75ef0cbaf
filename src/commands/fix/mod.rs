//! `fix`: the emergency repair of the version rows, by the evidence or by a person's word.

mod repair;
mod script;

use std::io::{IsTerminal, stdin};

use clap::Args;

use super::cure::{Asked, Way, cure, is_small, of_leftovers_and_indexes, of_revision, of_schema};
use super::files::Files;
use super::look::{Depth, Look};
use super::output::print;
use super::prompt::ask;
use super::session::Session;
use super::write::{Decision, write};
use crate::config::ConfigError;
use crate::error::Error;
use crate::help::Command;
use crate::reconcile::{Policy, list};
use ::cure::Data;
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
    /// Run what is missing of a revision that stopped halfway, and make it current
    #[arg(long, value_name = "REV", conflicts_with = "revisions")]
    finish: Option<String>,
    /// Undo what is there of a revision that stopped halfway: what it made is dropped
    #[arg(long, value_name = "REV", conflicts_with_all = ["revisions", "finish"])]
    take_back: Option<String>,
    /// With --finish or --take-back: what the revision does to rows has been done
    #[arg(long)]
    data_done: bool,
    /// With --finish or --take-back: what the revision does to rows has not been done
    #[arg(long, conflicts_with = "data_done")]
    data_todo: bool,
    /// Put right what `diff` shows; nothing is dropped, and no type changed
    #[arg(long, conflicts_with_all = ["revisions", "finish", "take_back"])]
    schema: bool,
    /// With --schema: also drop what no migration makes, and change types
    #[arg(long, requires = "schema")]
    with_drops: bool,
}

impl Arguments {
    /// The command for the same revisions, with `flag`.
    fn command(&self, flag: &str) -> Command {
        let force = self.force.then_some("--force");
        Command::levelhead("fix").with_all(&self.revisions).with_all(force).with(flag)
    }

    /// The same command as it was asked for, for a cure.
    fn asked(&self) -> Asked {
        let mut command = Command::levelhead("fix");
        for (flag, value) in [("--finish", &self.finish), ("--take-back", &self.take_back)] {
            command = value.iter().fold(command, |command, value| command.with(flag).with(value));
        }
        let flags = [
            (self.schema, "--schema"),
            (self.with_drops, "--with-drops"),
            (self.data_done, "--data-done"),
            (self.data_todo, "--data-todo"),
        ];
        for (_, flag) in flags.iter().filter(|(is_set, _)| *is_set) {
            command = command.with(flag);
        }
        Asked { dry_run: self.dry_run, yes: self.yes, sql: self.sql, command }
    }

    fn data(&self) -> Data {
        match (self.data_done, self.data_todo) {
            (true, _) => Data::Done,
            (_, true) => Data::ToDo,
            _ => Data::Unsaid,
        }
    }
}

/// Shows what is to be written, asks, writes it under the lock, reads it back and shows that.
pub async fn fix(session: &Session, arguments: &Arguments) -> Result<(), Error> {
    let files = session.files()?;
    if let Some((symbol, way)) = way(arguments) {
        let find =
            async |database: &Database| of_revision(session, &files, database, (symbol, way, arguments.data())).await;
        return cure(session, &files, &arguments.asked(), find).await;
    }
    if arguments.schema {
        let find = async |database: &Database| of_schema(session, &files, database, arguments.with_drops).await;
        return cure(session, &files, &arguments.asked(), find).await;
    }
    if arguments.revisions.is_empty() && left_something(session, &files).await? {
        let find = async |database: &Database| {
            let look = session
                .look_closely_as(&files, database, &files.goal(&session.config)?, Policy::ASKED_FOR, Depth::Schema)
                .await?;
            of_leftovers_and_indexes(&files, database, &look).await
        };
        return cure(session, &files, &arguments.asked(), find).await;
    }
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

/// The revision that is to be finished or taken back.
fn way(arguments: &Arguments) -> Option<(&str, Way)> {
    let finish = arguments.finish.as_deref().map(|symbol| (symbol, Way::Finish));
    finish.or_else(|| arguments.take_back.as_deref().map(|symbol| (symbol, Way::TakeBack)))
}

/// Whether a failed upgrade has left a table or an index that comes before everything else.
async fn left_something(session: &Session, files: &Files) -> Result<bool, Error> {
    let database = session.open().await?;
    let goal = files.goal(&session.config)?;
    let look = session.look_closely_as(files, &database, &goal, Policy::ASKED_FOR, Depth::Schema).await;
    database.close().await;
    let look = look?;
    Ok(look.findings.iter().any(is_small) && look.plan.as_ref().map_or(true, |plan| !plan.writes()))
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
