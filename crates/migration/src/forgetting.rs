//! What is left of values after something that may have run: names that it binds, objects that it changes, and objects
//! that it may have given another name.

use ruff_python_ast::name::Name;
use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Arguments, Expr, ExprAttribute, ExprCall, ExprSubscript, Stmt};

use super::Interpreter;
use super::decoration::Own;
use super::doubt::root_name;
use super::known;
use super::object::Code;
use super::reach::Effects;
use super::statement::Frame;
use super::value::Value;

impl Interpreter<'_> {
    /// Names that a block that may have run assigns or changes are unknown after it.
    pub(super) fn forget(&mut self, body: &[Stmt], frame: &Frame) {
        let mut stored = Stored::default();
        stored.visit_body(body);
        self.forget_changed(&stored, frame);
        for name in &stored.assigned {
            self.forget_name(name, frame);
        }
        let effects = self.effects(body, frame, false);
        self.forget_called(&effects);
    }

    /// What the functions that may have been called change, or give another name.
    pub(super) fn forget_called(&mut self, effects: &Effects) {
        if effects.rewrites {
            self.misread("it may change names, or run text");
        }
        effects.handed.iter().for_each(|value| self.doubt_value(value));
        if !effects.changes {
            return;
        }
        effects.given.iter().for_each(|value| self.doubt_value(value));
        for (function, frame) in &effects.reached {
            let stored = match &function.code {
                Code::Function(definition) => Stored::of(&definition.body),
                Code::Lambda(lambda) => Stored::of_expression(&lambda.body),
            };
            self.forget_changed(&stored, frame);
            function.defaults.iter().for_each(|(_, value)| self.doubt_value(value));
            for (name, is_global) in &function.outer_names {
                let outer = if *is_global { Some(frame.module.globals.clone()) } else { frame.scope.around_with(name) };
                let Some(scope) = outer else { continue };
                self.forget_name(name, &Frame { scope, module: frame.module.clone() });
            }
        }
    }

    /// The same, but for names that it imports: they are what they are, or whoever uses them fails.
    pub(super) fn forget_assigned(&mut self, body: &[Stmt], frame: &Frame) {
        let imported = |statement: &Stmt| matches!(statement, Stmt::Import(_) | Stmt::ImportFrom(_));
        for statement in body.iter().filter(|statement| !imported(statement)) {
            self.forget(std::slice::from_ref(statement), frame);
        }
    }

    /// The same of an expression that may have been evaluated.
    pub(super) fn forget_expression(&mut self, expression: &Expr, frame: &Frame) {
        let mut stored = Stored::default();
        stored.visit_expr(expression);
        stored.aliased.give(expression);
        self.forget_changed(&stored, frame);
        for name in &stored.assigned {
            self.forget_name(name, frame);
        }
        let effects = self.effects_of(expression, frame);
        self.forget_called(&effects);
    }

    /// Whether a loop's body may change what its items are taken from.
    pub(super) fn changes_what(&mut self, items: &Expr, body: &[Stmt], frame: &Frame) -> bool {
        let changed = Stored::of(body).changed;
        let mut named = Aliased::default();
        named.visit_expr(items);
        let effects = self.effects(body, frame, false);
        let may_change = |value: &Value| !value.is_constant();
        named.parts.iter().any(|name| changed.contains(name))
            || effects.changes
            || effects.handed.iter().any(may_change)
    }

    /// One branch was followed, and its names are what they were: the other one does not find what it changed.
    pub(super) fn take_back(&mut self, body: &[Stmt], frame: &Frame) {
        let mut stored = Stored::default();
        stored.visit_body(body);
        self.forget_changed(&stored, frame);
        let elsewhere = |name: &&Name| frame.scope.elsewhere.borrow().contains_key(*name);
        let others: Vec<&Name> = stored.assigned.iter().filter(elsewhere).collect();
        others.into_iter().for_each(|name| self.forget_name(name, frame));
        let effects = self.effects(body, frame, false);
        self.forget_called(&effects);
    }

    fn forget_name(&mut self, name: &Name, frame: &Frame) {
        // The object goes on, and nobody can say any more which one it is.
        if let Some(value) = frame.scope.get(name) {
            self.doubt_value(&value);
        }
        frame.scope.set(name, Value::Unknown);
    }

    fn forget_changed(&mut self, stored: &Stored, frame: &Frame) {
        // A table has methods of these names, too, and stays what it is.
        let value_of = |name: &Name| frame.scope.get(name).or_else(|| frame.module.globals.get(name));
        for value in stored.changed.iter().chain(&stored.aliased.whole).filter_map(value_of) {
            self.doubt_value(&value);
        }
        for (name, is_global) in &stored.outer {
            let globals = Frame { scope: frame.module.globals.clone(), module: frame.module.clone() };
            self.forget_name(name, if *is_global { &globals } else { frame });
        }
        for value in stored.aliased.parts.iter().filter_map(value_of) {
            self.doubt_parts(&value);
        }
    }
}

