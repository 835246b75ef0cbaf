//! Imports: followed inside the checkout, and only when the name is used.
//!
//! What lies outside the checkout stays a dotted name. Nothing is ever imported by running it.

use std::rc::Rc;

use ruff_python_ast::name::Name;
use ruff_python_ast::{Expr, ModModule, Stmt, StmtImport, StmtImportFrom};

use super::Interpreter;
use super::decoration::leaves_the_class;
use super::doubt::root_name;
use super::object::{Import, Module, Scope};
use super::statement::Frame;
use super::value::Value;

/// Packages known by name, whose own sources are never read.
pub(super) const KNOWN_PACKAGES: [&str; 9] = [
    "sqlalchemy",
    "sqlmodel",
    "sqlalchemy_utils",
    "geoalchemy2",
    "pgvector",
    "citext",
    "fastapi_users_db_sqlalchemy",
    "fastapi_users_db_sqlmodel",
    "sqlalchemy_citext",
];

impl Interpreter<'_> {
    pub(super) fn import(&mut self, import: &StmtImport, frame: &Frame) {
        for alias in &import.names {
            let (name, module) = match &alias.asname {
                Some(name) => (name.id.clone(), alias.name.as_str()),
                None => {
                    let first = alias.name.split('.').next().unwrap_or_default();
                    (Name::new(first), first)
                }
            };
            frame.scope.set(&name, absolute(module, None));
        }
    }

    pub(super) fn import_from(&mut self, import: &StmtImportFrom, frame: &Frame) {
        let module = import.module.as_ref().map(ToString::to_string).unwrap_or_default();
        let folder = (import.level > 0).then(|| {
            let mut folder = frame.module.path.rsplit_once('/').map_or("", |(folder, _)| folder);
            for _ in 1..import.level {
                folder = folder.rsplit_once('/').map_or("", |(folder, _)| folder);
            }
            folder.to_owned()
        });
        for alias in &import.names {
            let value = match &folder {
                None => absolute(&module, Some(&alias.name.id)),
                Some(_) => Value::Import(Rc::new(Import {
                    module: module.clone(),
                    relative_to: folder.clone(),
                    name: Some(alias.name.id.clone()),
                })),
            };
            if alias.name.as_str() == "*" {
                self.import_all(&module, folder.as_deref(), frame);
            } else {
                frame.scope.set(alias.asname.as_ref().map_or(&alias.name.id, |name| &name.id), value);
            }
        }
    }

    fn import_all(&mut self, module: &str, folder: Option<&str>, frame: &Frame) {
        if folder.is_none() && KNOWN_PACKAGES.contains(&root(module)) {
            frame.scope.set(&"*".into(), Value::Outside(module.into()));
        } else if let Some(found) = self.find(module, folder) {
            let names: Vec<_> =
                found.globals.names.borrow().iter().map(|(name, value)| (name.clone(), value.clone())).collect();
            for (name, value) in names.into_iter().filter(|(name, _)| !name.starts_with('_')) {
                frame.scope.set(&name, value);
            }
        }
    }

    /// What an import names, now that it is used.
    pub(super) fn resolve(&mut self, import: &Import) -> Value {
        let folder = import.relative_to.as_deref();
        let Some(name) = &import.name else {
            return match self.find(&import.module, folder) {
                Some(module) => Value::Module(module),
                None => Value::Outside(import.module.as_str().into()),
            };
        };
        let inner = if import.module.is_empty() { name.to_string() } else { format!("{}.{name}", import.module) };
        if let Some(module) = self.find(&import.module, folder)
            && let Some(value) = module.globals.get(name)
        {
            return match value {
                // A cycle of imports ends here.
                Value::Import(next) if next.name == import.name && next.module == import.module => Value::Unknown,
                Value::Import(next) => self.deeper(|this| this.resolve(&next)),
                value => value,
            };
        }
        match self.find(&inner, folder) {
            Some(module) => Value::Module(module),
            None if folder.is_some() => Value::Unknown,
            None => Value::Outside(inner.into()),
        }
    }

    fn deeper(&mut self, work: impl FnOnce(&mut Self) -> Value) -> Value {
        const IMPORT: u32 = 50;
        if self.depth + IMPORT > super::DEPTH {
            return Value::Unknown;
        }
        self.depth += IMPORT;
        let value = work(self);
        self.depth -= IMPORT;
        value
    }

    /// A module of the checkout by its dotted name.
    pub(super) fn find(&mut self, dotted: &str, folder: Option<&str>) -> Option<Rc<Module>> {
        let relative = dotted.replace('.', "/");
        let roots = folder.map_or_else(|| self.roots.clone(), |folder| vec![folder.to_owned()]);
        for root in roots {
            let mut stem = root;
            if !stem.is_empty() && !relative.is_empty() {
                stem.push('/');
            }
            stem.push_str(&relative);
            for path in [format!("{stem}.py"), format!("{stem}/__init__.py")] {
                if let Some(module) = self.load(&path) {
                    return Some(module);
                }
            }
        }
        None
    }

    pub(super) fn load(&mut self, path: &str) -> Option<Rc<Module>> {
        if let Some(module) = self.modules.get(path) {
            return module.clone();
        }
        let text = self.checkout.text(path);
        self.modules.insert(path.to_owned(), None);
        let tree = python::parse(&text?).ok()?;
        const MODULE: u32 = 50;
        if self.depth + MODULE > super::DEPTH {
            return None;
        }
        self.depth += MODULE;
        // What runs when a file is loaded is no part of the upgrade.
        let (raised, data, misread) = (self.raised, self.data, std::mem::take(&mut self.misread));
        let said = self.unread.len();
        self.loading += 1;
        let module = self.evaluate_module(path, tree);
        self.loading -= 1;
        if std::mem::replace(&mut self.misread, misread) {
            module.forget_values();
        }
        self.unread.truncate(said);
        self.raised = raised;
        self.data = data;
        self.depth -= MODULE;
        Some(module)
    }

    /// Evaluates a file's top level: definitions and assignments; calls made for what they do are left out.
    pub(super) fn evaluate_module(&mut self, path: &str, tree: ModModule) -> Rc<Module> {
        let module = Rc::new(Module { path: path.to_owned(), globals: Scope::inside(None) });
        self.modules.insert(path.to_owned(), Some(module.clone()));
        let frame = Frame { scope: module.globals.clone(), module: module.clone() };
        // Functions of the file that run while it is loaded may change its values.
        let mut runs_its_own = false;
        for statement in tree.body {
            match statement {
                // Moved, not copied.
                Stmt::FunctionDef(function) => {
                    let name = function.name.id.clone();
                    let value = self.defined(Rc::new(function), &frame);
                    module.globals.set(&name, value);
                }
                Stmt::Expr(statement) => runs_its_own |= self.call_for_what_it_does(&statement.value, &frame),
                other => {
                    if let Stmt::ClassDef(class) = &other {
                        runs_its_own |= !leaves_the_class(&class.decorator_list);
                    }
                    self.block(std::slice::from_ref(&other), &frame);
                }
            }
            self.raised = false;
        }
        if runs_its_own {
            let values: Vec<Value> = module.globals.names.borrow().values().cloned().collect();
            let held = |value: &&Value| {
                matches!(value, Value::List(_) | Value::Dict(_) | Value::Set(_) | Value::Tuple(_) | Value::Instance(_))
            };
            values.iter().filter(held).for_each(|value| self.doubt_value(value));
        }
        module
    }
}

