//! A remedy from its preview to its entry in the ledger.

use std::io::{IsTerminal, stdin};

use tracing::info;

use crate::commands::files::Files;
use crate::commands::output::print;
use crate::commands::prompt::ask;
use crate::commands::session::Session;
use crate::commands::write::{is_recorded, note};
use crate::error::Error;
use crate::help::Command;
use crate::prose::{counted, paragraph};
use crate::reconcile::list;
use ::cure::is_apart;
use database::{Contents, Cure, Database};
use schema::{Dialect, Schema};
use version_table::ledger::{Action, Note};
use version_table::{Change, RowChange, Rows, VersionRows};

/// What is to be done.
pub(in crate::commands) struct Remedy {
    /// What it is, in one line.
    pub(super) headline: String,
    /// What has been found, a line each.
    pub(super) facts: Vec<String>,
    /// Each statement with where it comes from.
    pub(super) statements: Vec<(String, String)>,
    /// The rows that it rests on.
    pub(super) rows: VersionRows,
    /// What becomes of them.
    pub(super) changes: Vec<RowChange>,
    /// What the ledger calls it.
    pub(super) action: Action,
    /// The finding that it is for.
    pub(super) finding: Option<&'static str>,
    /// What is to be known about it.
    pub(super) notes: Vec<String>,
    /// The schema that it was found on.
    pub(super) live: Schema,
    /// Why a schema is not what it has to lead to.
    pub(super) departs: Departs,
    /// What a start does not do unasked, and why.
    pub(super) doubt: Option<String>,
    /// Whether it takes something away.
    pub(super) takes_away: bool,
}

/// Why a schema is not what it has to be, or nothing.
pub(super) type Departs = Box<dyn Fn(&Schema) -> Option<String>>;

/// How a person has asked for it.
#[derive(Debug, Clone)]
pub(in crate::commands) struct Asked {
    pub(in crate::commands) dry_run: bool,
    pub(in crate::commands) yes: bool,
    pub(in crate::commands) sql: bool,
    /// The command without these flags.
    pub(in crate::commands) command: Command,
}

impl Remedy {
    fn is_empty(&self) -> bool {
        self.statements.is_empty() && self.changes.is_empty()
    }

    fn sql(&self) -> Vec<&String> {
        self.statements.iter().map(|(_, sql)| sql).collect()
    }

    fn in_words(&self) -> String {
        let mut text = String::new();
        let indent = " ".repeat(10);
        let mut line = |name: &str, value: &str| text += &paragraph(value, &format!("{name:<10}"), &indent);
        line("cure", &self.headline);
        self.facts.iter().for_each(|fact| line("", fact));
        for change in &self.changes {
            line("revision", &change.to_string());
        }
        self.notes.iter().for_each(|note| line("note", note));
        if self.is_empty() {
            line("", "nothing to do");
        }
        text + &self.script()
    }

    /// The statements, each under where it comes from.
    fn script(&self) -> String {
        let mut text = String::new();
        let mut last = "";
        for (from, sql) in &self.statements {
            if from != last {
                text += &format!("-- {from}\n");
            }
            last = from;
            text += &format!("{sql};\n");
        }
        text
    }

    /// What a database shell takes: one transaction, with what cannot be in one before and after it.
    fn as_pasted(&self, files: &Files, dialect: Dialect) -> Result<String, Error> {
        let rows = Rows::Changed(self.changes.clone());
        let expected = self.rows.revisions().to_vec();
        let change = Change { expected, widen: None, rows, note: None };
        let exists = self.rows != VersionRows::NoTable;
        let table = files.version_table()?;
        let mut own = database::statements::script(dialect, table, &change, exists || self.changes.is_empty());
        let (begin, end) = (own.remove(0), own.pop().unwrap_or_default());
        let mut text = String::new();
        for note in &self.notes {
            text += &format!("-- {note}\n");
        }
        if dialect == Dialect::Sqlite {
            text += "PRAGMA foreign_keys = OFF;\n";
        }
        let rest = if self.changes.is_empty() { Vec::new() } else { own };
        let statements = self.statements.iter().map(|(_, sql)| sql.clone()).chain(rest);
        let mut is_open = false;
        for sql in statements {
            let is_apart = is_apart(&sql);
            if is_open == is_apart {
                text += &format!("{};\n", if is_apart { &end } else { &begin });
            }
            is_open = !is_apart;
            text += &format!("{sql};\n");
        }
        Ok(if is_open { format!("{text}{end};\n") } else { text })
    }
}

