//! `fix`: the emergency repair of the version rows, by the evidence or by a person's word.

use std::io::{IsTerminal, stdin};

use clap::Args;

use super::files::{Files, open};
use super::lock::wait_for_the_lock;
use super::look::{Depth, Look};
use super::output::print;
use super::write::{change, write};
use crate::config::{Config, ConfigError};
use crate::database::statements::script;
use crate::database::url::DatabaseUrl;
use crate::database::{Database, VersionRows};
use crate::error::Error;
use crate::ledger::Action;
use crate::process::liveness::Liveness;
use crate::prose::paragraph;
use crate::reconcile::{Goal, Plan, Policy, list, row_changes, table_problems};
use crate::schema::Dialect;

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

/// Shows what is to be written, asks, writes it under the lock, reads it back and shows that.
pub async fn fix(config: &Config, arguments: &Arguments) -> Result<(), Error> {
    let files = Files::read(config)?;
    if arguments.sql && !arguments.revisions.is_empty() && is_offline(config) {
        return offline(config, &files, arguments);
    }
    let url = config.database_url()?;
    let database = open(config, &url, &Liveness::new(None)).await?;
    let repair = Repair::find(config, &files, &database, arguments).await;
    let dialect = database.dialect();
    database.close().await;
    let repair = repair?;
    if arguments.sql {
        return print(&repair.sql(config, &files, dialect)?);
    }
    print(&repair.in_words())?;
    if !repair.plan.writes() || arguments.dry_run {
        return Ok(());
    }
    if !arguments.yes && !confirmed()? {
        return Err(Error::NotConfirmed);
    }
    let database = open(config, &url, &Liveness::new(None)).await?;
    let Some(guard) = wait_for_the_lock(config, database, async |_| Ok(false)).await? else { return Ok(()) };
    let fixed = fix_under_the_lock(config, &url, &files, arguments, &repair).await;
    guard.release().await;
    print(&fixed?)
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
            write(config, files, &database, &look.rows, (Action::Repair, &look.findings), &plan).await?;
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
        0 => "nothing is pending".to_owned(),
        count => format!("{count} pending: stillhead run"),
    };
    Ok(format!("now       {}\nthen      {then}\n", list(rows.revisions())))
}

/// What is to be written, and what it rests on.
struct Repair {
    look: Look,
    plan: Plan,
    /// Why the schema speaks against it.
    doubt: Option<String>,
}

impl Repair {
    async fn find(config: &Config, files: &Files, database: &Database, arguments: &Arguments) -> Result<Self, Error> {
        let goal = files.goal(config)?;
        let mut look = Look::at(files, database, &goal, Policy::ASKED_FOR, Depth::Schema).await?;
        if arguments.revisions.is_empty() {
            let plan = std::mem::replace(&mut look.plan, Ok(Plan::default()))?;
            return Ok(Self { look, plan, doubt: None });
        }
        let wanted = wanted(files, &arguments.revisions)?;
        let table = files.version_table()?;
        let rows = look.rows.revisions();
        let plan = Plan { changes: row_changes(rows, &wanted), ..Plan::default() };
        let problems = table_problems(&files.graph, &database.table_facts(table).await?, rows, &plan);
        let plan = plan.past(&problems, Policy::ASKED_FOR)?;
        let doubt = look.evidence.as_ref().and_then(|evidence| evidence.doubt(&files.graph, &wanted));
        match doubt {
            Some(doubt) if !arguments.force && !arguments.dry_run && !arguments.sql => {
                Err(Error::EvidenceDisagrees { wanted: list(&wanted), doubt, first: arguments.revisions[0].clone() })
            }
            doubt => Ok(Self { look, plan, doubt }),
        }
    }

