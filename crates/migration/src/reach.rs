//! Which operations a block may reach, as far as its text shows, and that of what it calls.

use std::rc::Rc;

use ruff_python_ast::name::Name;
use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Expr, ExprCall, Stmt};

use super::Interpreter;
use super::apart::is_of_strangers;
use super::call::is_followed;
use super::doubt::root_name;
use super::forgetting::{Stored, names_in};
use super::known;
use super::object::{Class, Code, Function, Nature, Scope};
use super::statement::{Frame, is_bound};
use super::value::Value;

/// What a block may do, as far as its text shows, and that of what it calls.
#[derive(Default)]
pub(super) struct Effects {
    /// It changes the schema.
    pub(super) operates: bool,
    /// A function that it calls changes values that others have, too.
    pub(super) changes: bool,
    /// Functions that it may call, and where their names are.
    pub(super) reached: Vec<(Rc<Function>, Frame)>,
    /// What such a function is given, or is a method of.
    pub(super) given: Vec<Value>,
    /// It may call one of Python's own functions that changes names, or runs text.
    pub(super) rewrites: bool,
    /// What is handed to something that is not read.
    pub(super) handed: Vec<Value>,
}

impl Interpreter<'_> {
    /// Whether a block could change the schema, as far as its text shows, and that of what it calls.
    pub(super) fn may_operate(&mut self, body: &[Stmt], frame: &Frame) -> bool {
        self.effects(body, frame, false).operates
    }

    /// What a block may do; `itself` tells whether the values that it changes itself count, too.
    pub(super) fn effects(&mut self, body: &[Stmt], frame: &Frame, itself: bool) -> Effects {
        let mut calls = Calls::default();
        calls.visit_body(body);
        let changes = itself && !Stored::of(body).keeps_to_itself();
        self.follow_calls(Effects { changes, ..Effects::default() }, vec![(calls, frame.clone())])
    }

    pub(super) fn effects_of(&mut self, expression: &Expr, frame: &Frame) -> Effects {
        let mut calls = Calls::default();
        calls.visit_expr(expression);
        self.follow_calls(Effects::default(), vec![(calls, frame.clone())])
    }

    /// What may come of a value that somebody calls.
    pub(super) fn effects_of_value(&mut self, value: &Value) -> Effects {
        let mut effects = Effects::default();
        let mut pending = Vec::new();
        self.callee(value.clone(), &mut pending, &mut effects);
        self.follow_calls(effects, pending)
    }

    fn follow_calls(&mut self, mut effects: Effects, mut pending: Vec<(Calls, Frame)>) -> Effects {
        while let Some((calls, frame)) = pending.pop() {
            effects.operates |= calls.operates;
            for Called { module, name, given } in calls.names {
                effects.operates |= module.is_none() && calls.bound.contains(&name);
                let callee = match module {
                    None => self.name(&name, &frame),
                    Some(ref module) => match self.name(module, &frame) {
                        Value::Op(_) => {
                            effects.operates |= !matches!(name.as_str(), "f" | "get_bind" | "get_context");
                            continue;
                        }
                        module @ (Value::Module(_) | Value::Class(_)) => self.attribute(&module, &name),
                        Value::Instance(instance) => instance.class.attribute(&name).unwrap_or(Value::None),
                        other => {
                            effects.operates |= matches!(&other, Value::Outside(name) if is_of_strangers(name));
                            if !is_followed(&other, Some(&name)) {
                                self.hand(&given, &frame, &mut pending, &mut effects);
                            }
                            continue;
                        }
                    },
                };
                effects.rewrites |=
                    module.is_none() && matches!(callee, Value::Unknown) && known::is(&name, known::REWRITES);
                // Whatever is held under that name.
                effects.operates |= matches!(callee, Value::Unknown) && module.is_none() && is_bound(&name, &frame);
                if matches!(callee, Value::Function(_) | Value::Method(_) | Value::Partial(_) | Value::Class(_)) {
                    effects.given.extend(given.iter().filter_map(|name| value_of(name, &frame)));
                } else if !is_followed(&callee, None) {
                    self.hand(&given, &frame, &mut pending, &mut effects);
                }
                effects.operates |= matches!(&callee, Value::Outside(name) if is_of_strangers(name));
                self.callee(callee, &mut pending, &mut effects);
            }
        }
        effects
    }

    /// What is handed to something that is not read may be called by it.
    fn hand(&mut self, given: &[Name], frame: &Frame, pending: &mut Vec<(Calls, Frame)>, effects: &mut Effects) {
        for value in given.iter().filter_map(|name| value_of(name, frame)) {
            match &value {
                Value::Function(_) | Value::Method(_) | Value::Partial(_) => {
                    self.callee(value.clone(), pending, effects);
                }
                Value::Instance(instance) => {
                    let methods = instance.class.attributes.borrow().clone();
                    methods.into_iter().for_each(|(_, method)| {
                        if matches!(method, Value::Function(_)) {
                            self.callee(method, pending, effects);
                        }
                    });
                }
                _ => {}
            }
            effects.handed.push(value);
        }
    }

    /// One value that may be called.
    fn callee(&mut self, callee: Value, pending: &mut Vec<(Calls, Frame)>, effects: &mut Effects) {
        let function = match callee {
            Value::Function(function) => function,
            Value::Method(method) => match &method.0 {
                Value::List(_) | Value::Dict(_) | Value::Set(_) => {
                    effects.changes |= known::is(&method.1, known::MUTATES);
                    effects.given.push(method.0.clone());
                    return;
                }
                Value::Instance(instance) => match instance.class.attribute(&method.1) {
                    Some(Value::Function(function)) => function,
                    _ => return,
                },
                // What it leads to is found out where it is called.
                _ => {
                    effects.operates = true;
                    return;
                }
            },
            Value::Partial(partial) => return self.callee(partial.0.clone(), pending, effects),
            Value::Class(class) => return self.methods_of(&class, pending, effects),
            Value::Instance(_) => {
                effects.operates = true;
                return;
            }
            _ => return,
        };
        self.function_called(function, false, pending, effects);
    }

    /// Whoever has a class may make an object of it, and call its methods. Bases outside the checkout make no operation.
    fn methods_of(&mut self, class: &Rc<Class>, pending: &mut Vec<(Calls, Frame)>, effects: &mut Effects) {
        if class.nature == Nature::Enum {
            return;
        }
        for (_, value) in class.attributes.borrow().clone() {
            if let Value::Function(function) = value {
                self.function_called(function, true, pending, effects);
            } else if let Value::Class(inner) = value {
                self.methods_of(&inner, pending, effects);
            }
        }
    }

    /// A function that may be called; a method may change its own object without changing one that others have.
    fn function_called(
        &mut self,
        function: Rc<Function>,
        is_method: bool,
        pending: &mut Vec<(Calls, Frame)>,
        effects: &mut Effects,
    ) {
        const MOST: usize = 100;
        if effects.reached.iter().any(|(seen, _)| Rc::ptr_eq(seen, &function)) {
            return;
        }
        if effects.reached.len() == MOST {
            effects.operates = true;
            return;
        }
        let mut calls = Calls::default();
        match &function.code {
            Code::Function(definition) => {
                calls.visit_body(&definition.body);
                let itself = definition.parameters.iter().next().filter(|_| is_method).map(|first| &first.name().id);
                let keeps = Stored::of(&definition.body).keeps_to_itself_and(itself);
                effects.changes |= !function.outer_names.is_empty() || !keeps;
            }
            Code::Lambda(lambda) => {
                calls.visit_expr(&lambda.body);
                effects.changes |= !Stored::of_expression(&lambda.body).keeps_to_itself();
            }
        }
        let scope = Scope::inside(function.closure.clone());
        let frame = Frame { scope, module: function.module.clone() };
        pending.push((calls, frame.clone()));
        effects.reached.push((function, frame));
    }
}

