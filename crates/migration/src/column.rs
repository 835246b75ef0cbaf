//! Columns and tables, out of SQLAlchemy's constructors.

use std::cell::RefCell;
use std::rc::Rc;

use super::Interpreter;
use super::default::default_text;
use super::signature::is_of_a_dialect;
use super::spec::{Arguments, ColumnSpec, ConstraintKind, ConstraintSpec, IndexOptions, Naming, SqlType, TableSpec};
use super::value::Value;

/// Keywords of `Column` that are read here, and those that no catalogue shows.
const KEYWORDS: [&str; 27] = [
    "name",
    "type_",
    "nullable",
    "primary_key",
    "server_default",
    "unique",
    "index",
    "autoincrement",
    "default",
    "default_factory",
    "insert_default",
    "doc",
    "info",
    "onupdate",
    "server_onupdate",
    "quote",
    "comment",
    "insert_sentinel",
    "init",
    "repr",
    "compare",
    "kw_only",
    "sort_order",
    "deferred",
    "active_history",
    "hash",
    "use_existing_column",
];

/// What stands in a column beside its name and its type.
#[derive(Default)]
struct Parts {
    kind: Option<Value>,
    constraints: Vec<ConstraintSpec>,
    default: Option<Value>,
    /// Something in it is not known.
    open: bool,
}

impl Interpreter<'_> {
    pub(super) fn column(&mut self, arguments: &Arguments) -> Value {
        let mut positional = arguments.positional.as_slice();
        let mut name = arguments.keyword("name").and_then(Value::text);
        if arguments.keyword("name").is_none()
            && let Some((first, rest)) = positional.split_first()
            && (first.text().is_some() || first.is_unknown() || matches!(first, Value::Fragment(_) | Value::None))
            && !matches!(first, Value::Sql(_))
        {
            name = first.text();
            positional = rest;
        }
        let mut parts = Parts { kind: arguments.keyword("type_").cloned(), ..Parts::default() };
        parts.open = arguments.open;
        parts.open |= arguments.keywords.iter().any(|(keyword, _)| {
            !KEYWORDS.contains(&keyword.as_str())
                && keyword != "key"
                && keyword != "system"
                && !is_of_a_dialect(keyword)
        });
        positional.iter().for_each(|value| parts.take(value));
        let kind = parts.kind.take().map(|kind| self.sql_type(&kind)).unwrap_or_default();
        Value::Column(Rc::new(RefCell::new(self.column_spec(
            name.map(|name| name.to_string()),
            kind,
            parts,
            arguments,
        ))))
    }

    fn column_spec(&self, name: Option<String>, kind: SqlType, parts: Parts, arguments: &Arguments) -> ColumnSpec {
        let flag = |name: &str| arguments.keyword(name).map_or(Some(false), Value::truth);
        let default = arguments.keyword("server_default").filter(|value| !matches!(value, Value::None));
        let default = default.or(parts.default.as_ref()).unwrap_or(&Value::None);
        let identity = matches!(default, Value::Ddl("IDENTITY", _));
        let primary_key = flag("primary_key");
        let nullable = match arguments.keyword("nullable") {
            // An identity takes no NULL, whatever the column says.
            _ if identity && self.dialect() == schema::Dialect::PostgreSql => Some(false),
            None => primary_key.map(|key| !key),
            Some(value) => value.truth(),
        };
        let mut constraints = parts.constraints;
        constraints.extend(bound_check(&kind, name.as_deref()));
        let column = vec![name.clone()];
        for constraint in &mut constraints {
            if constraint.columns.is_none() && matches!(constraint.kind, ConstraintKind::ForeignKey(_)) {
                constraint.columns = Some(column.clone());
            }
        }
        // Whether there is a key of this kind is not known.
        let (unique, index) = (flag("unique"), flag("index"));
        let unreadable = |kind| ConstraintSpec { name: Naming::Unreadable, columns: None, kind };
        if primary_key.is_none() {
            constraints.push(unreadable(ConstraintKind::PrimaryKey));
        }
        if unique.is_none() || index.is_none() || parts.open {
            constraints.push(unreadable(ConstraintKind::Unique));
            constraints.push(unreadable(ConstraintKind::Index(IndexOptions::default())));
        }
        ColumnSpec {
            name,
            default: self.has_default(default, kind.text.as_deref()).filter(|_| !parts.open),
            default_text: default_text(default),
            kind: if parts.open { SqlType::default() } else { kind },
            nullable: nullable.filter(|_| !parts.open),
            primary_key: primary_key == Some(true),
            unique: unique == Some(true) && index.is_some(),
            index: index == Some(true) && unique.is_some(),
            constraints,
        }
    }
}

impl Parts {
    fn take(&mut self, value: &Value) {
        match value {
            Value::Constraint(constraint) => self.constraints.push((**constraint).clone()),
            Value::Sequence(_) => {}
            Value::Ddl("IDENTITY" | "COMPUTED" | "FETCHED", _) => self.default = Some(value.clone()),
            value if self.kind.is_none() => self.kind = Some(value.clone()),
            _ => self.open = true,
        }
    }
}

/// The check that `create_constraint=True` of a type brings along.
pub(super) fn bound_check(kind: &SqlType, column: Option<&str>) -> Option<ConstraintSpec> {
    let name = kind.enumeration.as_ref()?.check.clone()?;
    let columns = Some(vec![column.map(str::to_owned)]);
    // Its condition is SQLAlchemy's own, and names the column.
    Some(ConstraintSpec { name, columns, kind: ConstraintKind::Check { condition: column.map(str::to_owned) } })
}

/// A table out of its columns and constraints.
pub(super) fn table_spec(name: Option<String>, parts: &[Value], open: bool) -> TableSpec {
    /// Far more than a table has: what follows is left open, since each part is compared with the others.
    const LOOKED_AT: usize = 4_000;
    let open = open || parts.len() > LOOKED_AT;
    let mut table = TableSpec { name, columns: Vec::new(), constraints: Vec::new(), open };
    for part in parts.iter().take(LOOKED_AT) {
        match part {
            Value::Column(column) => table.columns.push(column.borrow().clone()),
            Value::Constraint(constraint) => table.constraints.push((**constraint).clone()),
            _ => table.open = true,
        }
    }
    table
}
