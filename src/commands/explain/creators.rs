//! Whether two revisions, neither of which follows the other, create the object that an error is about.

use crate::commands::evidence::History;
use crate::commands::files::Files;
use crate::config::Config;
use crate::error::Error;
use crate::explanation::{Cause, Explanation};
use history::RevisionGraph;
use schema::RevisionFacts;
use schema::{Subject, TableSubject};

/// Who creates it.
pub(super) enum Creators {
    /// These two do.
    Two(String, String),
    /// No two do.
    No,
    /// Some revision cannot be read whole.
    Unknown,
}

/// Reads the files. Each revision is read by itself first, since behind another one that creates the same a second creation
/// changes nothing; then with those that it follows, where it has to change something.
pub(super) fn creators(config: &Config, explanation: &Explanation) -> Result<Creators, Error> {
    let Some(object) = explanation.object() else { return Ok(Creators::Unknown) };
    let table = explanation.name().filter(|name| *name != object);
    let files = Files::read(config)?;
    let setting = History::setting(config, &files);
    let alone = History::each_alone(&files, &setting)?;
    let is_it = |subject: &&Subject| is_meant(subject, explanation.cause, object, table);
    let each = || alone.ids.iter().zip(&alone.effects);
    for (at, (first, effects)) in each().enumerate() {
        for subject in effects.changes.iter().map(|(subject, _)| subject).filter(is_it) {
            for (second, others) in each().skip(at + 1) {
                if effects.makes(subject)
                    && others.makes(subject)
                    && !is_related(&files.graph, first, second)
                    && creates(&History::up_to(&files, first, &setting)?, subject)
                    && creates(&History::up_to(&files, second, &setting)?, subject)
                {
                    return Ok(Creators::Two(first.clone(), second.clone()));
                }
            }
        }
    }
    let is_whole = alone.effects.iter().all(|effects| !effects.is_in_doubt());
    Ok(if is_whole { Creators::No } else { Creators::Unknown })
}

/// Whether any revision creates the table or the column; `None` where that is not about one, or a revision cannot be read whole.
pub(super) fn maker(config: &Config, explanation: &Explanation) -> Option<Maker> {
    let object = explanation.object().filter(|_| is_of_a_table(explanation.cause))?;
    let table = explanation.name().filter(|name| *name != object);
    let files = Files::read(config).ok()?;
    let alone = History::each_alone(&files, &History::setting(config, &files)).ok()?;
    let makes = |effects: &RevisionFacts| {
        let made = effects.changes.iter().filter(|(_, now)| now.is_some());
        made.map(|(subject, _)| subject).any(|subject| is_meant(subject, explanation.cause, object, table))
    };
    let found = alone.ids.iter().zip(&alone.effects).find(|(_, effects)| makes(effects));
    match found {
        Some((id, _)) => Some(Maker::Revision(id.clone())),
        None => alone.effects.iter().all(|effects| !effects.is_in_doubt()).then_some(Maker::None),
    }
}

/// Who creates what is missing.
pub(super) enum Maker {
    /// This revision, among others perhaps.
    Revision(String),
    /// No revision does.
    None,
}

fn is_of_a_table(cause: Cause) -> bool {
    [Cause::UNDEFINED_TABLE, Cause::UNDEFINED_COLUMN].contains(&cause)
}

/// Whether a fact is that the object exists. Names stand with their schema outside the default one.
fn is_meant(subject: &Subject, cause: Cause, object: &str, of_table: Option<&str>) -> bool {
    let is_it = |name: &str, wanted: &str| name.rsplit('.').next() == Some(wanted);
    match ([Cause::DUPLICATE_COLUMN, Cause::UNDEFINED_COLUMN].contains(&cause), subject) {
        (true, Subject::Table(table, TableSubject::Column(column))) => {
            column == object && of_table.is_none_or(|wanted| is_it(table, wanted))
        }
        (true, _) => false,
        (_, Subject::Table(table, TableSubject::Itself)) => is_it(table, object),
        (
            _,
            Subject::Table(_, TableSubject::Index(name) | TableSubject::Constraint(name) | TableSubject::Check(name)),
        ) => name == object,
        (_, Subject::Table(..)) => false,
        (
            _,
            Subject::Enum(name)
            | Subject::View(name)
            | Subject::Sequence(name)
            | Subject::Function(name)
            | Subject::Trigger(_, name)
            | Subject::Extension(name)
            | Subject::Namespace(name),
        ) => is_it(name, object),
    }
}

/// Whether one of the two follows the other, so that it finds what that has made.
fn is_related(graph: &RevisionGraph, first: &str, second: &str) -> bool {
    let follows = |one: &str, other: &str| {
        let behind = graph.applied(&[one.to_owned()]).unwrap_or_default();
        behind.iter().any(|node| node.revision.id == other)
    };
    follows(first, second) || follows(second, first)
}

/// Whether the last revision makes what was not there before it.
fn creates(history: &History, subject: &Subject) -> bool {
    let Some((last, before)) = history.effects.split_last() else { return false };
    let of = |effects: &RevisionFacts| {
        effects.changes.iter().rev().find(|(one, _)| one == subject).map(|(_, now)| now.is_some())
    };
    let was_there = before.iter().rev().find_map(of).unwrap_or(false) || last.earlier.contains(subject);
    of(last) == Some(true) && !was_there
}
