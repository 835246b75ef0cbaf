//! SQLite: one writer at a time, and what its batch mode copies.
//! <https://www.sqlite.org/lang_altertable.html>, <https://www.sqlite.org/lockingv3.html>.

use crate::question::Question;
use crate::{Deed, Ground, Loss, LossKind, Touch, Work};
use schema::Belief;
use schema::operation::{ConstraintKind, ConstraintSpec, Operation, OperationKind as K, Reach};

/// The page on what `ALTER TABLE` does.
const ALTER: &str = "lang_altertable";

fn on(ground: &Ground, table: &str, what: String, work: Work) -> Deed {
    let touch = Touch { relation: table.to_owned(), mode: None, made_here: ground.made.contains(table) };
    Deed { relation: Some(table.to_owned()), touches: vec![touch], work, source: Some(ALTER), ..Deed::plain(what) }
}

/// What an operation does. One in a batch makes its table anew, with all that is in it.
pub(crate) fn of_operation(operation: &Operation, ground: &Ground) -> Vec<Deed> {
    let copies = operation.batch.is_some();
    let work = |alone: Work| if copies { Work::Copy } else { alone };
    let mut deed = match &operation.kind {
        K::Execute => return operation.sql.as_deref().map_or_else(|| vec![statement()], |sql| of_sql(sql, ground)),
        K::CreateTable { table, .. } => Deed { relation: table.name.clone(), ..Deed::plain("create a table") },
        K::DropTable { table } => Deed {
            loss: Some(Loss {
                kind: LossKind::Table,
                table: table.clone(),
                column: None,
                dependants: referring(ground, table),
            }),
            ..on(ground, table, "drop a table".to_owned(), Work::Nothing)
        },
        K::RenameTable { from, .. } => on(ground, from, "rename a table".to_owned(), Work::Nothing),
        K::AddColumn { table, column, .. } => {
            let is_bare = column.nullable == Some(false) && column.default == Some(false);
            let question = is_bare.then(|| Question::any(table));
            Deed { question, ..on(ground, table, "add a column".to_owned(), work(Work::Nothing)) }
        }
        K::DropColumn { table, column } => Deed {
            loss: Some(Loss {
                kind: LossKind::Column,
                table: table.clone(),
                column: Some(column.clone()),
                dependants: vec![],
            }),
            // SQLite writes each row anew without the column.
            ..on(ground, table, "drop a column".to_owned(), work(Work::Rewrite))
        },
        K::AlterColumn { table, column, change } => {
            let question = (change.nullable == Some(Belief::Known(false))).then(|| Question::null(table, column));
            let renames = change.name.is_some() && change.kind.is_none() && change.nullable.is_none();
            let what = if renames { "rename a column" } else { "alter a column" };
            Deed { question, ..on(ground, table, what.to_owned(), work(Work::Nothing)) }
        }
        K::AddConstraint { table, constraint } => Deed {
            question: question_of(ground, table, constraint),
            ..on(ground, table, "add a constraint".to_owned(), work(Work::Nothing))
        },
        K::DropConstraint { table, .. } | K::RenameConstraint { table, .. } => {
            on(ground, table, "drop a constraint".to_owned(), work(Work::Nothing))
        }
        K::CreateIndex { table, index, .. } => {
            let columns: Option<Vec<String>> = index.columns.as_ref().and_then(|all| all.iter().cloned().collect());
            let unique = columns.filter(|_| index.options.unique == Some(true));
            let question =
                unique.map(|columns| Question::duplicate(table, &columns, index.options.predicate.as_deref()));
            Deed { question, ..on(ground, table, "create an index".to_owned(), Work::Index) }
        }
        K::DropIndex { .. } => Deed::plain("drop an index"),
        K::RenameIndex { .. }
        | K::CreateEnum { .. }
        | K::DropEnum { .. }
        | K::RenameEnum { .. }
        | K::AlterEnum { .. }
        | K::Create { .. }
        | K::Drop { .. } => Deed::plain("change an object that is no table"),
        K::Unread(Reach::Column { .. }) => return Vec::new(),
        K::Unread(Reach::Table { table, .. }) if copies => {
            on(ground, table, "make a table anew".to_owned(), Work::Copy)
        }
        K::Unread(_) => return vec![Deed::unknown("something that is not read", "what it does")],
    };
    if copies {
        deed.remark = Some("the batch copies the whole table to a new one, and drops the old one".to_owned());
        if let Some(table) = &deed.relation {
            let referring = referring(ground, table);
            if !referring.is_empty() {
                let text = format!(
                    "where foreign keys are on, dropping the old one deletes or refuses rows: {}",
                    referring.join(", ")
                );
                deed.remark = Some(format!("the batch copies the whole table to a new one; {text}"));
            }
        }
    }
    vec![deed]
}