fn value_of(name: &Name, frame: &Frame) -> Option<Value> {
    frame.scope.get(name).or_else(|| frame.module.globals.get(name))
}

/// Whether an expression calls something that could change the schema by its name.
pub(super) fn may_operate_in(expression: &Expr) -> bool {
    let mut calls = Calls::default();
    calls.visit_expr(expression);
    calls.operates
}

/// A name that is called, or one of something that may be a module, and names of what it is given.
struct Called {
    module: Option<Name>,
    name: Name,
    given: Vec<Name>,
}

/// What a block calls.
#[derive(Default)]
struct Calls {
    /// It may make an operation.
    operates: bool,
    names: Vec<Called>,
    /// Names that it binds: what they stand for before it says nothing.
    bound: Vec<Name>,
}

impl Calls {
    fn call(&mut self, call: &ExprCall) {
        let given = || {
            let mut given: Vec<Name> = names_in(&call.arguments);
            given.extend(root_name(&call.func).cloned());
            given
        };
        match &*call.func {
            Expr::Attribute(attribute) => {
                self.operates |= known::is(&attribute.attr, known::OPERATES);
                if let Expr::Name(module) = &*attribute.value {
                    let (module, name) = (Some(module.id.clone()), attribute.attr.id.clone());
                    self.names.push(Called { module, name, given: given() });
                }
            }
            Expr::Name(name) => self.names.push(Called { module: None, name: name.id.clone(), given: given() }),
            Expr::Lambda(_) => {}
            // Whatever that is.
            _ => self.operates = true,
        }
    }
}

impl<'a> Visitor<'a> for Calls {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        walk_stmt(self, statement);
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        if let Expr::Call(call) = expression {
            self.call(call);
        }
        // Under another name it is called somewhere else.
        if let Expr::Attribute(attribute) = expression {
            self.operates |= known::is(&attribute.attr, known::OPERATES);
        }
        if let Expr::Name(name) = expression
            && name.ctx.is_store()
        {
            self.bound.push(name.id.clone());
        }
        walk_expr(self, expression);
    }
}
