//! `show --operations`: what a revision does, operation by operation, in words and as JSON.

use serde_json::{Value, json};

use super::super::evidence::History;
use super::super::files::Files;
use super::super::output::revision;
use crate::error::Error;
use history::Node;
use schema::operation::{Certainty, ColumnChange, ConstraintKind, Operation, OperationKind as K, Reach};
use schema::operation::{ConstraintSpec, EnumChange, IndexSpec, TablePart};
use schema::{Belief, Entry, Setting, Tape, Unread};

/// The tape of a revision: of its upgrade, or of its downgrade.
pub(super) fn tape(files: &Files, id: &str, setting: &Setting, downgrade: bool) -> Result<Tape, Error> {
    if downgrade {
        return History::downgrade_of(files, id, setting);
    }
    let history = History::up_to(files, id, setting)?;
    let place = history.ids.iter().position(|held| held == id);
    Ok(place.map(|place| history.effects[place].tape.clone()).unwrap_or_default())
}

/// A revision with its operations, as JSON.
pub(super) fn in_json(node: &Node, tape: &Tape) -> Value {
    let mut shown = revision(node);
    shown["operations"] = entries_in_json(&tape.entries);
    shown["data"] = tape.data.into();
    let path = &node.revision.path;
    let unread =
        |unread: &Unread| json!({ "path": path, "line": unread.line, "what": unread.what, "may_change": unread.kind });
    shown["unread"] = tape.unread.iter().map(unread).collect();
    shown
}

fn entries_in_json(entries: &[Entry]) -> Value {
    let each = |entry: &Entry| match entry {
        Entry::Operation(operation) => serde_json::to_value(operation).unwrap_or_default(),
        Entry::Attempt(entries) => json!({ "attempt": entries_in_json(entries) }),
        Entry::Either(one, other) => json!({ "either": [entries_in_json(one), entries_in_json(other)] }),
    };
    entries.iter().map(each).collect()
}

/// A revision with its operations, a line each.
pub(super) fn in_text(node: &Node, tape: &Tape) -> String {
    let mut text = format!("{} ({})\n", node.revision.id, node.revision.path.display());
    add(&mut text, &tape.entries, "");
    for unread in &tape.unread {
        let (file, line, may) = (node.revision.path.display(), unread.line, unread.kind.words());
        text += &format!("{line:>6}  unread, may change {may}: {unread} ({file}:{line})\n");
    }
    match (tape.data, tape.nothing) {
        (true, _) => text += "        it also changes data, or may\n",
        (false, true) => text += "        nothing\n",
        (false, false) => {}
    }
    text
}

fn add(text: &mut String, entries: &[Entry], doubt: &str) {
    for entry in entries {
        match entry {
            Entry::Operation(operation) => {
                let guard = match operation.certainty {
                    Certainty::Certain => String::new(),
                    Certainty::Guarded { line } => format!("  (the condition on line {line} decides)"),
                };
                *text += &format!("{:>6}  {}{guard}{doubt}\n", operation.line, words(operation));
            }
            Entry::Attempt(entries) => add(text, entries, "  (may have failed)"),
            Entry::Either(one, other) => {
                add(text, one, "  (one of two branches)");
                add(text, other, "  (the other branch)");
            }
        }
    }
}

/// How many characters of a statement are shown.
const STATEMENT: usize = 60;

/// One operation, much as SQL has it.
fn words(operation: &Operation) -> String {
    match &operation.kind {
        K::CreateTable { table, .. } => {
            let columns = table.columns.iter().map(|column| match (&column.name, &column.kind.text) {
                (Some(name), Some(kind)) => format!("{name} {kind}"),
                (name, _) => name.clone().unwrap_or_else(|| "?".to_owned()),
            });
            let name = table.name.as_deref().unwrap_or("?");
            format!("create table {name} ({})", columns.collect::<Vec<_>>().join(", "))
        }
        K::DropTable { table } => format!("drop table {table}"),
        K::RenameTable { from, to } => format!("rename table {from} to {to}"),
        K::AddColumn { table, column, .. } => {
            let kind = column.kind.text.as_deref().unwrap_or("of an unknown type");
            let null = if column.nullable == Some(false) { " not null" } else { "" };
            let default = column.default_text.as_ref().map(|text| format!(" default {text}")).unwrap_or_default();
            format!("add column {table}.{} {kind}{null}{default}", column.name.as_deref().unwrap_or("?"))
        }
        K::DropColumn { table, column } => format!("drop column {table}.{column}"),
        K::AlterColumn { table, column, change } => format!("alter column {table}.{column}:{}", changed(change)),
        K::AddConstraint { table, constraint } => format!("alter table {table} add {}", constraint_words(constraint)),
        K::DropConstraint { table, name, .. } => {
            format!("drop constraint {} of {table}", name.as_deref().unwrap_or("?"))
        }
        K::RenameConstraint { table, from, to } => format!("rename constraint {from} of {table} to {to}"),
        K::CreateIndex { name, table, index, .. } => {
            let options = &index.options;
            let unique = if options.unique == Some(true) { "unique " } else { "" };
            let concurrently = if options.concurrently { "concurrently " } else { "" };
            let using = options.method.as_ref().map(|method| format!(" using {method}")).unwrap_or_default();
            let only = options.predicate.as_ref().map(|condition| format!(" where {condition}")).unwrap_or_default();
            format!("create {unique}index {concurrently}{name} on {table}{using} ({}){only}", key_parts(index))
        }
        K::DropIndex { name, .. } => format!("drop index {}", name.as_deref().unwrap_or("?")),
        K::RenameIndex { from, to } => format!("rename index {from} to {to}"),
        K::CreateEnum { name, labels, .. } => {
            format!("create type {name} ({})", labels.as_ref().map_or_else(|| "?".to_owned(), |all| all.join(", ")))
        }
        K::DropEnum { name } => format!("drop type {name}"),
        K::RenameEnum { from, to } => format!("rename type {from} to {to}"),
        K::AlterEnum { name, change: EnumChange::Set(labels) } => format!("set type {name} ({})", labels.join(", ")),
        K::AlterEnum { name, change: EnumChange::Add { label, .. } } => format!("add value {label} to type {name}"),
        K::AlterEnum { name, change: EnumChange::Rename { from, to } } => {
            format!("rename value {from} of type {name} to {to}")
        }
        K::Create { object, .. } => format!("create {}", schema::evidence::name(object)),
        K::Drop { object } => format!("drop {}", schema::evidence::name(object)),
        K::Execute => executed(operation.sql.as_deref()),
        K::Unread(reach) => reached(reach),
    }
}

