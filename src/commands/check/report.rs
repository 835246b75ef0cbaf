//! What `check` found, as a plain value: everything that it prints, in any format, comes from here.

use std::cmp::Reverse;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde_json::{Value, json};

use crate::commands::files::Files;
use crate::commands::look::Look;
use crate::commands::plan::Forecast;
use crate::findings::Kind;
use crate::help::{Advice, Help};
use crate::reconcile::{Compatible, Evidence, Finding, Goal, Obstacle, Plan, Severity};
use history::Problem;
use schema::evidence::Standing;
use version_table::VersionRows;

/// The whole report.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Report {
    /// The database; absent where only the files were looked at.
    pub(super) database: Option<DatabaseLine>,
    /// The files; absent where they form no graph.
    pub(super) files: Option<FilesLine>,
    /// The branch that they were looked at in a merge with.
    pub(super) against: Option<AgainstLine>,
    /// What this branch's new revisions would do, by the files alone.
    pub(super) foreseen: Option<Forecast>,
    /// The version rows; absent where nobody asked, `null` in the table's place.
    pub(super) rows: Option<Vec<String>>,
    /// Where the schema is, in one line.
    pub(super) schema: Option<String>,
    /// Worst first.
    pub(super) findings: Vec<Entry>,
    /// What `run` would do.
    pub(super) plan: Option<PlanLine>,
    /// Where the database is ahead: whether this release can work with it.
    pub(super) compatible: Option<CompatibleLine>,
}

/// Whether this release can work with a database that is ahead of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CompatibleLine {
    answer: Compatible,
    reasons: Vec<String>,
}

impl CompatibleLine {
    fn of(findings: &[Finding]) -> Option<Self> {
        findings.iter().find_map(|finding| match finding {
            Finding::Ahead(ahead) => Some(Self { answer: ahead.compatible(), reasons: ahead.reasons() }),
            _ => None,
        })
    }

    /// `true`, `false` or `"unknown"`.
    fn answer(&self) -> Value {
        match self.answer {
            Compatible::Yes => true.into(),
            Compatible::No => false.into(),
            Compatible::Unknown => "unknown".into(),
        }
    }
}

/// Which database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct DatabaseLine {
    /// Its URL without the password.
    pub(super) url: String,
    /// The server and its version.
    pub(super) server: String,
}

/// Which files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct FilesLine {
    pub(super) script_location: PathBuf,
    pub(super) revisions: usize,
    pub(super) heads: Vec<String>,
}

/// Another branch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct AgainstLine {
    /// As git calls it.
    pub(super) name: String,
    /// The commit that it leads to.
    pub(super) commit: String,
    /// The first line of that commit's message.
    pub(super) subject: String,
    /// How many files a merge would add, change or remove.
    pub(super) files: usize,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Entry {
    pub(super) code: &'static str,
    pub(super) severity: &'static str,
    pub(super) message: String,
    /// What it rests on, a line each.
    pub(super) facts: Vec<String>,
    /// What to do about it.
    pub(super) help: Advice,
    /// The file that it is about, where it is about one.
    pub(super) path: Option<PathBuf>,
    /// The line in it, counted from 1.
    pub(super) line: Option<usize>,
}

/// What `run` would do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(super) struct PlanLine {
    /// In this order.
    pub(super) steps: Vec<String>,
    /// Or why it would stop.
    pub(super) obstacle: Option<String>,
    /// Why it would stop if it looked at the schema, too: at head it does only with LEVELHEAD_VERIFY=always.
    pub(super) obstacle_if_verified: Option<String>,
}

impl Report {
    /// Of one look at the database, which is no closer than `run`'s only where that `verifies` at head, too.
    pub(super) fn of(files: &Files, goal: &Goal, database: DatabaseLine, look: &Look, verifies: bool) -> Self {
        let is_reached = goal.is_reached(&files.graph, look.rows.revisions());
        let rows = match &look.rows {
            VersionRows::NoTable => None,
            VersionRows::Rows(rows) => Some(rows.clone()),
        };
        Self {
            database: Some(database),
            files: Some(FilesLine::of(files)),
            against: None,
            foreseen: None,
            rows,
            schema: look.evidence.as_ref().map(|evidence| schema(evidence, files, look.rows.revisions())),
            findings: look.findings.iter().map(Entry::of).collect(),
            compatible: CompatibleLine::of(&look.findings),
            plan: Some(if is_reached { PlanLine::at_head(&look.plan, verifies) } else { PlanLine::of(&look.plan) }),
        }
    }

