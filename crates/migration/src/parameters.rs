//! What a migration's functions are given: the keywords with which `env.py` calls `context.run_migrations(…)`.
//!
//! `env.py` itself is not followed. A keyword is known where it is a literal, or a name that one import binds and nothing else.

use std::collections::HashMap;
use std::rc::Rc;

use ruff_python_ast::visitor::{Visitor, walk_except_handler, walk_expr, walk_parameter, walk_stmt};
use ruff_python_ast::{Alias, ExceptHandler, Expr, ExprCall, ExprContext, Keyword, ModModule, Parameter, Stmt};
use ruff_text_size::Ranged;

use super::doubt::root_name;
use super::object::{Code, Function, Module, Scope};
use super::spec::Arguments;
use super::statement::Frame;
use super::value::Value;
use super::{Interpreter, UnreadKind};

impl Interpreter<'_> {
    /// What Alembic calls this function with.
    pub(super) fn passed_to(&mut self, function: &Function) -> Arguments {
        let Code::Function(definition) = &function.code else { return Arguments::default() };
        if definition.parameters.is_empty() {
            return Arguments::default();
        }
        self.at = definition.start().to_u32();
        let passed = self.passed_by_env();
        let mut needed =
            definition.parameters.iter_non_variadic_params().filter(|parameter| parameter.default.is_none());
        if let Some(missing) = needed.find(|parameter| !passed.open && passed.keyword(parameter.name()).is_none()) {
            let what = format!("{}() takes {}, which no env.py that is read passes", definition.name, missing.name());
            self.unread(UnreadKind::Either, what);
        }
        passed
    }

    /// The keywords of each `run_migrations(…)` in the `env.py` that stands nearest above the revision.
    fn passed_by_env(&mut self) -> Arguments {
        let script = self.script.clone();
        let folders = script.match_indices('/').rev().map(|(at, _)| &script[..=at]).chain([""]);
        let found = folders.map(|folder| format!("{folder}env.py")).find_map(|path| {
            let tree = python::parse(&self.checkout.text(&path)?).ok()?;
            Some((path, tree))
        });
        let Some((path, tree)) = found else { return Arguments::default() };
        let mut looked = Looked::default();
        looked.visit_body(&tree.body);
        let frame = self.imports_of(&path, &tree);
        let mut calls = looked.calls.iter().map(|call| self.keywords(call, &looked.bound, &frame));
        let Some(first) = calls.next() else { return Arguments::default() };
        calls.fold(first, agreed)
    }

    /// The names that a file's own imports bind.
    fn imports_of(&mut self, path: &str, tree: &ModModule) -> Frame {
        let module = Rc::new(Module { path: path.to_owned(), globals: Scope::inside(None) });
        let frame = Frame { scope: module.globals.clone(), module };
        for statement in &tree.body {
            match statement {
                Stmt::Import(import) => self.import(import, &frame),
                Stmt::ImportFrom(import) if import.names.iter().all(|alias| alias.name.as_str() != "*") => {
                    self.import_from(import, &frame);
                }
                _ => {}
            }
        }
        frame
    }

    fn keywords(&mut self, call: &ExprCall, bound: &HashMap<&str, u32>, frame: &Frame) -> Arguments {
        let mut passed = Arguments::default();
        for Keyword { arg, value, .. } in &call.arguments.keywords {
            let Some(name) = arg else {
                (passed.open, passed.open_keywords) = (true, true);
                continue;
            };
            let is_import = |expression: &Expr| match expression {
                Expr::Name(_) | Expr::Attribute(_) => {
                    root_name(expression).is_some_and(|root| bound.get(root.as_str()) == Some(&1))
                }
                literal => literal.is_literal_expr(),
            };
            let value = if is_import(value) { self.expression(value, frame) } else { Value::Unknown };
            passed.keywords.push((name.to_string(), value));
        }
        passed
    }
}

/// What two calls both pass: which of them runs is not known.
fn agreed(one: Arguments, other: Arguments) -> Arguments {
    let mut keywords = one.keywords.clone();
    keywords.extend(other.keywords.iter().filter(|(name, _)| one.keyword(name).is_none()).cloned());
    for (name, value) in &mut keywords {
        let same = match (one.keyword(name), other.keyword(name)) {
            (Some(Value::Op(None)), Some(Value::Op(None))) => true,
            (Some(one), Some(other)) => one.equals(other) == Some(true),
            _ => false,
        };
        if !same {
            *value = Value::Unknown;
        }
    }
    let open = one.open || other.open;
    Arguments { positional: Vec::new(), keywords, open, open_keywords: open }
}

/// The calls of `run_migrations` in a file, and how often each name is bound in it, anywhere.
#[derive(Default)]
struct Looked<'a> {
    calls: Vec<&'a ExprCall>,
    bound: HashMap<&'a str, u32>,
}

impl<'a> Looked<'a> {
    fn bind(&mut self, name: &'a str) {
        *self.bound.entry(name).or_default() += 1;
    }
}

impl<'a> Visitor<'a> for Looked<'a> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::FunctionDef(function) => self.bind(&function.name),
            Stmt::ClassDef(class) => self.bind(&class.name),
            _ => {}
        }
        walk_stmt(self, statement);
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        match expression {
            Expr::Name(name) if name.ctx != ExprContext::Load => self.bind(&name.id),
            // Whoever gives an imported module other attributes.
            Expr::Attribute(attribute) if attribute.ctx != ExprContext::Load => {
                root_name(&attribute.value).into_iter().for_each(|root| self.bind(root));
            }
            Expr::Call(call) => {
                let is_it =
                    matches!(&*call.func, Expr::Attribute(attribute) if attribute.attr.as_str() == "run_migrations");
                self.calls.extend(is_it.then_some(call));
            }
            _ => {}
        }
        walk_expr(self, expression);
    }

    fn visit_parameter(&mut self, parameter: &'a Parameter) {
        self.bind(&parameter.name);
        walk_parameter(self, parameter);
    }

    fn visit_except_handler(&mut self, handler: &'a ExceptHandler) {
        let ExceptHandler::ExceptHandler(inner) = handler;
        inner.name.iter().for_each(|name| self.bind(name));
        walk_except_handler(self, handler);
    }

    fn visit_alias(&mut self, alias: &'a Alias) {
        let name = alias.asname.as_ref().unwrap_or(&alias.name).as_str();
        self.bind(name.split('.').next().unwrap_or(name));
    }
}
