//! Decorators: which of them leave a function or a class what it is.

use ruff_python_ast::{Decorator, Expr, StmtFunctionDef};

use super::Interpreter;
use super::object::{Code, Function};
use super::value::Value;

/// Decorators of a function that change neither what it does nor that it is called.
const PLAIN: [&str; 16] = [
    "abstractmethod",
    "asynccontextmanager",
    "cache",
    "cached_property",
    "classmethod",
    "contextmanager",
    "declared_attr",
    "final",
    "hybrid_property",
    "lru_cache",
    "overload",
    "override",
    "property",
    "staticmethod",
    "validates",
    "wraps",
];

/// Decorators of a class that leave its attributes as they are.
const OF_CLASSES: [&str; 6] = ["dataclass", "final", "runtime_checkable", "total_ordering", "unique", "verify"];

/// What a function of a class gets as its first argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Receives {
    /// The object.
    Itself,
    /// Its class.
    Class,
    /// Neither of them.
    Nothing,
    /// It is no method any more.
    Else,
}

impl Interpreter<'_> {
    /// Whether no decorator of a function could do anything beside.
    pub(super) fn is_plainly_decorated(&self, function: &Function, definition: &StmtFunctionDef) -> bool {
        definition.decorator_list.iter().all(|decorator| {
            let Some((root, last)) = spelled(decorator) else { return false };
            // Whoever defines one of these names means something else by it.
            let own = function.module.globals.get(&root.into());
            PLAIN.contains(&last) && !matches!(own, Some(Value::Function(_) | Value::Class(_) | Value::Instance(_)))
        })
    }
}

/// Whether each decorator of a function is known by its name.
pub(super) fn is_known(decorators: &[Decorator]) -> bool {
    decorators.iter().all(|decorator| spelled(decorator).is_some_and(|(_, last)| PLAIN.contains(&last)))
}

/// Whether no decorator of a class changes its attributes.
pub(super) fn leaves_the_class(decorators: &[Decorator]) -> bool {
    decorators.iter().all(|decorator| spelled(decorator).is_some_and(|(_, last)| OF_CLASSES.contains(&last)))
}

/// The first and the last name of `@a.b` and `@a.b(…)`.
fn spelled(decorator: &Decorator) -> Option<(&str, &str)> {
    let expression = match &decorator.expression {
        Expr::Call(call) => &*call.func,
        other => other,
    };
    match expression {
        Expr::Name(name) => Some((name.id.as_str(), name.id.as_str())),
        Expr::Attribute(attribute) => {
            let root = super::doubt::root_name(&attribute.value)?;
            Some((root.as_str(), attribute.attr.as_str()))
        }
        _ => None,
    }
}

impl Function {
    pub(super) fn receives(&self) -> Receives {
        let Code::Function(definition) = &self.code else { return Receives::Itself };
        match definition.decorator_list.iter().map(spelled).collect::<Vec<_>>().as_slice() {
            [] => Receives::Itself,
            [Some((_, "classmethod"))] => Receives::Class,
            [Some((_, "staticmethod"))] => Receives::Nothing,
            [
                Some((
                    _,
                    "abstractmethod" | "contextmanager" | "final" | "lru_cache" | "cache" | "override" | "validates",
                )),
            ] => Receives::Itself,
            _ => Receives::Else,
        }
    }
}