impl Interpreter<'_> {
    /// A call at a file's top level, which runs when the file is loaded: what it does to the file's own values.
    /// Whether a function of the file's own runs.
    fn call_for_what_it_does(&mut self, expression: &Expr, frame: &Frame) -> bool {
        let Expr::Call(call) = expression else { return false };
        let is_container = |value: &Value| matches!(value, Value::List(_) | Value::Dict(_) | Value::Set(_));
        if let Expr::Attribute(attribute) = &*call.func
            && let Some(name) = root_name(&attribute.value)
            && let Some(root) = frame.scope.get(name)
            && (is_container(&root)
                || is_of_the_file(&root)
                    && is_path(&attribute.value)
                    && is_container(&self.expression(&attribute.value, frame)))
        {
            self.expression(expression, frame);
            return false;
        }
        let callee = root_name(&call.func).and_then(|name| frame.scope.get(name));
        if frame.module.path == self.script && matches!(callee, Some(Value::Function(_))) {
            self.expression(expression, frame);
            return false;
        }
        self.doubt_root(&call.func, frame);
        call.arguments.args.iter().for_each(|argument| self.doubt_root(argument, frame));
        call.arguments.keywords.iter().for_each(|keyword| self.doubt_root(&keyword.value, frame));
        matches!(callee, Some(Value::Function(_) | Value::Class(_) | Value::Instance(_) | Value::Unknown))
    }
}

/// Whether taking an attribute of it does nothing but look.
fn is_of_the_file(value: &Value) -> bool {
    matches!(value, Value::Class(_) | Value::Instance(_))
}

/// `a.b.c`.
fn is_path(expression: &Expr) -> bool {
    match expression {
        Expr::Name(_) => true,
        Expr::Attribute(attribute) => is_path(&attribute.value),
        _ => false,
    }
}

fn root(module: &str) -> &str {
    module.split('.').next().unwrap_or_default()
}

fn absolute(module: &str, name: Option<&Name>) -> Value {
    let full = name.map_or_else(|| module.to_owned(), |name| format!("{module}.{name}"));
    match full.as_str() {
        "alembic.op" => return Value::Op(None),
        "alembic.context" => return Value::Context,
        _ => {}
    }
    if KNOWN_PACKAGES.contains(&root(module)) || root(module) == "alembic" {
        return Value::Outside(full.into());
    }
    Value::Import(Rc::new(Import { module: module.to_owned(), relative_to: None, name: name.cloned() }))
}
