//! One look at a database: everything that the findings rest on, and what follows from them.

use super::evidence::History;
use super::files::Files;
use crate::config::{Config, Reaction, Repair};
use crate::database::{Database, VersionRows};
use crate::error::Error;
use crate::reconcile::{Finding, Goal, Plan, Policy, State, diagnose, plan};

/// How closely to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Depth {
    /// At the rows, and at the tables where there are none.
    Rows,
    /// At the schema, too, where the rows do not tell where the database is.
    InDoubt,
    /// At the schema, too.
    Schema,
}

/// What was seen.
pub(super) struct Look {
    pub(super) rows: VersionRows,
    /// Worst first.
    pub(super) findings: Vec<Finding>,
    /// What `run` would do about them; or the finding that stands in the way.
    pub(super) plan: Result<Plan, Finding>,
}

impl Look {
    /// Reads the rows, and what else `depth` asks for.
    pub(super) async fn at(
        config: &Config,
        files: &Files,
        database: &Database,
        goal: &Goal,
        depth: Depth,
    ) -> Result<Self, Error> {
        let rows = database.version_rows(files.version_table()?).await?;
        files.refuse_a_second_table(database, &rows).await?;
        let tables =
            if rows.revisions().is_empty() { database.tables(files.version_table()?).await? } else { Vec::new() };
        let mut state = State::of_rows(rows, tables);
        let mut findings = diagnose(&files.graph, goal, &state);
        let in_doubt = || findings.iter().any(|finding| finding.severity() == crate::reconcile::Severity::Stop);
        if depth == Depth::Schema || depth == Depth::InDoubt && in_doubt() {
            let (history, schema) = History::look(files, database, state.rows.revisions()).await?;
            state.evidence = Some(history.weigh(&schema));
            findings = diagnose(&files.graph, goal, &state);
        }
        let policy = Policy {
            repair: config.repair == Repair::Proven,
            move_back: false,
            start_ahead: config.on_ahead == Reaction::Start,
        };
        let plan = plan(&files.graph, goal, state.rows.revisions(), &findings, policy);
        Ok(Self { rows: state.rows, findings, plan })
    }

    /// The finding that says where the database is.
    pub(super) fn position(&self) -> &Finding {
        self.findings.iter().find(|finding| finding.is_position()).unwrap_or(&self.findings[0])
    }
}
