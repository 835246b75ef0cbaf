//! Calls: what is called, and whether all that it does is followed.

use ruff_python_ast::name::Name;
use ruff_python_ast::{Expr, ExprCall};

use super::apart::is_of_strangers;
use super::import::KNOWN_PACKAGES;
use super::known;
use super::object::Nature;
use super::shipped;
use super::spec::Arguments;
use super::statement::{Frame, is_bound};
use super::value::Value;
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
            (Expr::Name(name), None) if matches!(receiver, Value::Unknown) && is_bound(&name.id, frame) => {
                self.unread(UnreadKind::Either, format!("it calls {}, which is not known", name.id));
            }
            (Expr::Subscript(_) | Expr::Call(_) | Expr::If(_) | Expr::BoolOp(_) | Expr::Named(_), None)
                if matches!(receiver, Value::Unknown) =>
            {
                self.unread(UnreadKind::Either, "it calls a function that is not known");
            }
            (Expr::Attribute(_), Some(name)) if matches!(receiver, Value::Unknown) && self.methods.contains(name) => {
                self.unread(UnreadKind::Either, format!("it calls {name} of an object that is not known"));
            }
            (Expr::Name(name), None) if receiver.is_unknown() && known::is(&name.id, known::REWRITES) => {
                self.misread(format!("it calls {}()", name.id));
            }
            // Part of something that is known in part may be known under another name.
            (Expr::Attribute(attribute), Some(name)) if receiver.is_unknown() && known::is(name, known::MUTATES) => {
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
        self.look_at_call(callee, "a function", None, &arguments);
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
                let all = partial.1.clone().followed_by(arguments);
                self.call_value(&partial.0, all)
            }
            Value::Type(_) | Value::Connection => callee.clone(),
            Value::Instance(_) => {
                self.misread("it calls an object of a class of its own");
                Value::Unknown
            }
            _ => Value::Unknown,
        }
    }

    /// Notes code that is not read and may know Alembic as the migration does, and what may be kept by other code. When a
    /// file is loaded there is no migration to work in.
    pub(super) fn look_at_call(&mut self, callee: &Value, name: &str, method: Option<&str>, arguments: &Arguments) {
        if may_keep(callee) {
            self.doubt_arguments(arguments);
        }
        if !self.follows || !is_strange(callee, method) {
            return;
        }
        let of = match callee {
            Value::Outside(callee) => callee.split('.').next().unwrap_or_default(),
            _ => "an object",
        };
        self.data = true;
        self.unread(UnreadKind::Either, format!("it calls {name} of {of}, which is not read"));
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
        (Value::Connection | Value::Context, Some(name)) => known::is(name, known::CONNECTION),
        (Value::Outside(name), _) => {
            let root = name.split('.').next().unwrap_or_default();
            known::is(root, known::PLAIN_MODULE)
                || name.starts_with("os.path") || name.starts_with("os.environ") || &**name == "os.getenv"
                || matches!(&**name, "functools.partial" | "contextlib.suppress" | "importlib.import_module" | "inspect.cleandoc")
                || shipped::only_finds(name)
                // What of SQLAlchemy's neighbours is called like a class makes a value.
                || KNOWN_PACKAGES.contains(&root) && name.rsplit('.').next().is_some_and(|last| last.starts_with(char::is_uppercase))
        }
        (Value::MetaData(_), Some(name)) => matches!(name, "create_all" | "drop_all"),
        (Value::Builtin(name), None) => known::is(name, known::PLAIN),
        (Value::Builtin(_) | Value::Fragment(_), Some(_)) => true,
        (Value::Type(_), None) => true,
        (Value::Shipped(_), Some(name)) => shipped::is_known_method(name),
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
    match (receiver, method) {
        (Value::Op(_), Some(name)) => matches!(name, "f" | "get_bind" | "get_context"),
        // `Session()` of a `scoped_session`.
        (Value::Connection, None) => true,
        (Value::Connection | Value::Context, Some(name)) => {
            matches!(name, "get_bind" | "connect" | "get_context" | "is_offline_mode")
        }
        (Value::Outside(name), _) => known::is(name.split('.').next().unwrap_or_default(), known::LOOKING_MODULE),
        (Value::Builtin(name), None) => known::is(name, known::LOOKS),
        (Value::Function(_) | Value::Method(_) | Value::Partial(_), None) => true,
        (Value::Class(class), None) => matches!(class.nature, Nature::Enum | Nature::Other),
        (Value::Module(_) | Value::Class(_), Some(_)) => true,
        (Value::Instance(instance), Some(name)) => instance.class.attribute(&Name::new(name)).is_some(),
        (Value::Str(_) | Value::FinalName(_) | Value::List(_), Some(_)) => true,
        (Value::Tuple(_) | Value::Set(_) | Value::Dict(_), Some(_)) => true,
        _ => false,
    }
}

/// Whether code is called that is not read and may make operations of its own: that of a package that is not known, but for
/// what is called like a class and makes a value.
fn is_strange(receiver: &Value, method: Option<&str>) -> bool {
    match (receiver, method) {
        (Value::Outside(name), None) => is_strange_function(name),
        (Value::Outside(module), Some(method)) => is_strange_function(&format!("{module}.{method}")),
        // An object of such a class; a type has these.
        (Value::Type(kind), Some(method)) => {
            const OF_TYPES: [&str; 8] =
                ["adapt", "as_generic", "compile", "copy", "create", "drop", "evolve", "with_variant"];
            kind.text.is_none() && kind.enumeration.is_none() && !OF_TYPES.contains(&method) && method != "Session"
        }
        _ => false,
    }
}

/// Whether it is none of what is called like a class and makes a value.
fn is_strange_function(name: &str) -> bool {
    is_of_strangers(name) && !name.rsplit('.').next().unwrap_or_default().starts_with(char::is_uppercase)
}

/// Whether what comes of a call may hold what it is given, or change it, although it does nothing else.
fn may_keep(callee: &Value) -> bool {
    const MODULES: [&str; 4] = ["collections", "copy", "dataclasses", "random"];
    matches!(callee, Value::Outside(name) if MODULES.contains(&name.split('.').next().unwrap_or_default()))
}
