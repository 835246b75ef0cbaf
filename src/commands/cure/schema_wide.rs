//! How a live schema departs from what the files build, and what puts it right.

use std::collections::BTreeSet;

use super::carry_out::Remedy;
use super::statements::statements;
use crate::commands::evidence::{compare, setting};
use crate::commands::files::Files;
use crate::commands::session::Session;
use crate::error::{CureError, Error};
use crate::prose::counted;
use crate::reconcile::{Comparison, unread_lines};
use ::cure::{Amendment, Departed, amend};
use database::Database;
use schema::evidence::{Claim, contradicted, line_of, most_telling_first, name, unexplained_at};
use schema::{Schema, Subject, TableSubject};
use version_table::VersionRows;
use version_table::ledger::Action;

/// Where a schema departs from a position of the history.
pub(in crate::commands) struct Departures {
    compared: Comparison,
    rows: VersionRows,
    /// The revisions that it was held against.
    pub(in crate::commands) revisions: Vec<String>,
    /// Every one.
    pub(in crate::commands) found: Vec<Departure>,
    /// What is there and no migration mentions: tables of others'.
    pub(in crate::commands) others: Vec<String>,
    /// What could not be judged, since something unread may have changed it.
    pub(in crate::commands) undecided: Vec<String>,
    /// What of the applied revisions could not be read, with file and line.
    pub(in crate::commands) unread: Vec<String>,
}

/// One of them.
pub(in crate::commands) struct Departure {
    /// `missing`, `differs`, or `unexplained`.
    pub(in crate::commands) kind: &'static str,
    /// What it is about.
    pub(in crate::commands) subject: String,
    /// In a sentence.
    pub(in crate::commands) text: String,
    /// The revision that says so.
    pub(in crate::commands) revision: Option<String>,
    /// Its file, and the line there.
    pub(in crate::commands) place: Option<(String, Option<u32>)>,
}

impl Departures {
    /// Holds the schema against the files up to `symbol`, or up to the current revisions.
    pub(in crate::commands) async fn find(
        files: &Files,
        database: &Database,
        symbol: Option<&str>,
    ) -> Result<Self, Error> {
        let rows = files.rows_of_the_only_table(database).await?;
        let revisions = match symbol {
            Some(symbol) => files.graph.resolve(symbol)?.into_iter().map(|node| node.revision.id.clone()).collect(),
            None => rows.revisions().to_vec(),
        };
        if revisions.is_empty() {
            return Err(CureError::NoRevision.into());
        }
        files.graph.applied(&revisions)?;
        let compared = compare(files, database, &revisions).await?;
        let (effects, claimed) = (&compared.effects, compared.claimed());
        let applied = &effects[..claimed];
        // What an applied revision did that nobody has read may have changed what those before it made, and its own.
        let unread = applied.iter().rposition(|revision| revision.may_reach_others());
        let is_certain = |claim: &Claim| {
            unread.is_none_or(|unread| claim.by.is_some_and(|by| by > unread))
                && !claim.by.is_some_and(|by| effects[by].is_in_doubt())
        };
        let (mut certain, mut undecided): (Vec<Claim>, Vec<Claim>) =
            contradicted(effects, &compared.schema, claimed).into_iter().partition(is_certain);
        most_telling_first(&mut certain, claimed);
        most_telling_first(&mut undecided, claimed);
        let mut found: Vec<Departure> = certain.iter().map(|claim| departure(files, &compared, claim)).collect();
        let mut others = Vec::new();
        for subject in unexplained_at(effects, &compared.schema, claimed) {
            match &subject {
                Subject::Table(_, TableSubject::Itself) => others.push(name(&subject)),
                _ => found.push(Departure {
                    kind: "unexplained",
                    subject: name(&subject),
                    text: format!("{} exists, and no migration mentions it", name(&subject)),
                    revision: None,
                    place: None,
                }),
            }
        }
        let ids = &compared.ids;
        let undecided = undecided.iter().map(|claim| claim.sentence(ids)).collect();
        let unread =
            ids[..claimed].iter().zip(applied).flat_map(|(id, effects)| unread_lines(&files.graph, id, effects));
        let unread = unread.collect();
        Ok(Self { rows, revisions, found, others, undecided, unread, compared })
    }

