//! Which operations a block may reach, as far as its text shows, and that of what it calls.

use std::rc::Rc;

use ruff_python_ast::name::Name;
use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Expr, Stmt};

use super::Interpreter;
use super::known;
use super::object::{Code, Function, Scope};
use super::statement::{Frame, is_bound};
use super::value::Value;

impl Interpreter<'_> {
    /// Whether a block could change the schema, as far as its text shows, and that of what it calls.
    pub(super) fn may_operate(&mut self, body: &[Stmt], frame: &Frame) -> bool {
        const MOST: usize = 100;
        let mut calls = Calls::default();
        calls.visit_body(body);
        let mut pending = vec![(calls, frame.clone())];
        let mut seen: Vec<Rc<Function>> = Vec::new();
        while let Some((calls, frame)) = pending.pop() {
            if calls.operates {
                return true;
            }
            for (module, name) in calls.names {
                let callee = match module {
                    None => self.name(&name, &frame),
                    Some(ref module) => match self.name(module, &frame) {
                        Value::Op(_) if !matches!(name.as_str(), "f" | "get_bind" | "get_context") => return true,
                        module @ (Value::Module(_) | Value::Class(_)) => self.attribute(&module, &name),
                        Value::Instance(instance) => instance.class.attribute(&name).unwrap_or(Value::None),
                        _ => continue,
                    },
                };
                let function = match callee {
                    Value::Function(function) => function,
                    // Whatever is held under that name.
                    Value::Unknown if module.is_none() && is_bound(&name, &frame) => return true,
                    // What they lead to is found out where they are called.
                    Value::Method(_) | Value::Partial(_) | Value::Class(_) | Value::Instance(_) => return true,
                    _ => continue,
                };
                if seen.len() == MOST || seen.iter().any(|seen| Rc::ptr_eq(seen, &function)) {
                    continue;
                }
                let mut calls = Calls::default();
                match &function.code {
                    Code::Function(definition) => calls.visit_body(&definition.body),
                    Code::Lambda(lambda) => calls.visit_expr(&lambda.body),
                }
                let scope = Scope::inside(function.closure.clone());
                pending.push((calls, Frame { scope, module: function.module.clone() }));
                seen.push(function);
            }
        }
        false
    }
}

/// Whether an expression calls something that could change the schema by its name.
pub(super) fn may_operate_in(expression: &Expr) -> bool {
    let mut calls = Calls::default();
    calls.visit_expr(expression);
    calls.operates
}

/// What a block calls: names, and names in something that may be a module.
#[derive(Default)]
struct Calls {
    /// It may make an operation.
    operates: bool,
    names: Vec<(Option<Name>, Name)>,
}

impl<'a> Visitor<'a> for Calls {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        if !self.operates {
            walk_stmt(self, statement);
        }
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        if let Expr::Call(call) = expression {
            match &*call.func {
                Expr::Attribute(attribute) => {
                    self.operates |= known::is(&attribute.attr, known::OPERATES);
                    if let Expr::Name(module) = &*attribute.value {
                        self.names.push((Some(module.id.clone()), attribute.attr.id.clone()));
                    }
                }
                Expr::Name(name) => self.names.push((None, name.id.clone())),
                _ => {}
            }
        }
        if !self.operates {
            walk_expr(self, expression);
        }
    }
}