/// Shows what `find` finds, asks, finds it once more under the lock and carries it out.
pub(in crate::commands) async fn cure(
    session: &Session,
    files: &Files,
    asked: &Asked,
    find: impl AsyncFn(&Database) -> Result<Remedy, Error>,
) -> Result<(), Error> {
    let database = session.open().await?;
    let dialect = database.dialect();
    let shown = find(&database).await;
    let shown = match shown {
        Ok(shown) => shown,
        Err(error) => {
            database.close().await;
            return Err(error);
        }
    };
    let losses = losses(&database, &shown).await?;
    database.close().await;
    if asked.sql {
        return print(&shown.as_pasted(files, dialect)?);
    }
    print(&format!("{:<10}{}\n{}{losses}", "database", session.url()?, shown.in_words()))?;
    if shown.is_empty() || asked.dry_run {
        return Ok(());
    }
    if !asked.yes && !confirmed(asked)? {
        return Err(Error::NotConfirmed { sql: asked.command.clone().with("--sql") });
    }
    let guard = session.open().await?;
    let work = async {
        let database = session.open().await?;
        let found = find(&database).await?;
        // What was agreed to is what is done, and nothing else.
        if found.rows != shown.rows || found.changes != shown.changes || found.sql() != shown.sql() {
            return Err(Error::ChangedMeanwhile);
        }
        carry_out(session, files, &database, &found).await?;
        let rows = files.rows(&database).await?;
        database.close().await;
        Ok(rows)
    };
    let rows = session.under_the_lock(guard, work).await?;
    print(&format!("{:<10}{}\n{:<10}levelhead check\n", "now", list(rows.revisions()), "then"))
}

/// Runs it: what can be in one transaction in one, with the rows; what cannot, apart, where its turn is.
pub(super) async fn carry_out(
    session: &Session,
    files: &Files,
    database: &Database,
    remedy: &Remedy,
) -> Result<(), Error> {
    let table = files.version_table()?;
    let expected = remedy.rows.revisions().to_vec();
    let all: Vec<String> = remedy.statements.iter().map(|(_, sql)| sql.clone()).collect();
    let mut live = remedy.live.clone();
    let mut rest = all.as_slice();
    while let Some(at) = rest.iter().position(|sql| is_apart(sql)) {
        let (before, after) = rest.split_at(at);
        if !before.is_empty() {
            let change =
                Change { expected: expected.clone(), widen: None, rows: Rows::Changed(Vec::new()), note: None };
            let cure = Cure { statements: before, seen: &live, departs: &|_| None };
            let _ = database.cure(table, &change, &cure).await?;
        }
        info!("{}", after[0]);
        database.run_apart(&after[0]).await?;
        live = database.schema(table).await?;
        rest = &after[1..];
    }
    let note = note(&session.config, remedy.action).map(|note| Note {
        finding: remedy.finding.map(str::to_owned),
        evidence: all.clone(),
        ..note
    });
    let change = Change { expected, widen: None, rows: Rows::Changed(remedy.changes.clone()), note };
    let cure = Cure { statements: rest, seen: &live, departs: &*remedy.departs };
    let recorded = database.cure(table, &change, &cure).await?;
    info!("{}: done, {}", remedy.headline, counted(all.len(), "statement"));
    for change in &remedy.changes {
        info!("{table}: {change}");
    }
    if is_recorded(&recorded) && !remedy.changes.is_empty() {
        info!("to put the row back, and the row alone: levelhead undo");
    }
    Ok(())
}

/// The rows of the tables that it drops.
async fn losses(database: &Database, remedy: &Remedy) -> Result<String, Error> {
    let dropped: Vec<&str> = remedy.statements.iter().filter_map(|(_, sql)| sql.strip_prefix("DROP TABLE ")).collect();
    if dropped.is_empty() {
        return Ok(String::new());
    }
    let contents = database.contents().await?;
    let bare = |name: &str| name.rsplit('.').next().unwrap_or(name).trim_matches('"').to_owned();
    let mut text = String::new();
    for table in dropped {
        let count = contents.tables.iter().find(|(name, _)| bare(name) == bare(table)).and_then(|(_, count)| *count);
        let rows = match count {
            Some(count) if count > Contents::COUNTED => format!("more than {} rows", Contents::COUNTED),
            Some(count) => counted(count, "row"),
            None => "an unknown number of rows".to_owned(),
        };
        text += &format!("{:<10}{table} with {rows}\n", "loses");
    }
    Ok(text)
}

fn confirmed(asked: &Asked) -> Result<bool, Error> {
    if !stdin().is_terminal() {
        return Err(Error::NobodyToAsk { command: asked.command.clone().with("--yes") });
    }
    let answer = ask("do this? [y/N]")?.unwrap_or_default().to_lowercase();
    Ok(matches!(answer.as_str(), "y" | "yes"))
}