fn statement() -> Deed {
    Deed::unknown("execute a statement", "the statement")
}

fn referring(ground: &Ground, table: &str) -> Vec<String> {
    let mut names: Vec<String> = ground.referring(table).map(|(name, _)| format!("{name} refers to it")).collect();
    names.dedup();
    names
}

fn question_of(ground: &Ground, table: &str, constraint: &ConstraintSpec) -> Option<Question> {
    let columns = constraint.plain_columns();
    match &constraint.kind {
        ConstraintKind::Unique | ConstraintKind::PrimaryKey => Some(Question::duplicate(table, &columns?, None)),
        ConstraintKind::Check { condition } => Some(Question::check(table, condition.as_deref()?)),
        ConstraintKind::ForeignKey(key) => {
            let target = key.target.as_deref()?;
            let keys: Option<Vec<String>> = key.target_columns.as_ref().and_then(|all| all.iter().cloned().collect());
            let keys = keys.or_else(|| ground.table(target)?.primary_key.as_ref()?.known().cloned())?;
            let columns = columns.filter(|columns| columns.len() == keys.len())?;
            // Copying rows checks no foreign key unless they are on; the rows would be wrong all the same.
            Some(Question::orphan(table, &columns, target, &keys))
        }
        ConstraintKind::Exclude | ConstraintKind::Index(_) => None,
    }
}

/// What a statement that no operation stands for does: rows are written, or a setting is changed.
pub(crate) fn of_sql(text: &str, ground: &Ground) -> Vec<Deed> {
    let words: Vec<String> =
        text.split(|c: char| c.is_whitespace() || c == '(' || c == ';').map(str::to_owned).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).filter(|word| !word.is_empty()).collect();
    let word = |at: usize| words.get(at).map(|word| word.to_uppercase()).unwrap_or_default();
    let named = |at: usize| words.get(at).map(|name| name.trim_matches(['"', '`', '[', ']']).to_owned());
    let has_condition = words.iter().any(|word| word.eq_ignore_ascii_case("where"));
    let rows = |table: Option<String>, what: &str| match table {
        Some(table) => on(ground, &table, what.to_owned(), Work::Rows),
        None => statement(),
    };
    match (word(0).as_str(), word(1).as_str()) {
        ("UPDATE", "OR") => vec![rows(named(3), "update rows")],
        ("UPDATE", _) => vec![rows(named(1), "update rows")],
        ("INSERT", "INTO") | ("REPLACE", "INTO") => vec![rows(named(2), "insert rows")],
        ("INSERT", "OR") => vec![rows(named(4), "insert rows")],
        ("DELETE", "FROM") => {
            let mut deed = rows(named(2), "delete rows");
            deed.loss = named(2).filter(|_| !has_condition).map(|table| Loss {
                kind: LossKind::Rows,
                table,
                column: None,
                dependants: Vec::new(),
            });
            vec![deed]
        }
        ("SELECT" | "PRAGMA" | "BEGIN" | "COMMIT" | "SAVEPOINT" | "RELEASE" | "EXPLAIN" | "VALUES", _) => Vec::new(),
        _ => {
            let words: Vec<&str> = words.into_iter().take(5).collect();
            vec![Deed::unknown(format!("execute {} …", words.join(" ")), "what it does")]
        }
    }
}
