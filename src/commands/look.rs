//! One look at a database: everything that the findings rest on, and what follows from them.

use std::cmp::Reverse;

use tracing::debug;

use super::evidence::compare_with;
use super::files::Files;
use super::render::Answer;
use super::session::Session;
use super::traces::traces;
use crate::config::{Config, Reaction, Repair};
use crate::error::Error;
use crate::reconcile::{
    Comparison, Evidence, Finding, Goal, Obstacle, Plan, Policy, Severity, State, diagnose, plan, table_problems,
};
use database::Database;
use schema::Schema;
use schema::evidence::Verdict;
use version_table::{VersionRows, ledger};

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
    /// What the schema says, where it was looked at.
    pub(super) evidence: Option<Evidence>,
    /// The schema itself, where it was looked at.
    pub(super) schema: Option<Schema>,
    /// Whether a release that knows the unknown rows is recorded to have gone through the heads of these files.
    pub(super) recorded_beyond: bool,
    /// What `run` would do about them; or the finding that stands in the way.
    pub(super) plan: Result<Plan, Box<Obstacle>>,
}

impl Look {
    /// Reads the rows, and what else `depth` asks for; the files together with what Alembic has rendered.
    async fn at(
        config: &Config,
        files: &Files,
        database: &Database,
        goal: &Goal,
        policy: Policy,
        depth: Depth,
        rendering: Option<&Answer>,
    ) -> Result<Self, Error> {
        let table = files.version_table()?;
        let rows = files.rows_of_the_only_table(database).await?;
        let tables = if rows.revisions().is_empty() { database.tables(table).await? } else { Vec::new() };
        let mut state = State { place: database.place(), ..State::of_rows(rows, tables) };
        // A head that is a row itself says nothing of a row beside it.
        let unknown = state.rows.revisions().iter().filter(|row| files.graph.get(row).is_none());
        let unknown: Vec<String> = unknown.cloned().collect();
        if !unknown.is_empty() {
            let reached = ledger::reached(&database.ledger().await?, &unknown);
            let heads = files.graph.real_heads();
            // No heads at all prove nothing.
            state.recorded_beyond = !heads.is_empty() && heads.into_iter().all(|head| reached.contains(head));
        }
        let mut findings = diagnose(&files.graph, goal, &state);
        let mut schema = None;
        let in_doubt = || findings.iter().any(|finding| finding.severity() == Severity::Stop);
        if depth == Depth::Schema || depth == Depth::InDoubt && in_doubt() {
            let comparison = compare_with(files, database, state.rows.revisions(), rendering).await?;
            schema = Some(comparison.schema.clone());
            state.evidence = Some(comparison.evidence());
            if !unknown.is_empty() {
                state.traces = traces(config, files, &unknown);
            }
            findings = diagnose(&files.graph, goal, &state);
        }
        let mut plan = plan(&files.graph, goal, state.rows.revisions(), &findings, policy);
        // Whoever looks at the rows alone changes nothing.
        if depth != Depth::Rows && plan.as_ref().is_ok_and(|plan| !plan.is_empty()) {
            let facts = database.table_facts(table).await?;
            plan = plan.and_then(|plan| {
                let problems = table_problems(&files.graph, &facts, state.rows.revisions(), &plan);
                findings.extend(problems.iter().cloned().map(Box::new).map(Finding::Table));
                findings.sort_by_key(|finding| Reverse(finding.severity()));
                plan.past(&problems, policy)
            });
        }
        let State { rows, evidence, recorded_beyond, .. } = state;
        Ok(Self { rows, findings, evidence, schema, recorded_beyond, plan })
    }

    /// Whether current revisions would be written, or a start stopped, because of what is read of the files alone.
    fn rests_on_the_reading(&self) -> bool {
        if self.evidence.is_none() {
            return false;
        }
        match &self.plan {
            Ok(plan) => !plan.changes.is_empty() && self.findings.iter().any(|finding| finding.proof().is_some()),
            Err(obstacle) => obstacle.finding.is_of_the_schema(),
        }
    }

    /// The finding that says where the database is.
    pub(super) fn position(&self) -> &Finding {
        self.findings.iter().find(|finding| finding.is_position()).unwrap_or(&self.findings[0])
    }
}

impl Session {
    /// Looks as `run` does: what the plan may do is what the configuration allows it.
    pub(super) async fn look(
        &self,
        files: &Files,
        database: &Database,
        goal: &Goal,
        depth: Depth,
    ) -> Result<Look, Error> {
        Look::at(&self.config, files, database, goal, policy(&self.config), depth, None).await
    }

    /// As [`Self::look`]; before anything is written or stopped because of what is read of the files, Alembic is asked what they
    /// do.
    pub(super) async fn look_closely(
        &self,
        files: &Files,
        database: &Database,
        goal: &Goal,
        depth: Depth,
    ) -> Result<Look, Error> {
        self.look_closely_as(files, database, goal, policy(&self.config), depth).await
    }

    /// As [`Self::look_closely`], where the plan may do what `policy` allows.
    pub(super) async fn look_closely_as(
        &self,
        files: &Files,
        database: &Database,
        goal: &Goal,
        policy: Policy,
        depth: Depth,
    ) -> Result<Look, Error> {
        let look = Look::at(&self.config, files, database, goal, policy, depth, None).await?;
        if !look.rests_on_the_reading() {
            return Ok(look);
        }
        match self.rendering(files, database.dialect()).await {
            rendering if rendering.is_any() => {
                Look::at(&self.config, files, database, goal, policy, depth, Some(rendering)).await
            }
            _ => Ok(look),
        }
    }

    /// Holds the files against the schema; together with what Alembic renders of them where the reading alone names no
    /// revision, or where `always` says so.
    pub(super) async fn compare(
        &self,
        files: &Files,
        database: &Database,
        rows: &[String],
        always: bool,
    ) -> Result<Comparison, Error> {
        if !always {
            let read = compare_with(files, database, rows, None).await?;
            if matches!(read.inference.verdict, Verdict::Exact(_) | Verdict::BeforeFirst) {
                return Ok(read);
            }
        }
        debug!("the files alone name no revision of this schema: asking Alembic, too");
        let rendering = self.rendering(files, database.dialect()).await;
        compare_with(files, database, rows, Some(rendering)).await
    }
}

/// What the configuration allows `run`.
fn policy(config: &Config) -> Policy {
    Policy { repair: config.repair != Repair::None, move_back: false, start_ahead: config.on_ahead == Reaction::Start }
}