/// Every name in what a call is given.
pub(super) fn names_in(arguments: &Arguments) -> Vec<Name> {
    let mut named = Aliased::default();
    named.visit_arguments(arguments);
    named.parts
}

/// Names that a block assigns, or whose object it changes or gives away.
#[derive(Default)]
pub(super) struct Stored {
    pub(super) assigned: Vec<Name>,
    pub(super) changed: Vec<Name>,
    /// Those among them of which more is changed than an attribute is set.
    deeply: Vec<Name>,
    aliased: Aliased,
    /// Names of other scopes that functions inside assign, those of the module with a flag.
    outer: Vec<(Name, bool)>,
    /// Names that were given an object that nobody else has, and nothing else.
    fresh: Vec<Name>,
    not_fresh: Vec<Name>,
}

impl Stored {
    pub(super) fn of(body: &[Stmt]) -> Self {
        let mut stored = Self::default();
        stored.visit_body(body);
        stored
    }

    pub(super) fn of_expression(expression: &Expr) -> Self {
        let mut stored = Self::default();
        stored.visit_expr(expression);
        stored
    }

    /// Whether only objects are changed that the block itself has made.
    pub(super) fn keeps_to_itself(&self) -> bool {
        self.keeps_to_itself_and(None)
    }

    /// The same, but for attributes of the object of this name.
    pub(super) fn keeps_to_itself_and(&self, other: Option<&Name>) -> bool {
        let is_of_other = |name: &Name| Some(name) == other && !self.deeply.contains(name);
        self.outer.is_empty() && self.changed.iter().all(|name| is_of_other(name) || self.is_own(name))
    }

    fn is_own(&self, name: &Name) -> bool {
        self.fresh.contains(name) && !self.not_fresh.contains(name)
    }

    /// The object that an expression gives, or one that it begins with, is changed.
    fn change(&mut self, object: &Expr) {
        let changed = match root_name(object) {
            Some(name) => vec![name.clone()],
            None => {
                let mut aliased = Aliased::default();
                aliased.give(object);
                [aliased.whole, aliased.parts].concat()
            }
        };
        self.deeply.extend(changed.iter().cloned());
        self.changed.extend(changed);
    }

    fn assign(&mut self, target: &Expr, value: &Expr) {
        if let Expr::Name(name) = target {
            let list = if is_fresh(value) { &mut self.fresh } else { &mut self.not_fresh };
            list.push(name.id.clone());
        }
    }
}

/// Whether it gives an object that has no other name.
fn is_fresh(value: &Expr) -> bool {
    match value {
        Expr::Call(call) => matches!(&*call.func, Expr::Name(name) if known::is(&name.id, known::MAKES)),
        _ => {
            value.is_literal_expr()
                || matches!(
                    value,
                    Expr::List(_)
                        | Expr::Dict(_)
                        | Expr::Set(_)
                        | Expr::ListComp(_)
                        | Expr::SetComp(_)
                        | Expr::DictComp(_)
                        | Expr::FString(_)
                )
        }
    }
}

/// Names of objects that an expression may give another name.
#[derive(Default)]
struct Aliased {
    /// Themselves.
    whole: Vec<Name>,
    /// What they hold.
    parts: Vec<Name>,
}

