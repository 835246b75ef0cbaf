//! The version table and the schema, held against the migrations.

use std::collections::BTreeSet;

use super::failed;
use crate::commands::evidence::compare;
use crate::commands::files::Files;
use crate::commands::look::{Depth, Look};
use crate::commands::session::Session;
use crate::error::Error;
use crate::help::{Advice, Help};
use crate::reconcile::{Finding, Severity, list};
use crate::report::Check;
use database::Database;
use database::url::DatabaseUrl;
use version_table::{TableFacts, VersionRows};

/// What was seen of the database.
pub(super) struct State {
    look: Look,
    pub(super) facts: TableFacts,
    /// What an upgrade from here would apply.
    pub(super) pending: Vec<String>,
    /// The tables that the pending revisions change, as facts name them.
    pub(super) changed_tables: BTreeSet<String>,
}

impl State {
    pub(super) async fn of(session: &Session, files: &Files, database: &Database) -> Result<Self, Check> {
        Self::look(session, files, database).await.map_err(|error| failed("version-table", &error))
    }

    async fn look(session: &Session, files: &Files, database: &Database) -> Result<Self, Error> {
        let goal = files.goal(&session.config)?;
        let look = session.look_closely(files, database, &goal, Depth::Schema).await?;
        let facts = database.table_facts(files.version_table()?).await?;
        let pending = goal.pending(&files.graph, look.rows.revisions());
        let compared = compare(files, database, look.rows.revisions()).await?;
        let changes = compared.ids.iter().zip(&compared.effects).filter(|(id, _)| pending.contains(id));
        let tables = changes.flat_map(|(_, effects)| &effects.changes).filter_map(|(subject, _)| subject.table());
        let changed_tables =
            tables.filter(|table| compared.schema.tables.contains_key(*table)).map(str::to_owned).collect();
        Ok(Self { look, facts, pending, changed_tables })
    }

    /// The rows, then a line for each finding.
    pub(super) fn checks(&self) -> Vec<Check> {
        let rows = match &self.look.rows {
            VersionRows::NoTable => "there is no version table".to_owned(),
            VersionRows::Rows(rows) => format!("the version table holds {}", list(rows)),
        };
        let mut checks = vec![Check::pass("version-table", rows)];
        // Where the database is comes first, then what else was found, worst first.
        let position = self.look.position();
        checks.push(of(position));
        checks.extend(self.look.findings.iter().filter(|finding| *finding != position).map(of));
        checks
    }
}

/// What is found in a further database, which the same upgrade serves. What is said of the files is said already.
pub(super) async fn of_further(session: &Session, files: &Files, name: &str, url: &DatabaseUrl) -> Vec<Check> {
    let look = async {
        let database = session.open_at(url).await?;
        let goal = files.goal(&session.config)?;
        let look = session.look_closely(files, &database, &goal, Depth::Schema).await;
        database.close().await;
        look
    };
    let own = |finding: &&Finding| !matches!(finding, Finding::MultipleHeads { .. });
    let checks: Vec<Check> = match look.await {
        Ok(look) => look.findings.iter().filter(own).map(of).collect(),
        Err(error) => vec![failed("version-table", &error)],
    };
    checks.into_iter().map(|check| in_database(check, name)).collect()
}

/// A check of a further database: what is done about it is done with its URL as DATABASE_URL.
fn in_database(check: Check, name: &str) -> Check {
    let elsewhere = |help: Advice| help.only_where(format!("with the URL of {name} as DATABASE_URL"));
    Check { text: format!("{name}: {}", check.text), help: check.help.map(elsewhere), ..check }
}

/// A finding as a check, named by its code.
fn of(finding: &Finding) -> Check {
    let (name, text) = (finding.code(), finding.to_string());
    match finding.severity() {
        Severity::Fine => Check::pass(name, text),
        Severity::Pending => Check {
            help: Some(finding.help().unless("verify", "correct DATABASE_URL if it names another database")),
            ..Check::pass(name, text)
        },
        Severity::Warning | Severity::Repair => Check::warn(
            name,
            text,
            finding.help().unless("verify", "correct DATABASE_URL if it names another database"),
        ),
        Severity::Stop => Check::fail(
            name,
            text,
            finding.help().unless("verify", "correct DATABASE_URL if it names another database"),
        ),
    }
}
