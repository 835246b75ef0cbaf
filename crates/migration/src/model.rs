//! Declarative models inside a migration: their tables, and what `create_all` makes of them.

use std::rc::Rc;

use super::column::table_spec;
use super::namespace::Namespace;
use super::object::{Class, Code, Nature};
use super::spec::{Arguments, TableSpec};
use super::value::Value;
use super::{Interpreter, UnreadKind};

impl Interpreter<'_> {
    /// `Model.__table__`: the columns of the class and of its mixins. A base that cannot be read may hold more of them.
    pub(super) fn model_table(&mut self, class: &Rc<Class>) -> Value {
        let Some(name) = class.attribute("__tablename__").and_then(|name| name.text()) else { return Value::Unknown };
        let (mut parts, mut schema) = (Vec::new(), Namespace::Default);
        for (label, value) in class.attributes.borrow().clone() {
            let value = match value {
                Value::Function(function) if is_declared(&function.code) => {
                    let itself = Arguments { positional: vec![Value::Class(class.clone())], ..Arguments::default() };
                    self.call_function(&function, itself)
                }
                other => other,
            };
            match value {
                Value::Column(column) => {
                    let mut column = column.borrow().clone();
                    let name = column.name.get_or_insert_with(|| label.to_string()).clone();
                    for constraint in &mut column.constraints {
                        constraint.columns.get_or_insert_default().fill(Some(name.clone()));
                    }
                    parts.push(Value::Column(Rc::new(column.into())));
                }
                value if label.as_str() == "__table_args__" => {
                    for item in value.items().map_or_else(|| vec![value], |(items, _)| items) {
                        match &item {
                            Value::Dict(options) => {
                                let mut options = options.borrow().clone().into_iter();
                                let held = options.find(|(key, _)| key.text().as_deref() == Some("schema"));
                                schema = held.map_or(Namespace::Default, |(_, value)| self.namespace_of(&value));
                            }
                            _ => parts.push(item),
                        }
                    }
                }
                _ => {}
            }
        }
        let name = self.in_namespace(&name, &schema);
        Value::Table(Rc::new(table_spec(name, &parts, class.nature == Nature::Model)))
    }

    pub(super) fn create_model(&mut self, table: &TableSpec) {
        if table.name.is_some() {
            self.record_table(table.clone(), true);
        }
    }

    /// `metadata.create_all(bind, tables=[…])`. Without a list it makes whatever is in it: of the application's own, whatever
    /// its models are today.
    pub(super) fn create_all(&mut self, receiver: &Value, arguments: &Arguments) -> Value {
        let on_its_connection = matches!(arguments.get(0, "bind"), Some(Value::Connection)) && !arguments.open;
        let tables = match arguments.get(1, "tables") {
            Some(tables) => tables.items(),
            None if on_its_connection => self.tables_of_metadata(receiver).map(|tables| (tables, false)),
            None => None,
        };
        let mut unread = tables.as_ref().is_none_or(|(_, partial)| *partial);
        for table in tables.map(|(items, _)| items).unwrap_or_default() {
            match &table {
                Value::Table(table) if table.name.is_some() => self.create_model(table),
                _ => unread = true,
            }
        }
        if unread {
            self.recorder.changes += 1;
            self.unread(UnreadKind::Schema, "it creates all tables of models that are not listed");
        }
        Value::None
    }
}

/// Whether SQLAlchemy calls it for its column: `@declared_attr`.
fn is_declared(code: &Code) -> bool {
    use ruff_python_ast::Expr;
    let Code::Function(definition) = code else { return false };
    definition.decorator_list.iter().any(|decorator| match &decorator.expression {
        Expr::Name(name) => name.id.as_str() == "declared_attr",
        Expr::Attribute(attribute) => attribute.attr.as_str() == "declared_attr",
        _ => false,
    })
}