    /// Adds what was found in a further database, which the same upgrade serves. What is said of the files is said already.
    pub(super) fn add_further(&mut self, name: &str, look: &Look) {
        let own = |finding: &&Finding| !matches!(finding, Finding::MultipleHeads { .. });
        self.findings.extend(look.findings.iter().filter(own).map(|finding| Entry::of(finding).in_database(name)));
        let rank = |entry: &Entry| Severity::ALL.iter().position(|severity| severity.name() == entry.severity);
        self.findings.sort_by_key(|entry| Reverse(rank(entry)));
    }

    /// For scripts: the fields beside the version.
    pub(super) fn document(&self) -> Value {
        json!({
            "healthy": self.needs() == Needs::Nothing,
            "database": self.database,
            "files": self.files,
            "against": self.against,
            "foreseen": self.foreseen.as_ref().map(|forecast| &forecast.revisions),
            "rows": self.rows,
            "schema": self.schema,
            "findings": self.findings,
            "plan": self.plan,
            "compatible": self.compatible.as_ref().map(CompatibleLine::answer),
            "reasons": self.compatible.as_ref().map(|line| &line.reasons),
        })
    }

    /// Whether only an upgrade is pending, something can be repaired, or a person is needed.
    pub(super) fn needs(&self) -> Needs {
        let has = |wanted: &[Severity]| {
            self.findings.iter().any(|entry| wanted.iter().any(|severity| severity.name() == entry.severity))
        };
        match () {
            () if has(&[Severity::Stop]) => Needs::Person,
            () if has(&[Severity::Repair]) => Needs::Repair,
            () if has(&[Severity::Pending]) => Needs::Upgrade,
            () => Needs::Nothing,
        }
    }
}

/// Where the schema is. Several revisions may look alike: where the rows name one of them, that is the answer.
fn schema(evidence: &Evidence, files: &Files, rows: &[String]) -> String {
    let are_known = rows.iter().all(|row| files.graph.get(row).is_some());
    match evidence.standing {
        Standing::Agrees { .. } if evidence.claimed > 0 && are_known => "as the rows say".to_owned(),
        _ => evidence.headline(&files.graph),
    }
}

/// What the state needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Needs {
    Nothing,
    Upgrade,
    Repair,
    Person,
}

impl FilesLine {
    pub(super) fn of(files: &Files) -> Self {
        Self {
            script_location: files.layout.script_location.clone(),
            revisions: files.graph.len(),
            heads: files.graph.real_heads().into_iter().map(str::to_owned).collect(),
        }
    }
}

impl Entry {
    pub(super) fn of(finding: &Finding) -> Self {
        Self {
            code: finding.code(),
            severity: finding.severity().name(),
            message: format!("{finding:#}"),
            facts: finding.facts(),
            help: finding.help(),
            path: None,
            line: None,
        }
    }

    /// Of what keeps the files from being a graph.
    pub(super) fn of_problem(problem: &Problem) -> Self {
        let (path, line) = problem.place().map_or((None, None), |(path, line)| (Some(path.to_owned()), line));
        let Kind { code, severity, .. } = Kind::of_problem(problem);
        Self {
            code,
            severity: severity.name(),
            message: problem.to_string(),
            facts: Vec::new(),
            help: problem.help(),
            path,
            line,
        }
    }

    /// About a further database. What levelhead does about it there, it does where DATABASE_URL leads.
    fn in_database(self, name: &str) -> Self {
        let message = format!("{name}: {}", self.message);
        let is_elsewhere = self.help.commands().next().is_some() && self.severity != Severity::Pending.name();
        let help = match is_elsewhere {
            true => self.help.only_where(format!("with the URL of {name} as DATABASE_URL")),
            false => self.help,
        };
        Self { message, help, ..self }
    }

    /// About one file.
    pub(super) fn in_file(self, path: &Path) -> Self {
        Self { path: Some(path.to_owned()), ..self }
    }
}

impl PlanLine {
    fn of(plan: &Result<Plan, Box<Obstacle>>) -> Self {
        match plan {
            Ok(plan) => Self { steps: plan.steps(), ..Self::default() },
            Err(obstacle) => Self { obstacle: Some(obstacle.in_short()), ..Self::default() },
        }
    }

    /// Where the rows have reached the goal, `run` changes nothing, and looks at the schema only if it is asked to.
    fn at_head(plan: &Result<Plan, Box<Obstacle>>, verifies: bool) -> Self {
        let obstacle = plan.as_ref().err().map(|obstacle| obstacle.in_short());
        match verifies {
            true => Self { obstacle, ..Self::default() },
            false => Self { obstacle_if_verified: obstacle, ..Self::default() },
        }
    }
}
