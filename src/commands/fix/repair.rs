//! What `fix` is to write, and what speaks for and against it.

use super::Arguments;
use crate::commands::files::Files;
use crate::commands::look::{Depth, Look};
use crate::commands::session::Session;
use crate::commands::write::Decision;
use crate::error::Error;
use crate::prose::paragraph;
use crate::reconcile::{Finding, Plan, Policy, list, row_changes, table_problems};
use database::Database;
use version_table::VersionRows;
use version_table::ledger::Action;

/// Facts that are shown against a revision; `levelhead infer --explain` has them all.
const SHOWN: usize = 4;

/// What is to be written, and what it rests on.
pub(super) struct Repair {
    pub(super) look: Look,
    pub(super) plan: Plan,
    /// What the schema has against it.
    pub(super) doubt: Option<Doubt>,
    /// What was asked for and goes without saying: each revision, with the one that includes it.
    left_out: Vec<(String, String)>,
}

/// Why the rows that a person asks for are not where the schema is.
pub(super) struct Doubt {
    /// In one line, with where it is instead.
    pub(super) headline: String,
    /// What contradicts them, in words.
    facts: Vec<String>,
}

impl Repair {
    pub(super) async fn find(
        session: &Session,
        files: &Files,
        database: &Database,
        arguments: &Arguments,
    ) -> Result<Self, Error> {
        let goal = files.goal(&session.config)?;
        let mut look = session.look_closely_as(files, database, &goal, Policy::ASKED_FOR, Depth::Schema).await?;
        if arguments.revisions.is_empty() {
            let plan = std::mem::replace(&mut look.plan, Ok(Plan::default()))?;
            return Ok(Self { look, plan, doubt: None, left_out: Vec::new() });
        }
        let Wanted { rows: wanted, left_out } = Wanted::of(files, &arguments.revisions)?;
        let table = files.version_table()?;
        let rows = look.rows.revisions();
        let plan = Plan { changes: row_changes(rows, &wanted), ..Plan::default() };
        let problems = table_problems(&files.graph, &database.table_facts(table).await?, rows, &plan);
        let plan = plan.past(&problems, Policy::ASKED_FOR)?;
        let doubt = Doubt::of(session, files, database, &look, &wanted).await?;
        match doubt {
            Some(doubt) if !arguments.force && !arguments.dry_run && !arguments.sql => Err(Error::EvidenceDisagrees {
                wanted: list(&wanted),
                doubt: doubt.in_one_line(),
                first: arguments.revisions[0].clone(),
                command: arguments.command("--force"),
            }),
            doubt => Ok(Self { look, plan, doubt, left_out }),
        }
    }

    /// What is to be written. `findings` go into the ledger with it.
    pub(super) fn decision<'a>(&'a self, findings: &'a [Finding]) -> Decision<'a> {
        Decision { rows: &self.look.rows, plan: &self.plan, action: Action::Fix, findings }
    }

    pub(super) fn in_words(&self) -> String {
        let mut text = String::new();
        let indent = " ".repeat(10);
        let mut line = |name: &str, value: &str| text += &paragraph(value, &format!("{name:<10}"), &indent);
        line("rows", &self.rows());
        for finding in &self.look.findings {
            line("finding", &format!("{}[{}]: {finding}", finding.severity().word(), finding.code()));
        }
        if let Some(doubt) = &self.doubt {
            line("WARNING", &format!("the schema speaks against this: {}", doubt.headline));
            doubt.shown().iter().for_each(|fact| line("", fact));
        }
        for (revision, by) in &self.left_out {
            line("left out", &format!("{revision}, which {by} includes"));
        }
        let writes = Plan { upgrade: None, ..self.plan.clone() };
        line("repair", &if writes.is_empty() { "nothing to write".to_owned() } else { writes.to_string() });
        text
    }

    /// The rows that are there, in words.
    pub(super) fn rows(&self) -> String {
        match &self.look.rows {
            VersionRows::NoTable => "no version table".to_owned(),
            VersionRows::Rows(rows) => list(rows),
        }
    }
}

impl Doubt {
    async fn of(
        session: &Session,
        files: &Files,
        database: &Database,
        look: &Look,
        wanted: &[String],
    ) -> Result<Option<Self>, Error> {
        let mut facts = session.compare(files, database, wanted, true).await?.contradictions();
        facts.extend(
            look.findings
                .iter()
                .filter_map(Finding::of_others)
                .map(|ids| format!("{} may belong to other migrations or to a newer release", list(ids))),
        );
        if facts.is_empty() {
            return Ok(None);
        }
        let place = look.evidence.as_ref().map(|evidence| evidence.headline(&files.graph)).unwrap_or_default();
        Ok(Some(Self { headline: format!("it {place}"), facts }))
    }

    /// The first facts, each an item of a list.
    pub(super) fn shown(&self) -> Vec<String> {
        let mut shown: Vec<String> = self.facts.iter().take(SHOWN).map(|fact| format!("- {fact}")).collect();
        if let Some(more) = self.facts.len().checked_sub(SHOWN).filter(|more| *more > 0) {
            shown.push(format!("  and {more} more"));
        }
        shown
    }

    fn in_one_line(&self) -> String {
        let more = match self.facts.len() - 1 {
            0 => String::new(),
            more => format!(" (and {more} more)"),
        };
        format!("{}, and {}{more}", self.headline, self.facts[0])
    }
}

/// The rows that a person asks for.
pub(super) struct Wanted {
    /// Sorted; none for `base`.
    pub(super) rows: Vec<String>,
    /// As in [`Repair`]: beside a revision that follows it, Alembic refuses a row.
    left_out: Vec<(String, String)>,
}

impl Wanted {
    /// The revisions that symbols stand for.
    pub(super) fn of(files: &Files, symbols: &[String]) -> Result<Self, Error> {
        let mut named = Vec::new();
        for symbol in symbols {
            named.extend(files.graph.resolve(symbol)?.into_iter().map(|node| node.revision.id.clone()));
        }
        named.sort_unstable();
        named.dedup();
        let (mut rows, mut left_out) = (Vec::new(), Vec::new());
        for id in &named {
            let mut later = named.iter().filter(|other| *other != id);
            let includes = |other: &&String| {
                let applied = files.graph.applied(std::slice::from_ref(*other)).unwrap_or_default();
                applied.iter().any(|node| node.revision.id == *id)
            };
            match later.find(includes) {
                Some(by) => left_out.push((id.clone(), by.clone())),
                None => rows.push(id.clone()),
            }
        }
        Ok(Self { rows, left_out })
    }
}
