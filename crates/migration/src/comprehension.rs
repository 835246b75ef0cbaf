//! Comprehensions and generators, gone through at once.

#![deny(clippy::wildcard_enum_match_arm)]

use std::cell::RefCell;
use std::rc::Rc;

use ruff_python_ast::{Comprehension, Expr, ExprGenerator};

use super::Interpreter;
use super::forgetting::Stored;
use super::object::Scope;
use super::statement::Frame;
use super::value::{List, Value};

impl Interpreter<'_> {
    pub(super) fn comprehension(
        &mut self,
        generators: &[Comprehension],
        parts: &[&Expr],
        frame: &Frame,
        dict: bool,
    ) -> Value {
        let conditions = generators.iter().flat_map(|generator| generator.ifs.iter());
        if parts.iter().copied().chain(conditions).any(binds_a_name) {
            self.misread("it binds a name inside a comprehension");
        }
        let inner = Frame { scope: Scope::inside(Some(frame.scope.clone())), module: frame.module.clone() };
        let mut rows: Vec<Vec<Value>> = Vec::new();
        let (partial, perhaps) = match generators {
            [generator] if !dict => self.generate_perhaps(generator, parts, &inner, &mut rows),
            _ => (self.generate(generators, parts, &inner, &mut rows), None),
        };
        self.spend(rows.len() * 64);
        if dict {
            if partial {
                return Value::Unknown;
            }
            let pairs = rows.into_iter().filter_map(|row| <[Value; 2]>::try_from(row).ok());
            return Value::dict(pairs.map(|[key, value]| (key, value)).collect());
        }
        let items: Vec<Value> = rows.into_iter().flatten().map(Value::held).collect();
        match (partial, perhaps) {
            (true, Some(perhaps)) => Value::list_perhaps_with(items, perhaps),
            (true, None) => Value::partial_list(items),
            (false, _) => Value::list(items),
        }
    }

    /// As [`Self::generate`] of one generator; also what those items come to that its list may hold, where they are known.
    fn generate_perhaps(
        &mut self,
        generator: &Comprehension,
        parts: &[&Expr],
        frame: &Frame,
        rows: &mut Vec<Vec<Value>>,
    ) -> (bool, Option<Vec<Value>>) {
        let list = self.expression(&generator.iter, frame);
        let Some((items, partial)) = list.items() else {
            self.pass_over_rest(&generator.ifs, &[], parts, frame);
            return (true, None);
        };
        if partial {
            self.pass_over_rest(&generator.ifs, &[], parts, frame);
        }
        let open = self.generate_of(items, generator, &[], parts, frame, rows);
        let effects = generator.ifs.iter().chain(parts.iter().copied()).any(|part| {
            let effects = self.effects_of(part, frame);
            effects.operates || effects.changes
        });
        let Some(perhaps) = list.perhaps().filter(|_| partial && !open && !effects) else {
            return (partial || open, None);
        };
        let mut others = Vec::new();
        self.generate_of(perhaps, generator, &[], parts, frame, &mut others);
        (true, Some(others.into_iter().flatten().collect()))
    }

    /// A generator is gone through when somebody asks for it: here that is at once.
    pub(super) fn generator(&mut self, generator: &ExprGenerator, frame: &Frame) -> Value {
        let conditions = generator.generators.iter().flat_map(|one| one.ifs.iter().chain([&one.iter]));
        for part in conditions.chain([&*generator.elt]) {
            let effects = self.effects_of(part, frame);
            if effects.operates || effects.changes || !Stored::of_expression(part).changed.is_empty() {
                self.misread("a generator does more than look");
            }
        }
        let given = self.comprehension(&generator.generators, &[&generator.elt], frame, false);
        let Value::List(list) = &given else { return given };
        let list = list.borrow().clone();
        Value::List(Rc::new(RefCell::new(List { once: true, ..list })))
    }

    /// Collects the rows; true when there may be others.
    fn generate(
        &mut self,
        generators: &[Comprehension],
        parts: &[&Expr],
        frame: &Frame,
        rows: &mut Vec<Vec<Value>>,
    ) -> bool {
        let Some((generator, rest)) = generators.split_first() else {
            let row = parts.iter().map(|part| self.expression(part, frame)).collect();
            rows.push(row);
            return false;
        };
        let items = self.expression(&generator.iter, frame);
        let Some((items, partial)) = items.items() else {
            self.pass_over_rest(&generator.ifs, rest, parts, frame);
            return true;
        };
        if partial {
            self.pass_over_rest(&generator.ifs, rest, parts, frame);
        }
        self.generate_of(items, generator, rest, parts, frame, rows) || partial
    }

    /// The rows of these items of the first generator.
    fn generate_of(
        &mut self,
        items: Vec<Value>,
        generator: &Comprehension,
        rest: &[Comprehension],
        parts: &[&Expr],
        frame: &Frame,
        rows: &mut Vec<Vec<Value>>,
    ) -> bool {
        let mut partial = false;
        for item in items {
            if !self.step() {
                return true;
            }
            self.assign(&generator.target, item, frame);
            let mut keep = Some(true);
            for condition in &generator.ifs {
                match keep {
                    Some(true) => keep = self.expression(condition, frame).truth(),
                    Some(false) => break,
                    None => self.pass_over(condition, frame),
                }
            }
            match keep {
                // After rows that nobody knows it has no place.
                Some(true) if partial => self.pass_over_rest(&[], rest, parts, frame),
                Some(true) => partial |= self.generate(rest, parts, frame, rows),
                Some(false) => {}
                None => {
                    self.pass_over_rest(&[], rest, parts, frame);
                    partial = true;
                }
            }
        }
        partial
    }

    /// Parts of a comprehension that may have been evaluated.
    fn pass_over_rest(&mut self, conditions: &[Expr], generators: &[Comprehension], parts: &[&Expr], frame: &Frame) {
        let inner = generators.iter().flat_map(|generator| std::iter::once(&generator.iter).chain(&generator.ifs));
        conditions.iter().chain(inner).chain(parts.iter().copied()).for_each(|part| self.pass_over(part, frame));
    }
}

/// Whether `:=` stands in it, whose name belongs to the function around a comprehension.
fn binds_a_name(expression: &Expr) -> bool {
    use ruff_python_ast::visitor::{Visitor, walk_expr};
    struct Named(bool);
    impl<'a> Visitor<'a> for Named {
        fn visit_expr(&mut self, expression: &'a Expr) {
            self.0 |= expression.is_named_expr();
            walk_expr(self, expression);
        }
    }
    let mut named = Named(false);
    named.visit_expr(expression);
    named.0
}
