//! What brings a live schema back to what the history builds: of its statements those that come nearer to it.

use std::collections::BTreeSet;

use schema::evidence::{Claim, Expectation};
use schema::operation::{ColumnChange, Operation, OperationKind as K, SqlType};
use schema::simulation::Simulation;
use schema::{Belief, Dialect, RevisionFacts, Schema, State, Subject, TableSubject};

use crate::inverse::default_before;
use crate::{Statement, written};

/// The statements that put a schema right, and what they leave.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Amendment {
    /// In an order that works.
    pub statements: Vec<Amending>,
    /// Those that would take something away, which nobody has asked for.
    pub withheld: Vec<Amending>,
    /// What departs all the same.
    pub left: Vec<Claim>,
}

/// One statement that puts something right.
#[derive(Debug, Clone, PartialEq)]
pub struct Amending {
    /// Which revision of the history it comes from, where it is one's.
    pub revision: Option<usize>,
    /// The line of that one's file.
    pub line: Option<u32>,
    /// The statement.
    pub sql: String,
}

/// A history, and the database that departs from it.
#[derive(Debug, Clone, Copy)]
pub struct Departed<'a> {
    /// What each revision changes.
    pub facts: &'a [RevisionFacts],
    /// How many of them are applied.
    pub position: usize,
    /// The statements of those that have to do with what departs, by their places in the history.
    pub sources: &'a [(usize, Vec<Statement>)],
    /// What no revision explains.
    pub unexplained: &'a [Subject],
    /// The schema as it is.
    pub live: &'a Schema,
    /// Whose SQL it is.
    pub dialect: Dialect,
}

/// Finds the statements. Whatever takes something away that was there is withheld, unless `with_drops`.
#[must_use]
pub fn amend(departed: &Departed<'_>, with_drops: bool) -> Amendment {
    let expectation = Expectation::at(departed.facts, departed.position);
    let open = subjects(&expectation.departures(departed.live));
    let schema = departed.live.clone();
    let mut work = Amender { departed, with_drops, expectation, schema, open, amendment: Amendment::default() };
    for (place, statements) in departed.sources {
        for statement in statements {
            work.try_statement(*place, statement);
        }
    }
    work.properties();
    work.drops();
    let left = work.expectation.departures(&work.schema);
    Amendment { left, ..work.amendment }
}

fn subjects(claims: &[Claim]) -> BTreeSet<Subject> {
    claims.iter().map(|claim| claim.subject.clone()).collect()
}

struct Amender<'a> {
    departed: &'a Departed<'a>,
    with_drops: bool,
    expectation: Expectation,
    /// The schema as it is after what has been found.
    schema: Schema,
    /// What departs then.
    open: BTreeSet<Subject>,
    amendment: Amendment,
}

