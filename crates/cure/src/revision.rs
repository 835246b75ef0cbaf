//! One revision of which some is there: what finishes it, and what takes it back.

use schema::evidence::{Expectation, Progress, name, progress};
use schema::operation::{Operation, OperationKind as K};
use schema::simulation::Simulation;
use schema::{Dialect, RevisionFacts, Schema, Subject, TableSubject, UnreadKind};

use crate::Statement;
use crate::written::beside;

/// A revision and the database that it stopped in.
#[derive(Debug, Clone, Copy)]
pub struct Work<'a> {
    /// What each of the revisions before it changes, then each of its statements.
    pub facts: &'a [RevisionFacts],
    /// How many of them are revisions.
    pub before: usize,
    /// Its statements.
    pub statements: &'a [Statement],
    /// The schema as it is.
    pub live: &'a Schema,
    /// Whose SQL it is.
    pub dialect: Dialect,
}

/// What a person says about what a revision does to rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Data {
    /// Nothing.
    Unsaid,
    /// It has been done.
    Done,
    /// It has not been done.
    ToDo,
}

/// Why nothing is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// Nothing of the revision is there.
    NothingThere,
    /// It also writes rows, or does what nobody can see, on these lines: no schema shows whether that has been done.
    Data(Vec<(Option<u32>, String)>),
    /// Something of it stands in the way: the line, and what it is.
    Because(Option<u32>, String),
}

/// The statements that are missing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Finish {
    /// In order, each with its line.
    pub statements: Vec<(Option<u32>, String)>,
    /// What was there already.
    pub there: Vec<(Option<u32>, String)>,
    /// What of it is a person's to decide: a line that changes data, or that is run and may have been before.
    pub doubt: Option<(Option<u32>, String)>,
    /// Whether what is missing takes something away.
    pub takes_away: bool,
}