    /// The statements that put it right.
    pub(in crate::commands) async fn amendment(
        &self,
        session: &Session,
        files: &Files,
        database: &Database,
        with_drops: bool,
    ) -> Result<(Amendment, Vec<String>), Error> {
        let (effects, claimed) = (&self.compared.effects, self.compared.claimed());
        let ids = &self.compared.ids;
        let schema = &self.compared.schema;
        let departing = contradicted(effects, schema, claimed);
        let subjects: BTreeSet<&Subject> = departing.iter().map(|claim| &claim.subject).collect();
        let setting = setting(database.dialect(), &schema.default_schema, files.version_table()?);
        let (mut sources, mut unknown) = (Vec::new(), Vec::new());
        for place in 0..claimed {
            if !effects[place].changes.iter().any(|(subject, _)| subjects.contains(subject)) {
                continue;
            }
            let known = (&setting, &effects[..place]);
            match statements(session, files, known, (&ids[place], &effects[place])).await? {
                Ok(statements) => sources.push((place, statements)),
                Err(reason) => unknown.push(format!("the statements of {} are not known: {reason}", ids[place])),
            }
        }
        let unexplained = unexplained_at(effects, schema, claimed);
        let unexplained: Vec<Subject> = unexplained
            .into_iter()
            .filter(|subject| !matches!(subject, Subject::Table(_, TableSubject::Itself)))
            .collect();
        let departed = Departed {
            facts: effects,
            position: claimed,
            sources: &sources,
            unexplained: &unexplained,
            live: schema,
            dialect: database.dialect(),
        };
        let amendment = amend(&departed, with_drops);
        let mut left = amendment.left.clone();
        most_telling_first(&mut left, claimed);
        let left = left.iter().map(|claim| format!("not put right: {}", claim.sentence(ids)));
        let left = left.chain(unknown).collect();
        Ok((amendment, left))
    }

    /// Where a statement comes from.
    pub(in crate::commands) fn origin(&self, files: &Files, place: Option<usize>, line: Option<u32>) -> String {
        let id = place.map(|place| &self.compared.ids[place]);
        match id.and_then(|id| files.graph.get(id)) {
            Some(node) => match line {
                Some(line) => format!("{}:{line}", node.revision.path.display()),
                None => node.revision.path.display().to_string(),
            },
            None => "no migration mentions it".to_owned(),
        }
    }
}

fn departure(files: &Files, compared: &Comparison, claim: &Claim) -> Departure {
    let ids = &compared.ids;
    let by = claim.by.or_else(|| maker(compared, &claim.subject));
    let node = by.and_then(|by| files.graph.get(&ids[by]));
    let line = by.and_then(|by| line_of(&compared.effects[by].tape, &claim.subject));
    Departure {
        kind: match (&claim.expected, &claim.live) {
            (Some(_), None) => "missing",
            (None, Some(_)) => "unexplained",
            _ => "differs",
        },
        subject: name(&claim.subject),
        text: claim.sentence(ids),
        revision: by.map(|by| ids[by].clone()),
        place: node.map(|node| (node.revision.path.display().to_string(), line)),
    }
}

/// The last applied revision that changes what a fact is about.
fn maker(compared: &Comparison, subject: &Subject) -> Option<usize> {
    let applied = &compared.effects[..compared.claimed()];
    applied.iter().rposition(|effects| effects.changes.iter().any(|(changed, _)| changed == subject))
}

/// What brings the schema back to what the files build up to the current revisions.
pub(in crate::commands) async fn of_schema(
    session: &Session,
    files: &Files,
    database: &Database,
    with_drops: bool,
) -> Result<Remedy, Error> {
    let departures = Departures::find(files, database, None).await?;
    let (amendment, mut notes) = departures.amendment(session, files, database, with_drops).await?;
    notes.extend(amendment.withheld.iter().map(|held| format!("only with --with-drops: {}", held.sql)));
    let from = |amending: &::cure::Amending| departures.origin(files, amending.revision, amending.line);
    let statements: Vec<(String, String)> =
        amendment.statements.iter().map(|amending| (from(amending), amending.sql.clone())).collect();
    if statements.iter().any(|(_, sql)| ::cure::is_apart(sql)) {
        notes.push(
            "a CONCURRENTLY statement runs apart from the transaction: what is before it stays if it fails".into(),
        );
    }
    let facts = departures.found.iter().map(|departure| departure.text.clone()).collect();
    let (live, rows) = (departures.compared.schema.clone(), departures.rows.clone());
    let left: BTreeSet<Subject> = amendment.left.iter().map(|claim| claim.subject.clone()).collect();
    let position = departures.compared.claimed();
    let expectation = schema::evidence::Expectation::at(&departures.compared.effects, position);
    let departs = Box::new(move |schema: &Schema| {
        let departing = expectation.departures(schema);
        departing.iter().find(|claim| !left.contains(&claim.subject)).map(|claim| name(&claim.subject))
    });
    Ok(Remedy {
        headline: format!("put the schema right: {}", counted(statements.len(), "statement")),
        facts,
        statements,
        rows,
        changes: Vec::new(),
        action: Action::Schema,
        finding: Some("drift"),
        notes,
        live,
        departs,
        doubt: None,
        takes_away: false,
    })
}
