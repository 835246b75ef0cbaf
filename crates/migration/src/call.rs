//! Calls, and attributes of values.

use std::rc::Rc;

use ruff_python_ast::name::Name;
use ruff_python_ast::{Expr, ExprCall};

use super::decoration::Receives;
use super::import::KNOWN_PACKAGES;
use super::spec::Arguments;
use super::statement::{Frame, MUTATORS, is_bound};
use super::value::{Nature, Value};
use super::{Interpreter, UnreadKind};

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
        match (&*call.func, name) {
            (Expr::Name(name), None) if receiver.is_unknown() && is_bound(&name.id, frame) => {
                self.unread(UnreadKind::Either, format!("it calls {}, which is not known", name.id));
            }
            (Expr::Name(name), None) if receiver.is_unknown() && REWRITERS.contains(&name.id.as_str()) => {
                self.misread(format!("it calls {}()", name.id));
            }
            // Part of something that is known in part may be known under another name.
            (Expr::Attribute(attribute), Some(name)) if receiver.is_unknown() && MUTATORS.contains(&name.as_str()) => {
                self.doubt_root(&attribute.value, frame);
            }
            _ => {}
        }
        match name {
            Some(name) => self.call_method(&receiver, name, arguments),
            None => self.call_value(&receiver, arguments),
        }
    }

    pub(super) fn call_value(&mut self, callee: &Value, arguments: Arguments) -> Value {
        self.acted |= !only_looks(callee, None);
        if !is_followed(callee, None) {
            self.not_followed(&arguments);
        }
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
            Value::Instance(_) => {
                self.misread("it calls an object of a class of its own");
                Value::Unknown
            }
            _ => Value::Unknown,
        }
    }

    /// Something is called that is not followed: it may change what it is given, the data, and, with a connection in its
    /// hands, the schema.
    pub(super) fn not_followed(&mut self, arguments: &Arguments) {
        self.data = true;
        self.doubt_arguments(arguments);
        let mut values = arguments.positional.iter().chain(arguments.keywords.iter().map(|(_, value)| value));
        if values.any(|value| matches!(value, Value::Op(_) | Value::Connection | Value::Context)) {
            self.unread(UnreadKind::Either, "it hands its connection to a function that is not read");
        }
    }

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
                    // A property, or whatever its decorators make of it.
                    Some(Value::Function(function)) if function.receives() != Receives::Itself => {
                        self.data = true;
                        Value::Unknown
                    }
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
            Value::Connection | Value::Context | Value::Inspector(_) => match name.as_str() {
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
                "primary_key" => Value::Bool(column.borrow().primary_key),
                "unique" | "index" | "server_default" | "default" | "table" | "key" => Value::Unknown,
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

/// Python's own functions that change names, or run text.
const REWRITERS: [&str; 7] = ["delattr", "eval", "exec", "globals", "locals", "setattr", "vars"];

/// Modules whose functions act on nothing but what they are given, and call nothing of it.
const HARMLESS: [&str; 22] = [
    "base64",
    "calendar",
    "collections",
    "copy",
    "dataclasses",
    "datetime",
    "decimal",
    "enum",
    "hashlib",
    "json",
    "logging",
    "math",
    "random",
    "re",
    "secrets",
    "string",
    "textwrap",
    "time",
    "typing",
    "uuid",
    "warnings",
    "zoneinfo",
];

/// Python's own functions that act on nothing but what they are given. What they call of it (`key=`) is looked at by them.
const PLAIN: [&str; 50] = [
    "Exception",
    "NotImplementedError",
    "RuntimeError",
    "TypeError",
    "ValueError",
    "abs",
    "all",
    "any",
    "ascii",
    "bin",
    "bool",
    "bytes",
    "callable",
    "chr",
    "dict",
    "divmod",
    "enumerate",
    "float",
    "format",
    "frozenset",
    "getattr",
    "hasattr",
    "hash",
    "hex",
    "id",
    "int",
    "isinstance",
    "issubclass",
    "iter",
    "len",
    "list",
    "map",
    "max",
    "min",
    "next",
    "object",
    "oct",
    "ord",
    "pow",
    "print",
    "range",
    "repr",
    "reversed",
    "round",
    "set",
    "sorted",
    "str",
    "sum",
    "tuple",
    "zip",
];

/// Whether a name is one of Python's own functions that act on nothing but what they are given.
pub(super) fn is_plain_builtin(name: &str) -> bool {
    PLAIN.binary_search(&name).is_ok()
}

/// Whether all that a call does is followed, or it does nothing. Any other may do whatever it likes to what it is given,
/// and to the data.
pub(super) fn is_followed(receiver: &Value, method: Option<&str>) -> bool {
    if only_looks(receiver, method) {
        return true;
    }
    match (receiver, method) {
        (Value::Op(_) | Value::Inspector(_) | Value::Result | Value::Partial(_) | Value::Class(_), _) => true,
        // They are asked again for what they execute.
        (Value::Connection | Value::Context, Some(name)) => {
            const KNOWN: [&str; 19] = [
                "autocommit_block",
                "begin",
                "begin_nested",
                "begin_transaction",
                "close",
                "commit",
                "connect",
                "exec_driver_sql",
                "execute",
                "execution_options",
                "get_bind",
                "get_context",
                "get_x_argument",
                "in_transaction",
                "rollback",
                "run_callable",
                "run_sync",
                "scalar",
                "scalars",
            ];
            KNOWN.contains(&name)
        }
        (Value::Outside(name), _) => {
            let root = name.split('.').next().unwrap_or_default();
            HARMLESS.contains(&root)
                || name.starts_with("os.path") || name.starts_with("os.environ") || &**name == "os.getenv"
                || matches!(&**name, "functools.partial" | "contextlib.suppress" | "importlib.import_module" | "inspect.cleandoc" | "pathlib.Path")
                // What of SQLAlchemy's neighbours is called like a class makes a value.
                || KNOWN_PACKAGES.contains(&root) && name.rsplit('.').next().is_some_and(|last| last.starts_with(char::is_uppercase))
        }
        (Value::Builtin(name), None) => PLAIN.binary_search(&name.as_str()).is_ok(),
        (Value::Builtin(_) | Value::Fragment(_), Some(_)) => true,
        (Value::Type(_), None) => true,
        // Objects that describe; what they become part of is executed elsewhere.
        (
            Value::Type(_)
            | Value::Table(_)
            | Value::TableColumns
            | Value::Column(_)
            | Value::ColumnName(_)
            | Value::Constraint(_)
            | Value::Sequence(_)
            | Value::Sql(_)
            | Value::Ddl(..)
            | Value::Expression
            | Value::Dialect
            | Value::Decorator
            | Value::Member(_),
            Some(name),
        ) => !matches!(name, "exec_driver_sql" | "execute" | "scalar"),
        _ => false,
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
