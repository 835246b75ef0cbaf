//! Sessions and what makes them: one that is bound to the migration's connection hands it whatever text it is given.

use std::rc::Rc;

use super::Interpreter;
use super::spec::Arguments;
use super::value::Value;

/// The class that each of SQLAlchemy's factories makes objects of.
const SESSION: &str = "sqlalchemy.orm.Session";

impl Interpreter<'_> {
    /// `scoped_session(factory)`: the session itself, and what gives it.
    pub(super) fn scoped_session(&mut self, arguments: &Arguments) -> Value {
        match arguments.get(0, "session_factory") {
            Some(factory @ Value::Partial(_)) => {
                let factory = factory.clone();
                self.call_value(&factory, Arguments::default())
            }
            _ => Value::Unknown,
        }
    }
}

/// `sessionmaker(…)`: what it makes is called with arguments that come on top of its own.
pub(super) fn sessionmaker(arguments: &Arguments) -> Value {
    if !arguments.keyword("class_").is_none_or(is_plain_class) {
        return Value::Unknown;
    }
    let mut held = Arguments { open: arguments.open, ..Arguments::default() };
    let bind = arguments.get(0, "bind").filter(|bind| !matches!(bind, Value::None));
    held.keywords.extend(bind.map(|bind| ("bind".to_owned(), bind.clone())));
    Value::Partial(Rc::new((Value::Outside(SESSION.into()), held)))
}

/// A session of the migration's connection is that connection; any other has one of its own.
pub(super) fn session(arguments: &Arguments) -> Value {
    let first = arguments.positional.first();
    let named = arguments.keywords.iter().filter(|(key, _)| key.as_str() == "bind").map(|(_, value)| value);
    let mut binds = first.into_iter().chain(named).peekable();
    let bound = binds.peek().is_some() && binds.all(is_connection);
    if bound && !arguments.open { Value::Connection } else { Value::Unknown }
}

/// Whether `object.Session(bind=connection)` makes a session, whatever the object is: Flask-SQLAlchemy's has the class as
/// an attribute.
pub(super) fn is_session_of(method: &str, arguments: &Arguments) -> bool {
    method == "Session" && arguments.keyword("bind").is_some_and(is_connection)
}

fn is_connection(value: &Value) -> bool {
    matches!(value, Value::Connection | Value::Context)
}

fn is_plain_class(class: &Value) -> bool {
    matches!(class, Value::Outside(name) if name.starts_with("sqlalchemy."))
}