impl Work<'_> {
    /// What finishes it.
    ///
    /// # Errors
    /// Where it is not known for certain what is missing, or nothing of it is there.
    pub fn finish(&self, data: Data) -> Result<Finish, Refused> {
        let progress = self.progress()?;
        if !progress.contains(&Progress::Done) && progress.contains(&Progress::Missing) {
            return Err(Refused::NothingThere);
        }
        self.ask_about_data(&progress, data)?;
        let mut finish = Finish::default();
        let mut simulation = self.simulation(&without_invalid(self.live));
        let invalid = invalid_indexes(self.live);
        for (at, (statement, progress_of)) in self.statements.iter().zip(&progress).enumerate() {
            let is_missing = match progress_of {
                Progress::Done => false,
                _ if statement.changes_data() => data == Data::ToDo,
                Progress::Missing => true,
                // Its order says that it has been done, and to do it again changes nothing that a schema shows.
                _ if progress[at..].contains(&Progress::Done) => false,
                _ if !statement.may_run_twice() && !progress[..at].contains(&Progress::Missing) => {
                    return Err(statement.may_have_run());
                }
                _ => true,
            };
            let shown = (statement.line, statement.sql.clone());
            if statement.changes_data() || is_missing && *progress_of != Progress::Missing {
                finish.doubt.get_or_insert((statement.line, first_line(&statement.sql)));
            }
            if !is_missing {
                finish.there.push(shown);
                continue;
            }
            finish.takes_away |= statement.takes_away();
            for operation in statement.operations() {
                finish.statements.extend(dropped_first(operation, &invalid).map(|drop| (statement.line, drop)));
                simulation.apply(operation);
            }
            finish.statements.push(shown);
        }
        self.leads_to(&simulation.schema, self.facts.len())?;
        Ok(finish)
    }

    pub(crate) fn simulation(&self, schema: &Schema) -> Simulation {
        Simulation::on(schema.clone(), self.dialect, &schema.default_schema)
    }

    /// What the schema says of each statement. An index that is not valid is not there.
    pub(crate) fn progress(&self) -> Result<Vec<Progress>, Refused> {
        let progress = progress(self.facts, &without_invalid(self.live), self.before);
        for (statement, progress) in self.statements.iter().zip(&progress) {
            if *progress == Progress::Partly {
                let reason = format!("it is there in part, or was changed since: {}", first_line(&statement.sql));
                return Err(Refused::Because(statement.line, reason));
            }
            let tape = &statement.tape;
            let is_unread = tape.misread || tape.unread.iter().any(|unread| unread.kind == UnreadKind::Schema);
            if is_unread || tape.operations().any(|(operation, certain)| !certain || is_unread_operation(operation)) {
                let reason = format!("what it does is not known for certain: {}", first_line(&statement.sql));
                return Err(Refused::Because(statement.line, reason));
            }
        }
        Ok(progress)
    }

    /// Statements whose doing no schema shows, unless a person has said what has become of them. That a later statement has
    /// left something behind shows that they have run; that nothing is left of an earlier one shows nothing, since it
    /// may have been removed since.
    pub(crate) fn ask_about_data(&self, progress: &[Progress], data: Data) -> Result<(), Refused> {
        let each = self.statements.iter().zip(progress);
        let unsure = each.filter(|(statement, progress)| **progress != Progress::Done && statement.changes_data());
        let lines: Vec<_> = unsure.map(|(statement, _)| (statement.line, first_line(&statement.sql))).collect();
        if lines.is_empty() || data != Data::Unsaid { Ok(()) } else { Err(Refused::Data(lines)) }
    }

    /// The schema before each statement, as the files have it.
    pub(crate) fn schemas_before(&self) -> Vec<Schema> {
        let mut simulation =
            self.simulation(&Schema { default_schema: self.live.default_schema.clone(), ..Schema::default() });
        self.facts[..self.before].iter().for_each(|facts| simulation.apply_all(&facts.tape.entries));
        let mut before = Vec::new();
        for statement in self.statements {
            before.push(simulation.schema.clone());
            simulation.apply_all(&statement.tape.entries);
        }
        before
    }

    /// Whether what the statements lead to is what is expected at a position.
    pub(crate) fn leads_to(&self, schema: &Schema, position: usize) -> Result<(), Refused> {
        let departing = Expectation::at(self.facts, position).departures_since(schema, self.before);
        match departing.first() {
            None => Ok(()),
            Some(claim) => {
                Err(Refused::Because(None, format!("{} would still not be as it has to be", name(&claim.subject))))
            }
        }
    }

    /// Why a schema is not what the revision has to lead to, finished or taken back; `None` where it is.
    #[must_use]
    pub fn departs(&self, schema: &Schema, finished: bool) -> Option<String> {
        let position = if finished { self.facts.len() } else { self.before };
        let departing = Expectation::at(self.facts, position).departures_since(schema, self.before);
        departing.first().map(|claim| name(&claim.subject))
    }
}

pub(crate) fn certain(kind: K) -> Operation {
    Operation::certain(kind, 0)
}

fn is_unread_operation(operation: &Operation) -> bool {
    matches!(operation.kind, K::Unread(_))
}

pub(crate) fn first_line(sql: &str) -> String {
    let mut lines = sql.lines().map(str::trim).filter(|line| !line.is_empty());
    let first = lines.next().unwrap_or_default();
    let more = if lines.next().is_some() { " …" } else { "" };
    format!("{first}{more}")
}

/// The schema without the indexes that are not valid.
fn without_invalid(schema: &Schema) -> Schema {
    let mut schema = schema.clone();
    for table in schema.tables.values_mut() {
        table.indexes.retain(|_, index| index.valid);
    }
    schema
}

fn invalid_indexes(schema: &Schema) -> Vec<Subject> {
    let of = |(table, held): (&String, &schema::Table)| {
        let invalid = held.indexes.iter().filter(|(_, index)| !index.valid);
        let subject = |name: &String| Subject::Table(table.clone(), TableSubject::Index(name.clone()));
        invalid.map(|(name, _)| subject(name)).collect::<Vec<_>>()
    };
    schema.tables.iter().flat_map(of).collect()
}

/// What drops an index that is not valid before it is made again.
fn dropped_first(operation: &Operation, invalid: &[Subject]) -> Option<String> {
    let K::CreateIndex { name, table, index, .. } = &operation.kind else { return None };
    let subject = Subject::Table(table.clone(), TableSubject::Index(name.clone()));
    let concurrently = if index.options.concurrently { "CONCURRENTLY " } else { "" };
    invalid.contains(&subject).then(|| format!("DROP INDEX {concurrently}{}", beside(name, Some(table))))
}
