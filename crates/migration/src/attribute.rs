//! Attributes of values.

use std::rc::Rc;

use ruff_python_ast::name::Name;

use super::Interpreter;
use super::decoration::Receives;
use super::doubt::LOST;
use super::object::{Class, Instance, Nature};
use super::reflected;
use super::shipped;
use super::spec::Arguments;
use super::value::Value;

impl Interpreter<'_> {
    pub(super) fn attribute(&mut self, object: &Value, name: &Name) -> Value {
        match object {
            Value::Unknown | Value::None => Value::Unknown,
            Value::Result => Value::Result,
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
            Value::Class(class) => self.class_attribute(class, name),
            Value::Instance(instance) => self.instance_attribute(object, instance, name),
            Value::Member(member) => match name.as_str() {
                "value" => member.value.clone(),
                "name" => Value::str(&member.name),
                _ => Value::Unknown,
            },
            Value::Connection | Value::Context | Value::Inspector(_) => match name.as_str() {
                "dialect" => Value::Dialect,
                "engine" | "bind" | "connection" | "driver_connection" | "dbapi_connection" => Value::Connection,
                "name" => Value::str(self.dialect().name()),
                "url" => Value::Url,
                "as_sql" => Value::Bool(false),
                "config" => Value::Unknown,
                _ => Value::Method(Rc::new((object.clone(), name.clone()))),
            },
            Value::Url => self.url_attribute(object, name),
            Value::Reflected(kind) => reflected::attribute(kind, name),
            Value::Dialect => match name.as_str() {
                "name" => Value::str(self.dialect().name()),
                _ => Value::Unknown,
            },
            Value::Column(column) => match name.as_str() {
                "name" => column.borrow().name.as_ref().map_or(Value::Unknown, Value::str),
                "nullable" => column.borrow().nullable.map_or(Value::Unknown, Value::Bool),
                "type" => Value::Type(Rc::new(column.borrow().kind.clone())),
                "primary_key" => Value::Bool(column.borrow().primary_key),
                "unique" | "index" | "server_default" | "default" | "table" | "key" => Value::Unknown,
                _ => Value::Method(Rc::new((object.clone(), name.clone()))),
            },
            Value::Table(table) => match name.as_str() {
                "c" | "columns" => Value::TableColumns,
                "name" => table.name.as_ref().map_or(Value::Unknown, Value::str),
                _ => Value::Method(Rc::new((object.clone(), name.clone()))),
            },
            Value::MetaData(_) => match name.as_str() {
                "metadata" | "Model" | "db" | "Base" => object.clone(),
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
            Value::Shipped(shipped) => shipped::attribute(shipped, name)
                .unwrap_or_else(|| Value::Method(Rc::new((object.clone(), name.clone())))),
            Value::Decorator if name.as_str() == "impl" => Value::Decorator,
            _ => Value::Method(Rc::new((object.clone(), name.clone()))),
        }
    }

    fn class_attribute(&mut self, class: &Rc<Class>, name: &Name) -> Value {
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

    fn instance_attribute(&mut self, object: &Value, instance: &Instance, name: &Name) -> Value {
        let lost = instance.attributes.borrow().contains_key(LOST);
        let own = instance.attributes.borrow().get(name).cloned();
        match instance.class.attribute(name) {
            Some(Value::Function(function)) if function.receives() == Receives::Property => {
                let itself = Arguments { positional: vec![object.clone()], ..Arguments::default() };
                return self.call_function(&function, itself);
            }
            Some(Value::Function(_)) => {}
            _ if lost => return Value::Unknown,
            _ => {}
        }
        match own.or_else(|| instance.class.attribute(name)) {
            // A property, or whatever its decorators make of it.
            Some(Value::Function(function)) if function.receives() == Receives::Else => {
                self.data = true;
                self.hands_out(&Value::Function(function));
                Value::Unknown
            }
            Some(Value::Function(_)) => Value::Method(Rc::new((object.clone(), name.clone()))),
            Some(value) => value,
            None => Value::Unknown,
        }
    }
}