/// The beginning of a statement, on one line.
fn executed(sql: Option<&str>) -> String {
    let Some(sql) = sql else { return "execute a statement that is not known".to_owned() };
    let words = sql.split_whitespace().collect::<Vec<_>>().join(" ");
    match words.char_indices().nth(STATEMENT) {
        Some((end, _)) => format!("execute {} …", words[..end].trim_end()),
        None => format!("execute {words}"),
    }
}

fn changed(change: &ColumnChange) -> String {
    let mut said = String::new();
    let unknown = "unknown";
    if let Some(kind) = &change.kind {
        said += &format!(" type {}", kind.text.as_deref().unwrap_or(unknown));
    }
    match &change.nullable {
        Some(Belief::Known(true)) => said += " null",
        Some(Belief::Known(false)) => said += " not null",
        Some(Belief::Unknown) => said += " null or not null, unknown",
        None => {}
    }
    match (&change.default, &change.default_text) {
        (Some(Belief::Known(false)), _) => said += " no default",
        (Some(_), Some(text)) => said += &format!(" default {text}"),
        (Some(_), None) => said += " default unknown",
        (None, _) => {}
    }
    if let Some(name) = &change.name {
        said += &format!(" renamed to {}", name.known().map_or(unknown, String::as_str));
    }
    said
}

fn constraint_words(constraint: &ConstraintSpec) -> String {
    let name = constraint.name.name().map(|name| format!(" {name}")).unwrap_or_default();
    let columns = columns(constraint.columns.as_deref());
    match &constraint.kind {
        ConstraintKind::PrimaryKey => format!("primary key{name} ({columns})"),
        ConstraintKind::Unique => format!("unique constraint{name} ({columns})"),
        ConstraintKind::ForeignKey(key) => {
            format!("foreign key{name} ({columns}) references {}", key.target.as_deref().unwrap_or("?"))
        }
        ConstraintKind::Check { condition } => format!("check{name} ({})", condition.as_deref().unwrap_or("?")),
        ConstraintKind::Exclude => format!("exclusion constraint{name}"),
        ConstraintKind::Index(_) => format!("index{name} ({columns})"),
    }
}

/// Columns by name, expressions as SQL has them.
fn key_parts(index: &IndexSpec) -> String {
    let mut expressions = index.options.expressions.iter();
    let mut part = |column: &Option<String>| {
        column.as_ref().or_else(|| expressions.next()).cloned().unwrap_or_else(|| "?".to_owned())
    };
    let parts = index.columns.as_ref().map(|all| all.iter().map(&mut part).collect::<Vec<_>>().join(", "));
    parts.unwrap_or_else(|| "?".to_owned())
}

fn columns(columns: Option<&[Option<String>]>) -> String {
    let each = |column: &Option<String>| column.clone().unwrap_or_else(|| "?".to_owned());
    columns.map_or_else(|| "?".to_owned(), |all| all.iter().map(each).collect::<Vec<_>>().join(", "))
}

fn reached(reach: &Reach) -> String {
    let part = |part: &TablePart| match part {
        TablePart::Everything | TablePart::Unreflected => "anything",
        TablePart::Indexes => "the indexes",
        TablePart::Columns | TablePart::DroppedColumns => "the columns",
    };
    match reach {
        Reach::Table { table, part: changed, .. } => format!("unread, may change {} of {table}", part(changed)),
        Reach::TableInAnySchema { name, part: changed } => {
            format!("unread, may change {} of {name} in any schema", part(changed))
        }
        Reach::Column { table, column } => {
            format!("makes {table} anew, perhaps with another {}", column.name.as_deref().unwrap_or("?"))
        }
        Reach::Objects => "unread, may change views, functions, extensions and triggers".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use schema::Subject;

    use super::*;

    #[test]
    fn an_operation_is_a_line_and_says_what_decides_it() {
        let drop = |certainty| {
            let kind = K::Drop { object: Subject::View("v".to_owned()) };
            Entry::Operation(Operation { certainty, ..Operation::certain(kind, 7) })
        };
        let mut text = String::new();
        add(&mut text, &[drop(Certainty::Certain), drop(Certainty::Guarded { line: 5 })], "");
        add(&mut text, &[Entry::Attempt(vec![drop(Certainty::Certain)])], "");
        let lines = [
            "     7  drop view v\n",
            "     7  drop view v  (the condition on line 5 decides)\n",
            "     7  drop view v  (may have failed)\n",
        ];
        assert_eq!(text, lines.concat());
    }
}