impl Amender<'_> {
    /// Takes a statement, or parts of it, where that comes nearer to what is expected.
    fn try_statement(&mut self, place: usize, statement: &Statement) {
        let is_known =
            statement.tape.operations().all(|(operation, certain)| certain && !matches!(operation.kind, K::Unread(_)));
        if self.open.is_empty() || !is_known || statement.changes_data() {
            return;
        }
        let operations: Vec<Operation> = statement.operations().into_iter().cloned().collect();
        let from = |sql: String| Amending { revision: Some(place), line: statement.line, sql };
        if self.take(&operations, vec![from(statement.sql.clone())]) {
            return;
        }
        for part in operations.iter().flat_map(parts) {
            if let Ok(statements) = written(&part, self.departed.dialect) {
                self.take(&[part], statements.into_iter().map(from).collect());
            }
        }
    }

    /// Whether these operations are possible and come nearer; then they are taken.
    fn take(&mut self, operations: &[Operation], statements: Vec<Amending>) -> bool {
        let mut simulation = Simulation::on(self.schema.clone(), self.departed.dialect, &self.schema.default_schema);
        for operation in operations {
            if !is_possible(&operation.kind, &simulation.schema) {
                return false;
            }
            simulation.apply(operation);
        }
        let open = subjects(&self.expectation.departures(&simulation.schema));
        let is_new = |subject: &Subject| !self.was_there(subject);
        if open.len() >= self.open.len() || !simulation.earlier.is_empty() || !open.difference(&self.open).all(is_new) {
            return false;
        }
        if !self.with_drops && operations.iter().any(|operation| self.takes_away(&operation.kind)) {
            self.amendment.withheld.extend(statements);
            return true;
        }
        self.amendment.statements.extend(statements);
        (self.schema, self.open) = (simulation.schema, open);
        true
    }

    /// Whether what a fact is about was in the database from the beginning.
    fn was_there(&self, subject: &Subject) -> bool {
        use TableSubject as S;
        let Subject::Table(table, part) = subject else { return true };
        let Some(held) = self.departed.live.tables.get(table) else { return false };
        match part {
            S::Column(column) | S::Type(column) | S::Nullable(column) | S::Default(column) => {
                held.column(column).is_some()
            }
            S::Index(name) => held.indexes.contains_key(name),
            _ => true,
        }
    }

    /// Whether it takes away what was there from the beginning.
    fn takes_away(&self, kind: &K) -> bool {
        let was = |table: &str, part: TableSubject| self.was_there(&Subject::Table(table.to_owned(), part));
        match kind {
            K::DropTable { table } | K::DropConstraint { table, .. } => was(table, TableSubject::Itself),
            K::DropColumn { table, column } => was(table, TableSubject::Column(column.clone())),
            K::AlterColumn { table, column, change } => {
                change.kind.is_some() && was(table, TableSubject::Type(column.clone()))
            }
            K::DropIndex { .. } | K::DropEnum { .. } | K::Drop { .. } => true,
            _ => false,
        }
    }

    /// Properties of columns that are there, and that no statement by itself puts right.
    fn properties(&mut self) {
        for claim in self.expectation.departures(&self.schema) {
            let (Subject::Table(table, part), Some(expected)) = (&claim.subject, &claim.expected) else { continue };
            let mut change = ColumnChange::default();
            let column = match (part, expected) {
                (TableSubject::Nullable(column), State::Flag(flag)) => {
                    change.nullable = Some(Belief::Known(*flag));
                    column
                }
                (TableSubject::Default(column), State::Flag(flag)) => {
                    change.default = Some(Belief::Known(*flag));
                    change.default_text = default_before(table, column, &self.operations()).filter(|_| *flag);
                    column
                }
                (TableSubject::Type(column), State::Type(kind)) => {
                    change.kind = Some(SqlType { text: Some(kind.clone()), enumeration: None });
                    column
                }
                _ => continue,
            };
            let (table, column) = (table.clone(), column.clone());
            self.take_written(K::AlterColumn { table, column, change }, claim.by);
        }
    }

    /// What is there and should not be.
    fn drops(&mut self) {
        let claims = self.expectation.departures(&self.schema);
        let gone = claims.iter().filter(|claim| claim.expected.is_none());
        let gone: Vec<Subject> = gone.map(|claim| claim.subject.clone()).collect();
        for subject in gone.iter().chain(self.departed.unexplained) {
            let Subject::Table(table, part) = subject else { continue };
            let table = table.clone();
            let kind = match part {
                TableSubject::Itself if gone.contains(subject) => K::DropTable { table },
                TableSubject::Column(column) => K::DropColumn { table, column: column.clone() },
                TableSubject::Index(name) => K::DropIndex { name: Some(name.clone()), table: Some(table) },
                _ => continue,
            };
            if gone.contains(subject) {
                self.take_written(kind, None);
            } else if let Ok(statements) = written(&certain(kind), self.departed.dialect) {
                let statements = statements.into_iter().map(|sql| Amending { revision: None, line: None, sql });
                let to = &mut self.amendment;
                if self.with_drops { &mut to.statements } else { &mut to.withheld }.extend(statements);
            }
        }
    }

    fn take_written(&mut self, kind: K, revision: Option<usize>) {
        let operation = certain(kind);
        if let Ok(statements) = written(&operation, self.departed.dialect) {
            let statements = statements.into_iter().map(|sql| Amending { revision, line: None, sql });
            let statements = statements.collect();
            self.take(&[operation], statements);
        }
    }

    /// What the history does up to here, as far as it is certain.
    fn operations(&self) -> Vec<&Operation> {
        let applied = &self.departed.facts[..self.departed.position];
        let all = applied.iter().flat_map(|facts| facts.tape.operations());
        all.filter(|(_, certain)| *certain).map(|(operation, _)| operation).collect()
    }
}

fn certain(kind: K) -> Operation {
    Operation::certain(kind, 0)
}

/// The columns and constraints of a table that is there already, each by itself.
fn parts(operation: &Operation) -> Vec<Operation> {
    let K::CreateTable { table, .. } = &operation.kind else { return Vec::new() };
    let Some(name) = &table.name else { return Vec::new() };
    let column = |column: &schema::operation::ColumnSpec| K::AddColumn {
        table: name.clone(),
        column: column.clone(),
        if_not_exists: false,
    };
    let constraint = |constraint: &schema::operation::ConstraintSpec| K::AddConstraint {
        table: name.clone(),
        constraint: constraint.clone(),
    };
    let columns = table.columns.iter().map(column);
    let kinds = columns.chain(table.constraints.iter().map(constraint));
    kinds.map(|kind| Operation { kind, sql: None, ..operation.clone() }).collect()
}

/// Whether an operation finds what it needs and nothing in its way.
fn is_possible(kind: &K, schema: &Schema) -> bool {
    let table = |name: &str| schema.tables.get(name);
    match kind {
        K::CreateTable { table: made, .. } => made.name.as_ref().is_some_and(|name| table(name).is_none()),
        K::AddColumn { table: name, column, .. } => match (table(name), &column.name) {
            (Some(held), Some(column)) => held.column(column).is_none(),
            _ => false,
        },
        K::CreateIndex { name, table: of, .. } => table(of).is_some_and(|held| !held.indexes.contains_key(name)),
        K::CreateEnum { name, .. } => !schema.enums.contains_key(&name.to_lowercase()),
        K::AddConstraint { table: of, constraint } => table(of).is_some_and(|held| {
            constraint.plain_columns().is_none_or(|columns| columns.iter().all(|name| held.column(name).is_some()))
        }),
        K::RenameTable { from, to } => table(from).is_some() && table(to).is_none(),
        K::AlterColumn { table: of, column, .. } => table(of).is_some_and(|held| held.column(column).is_some()),
        _ => true,
    }
}