    fn in_words(&self) -> String {
        let mut text = String::new();
        let mut line = |name: &str, value: &str| text += &paragraph(value, &format!("{name:<10}"), &" ".repeat(10));
        line(
            "rows",
            &match &self.look.rows {
                VersionRows::NoTable => "no version table".to_owned(),
                VersionRows::Rows(rows) => list(rows),
            },
        );
        for finding in &self.look.findings {
            line("finding", &format!("{}: {finding}", finding.code()));
        }
        if let Some(doubt) = &self.doubt {
            line("WARNING", &format!("the schema speaks against this: {doubt}"));
        }
        let writes = Plan { upgrade: None, ..self.plan.clone() };
        line("repair", &if writes.is_empty() { "nothing to write".to_owned() } else { writes.to_string() });
        text
    }

    fn sql(&self, config: &Config, files: &Files, dialect: Dialect) -> Result<String, Error> {
        if !self.plan.writes() {
            return Ok("-- nothing to write\n".to_owned());
        }
        let mut text = String::new();
        for finding in &self.look.findings {
            text += &paragraph(&format!("{}: {finding}", finding.code()), "-- ", "-- ");
        }
        if let Some(doubt) = &self.doubt {
            text += &paragraph(&format!("WARNING: the schema speaks against this: {doubt}"), "-- ", "-- ");
        }
        let exists = self.look.rows != VersionRows::NoTable;
        let change = change(config, &self.look.rows, (Action::Fix, &[]), &self.plan);
        text += &commented(script(dialect, files.version_table()?, &change, exists));
        Ok(text)
    }
}

/// The revisions that symbols stand for; `base` is none.
fn wanted(files: &Files, symbols: &[String]) -> Result<Vec<String>, Error> {
    let mut wanted = Vec::new();
    for symbol in symbols {
        wanted.extend(files.graph.resolve(symbol)?.into_iter().map(|node| node.revision.id.clone()));
    }
    wanted.sort_unstable();
    wanted.dedup();
    Ok(wanted)
}

fn is_offline(config: &Config) -> bool {
    matches!(config.database_url(), Err(ConfigError::NoDatabaseUrl { .. }))
}

/// Without a database: whatever the rows are, these will be.
fn offline(config: &Config, files: &Files, arguments: &Arguments) -> Result<(), Error> {
    let wanted = wanted(files, &arguments.revisions)?;
    let goal = Goal::heads(&files.graph);
    let table = files.version_table()?;
    let name = table.quoted();
    let plan = Plan { changes: row_changes(&[], &wanted), ..Plan::default() };
    let change = change(config, &VersionRows::NoTable, (Action::Fix, &[]), &plan);
    let mut statements = script(Dialect::PostgreSql, table, &change, false);
    let first_row = statements.iter().position(|line| line.starts_with("INSERT")).unwrap_or(statements.len() - 1);
    statements.insert(first_row, format!("DELETE FROM {name}"));
    let pending = goal.pending(&files.graph, &wanted).len();
    let heading =
        format!("-- written without a database: nothing was compared; {pending} revisions pending afterwards\n");
    print(&(heading + &commented(statements)))
}

fn commented(statements: Vec<String>) -> String {
    let comment = |statement: &str| match statement.split_whitespace().next().unwrap_or_default() {
        "BEGIN" => "all of it, or nothing",
        "CREATE" => "the version table, as Alembic makes it",
        "LOCK" => "nobody else writes to it meanwhile",
        "ALTER" => "room for the longest revision id",
        "INSERT" => "a revision that the schema is at",
        "UPDATE" => "the revision that the schema is at, in place of the one that is there",
        "DELETE" => "a row that is wrong",
        _ => "done",
    };
    statements.iter().map(|statement| format!("-- {}\n{statement};\n", comment(statement))).collect()
}

fn confirmed() -> Result<bool, Error> {
    if !stdin().is_terminal() {
        return Err(Error::NobodyToAsk);
    }
    let answer = dialoguer::Confirm::new().with_prompt("write this?").default(false).interact_opt();
    answer.map(|answer| answer == Some(true)).map_err(|dialoguer::Error::IO(error)| Error::Input(error))
}
