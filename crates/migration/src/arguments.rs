//! Arguments: from the call's text, and into a function's parameters.

use std::rc::Rc;

use ruff_python_ast::name::Name;
use ruff_python_ast::{Expr, Parameters, Stmt};

use super::Interpreter;
use super::object::{Code, Function, Scope};
use super::reach::Effects;
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
        if self.depth + CALL > self.deepest || self.exhausted() {
            self.misread("it calls more deeply than is followed");
            return Value::Unknown;
        }
        self.depth += CALL;
        let frame = self.frame_of(function);
        let value = match &function.code {
            Code::Function(definition) => {
                if function.doubtful {
                    self.acted = true;
                    self.misread(format!("a decorator of {}() is not followed", definition.name));
                }
                self.bind(&definition.parameters, arguments, function, &frame);
                let in_pieces = function.generator || function.remembers();
                let (flow, may_have_returned) = self.body(&definition.body, &frame);
                if may_have_returned || in_pieces {
                    self.forget(&definition.body, &frame);
                }
                // It runs when somebody goes through it, a piece at a time; or it runs once, and is called twice.
                let effects = if in_pieces { self.effects(&definition.body, &frame, true) } else { Effects::default() };
                let own = function.module.path == self.script;
                if effects.operates || (effects.changes && own) {
                    self.misread(format!("{}() does not all run where it is called", definition.name));
                }
                // A helper of another file that would fail for certain has something that cannot be seen from here:
                // an application that has been started. The migration itself goes on.
                if self.raised && function.module.path != self.script {
                    self.raised = false;
                    self.acted = true;
                }
                match flow {
                    _ if may_have_returned || function.generator => Value::Unknown,
                    Flow::Return(value) => value,
                    Flow::Next => Value::None,
                    Flow::Break | Flow::Continue | Flow::Stop => Value::Unknown,
                }
            }
            Code::Lambda(lambda) => {
                if let Some(parameters) = &lambda.parameters {
                    self.bind(parameters, arguments, function, &frame);
                }
                self.expression(&lambda.body, &frame)
            }
        };
        self.depth -= CALL;
        value
    }

    /// Where the names of a call of a function are.
    fn frame_of(&mut self, function: &Function) -> Frame {
        let scope = Scope::inside(function.closure.clone());
        for (name, is_global) in &function.outer_names {
            let outer = if *is_global { Some(function.module.globals.clone()) } else { scope.around_with(name) };
            match outer {
                Some(outer) => drop(scope.elsewhere.borrow_mut().insert(name.clone(), outer)),
                None => self.misread(format!("it binds {name}, which no function around it has")),
            }
        }
        Frame { scope, module: function.module.clone() }
    }

    fn bind(&mut self, parameters: &Parameters, arguments: Arguments, function: &Function, frame: &Frame) {
        let named = parameters.posonlyargs.iter().chain(&parameters.args);
        for parameter in named.clone().chain(&parameters.kwonlyargs) {
            let name = &parameter.parameter.name.id;
            let default = function.defaults.iter().find(|(other, _)| other == name).map(|(_, value)| value.clone());
            let value = default.filter(|_| !arguments.open).unwrap_or(Value::Unknown);
            frame.scope.set(name, value);
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
