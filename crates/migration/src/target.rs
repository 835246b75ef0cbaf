//! `target_metadata` of `env.py`: the naming convention that Alembic takes from it.
//!
//! It is looked for in the checkout, through whatever `env.py` imports. Where it is not found, nobody knows what names are
//! made of those that the migrations give.

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Expr, Stmt};

use super::convention::Convention;
use super::statement::Frame;
use super::value::Value;
use super::{Checkout, Interpreter};
use schema::Setting;

/// How far above the migrations `env.py` may be.
const ABOVE: usize = 4;

impl Interpreter<'_> {
    /// The convention of the metadata that Alembic is given where this script is run.
    pub(super) fn convention_beside(&self, script: &str) -> Option<Convention> {
        let (path, text) = environment(self.checkout, script)?;
        let tree = python::parse(&text).ok()?;
        let mut mentions = Mentions::default();
        mentions.visit_body(&tree.body);
        let simulation = &self.recorder.simulation;
        let setting = Setting {
            dialect: simulation.dialect,
            default_schema: simulation.default_schema.clone(),
            version_table: String::new(),
        };
        // What it evaluates is nothing that a migration does.
        let mut other = Interpreter { deepest: self.deepest, ..Interpreter::new(self.checkout, &setting) };
        let module = other.evaluate_module(&path, tree);
        let frame = Frame { scope: module.globals.clone(), module: module.clone() };
        if mentions.targets.is_empty() {
            let metadata = module.globals.get(&"target_metadata".into())?;
            return other.convention_of(&metadata, &mentions, &frame);
        }
        let mut found: Option<Convention> = None;
        for target in &mentions.targets {
            let metadata = other.expression(target, &frame);
            let convention = other.convention_of(&metadata, &mentions, &frame)?;
            if found.replace(convention.clone()).is_some_and(|other| other != convention) {
                return None;
            }
        }
        found
    }
}

/// `env.py`, in the folder of this script or above it.
pub(super) fn environment(checkout: &dyn Checkout, script: &str) -> Option<(String, String)> {
    let mut folder = script;
    for _ in 0..ABOVE {
        folder = folder.rsplit_once('/').map_or("", |(folder, _)| folder);
        let path = if folder.is_empty() { "env.py".to_owned() } else { format!("{folder}/env.py") };
        if let Some(text) = checkout.text(&path) {
            return Some((path, text));
        }
    }
    None
}

impl Interpreter<'_> {
    /// The convention of what is given as `target_metadata`: a list of several has none of its own.
    fn convention_of(&mut self, metadata: &Value, mentions: &Mentions, frame: &Frame) -> Option<Convention> {
        let metadata = match metadata {
            Value::Import(import) => self.resolve(import),
            other => other.clone(),
        };
        let found = match &metadata {
            Value::None | Value::List(_) | Value::Tuple(_) => Some(Convention::default()),
            Value::MetaData(convention) => convention.as_deref().cloned(),
            Value::Outside(name) if name.ends_with("SQLModel.metadata") => Some(Convention::default()),
            Value::Unknown if mentions.of_flask => self.convention_of_flask(),
            _ => None,
        };
        // Somebody may set it afterwards.
        match mentions.assigned.as_slice() {
            [] if !self.assigns_conventions() => found,
            [convention] if mentions.targets.len() < 2 => {
                let value = self.expression(convention, frame);
                Convention::of(&value)
            }
            _ => None,
        }
    }

    /// Whether a module that was read sets the convention of something that is there.
    fn assigns_conventions(&self) -> bool {
        let paths: Vec<&String> = self.modules.keys().collect();
        paths.into_iter().any(|path| {
            let text = self.checkout.text(path).unwrap_or_default();
            text.match_indices(".naming_convention").any(|(at, word)| {
                let rest = text[at + word.len()..].trim_start();
                (rest.starts_with('=') && !rest.starts_with("==")) || rest.starts_with(['[', '.'])
            })
        })
    }

    /// Of `current_app.extensions["migrate"].db`: the one `SQLAlchemy(…)` of the checkout.
    fn convention_of_flask(&mut self) -> Option<Convention> {
        let mut found: Option<Convention> = None;
        for path in self.checkout.modules() {
            let makes = self.checkout.text(&path).is_some_and(|text| text.contains("SQLAlchemy("));
            let Some(module) = makes.then(|| self.load(&path)).flatten() else { continue };
            let values: Vec<Value> = module.globals.names.borrow().values().cloned().collect();
            for value in values {
                let Value::MetaData(convention) = value else { continue };
                let convention = convention?.as_ref().clone();
                if found.replace(convention.clone()).is_some_and(|other| other != convention) {
                    return None;
                }
            }
        }
        found
    }
}

/// What `env.py` says of its metadata.
#[derive(Default)]
struct Mentions {
    /// What is given as `target_metadata=`.
    targets: Vec<Expr>,
    /// What is set as somebody's `naming_convention`.
    assigned: Vec<Expr>,
    /// It asks Flask-Migrate.
    of_flask: bool,
}

impl<'a> Visitor<'a> for Mentions {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        if let Stmt::Assign(assignment) = statement
            && assignment.targets.iter().any(|target| match target {
                Expr::Attribute(attribute) => attribute.attr.as_str() == "naming_convention",
                _ => false,
            })
        {
            self.assigned.push((*assignment.value).clone());
        }
        walk_stmt(self, statement);
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        match expression {
            Expr::Call(call) => {
                let target = call
                    .arguments
                    .keywords
                    .iter()
                    .find(|keyword| keyword.arg.as_ref().is_some_and(|name| name.as_str() == "target_metadata"));
                self.targets.extend(target.map(|keyword| keyword.value.clone()));
            }
            Expr::Attribute(attribute) => self.of_flask |= attribute.attr.as_str() == "extensions",
            _ => {}
        }
        walk_expr(self, expression);
    }
}
