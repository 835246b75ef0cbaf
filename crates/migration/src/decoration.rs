//! Decorators: which of them leave a function or a class what it is.

use std::rc::Rc;

use ruff_python_ast::name::Name;
use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Decorator, Expr, Stmt, StmtFunctionDef};

use super::Interpreter;
use super::object::{Code, Function};
use super::spec::Arguments;
use super::statement::Frame;
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
    /// The object, where its name is taken.
    Property,
    /// It is no method any more.
    Else,
}

impl Interpreter<'_> {
    /// A function made in this frame; what its defaults name is looked up in another one, if it is a method.
    pub(super) fn function(&mut self, code: Code, frame: &Frame, defaults_in: &Frame) -> Value {
        let closure = (!Rc::ptr_eq(&frame.scope, &frame.module.globals)).then(|| frame.scope.clone());
        let (parameters, body) = match &code {
            Code::Function(definition) => (Some(&*definition.parameters), definition.body.as_slice()),
            Code::Lambda(lambda) => (lambda.parameters.as_deref(), [].as_slice()),
        };
        let parameters =
            parameters.into_iter().flat_map(|all| all.posonlyargs.iter().chain(&all.args).chain(&all.kwonlyargs));
        let with_defaults = parameters.filter_map(|one| Some((&one.parameter.name.id, one.default.as_deref()?)));
        let defaults =
            with_defaults.map(|(name, default)| (name.clone(), self.expression(default, defaults_in))).collect();
        let own = Own::of(body);
        Value::Function(Rc::new(Function {
            module: frame.module.clone(),
            closure,
            defaults,
            outer_names: own.outer_names,
            generator: own.yields,
            doubtful: false,
            code,
        }))
    }

    /// A function of a class's body.
    pub(super) fn method(&mut self, definition: &StmtFunctionDef, frame: &Frame, inner: &Frame) -> Value {
        let value = self.function(Code::Function(Rc::new(definition.clone())), frame, inner);
        match value {
            Value::Function(function) if !definition.decorator_list.iter().all(|one| is_plain(one, frame)) => {
                Value::Function(Rc::new(function.in_doubt()))
            }
            value => value,
        }
    }

    /// What a function's name is bound to: its decorators are called where they are functions that are read.
    pub(super) fn defined(&mut self, definition: Rc<StmtFunctionDef>, frame: &Frame) -> Value {
        let mut value = self.function(Code::Function(definition.clone()), frame, frame);
        for decorator in definition.decorator_list.iter().rev() {
            if is_plain(decorator, frame) {
                continue;
            }
            let callee = self.expression(&decorator.expression, frame);
            value = match (&callee, &value) {
                (Value::Function(_), _) => {
                    self.call_value(&callee, Arguments { positional: vec![value], ..Arguments::default() })
                }
                (_, Value::Function(function)) => {
                    self.hands_out(&value.clone());
                    Value::Function(Rc::new(function.in_doubt()))
                }
                _ => Value::Unknown,
            };
        }
        value
    }
}

/// Whether a decorator leaves a function what it is.
fn is_plain(decorator: &Decorator, frame: &Frame) -> bool {
    spelled(decorator).is_some_and(|(root, last)| {
        // Whoever defines one of these names means something else by it.
        let own = frame.scope.get(&root.into()).or_else(|| frame.module.globals.get(&root.into()));
        PLAIN.contains(&last) && !matches!(own, Some(Value::Function(_) | Value::Class(_) | Value::Instance(_)))
    })
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

/// What a function's body says of the function itself, and not of one inside.
#[derive(Default)]
pub(super) struct Own {
    yields: bool,
    pub(super) outer_names: Vec<(Name, bool)>,
}

impl Own {
    pub(super) fn of(body: &[Stmt]) -> Self {
        let mut own = Self::default();
        own.visit_body(body);
        own
    }
}

impl<'a> Visitor<'a> for Own {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::Global(names) => self.outer_names.extend(names.names.iter().map(|name| (name.id.clone(), true))),
            Stmt::Nonlocal(names) => self.outer_names.extend(names.names.iter().map(|name| (name.id.clone(), false))),
            _ if matches!(statement, Stmt::FunctionDef(_) | Stmt::ClassDef(_)) => {}
            _ => walk_stmt(self, statement),
        }
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        self.yields |= matches!(expression, Expr::Yield(_) | Expr::YieldFrom(_));
        if !expression.is_lambda_expr() {
            walk_expr(self, expression);
        }
    }
}

impl Function {
    /// The same function, of which something was made that is not followed.
    fn in_doubt(&self) -> Self {
        Self {
            code: match &self.code {
                Code::Function(definition) => Code::Function(definition.clone()),
                Code::Lambda(lambda) => Code::Lambda(lambda.clone()),
            },
            module: self.module.clone(),
            closure: self.closure.clone(),
            defaults: self.defaults.clone(),
            outer_names: self.outer_names.clone(),
            generator: self.generator,
            doubtful: true,
        }
    }

    /// Whether what it did once it does not do again.
    pub(super) fn remembers(&self) -> bool {
        let Code::Function(definition) = &self.code else { return false };
        let remember = |decorator| matches!(spelled(decorator), Some((_, "cache" | "cached_property" | "lru_cache")));
        definition.decorator_list.iter().any(remember)
    }

    pub(super) fn receives(&self) -> Receives {
        let Code::Function(definition) = &self.code else { return Receives::Itself };
        match definition.decorator_list.iter().map(spelled).collect::<Vec<_>>().as_slice() {
            [] => Receives::Itself,
            [Some((_, "classmethod"))] => Receives::Class,
            [Some((_, "staticmethod"))] => Receives::Nothing,
            [Some((_, "property"))] => Receives::Property,
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
