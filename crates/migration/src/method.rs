//! Methods, by what they are called on.

use std::rc::Rc;

use ruff_python_ast::name::Name;

use super::call::{is_followed, only_looks};
use super::container::sequence_method;
use super::decoration::Receives;
use super::known;
use super::object::Instance;
use super::operation::Placed;
use super::session::is_session_of;
use super::spec::{Arguments, ConstraintKind, ConstraintSpec, SqlType, TableSpec};
use super::url;
use super::value::Value;
use super::{Interpreter, UnreadKind};
use schema::Subject;
use schema::operation::OperationKind;

impl Interpreter<'_> {
    pub(super) fn call_method(&mut self, receiver: &Value, name: &Name, arguments: Arguments) -> Value {
        self.acted |= !only_looks(receiver, Some(name));
        if matches!(receiver, Value::Unknown | Value::Type(_) | Value::Outside(_)) && is_session_of(name, &arguments) {
            return Value::Connection;
        }
        self.look_at_call(receiver, name, Some(name), &arguments);
        if !is_followed(receiver, Some(name)) {
            // What a library makes of a connection is executed later, and noticed there.
            match receiver {
                Value::Unknown | Value::Outside(_) | Value::Type(_) if known::may_change_schema(name) => {
                    self.unread(UnreadKind::Either, format!("it calls {name} of an object that is not followed"));
                    self.data = true;
                    self.doubt_arguments(&arguments);
                }
                _ => self.not_followed(&arguments),
            }
        }
        self.release_metadata(name, &arguments);
        match name.as_str() {
            "create_all" => return self.create_all(receiver, &arguments),
            "drop_all" => {
                self.recorder.changes += 1;
                self.unread(UnreadKind::Schema, "it drops all tables of models that are not listed");
                return Value::None;
            }
            _ => {}
        }
        match receiver {
            Value::Op(batch) => {
                let before = self.recorder.changes;
                let made = self.operation(batch.as_deref(), name, &arguments);
                if batch.is_some() && known::is(name, known::OPERATES) && !is_at_once(name) {
                    self.leave_to_batch(before);
                }
                made
            }
            Value::Outside(module) => match self.attribute(receiver, name) {
                Value::Outside(full) => self.construct(&full, &arguments),
                Value::Op(_) | Value::Context => Value::Unknown,
                _ => self.construct(module, &arguments),
            },
            Value::Module(_) | Value::Class(_) => self.method_of_definition(receiver, name, arguments),
            Value::Instance(instance) => self.instance_method(receiver, instance, name, arguments),
            Value::Str(text) | Value::FinalName(text) => self.string_method(text, name, &arguments),
            Value::Member(member) => match member.value.text() {
                Some(text) => self.string_method(&text, name, &arguments),
                None => Value::Unknown,
            },
            Value::Fragment(_) if name.as_str() == "format" => receiver.clone(),
            Value::Fragment(text) if name.as_str() == "startswith" && arguments.positional.len() == 1 => {
                url::starts_with(text, &arguments.positional[0]).map_or(Value::Unknown, Value::Bool)
            }
            Value::List(list) => self.list_method(list, name, &arguments),
            Value::Dict(dict) => self.dict_method(dict, name, &arguments),
            Value::Set(items) => self.set_method(receiver, items, name, &arguments),
            Value::Tuple(items) => sequence_method(items, name, &arguments),
            Value::Type(kind) => self.type_method(receiver, kind, name, &arguments),
            Value::Shipped(shipped) => self.shipped_method(receiver, shipped, name, &arguments),
            Value::Connection | Value::Context => self.connection_method(name, &arguments),
            Value::Inspector(asked) => self.inspect(asked, name, &arguments),
            Value::Url => self.url_method(name),
            Value::Table(table) => self.table_method(table, name),
            Value::Constraint(constraint) => self.constraint_method(constraint, name),
            Value::Sequence(label) => self.sequence_method(label, name),
            Value::Sql(_) if matches!(name.as_str(), "bindparams" | "columns" | "execution_options") => {
                receiver.clone()
            }
            Value::Decorator => Value::Unknown,
            Value::Dialect if name.as_str() == "type_descriptor" => {
                let kind = arguments.positional.first().cloned().unwrap_or(Value::Unknown);
                self.as_type(&kind)
            }
            Value::Sql(_) | Value::Ddl(..) | Value::Expression
                if matches!(name.as_str(), "execute" | "exec_driver_sql" | "scalar") =>
            {
                self.unread(UnreadKind::Either, "it executes a statement on a connection of its own");
                Value::Unknown
            }
            Value::Result => Value::Result,
            Value::ColumnName(_) => receiver.clone(),
            Value::Expression => Value::Expression,
            _ => Value::Unknown,
        }
    }

    fn method_of_definition(&mut self, receiver: &Value, name: &Name, arguments: Arguments) -> Value {
        let callee = self.attribute(receiver, name);
        if let (Value::Class(class), Value::Function(function)) = (receiver, &callee) {
            let mut all = arguments;
            match function.receives() {
                Receives::Class => all.positional.insert(0, Value::Class(class.clone())),
                Receives::Itself | Receives::Nothing => {}
                Receives::Property | Receives::Else => {
                    self.misread(format!("it calls {name}, which is decorated"));
                }
            }
            return self.call_function(function, all);
        }
        self.call_value(&callee, arguments)
    }

    fn instance_method(
        &mut self,
        receiver: &Value,
        instance: &Rc<Instance>,
        name: &Name,
        arguments: Arguments,
    ) -> Value {
        match instance.class.attribute(name) {
            Some(Value::Function(function)) => {
                let mut all = arguments;
                match function.receives() {
                    Receives::Itself => all.positional.insert(0, receiver.clone()),
                    Receives::Class => all.positional.insert(0, Value::Class(instance.class.clone())),
                    Receives::Nothing => {}
                    Receives::Property | Receives::Else => {
                        self.misread(format!("it calls {name}, which is decorated"));
                    }
                }
                self.call_function(&function, all)
            }
            Some(callee) => self.call_value(&callee, arguments),
            None => Value::Unknown,
        }
    }

    fn connection_method(&mut self, name: &Name, arguments: &Arguments) -> Value {
        match name.as_str() {
            "execute" | "exec_driver_sql" | "executemany" | "executescript" | "scalar" | "scalars" => {
                let statement = arguments.positional.first().unwrap_or(&Value::Unknown);
                // Newer versions of SQLAlchemy take no plain text there.
                self.unclear += u32::from(matches!(statement, Value::Str(_)));
                self.execute(statement);
                Value::Result
            }
            "get_bind" | "connect" | "connection" | "cursor" | "raw_connection" | "begin" | "execution_options"
            | "begin_nested" | "autocommit_block" => Value::Connection,
            "rollback" if self.recorder.changes > 0 => {
                self.misread("it takes back what it did");
                Value::None
            }
            "is_offline_mode" => Value::Bool(false),
            // Whatever `-x` was given.
            "get_x_argument" => Value::Unknown,
            "get_context" => Value::Context,
            "run_callable" | "run_sync" => {
                let callee = arguments.positional.first().cloned().unwrap_or(Value::Unknown);
                let call = Arguments { positional: vec![Value::Connection], ..Arguments::default() };
                self.call_value(&callee, call)
            }
            _ => Value::Unknown,
        }
    }

    fn table_method(&mut self, table: &TableSpec, name: &Name) -> Value {
        match (name.as_str(), &table.name) {
            ("create", Some(_)) => {
                self.create_model(table);
                Value::None
            }
            ("drop", Some(label)) => {
                self.record_drop_table(label.clone());
                Value::None
            }
            ("create" | "drop", None) => {
                self.lost(if name.as_str() == "create" { "create_table" } else { "drop_table" }, &Placed::Nowhere);
                Value::None
            }
            ("append_column" | "append_constraint", _) => {
                self.misread("it adds to a table object");
                Value::None
            }
            _ => Value::Expression,
        }
    }

    fn constraint_method(&mut self, constraint: &ConstraintSpec, name: &Name) -> Value {
        if let (ConstraintKind::Index(_), "drop", Some(label)) =
            (&constraint.kind, name.as_str(), constraint.name.name())
        {
            self.record_drop_index(Some(label), None);
        } else if known::is(name, known::CHANGES_SCHEMA) {
            self.recorder.changes += 1;
            self.unread(UnreadKind::Schema, format!("it calls {name} of a constraint or an index"));
        }
        Value::None
    }

    fn sequence_method(&mut self, label: &str, name: &Name) -> Value {
        match name.as_str() {
            "create" => {
                self.record_create(Subject::Sequence(label.to_string()), false);
                Value::None
            }
            "drop" => {
                self.record_drop(Subject::Sequence(label.to_string()));
                Value::None
            }
            "next_value" => Value::Sql(Box::new(Value::str(format!("nextval('{label}')")))),
            _ => Value::Expression,
        }
    }

    fn type_method(&mut self, receiver: &Value, kind: &SqlType, name: &Name, arguments: &Arguments) -> Value {
        let Some(enumeration) = kind.enumeration.as_ref().filter(|e| e.native) else {
            return self.variant(receiver, name, arguments);
        };
        match (name.as_str(), &enumeration.name) {
            ("create", Some(label)) => {
                let checked = arguments.keyword("checkfirst").and_then(Value::truth) != Some(false);
                let labels = enumeration.labels.clone();
                let name = label.clone();
                self.record(OperationKind::CreateEnum { name, labels, if_not_exists: checked });
                Value::None
            }
            ("drop", Some(label)) => {
                self.record(OperationKind::DropEnum { name: label.clone() });
                Value::None
            }
            _ => self.variant(receiver, name, arguments),
        }
    }

    /// What stays a type.
    fn variant(&mut self, receiver: &Value, name: &Name, arguments: &Arguments) -> Value {
        match name.as_str() {
            "with_variant" => {
                let dialect = self.dialect().name();
                let names = arguments.positional.iter().skip(1);
                if names.filter_map(Value::text).any(|name| &*name == dialect) {
                    let variant = arguments.positional[0].clone();
                    return self.as_type(&variant);
                }
                receiver.clone()
            }
            "evolve" | "copy" | "adapt" => receiver.clone(),
            _ => Value::Unknown,
        }
    }
}

/// Whether an operation is carried out where it stands, even if a batch makes it.
fn is_at_once(name: &str) -> bool {
    matches!(name, "execute" | "bulk_insert" | "run_async" | "create_table" | "drop_table" | "rename_table")
}
