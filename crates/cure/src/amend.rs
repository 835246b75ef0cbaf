//! What brings a live schema back to what the history builds: of its statements those that come nearer to it.

use std::collections::BTreeSet;

use schema::evidence::{Claim, Expectation};
use schema::operation::{ColumnChange, ConstraintKind, ConstraintSpec, Operation, OperationKind as K, SqlType};
use schema::simulation::Simulation;
use schema::{Belief, Dialect, RevisionFacts, Schema, State, Subject, TableSubject};

use crate::inverse::default_before;
use crate::piece::{first_name, pieces};
use crate::written::{name, retyped};
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
    work.statements(|statement| !statement.rests_on_others());
    work.properties();
    work.drops();
    // A view, a function or a trigger needs what it speaks of, which is not followed: all of that has to be there.
    if !work.open.iter().any(is_of_tables) {
        work.statements(Statement::rests_on_others);
    }
    let left = work.expectation.departures(&work.schema);
    Amendment { left, ..work.amendment }
}

fn subjects(claims: &[Claim]) -> BTreeSet<Subject> {
    claims.iter().map(|claim| claim.subject.clone()).collect()
}

/// Whether a fact is the existence of a table or of a column.
fn is_of_tables(subject: &Subject) -> bool {
    matches!(subject, Subject::Table(_, TableSubject::Itself | TableSubject::Column(_)))
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
    /// Goes through the statements of the history, those of one kind.
    fn statements(&mut self, of_kind: impl Fn(&Statement) -> bool) {
        for (place, statements) in self.departed.sources {
            for statement in statements.iter().filter(|statement| of_kind(statement)) {
                self.try_statement(*place, statement);
            }
        }
    }

    /// Takes a statement, or parts of it, where that comes nearer to what is expected.
    fn try_statement(&mut self, place: usize, statement: &Statement) {
        let is_known =
            statement.tape.operations().all(|(operation, certain)| certain && !matches!(operation.kind, K::Unread(_)));
        if self.open.is_empty() || !is_known || statement.changes_data() {
            return;
        }
        let operations: Vec<Operation> = statement.operations().into_iter().cloned().collect();
        // How a type leads to another is another matter where it was changed by hand.
        if operations.iter().any(|operation| self.retypes(&operation.kind)) {
            return;
        }
        let from = |sql: String| Amending { revision: Some(place), line: statement.line, sql };
        if self.take(&operations, vec![from(statement.sql.clone())]) {
            return;
        }
        for (part, statements) in
            operations.iter().flat_map(|operation| parts(operation, &statement.sql, self.departed.dialect))
        {
            self.take(&[part], statements.into_iter().map(from).collect());
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

    /// Whether it gives a column that was there from the beginning another type.
    fn retypes(&self, kind: &K) -> bool {
        let K::AlterColumn { table, column, change } = kind else { return false };
        change.kind.is_some() && self.was_there(&Subject::Table(table.clone(), TableSubject::Type(column.clone())))
    }

    /// Whether it takes away what was there from the beginning.
    fn takes_away(&self, kind: &K) -> bool {
        let was = |table: &str, part: TableSubject| self.was_there(&Subject::Table(table.to_owned(), part));
        match kind {
            K::DropTable { table } | K::DropConstraint { table, .. } => was(table, TableSubject::Itself),
            K::DropColumn { table, column } => was(table, TableSubject::Column(column.clone())),
            K::AlterColumn { .. } => self.retypes(kind),
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
                    self.retype(table, column, kind, claim.by);
                    continue;
                }
                _ => continue,
            };
            let (table, column) = (table.clone(), column.clone());
            self.take_written(K::AlterColumn { table, column, change }, claim.by);
        }
    }

    /// Gives a column its type back.
    fn retype(&mut self, table: &str, column: &str, kind: &str, revision: Option<usize>) {
        let Some(held) = self.schema.tables.get(table).and_then(|table| table.column(column)) else { return };
        let default = default_before(table, column, &self.operations());
        let Ok(sql) = retyped(table, held, kind, default.as_deref(), self.departed.dialect) else { return };
        let change = ColumnChange {
            kind: Some(SqlType { text: Some(kind.to_owned()), enumeration: None }),
            ..ColumnChange::default()
        };
        let statements = sql.into_iter().map(|sql| Amending { revision, line: None, sql });
        let operation = certain(K::AlterColumn { table: table.to_owned(), column: column.to_owned(), change });
        self.take(&[operation], statements.collect());
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

/// The columns and constraints of a table that is there already, each by itself, with what adds it: as the statement has it, or as it
/// is written where that does not come apart.
fn parts(operation: &Operation, sql: &str, dialect: Dialect) -> Vec<(Operation, Vec<String>)> {
    let K::CreateTable { table, .. } = &operation.kind else { return Vec::new() };
    let Some(held) = &table.name else { return Vec::new() };
    let pieces = pieces(sql).unwrap_or_default();
    let piece = |name: Option<&str>| pieces.iter().find(|piece| name.is_some() && first_name(piece).as_deref() == name);
    let add = |piece: &String, what: &str| vec![format!("ALTER TABLE {} ADD {what}{piece}", name(held))];
    let columns = table.columns.iter().map(|column| {
        let kind = K::AddColumn { table: held.clone(), column: column.clone(), if_not_exists: false };
        (kind, piece(column.name.as_deref()).map(|piece| add(piece, "COLUMN ")))
    });
    let constraints = table.constraints.iter().map(|constraint| {
        let kind = K::AddConstraint { table: held.clone(), constraint: constraint.clone() };
        let named = |piece: &&String| {
            let words = piece.strip_prefix("CONSTRAINT ");
            words.and_then(first_name).as_deref() == constraint.name.name() && constraint.name.name().is_some()
        };
        (kind, pieces.iter().find(named).map(|piece| add(piece, "")))
    });
    let of = |(kind, sql): (K, Option<Vec<String>>)| {
        let part = Operation { kind, sql: None, ..operation.clone() };
        match (dialect, written(&part, dialect)) {
            // What SQLite cannot add is not written.
            (Dialect::Sqlite, Err(_)) => None,
            (_, written) => Some((part, sql.or(written.ok())?)),
        }
    };
    columns.chain(constraints).filter_map(of).collect()
}

/// Whether an operation finds what it needs and nothing in its way.
fn is_possible(kind: &K, schema: &Schema) -> bool {
    let table = |name: &str| schema.tables.get(name);
    let has = |of: &str, columns: &[String]| {
        table(of).is_some_and(|held| columns.iter().all(|name| held.column(name).is_some()))
    };
    // A table may refer to itself.
    let refers = |of: &str, constraint: &ConstraintSpec| match &constraint.kind {
        ConstraintKind::ForeignKey(key) => key.target.as_deref().is_some_and(|to| to == of || table(to).is_some()),
        _ => true,
    };
    match kind {
        K::CreateTable { table: made, .. } => made.name.as_ref().is_some_and(|name| {
            let of_columns = made.columns.iter().flat_map(|column| &column.constraints);
            table(name).is_none() && made.constraints.iter().chain(of_columns).all(|one| refers(name, one))
        }),
        K::AddColumn { table: name, column, .. } => match (table(name), &column.name) {
            (Some(held), Some(new)) => {
                held.column(new).is_none() && column.constraints.iter().all(|one| refers(name, one))
            }
            _ => false,
        },
        K::CreateIndex { name, table: of, index, .. } => {
            let columns: Vec<String> = index.columns.iter().flatten().flatten().cloned().collect();
            has(of, &columns) && table(of).is_some_and(|held| !held.indexes.contains_key(name))
        }
        K::CreateEnum { name, .. } => !schema.enums.contains_key(&name.to_lowercase()),
        K::AddConstraint { table: of, constraint } => {
            has(of, &constraint.plain_columns().unwrap_or_default()) && refers(of, constraint)
        }
        K::Create { object: Subject::Trigger(of, _), .. } => table(of).is_some(),
        K::RenameTable { from, to } => table(from).is_some() && table(to).is_none(),
        K::AlterColumn { table: of, column, .. } => has(of, std::slice::from_ref(column)),
        _ => true,
    }
}