impl Aliased {
    fn all<'e>(&mut self, expressions: impl IntoIterator<Item = &'e Expr>) {
        expressions.into_iter().for_each(|expression| self.give(expression));
    }

    /// An expression's value goes on under another name.
    fn give(&mut self, expression: &Expr) {
        match expression {
            Expr::Name(name) => self.whole.push(name.id.clone()),
            Expr::Starred(starred) => self.give(&starred.value),
            Expr::Await(awaited) => self.give(&awaited.value),
            Expr::Named(named) => self.give(&named.value),
            Expr::If(conditional) => self.all([&*conditional.body, &*conditional.orelse]),
            Expr::BoolOp(operation) => self.all(&operation.values),
            Expr::List(list) => self.all(&list.elts),
            Expr::Tuple(tuple) => self.all(&tuple.elts),
            Expr::Set(set) => self.all(&set.elts),
            Expr::Dict(dict) => self.all(dict.items.iter().map(|item| &item.value)),
            Expr::Call(call) => self.give_call(call),
            Expr::Attribute(_)
            | Expr::Subscript(_)
            | Expr::ListComp(_)
            | Expr::SetComp(_)
            | Expr::DictComp(_)
            | Expr::Generator(_)
            | Expr::Yield(_)
            | Expr::YieldFrom(_)
            | Expr::BinOp(_)
            | Expr::Lambda(_) => self.visit_expr(expression),
            // They give a number, a text or a truth.
            Expr::UnaryOp(_)
            | Expr::Compare(_)
            | Expr::FString(_)
            | Expr::TString(_)
            | Expr::StringLiteral(_)
            | Expr::BytesLiteral(_)
            | Expr::NumberLiteral(_)
            | Expr::BooleanLiteral(_)
            | Expr::NoneLiteral(_)
            | Expr::EllipsisLiteral(_)
            | Expr::Slice(_)
            | Expr::IpyEscapeCommand(_) => {}
        }
    }

    fn give_call(&mut self, call: &ExprCall) {
        let keywords = call.arguments.keywords.iter().map(|keyword| &keyword.value);
        match &*call.func {
            Expr::Name(name) if known::is(&name.id, known::LOOKS) => {
                call.arguments.args.iter().for_each(|argument| self.visit_expr(argument));
            }
            Expr::Attribute(attribute) => {
                self.visit_expr(&attribute.value);
                self.all(call.arguments.args.iter().chain(keywords));
            }
            _ => self.all(call.arguments.args.iter().chain(keywords)),
        }
    }
}

impl<'a> Visitor<'a> for Aliased {
    /// What a part of an expression holds may be what it gives.
    fn visit_expr(&mut self, expression: &'a Expr) {
        if let Expr::Name(name) = expression {
            self.parts.push(name.id.clone());
        }
        walk_expr(self, expression);
    }
}

impl<'a> Visitor<'a> for Stored {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::Assign(assignment) => {
                self.aliased.give(&assignment.value);
                assignment.targets.iter().for_each(|target| self.assign(target, &assignment.value));
            }
            Stmt::AnnAssign(assignment) => {
                if let Some(value) = &assignment.value {
                    self.aliased.give(value);
                    self.assign(&assignment.target, value);
                }
            }
            Stmt::AugAssign(statement) if statement.target.is_name_expr() => self.change(&statement.target),
            Stmt::Return(statement) => {
                if let Some(value) = &statement.value {
                    self.aliased.give(value);
                }
            }
            // What it binds is a part of that.
            Stmt::For(statement) => {
                self.aliased.visit_expr(&statement.iter);
                self.assign(&statement.target, &statement.iter);
            }
            Stmt::FunctionDef(function) => {
                self.assigned.push(function.name.id.clone());
                // It may be called here, too.
                self.outer.extend(Own::of(&function.body).outer_names);
                let inner = Self::of(&function.body);
                self.outer.extend(inner.outer.iter().cloned());
                let changed: Vec<Name> = inner.changed.iter().filter(|name| !inner.is_own(name)).cloned().collect();
                self.deeply.extend(changed.iter().cloned());
                self.changed.extend(changed);
                return;
            }
            Stmt::ClassDef(class) => {
                self.assigned.push(class.name.id.clone());
                return;
            }
            Stmt::Import(import) => self.assigned.extend(import.names.iter().map(|alias| {
                let name = alias.asname.as_ref().unwrap_or(&alias.name);
                Name::new(name.split('.').next().unwrap_or_default())
            })),
            Stmt::ImportFrom(import) => {
                self.assigned
                    .extend(import.names.iter().map(|alias| alias.asname.as_ref().unwrap_or(&alias.name).id.clone()));
            }
            Stmt::Try(statement) => {
                let names = statement
                    .handlers
                    .iter()
                    .filter_map(|handler| handler.as_except_handler().and_then(|handler| handler.name.as_ref()));
                self.assigned.extend(names.map(|name| name.id.clone()));
            }
            _ => {}
        }
        walk_stmt(self, statement);
    }

    fn visit_pattern(&mut self, pattern: &'a ruff_python_ast::Pattern) {
        self.assigned.extend(super::matching::captured(pattern));
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        match expression {
            Expr::Name(name) if name.ctx.is_store() => self.assigned.push(name.id.clone()),
            // Called here, or by whoever gets it.
            Expr::Attribute(attribute) if attribute.ctx.is_load() && known::is(&attribute.attr, known::MUTATES) => {
                self.change(&attribute.value);
            }
            Expr::Attribute(ExprAttribute { value, ctx, .. }) if !ctx.is_load() && value.is_name_expr() => {
                self.changed.extend(root_name(value).cloned());
            }
            Expr::Attribute(ExprAttribute { value, ctx, .. }) | Expr::Subscript(ExprSubscript { value, ctx, .. })
                if !ctx.is_load() =>
            {
                self.change(value);
            }
            _ => {}
        }
        walk_expr(self, expression);
    }
}
