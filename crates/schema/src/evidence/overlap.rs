//! Whether two branches touch the same objects: what a merge revision cannot settle.

use std::collections::BTreeMap;

use super::claim::column_of;
use super::words::name;
use crate::RevisionFacts;
use crate::{Belief, State, Subject, TableSubject};

/// What one branch does beyond the point where it left the others, in upgrade order.
#[derive(Debug)]
pub struct Branch<'a> {
    /// Each revision's id and effects.
    pub revisions: Vec<(&'a str, &'a RevisionFacts)>,
}

/// An object that both branches touch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clash {
    /// The object in words.
    pub what: String,
    /// The table that it belongs to.
    pub table: Option<String>,
    /// A revision of the first branch, and what it does to it.
    pub first: (String, &'static str),
    /// A revision of the second.
    pub second: (String, &'static str),
}

/// What two branches have in common.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overlap {
    /// Objects that both touch.
    pub clashes: Vec<Clash>,
    /// Tables in which both change something, but nothing that is the same.
    pub shared_tables: Vec<String>,
}

/// Who touches an object, and how.
type Touched<'a> = BTreeMap<&'a Subject, (&'a str, &'static str)>;

/// Compares two branches. What could not be read of them is not in it.
pub fn overlap(first: &Branch<'_>, second: &Branch<'_>) -> Overlap {
    let (first, second) = (touched(first), touched(second));
    let (our_tables, their_tables) = (by_table(&first), by_table(&second));
    let mut overlap = Overlap::default();
    let clash = |what: &Subject, ours: (&str, &'static str), theirs: (&str, &'static str)| Clash {
        what: name(what),
        table: what.table().map(str::to_owned),
        first: (ours.0.to_owned(), ours.1),
        second: (theirs.0.to_owned(), theirs.1),
    };
    for (table, ours) in &our_tables {
        let Some(theirs) = their_tables.get(table) else { continue };
        let itself = Subject::Table((*table).to_owned(), TableSubject::Itself);
        let same: Vec<&Subject> = ours.iter().copied().filter(|subject| second.contains_key(*subject)).collect();
        // A table that one of them creates or drops is as a whole what the other one touches.
        if first.contains_key(&itself) || second.contains_key(&itself) {
            let ours = first.get(&itself).copied().unwrap_or((first[ours[0]].0, "changes"));
            let theirs = second.get(&itself).copied().unwrap_or((second[theirs[0]].0, "changes"));
            overlap.clashes.push(clash(&itself, ours, theirs));
        } else if same.is_empty() {
            overlap.shared_tables.push((*table).to_owned());
        } else {
            let is_part = |subject: &&Subject| !column_of(subject).is_some_and(|column| same.contains(&&column));
            overlap.clashes.extend(
                same.iter()
                    .filter(|subject| is_part(subject))
                    .map(|subject| clash(subject, first[*subject], second[*subject])),
            );
        }
    }
    let others = first.iter().filter(|(subject, _)| subject.table().is_none());
    overlap.clashes.extend(others.filter_map(|(subject, ours)| Some(clash(subject, *ours, *second.get(subject)?))));
    overlap
}

/// The last to touch each object. What is only unknown afterwards is left out.
fn touched<'a>(branch: &Branch<'a>) -> Touched<'a> {
    let mut touched = Touched::new();
    for (id, effects) in &branch.revisions {
        for (subject, state) in &effects.changes {
            let verb = match state {
                None => "drops",
                Some(Belief::Known(State::Present)) => "creates",
                Some(Belief::Known(_)) => "sets",
                Some(Belief::Unknown) => continue,
            };
            touched.insert(subject, (*id, verb));
        }
    }
    touched
}

fn by_table<'a>(touched: &Touched<'a>) -> BTreeMap<&'a str, Vec<&'a Subject>> {
    let mut tables: BTreeMap<&str, Vec<&Subject>> = BTreeMap::new();
    for subject in touched.keys() {
        if let Some(table) = subject.table() {
            tables.entry(table).or_default().push(subject);
        }
    }
    tables
}

#[cfg(test)]
mod tests {
    use super::*;

    fn effects(changes: &[(Subject, bool)]) -> RevisionFacts {
        let state = |there: bool| there.then_some(Belief::Known(State::Present));
        RevisionFacts {
            changes: changes.iter().map(|(subject, there)| (subject.clone(), state(*there))).collect(),
            ..RevisionFacts::default()
        }
    }

    fn of(table: &str, subject: TableSubject) -> Subject {
        Subject::Table(table.to_owned(), subject)
    }

    fn shown(first: &[(Subject, bool)], second: &[(Subject, bool)]) -> (Vec<String>, Vec<String>) {
        let (first, second) = (effects(first), effects(second));
        let found = overlap(&Branch { revisions: vec![("a1", &first)] }, &Branch { revisions: vec![("b1", &second)] });
        let words = |clash: Clash| {
            format!("{}: {} {}, {} {}", clash.what, clash.first.0, clash.first.1, clash.second.0, clash.second.1)
        };
        (found.clashes.into_iter().map(words).collect(), found.shared_tables)
    }

    #[test]
    fn the_same_object_is_named_once_and_in_its_widest_form() {
        let column = |name: &str| of("users", TableSubject::Column(name.to_owned()));
        let kind = |name: &str| of("users", TableSubject::Type(name.to_owned()));
        let table = of("users", TableSubject::Itself);
        let none: Vec<String> = Vec::new();
        assert_eq!(
            shown(&[(column("email"), true), (kind("email"), true)], &[(column("email"), true), (kind("email"), true)]),
            (vec!["users.email: a1 creates, b1 creates".to_owned()], none.clone())
        );
        assert_eq!(
            shown(&[(table.clone(), false), (column("id"), false)], &[(column("email"), true)]),
            (vec!["table users: a1 drops, b1 changes".to_owned()], none.clone())
        );
        assert_eq!(shown(&[(column("a"), true)], &[(column("b"), true)]), (none.clone(), vec!["users".to_owned()]));
        assert_eq!(shown(&[(column("a"), true)], &[(of("other", TableSubject::Itself), true)]), (none.clone(), none));
        let mood = Subject::Enum("mood".to_owned());
        assert_eq!(shown(&[(mood.clone(), true)], &[(mood, true)]).0, ["type mood: a1 creates, b1 creates"]);
    }
}
