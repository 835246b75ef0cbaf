//! Arguments: from the call's text, and into a function's parameters.

use std::rc::Rc;

use ruff_python_ast::name::Name;
use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Expr, Parameters, Stmt};

use super::Interpreter;
use super::doubt::root_name;
use super::object::{Code, Function, Scope};
use super::spec::Arguments;
use super::statement::{Flow, Frame};
use super::value::Value;

impl Interpreter<'_> {
    pub(super) fn arguments(&mut self, arguments: &ruff_python_ast::Arguments, frame: &Frame) -> Arguments {
        let mut result = Arguments::default();
        for argument in &arguments.args {
            if let Expr::Starred(starred) = argument {
                match self.expression(&starred.value, frame).items() {
                    Some((items, partial)) => {
                        result.positional.extend(items);
                        result.open |= partial;
                    }
                    None => {
                        result.positional.push(Value::Unknown);
                        result.open = true;
                    }
                }
            } else {
                let value = self.expression(argument, frame);
                result.positional.push(value);
            }
        }
        for keyword in &arguments.keywords {
            let value = self.expression(&keyword.value, frame);
            match (&keyword.arg, value) {
                (Some(name), value) => result.keywords.push((name.to_string(), value)),
                (None, Value::Dict(items)) => {
                    for (key, value) in items.borrow().iter() {
                        match key.text() {
                            Some(key) => result.keywords.push((key.to_string(), value.clone())),
                            None => (result.open, result.open_keywords) = (true, true),
                        }
                    }
                }
                (None, _) => (result.open, result.open_keywords) = (true, true),
            }
        }
        result
    }

    /// Calls a function; what it raises is left in `self.raised`.
    pub(super) fn call_function(&mut self, function: &Function, arguments: Arguments) -> Value {
        // Each call costs many frames of expressions.
        const CALL: u32 = 20;
        if self.depth + CALL > super::DEPTH || self.exhausted() {
            self.acted = true;
            return Value::Unknown;
        }
        self.depth += CALL;
        let scope = Scope::inside(function.closure.clone());
        let frame = Frame { scope, module: function.module.clone() };
        let value = match &function.code {
            Code::Function(definition) => {
                if !self.is_plainly_decorated(function, definition) {
                    self.acted = true;
                    self.misread(format!("a decorator of {}() is not followed", definition.name));
                }
                self.bind(&definition.parameters, arguments, &frame);
                let generator = yields(&definition.body);
                let before = (self.recorder.changes, self.unread.len(), self.data);
                let (flow, may_have_returned) = self.body(&definition.body, &frame);
                // It runs when somebody goes through it, a piece at a time.
                if generator && before != (self.recorder.changes, self.unread.len(), self.data) {
                    self.misread(format!("{}() is a generator", definition.name));
                }
                // A helper of another file that would fail for certain has something that cannot be seen from here:
                // an application that has been started. The migration itself goes on.
                if self.raised && function.module.path != self.script {
                    self.raised = false;
                    self.acted = true;
                }
                match flow {
                    _ if may_have_returned || generator => Value::Unknown,
                    Flow::Return(value) => value,
                    Flow::Next => Value::None,
                    _ => Value::Unknown,
                }
            }
            Code::Lambda(lambda) => {
                if let Some(parameters) = &lambda.parameters {
                    self.bind(parameters, arguments, &frame);
                }
                self.expression(&lambda.body, &frame)
            }
        };
        self.depth -= CALL;
        value
    }

    fn bind(&mut self, parameters: &Parameters, arguments: Arguments, frame: &Frame) {
        let outer = Frame { scope: frame.module.globals.clone(), module: frame.module.clone() };
        let nested = frame.scope.outer.is_some();
        let named = parameters.posonlyargs.iter().chain(&parameters.args);
        for parameter in named.clone().chain(&parameters.kwonlyargs) {
            // A default is made once, where the function is: what it holds by now, or names there, is not known here.
            let value = match &parameter.default {
                Some(default)
                    if !arguments.open && (!nested || default.is_literal_expr() || is_of_the_file(default, frame)) =>
                {
                    match self.expression(default, &outer) {
                        Value::List(_) | Value::Dict(_) | Value::Set(_) | Value::Instance(_) => Value::Unknown,
                        value => value,
                    }
                }
                _ => Value::Unknown,
            };
            frame.scope.set(&parameter.parameter.name.id, value);
        }
        let names: Vec<&Name> = named.map(|parameter| &parameter.parameter.name.id).collect();
        // After `*rest` that is not known, nobody knows which argument is which.
        let given = if arguments.open { Vec::new() } else { arguments.positional };
        let mut positional = given.into_iter();
        for name in &names {
            match positional.next() {
                Some(value) => frame.scope.set(name, value),
                None => break,
            }
        }
        if let Some(rest) = &parameters.vararg {
            let rest_of_them = Value::Tuple(Rc::new(positional.collect()));
            frame.scope.set(&rest.name.id, if arguments.open { Value::Unknown } else { rest_of_them });
        }
        let mut others = Vec::new();
        for (keyword, value) in arguments.keywords {
            let known = names.iter().any(|name| name.as_str() == keyword)
                || parameters.kwonlyargs.iter().any(|parameter| parameter.parameter.name.as_str() == keyword);
            if known {
                frame.scope.set(&Name::new(&keyword), value);
            } else {
                others.push((Value::str(keyword), value));
            }
        }
        if let Some(rest) = &parameters.kwarg {
            frame.scope.set(&rest.name.id, if arguments.open { Value::Unknown } else { Value::dict(others) });
        }
    }
}

/// Whether an expression is a name, or a part of what one names, that no function around gives another meaning.
fn is_of_the_file(expression: &Expr, frame: &Frame) -> bool {
    let is_plain = matches!(expression, Expr::Name(_) | Expr::Attribute(_));
    is_plain && root_name(expression).is_some_and(|name| frame.scope.get(name).is_none())
}

/// Whether a function with this body is a generator.
fn yields(body: &[Stmt]) -> bool {
    struct Yields(bool);
    impl<'a> Visitor<'a> for Yields {
        fn visit_stmt(&mut self, statement: &'a Stmt) {
            if !matches!(statement, Stmt::FunctionDef(_) | Stmt::ClassDef(_)) {
                walk_stmt(self, statement);
            }
        }

        fn visit_expr(&mut self, expression: &'a Expr) {
            self.0 |= matches!(expression, Expr::Yield(_) | Expr::YieldFrom(_));
            if !expression.is_lambda_expr() {
                walk_expr(self, expression);
            }
        }
    }
    let mut yields = Yields(false);
    yields.visit_body(body);
    yields.0
}

impl Function {
    /// Whether the body is `pass`, a docstring and the like.
    pub(super) fn does_nothing(&self) -> bool {
        let Code::Function(definition) = &self.code else { return false };
        definition.decorator_list.is_empty()
            && definition.body.iter().all(|statement| match statement {
                Stmt::Pass(_) => true,
                Stmt::Expr(statement) => statement.value.is_literal_expr(),
                Stmt::Return(statement) => statement.value.as_deref().is_none_or(Expr::is_none_literal_expr),
                _ => false,
            })
    }
}
