//! Arguments: from the call's text, and into a function's parameters.

use ruff_python_ast::name::Name;
use ruff_python_ast::{Expr, Parameters, Stmt, StmtFunctionDef};

use super::Interpreter;
use super::spec::Arguments;
use super::statement::{Flow, Frame};
use super::value::{Code, Function, Scope, Value};

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
                        if let Some(key) = key.text() {
                            result.keywords.push((key.to_string(), value.clone()));
                        }
                    }
                }
                (None, _) => result.open = true,
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
                self.acted |= !is_plainly_decorated(definition);
                self.bind(&definition.parameters, arguments, &frame);
                let (flow, may_have_returned) = self.body(&definition.body, &frame);
                // A helper of another file that would fail for certain has something that cannot be seen from here:
                // an application that has been started. The migration itself goes on.
                if self.raised && function.module.path != self.script {
                    self.raised = false;
                    self.acted = true;
                }
                match flow {
                    _ if may_have_returned => Value::Unknown,
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
        let named = parameters.posonlyargs.iter().chain(&parameters.args);
        for parameter in named.clone().chain(&parameters.kwonlyargs) {
            let value = parameter.default.as_ref().map_or(Value::Unknown, |default| self.expression(default, &outer));
            frame.scope.set(&parameter.parameter.name.id, value);
        }
        let names: Vec<&Name> = named.map(|parameter| &parameter.parameter.name.id).collect();
        let mut positional = arguments.positional.into_iter();
        for name in &names {
            match positional.next() {
                Some(value) => frame.scope.set(name, value),
                None => break,
            }
        }
        if let Some(rest) = &parameters.vararg {
            frame.scope.set(&rest.name.id, Value::list(positional.collect()));
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
            frame.scope.set(&rest.name.id, Value::dict(others));
        }
    }
}

/// Whether no decorator could do anything beside.
fn is_plainly_decorated(definition: &StmtFunctionDef) -> bool {
    const PLAIN: [&str; 5] = ["classmethod", "contextmanager", "property", "staticmethod", "wraps"];
    definition.decorator_list.iter().all(|decorator| {
        let expression = match &decorator.expression {
            Expr::Call(call) => &*call.func,
            other => other,
        };
        match expression {
            Expr::Name(name) => PLAIN.contains(&name.id.as_str()),
            Expr::Attribute(attribute) => PLAIN.contains(&attribute.attr.as_str()),
            _ => false,
        }
    })
}

impl Function {
    /// Whether the body is `pass`, a docstring and the like.
    pub(super) fn does_nothing(&self) -> bool {
        let Code::Function(definition) = &self.code else { return false };
        is_plainly_decorated(definition)
            && definition.body.iter().all(|statement| match statement {
                Stmt::Pass(_) => true,
                Stmt::Expr(statement) => statement.value.is_literal_expr(),
                Stmt::Return(statement) => statement.value.as_deref().is_none_or(Expr::is_none_literal_expr),
                _ => false,
            })
    }
}
