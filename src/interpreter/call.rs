//! Calls, and attributes of values.

use std::rc::Rc;

use ruff_python_ast::name::Name;
use ruff_python_ast::{Expr, ExprCall};

use super::Interpreter;
use super::spec::Arguments;
use super::statement::Frame;
use super::value::{Nature, Value};

impl Interpreter<'_> {
    pub(super) fn call_expression(&mut self, call: &ExprCall, frame: &Frame) -> Value {
        let (receiver, name) = match &*call.func {
            Expr::Attribute(attribute) => (self.expression(&attribute.value, frame), Some(&attribute.attr.id)),
            other => (self.expression(other, frame), None),
        };
        let arguments = self.arguments(&call.arguments, frame);
        if self.raised {
            return Value::Unknown;
        }
        match name {
            Some(name) => self.call_method(&receiver, name, arguments),
            None => self.call_value(&receiver, arguments),
        }
    }

    pub(super) fn call_value(&mut self, callee: &Value, arguments: Arguments) -> Value {
        self.acted |= !only_looks(callee, None);
        match callee {
            Value::Function(function) => self.call_function(function, arguments),
            Value::Class(class) => self.instantiate(class, arguments),
            Value::Outside(name) => self.construct(name, &arguments),
            Value::Builtin(name) => self.builtin(name, &arguments),
            Value::Method(method) => self.call_method(&method.0, &method.1, arguments),
            Value::Partial(partial) => {
                let mut all = partial.1.clone();
                all.positional.extend(arguments.positional);
                all.keywords.extend(arguments.keywords);
                self.call_value(&partial.0, all)
            }
            Value::Type(_) => callee.clone(),
            _ => Value::Unknown,
        }
    }

    pub(super) fn attribute(&mut self, object: &Value, name: &Name) -> Value {
        match object {
            Value::Unknown | Value::None => Value::Unknown,
            Value::Outside(module) if &**module == "alembic" => match name.as_str() {
                "op" => Value::Op(None),
                "context" => Value::Context,
                _ => Value::Outside(format!("{module}.{name}").into()),
            },
            Value::Outside(module) => Value::Outside(format!("{module}.{name}").into()),
            Value::Module(module) => match module.globals.get(name) {
                Some(Value::Import(import)) => self.resolve(&import),
                Some(value) => value,
                None => {
                    let folder = module.path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
                    if module.path.ends_with("__init__.py") {
                        self.find(name, Some(&folder)).map_or(Value::Unknown, Value::Module)
                    } else {
                        Value::Unknown
                    }
                }
            },
            Value::Class(class) => {
                if class.nature == Nature::Enum {
                    let members = class.members();
                    if name.as_str() == "__members__" {
                        let pairs = members.into_iter().filter_map(|member| match &member {
                            Value::Member(held) => Some((Value::str(&held.name), member)),
                            _ => None,
                        });
                        return Value::dict(pairs.collect());
                    }
                    let found = members.into_iter().find(|m| matches!(m, Value::Member(m) if m.name == *name));
                    if let Some(member) = found {
                        return member;
                    }
                }
                if name.as_str() == "__table__" {
                    return self.model_table(class);
                }
                if name.as_str() == "__name__" {
                    return Value::str(&class.name);
                }
                class.attribute(name).unwrap_or(Value::Unknown)
            }
            Value::Instance(instance) => {
                let own = instance.attributes.borrow().get(name).cloned();
                match own.or_else(|| instance.class.attribute(name)) {
                    Some(Value::Function(_)) => Value::Method(Rc::new((object.clone(), name.clone()))),
                    Some(value) => value,
                    None => Value::Unknown,
                }
            }
            Value::Member(member) => match name.as_str() {
                "value" => member.value.clone(),
                "name" => Value::str(&member.name),
                _ => Value::Unknown,
            },
            Value::Connection | Value::Context | Value::Inspector => match name.as_str() {
                "dialect" => Value::Dialect,
                "engine" | "bind" | "connection" => Value::Connection,
                "name" => Value::str(self.dialect().name()),
                "as_sql" => Value::Bool(false),
                "config" => Value::Unknown,
                _ => Value::Method(Rc::new((object.clone(), name.clone()))),
            },
            Value::Dialect => match name.as_str() {
                "name" => Value::str(self.dialect().name()),
                _ => Value::Unknown,
            },
            Value::Column(column) => match name.as_str() {
                "name" => column.borrow().name.as_ref().map_or(Value::Unknown, Value::str),
                "nullable" => column.borrow().nullable.map_or(Value::Unknown, Value::Bool),
                "type" => Value::Type(Rc::new(column.borrow().kind.clone())),
                _ => Value::Method(Rc::new((object.clone(), name.clone()))),
            },
            Value::Table(table) => match name.as_str() {
                "c" | "columns" => Value::TableColumns,
                "name" => table.name.as_ref().map_or(Value::Unknown, Value::str),
                _ => Value::Method(Rc::new((object.clone(), name.clone()))),
            },
            Value::TableColumns => Value::ColumnName(name.as_str().into()),
            Value::Type(kind) => {
                let enumeration = kind.enumeration.as_ref();
                match name.as_str() {
                    "name" => enumeration.and_then(|e| e.name.as_ref()).map_or(Value::Unknown, Value::str),
                    "enums" => enumeration.and_then(|e| e.labels.as_ref()).map_or(Value::Unknown, Value::strings),
                    // Whatever is called like a class and is not known is taken for a type.
                    _ if kind.text.is_none() && enumeration.is_none() => Value::Unknown,
                    _ => Value::Method(Rc::new((object.clone(), name.clone()))),
                }
            }
            Value::Expression => Value::Expression,
            Value::Decorator if name.as_str() == "impl" => Value::Unknown,
            _ => Value::Method(Rc::new((object.clone(), name.clone()))),
        }
    }
}

/// Whether a call certainly changes nothing. What it leads to inside the checkout is followed, and asked in its turn.
pub(super) fn only_looks(receiver: &Value, method: Option<&str>) -> bool {
    const LIBRARIES: [&str; 4] = ["logging", "sqlalchemy", "typing", "warnings"];
    // They call nothing that they are given.
    const BUILTINS: [&str; 18] = [
        "all",
        "any",
        "bool",
        "dict",
        "enumerate",
        "getattr",
        "hasattr",
        "int",
        "isinstance",
        "len",
        "list",
        "print",
        "range",
        "repr",
        "set",
        "str",
        "tuple",
        "zip",
    ];
    match (receiver, method) {
        (Value::Op(_), Some(name)) => matches!(name, "f" | "get_bind" | "get_context"),
        (Value::Connection | Value::Context, Some(name)) => {
            matches!(name, "get_bind" | "connect" | "get_context" | "is_offline_mode")
        }
        (Value::Outside(name), _) => LIBRARIES.contains(&name.split('.').next().unwrap_or_default()),
        (Value::Builtin(name), None) => BUILTINS.contains(&&**name),
        (Value::Function(_) | Value::Method(_) | Value::Partial(_), None) => true,
        (Value::Class(class), None) => matches!(class.nature, Nature::Enum | Nature::Other),
        (Value::Module(_) | Value::Class(_), Some(_)) => true,
        (Value::Instance(instance), Some(name)) => instance.class.attribute(&Name::new(name)).is_some(),
        (Value::Str(_) | Value::FinalName(_) | Value::List(_), Some(_)) => true,
        (Value::Tuple(_) | Value::Set(_) | Value::Dict(_), Some(_)) => true,
        _ => false,
    }
}
