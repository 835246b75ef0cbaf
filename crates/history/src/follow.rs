//! Imports of a module whose names are followed: what they bind.

use std::collections::BTreeSet;

use ruff_python_ast::{self as ast, Expr, ModModule};

use super::bindings::Uses;
use super::evaluate::Names;
use super::header::ATTRIBUTES;
use super::imports::{Attribute, Module, Search};
use super::value::Value;

/// Packages whose `*` brings no name that a migration file gives a meaning to.
const HARMLESS_STARS: [&str; 6] = ["alembic", "sqlalchemy", "typing", "datetime", "geoalchemy2", "__future__"];

/// How often a module is gone through for what its names depend on. Statements mostly depend on those above them.
const ROUNDS: usize = 8;

/// How the imports of one module are followed.
#[derive(Debug)]
pub(super) struct Follow<'a> {
    search: Search<'a>,
    /// What is followed; `None` for a revision file, which is in no package.
    module: Option<&'a Module>,
    /// The names that what is asked for may depend on. All other imports lead nowhere.
    needed: BTreeSet<&'a str>,
}

impl<'a> Follow<'a> {
    /// For who asks for `names`; `None` where too much depends on each other.
    pub(super) fn new(
        search: Search<'a>,
        module: Option<&'a Module>,
        tree: &'a ModModule,
        names: &[&'a str],
    ) -> Option<Self> {
        let mut needed: BTreeSet<&str> = names.iter().copied().chain(["__all__"]).collect();
        let uses: Vec<Uses<'a>> =
            tree.body.iter().map(|statement| Uses::of_statements(std::slice::from_ref(statement))).collect();
        for _ in 0..ROUNDS {
            let before = needed.len();
            for uses in uses.iter().rev() {
                if uses.bound.iter().any(|name| needed.contains(name)) {
                    needed.extend(&uses.mentioned);
                }
            }
            if needed.len() == before {
                return Some(Self { search, module, needed });
            }
        }
        None
    }
}

impl<'a> Names<'a> {
    pub(super) fn import(&mut self, import: &'a ast::StmtImport) {
        self.may_raise = true;
        for alias in &import.names {
            let whole = alias.name.as_str();
            let (name, module) = match &alias.asname {
                Some(name) => (name.as_str(), whole),
                None => {
                    let first = whole.split('.').next().unwrap_or(whole);
                    (first, first)
                }
            };
            match self.needs(name).and_then(|follow| follow.search.imports.find(module)) {
                Some(module) => self.scope.set_module(name, module, import.range),
                None => self.scope.forget(name, import.range),
            }
        }
    }

    pub(super) fn import_from(&mut self, import: &'a ast::StmtImportFrom) {
        self.may_raise = true;
        let module = import.module.as_ref().map_or("", |module| module.as_str());
        for alias in &import.names {
            let bound = alias.asname.as_ref().unwrap_or(&alias.name).as_str();
            match alias.name.as_str() {
                "*" => self.import_all(import, module),
                "TYPE_CHECKING" if module == "typing" => self.scope.set(bound, Value::Bool(false)),
                name => match self.needs(bound).map(|follow| follow.named(import, module, name)) {
                    Some(Attribute::Known(value)) => self.scope.set(bound, value),
                    Some(Attribute::Module(module)) => self.scope.set_module(bound, module, import.range),
                    Some(Attribute::Unknown | Attribute::Missing) | None => self.scope.forget(bound, import.range),
                },
            }
        }
    }

    fn needs(&self, name: &str) -> Option<&'a Follow<'a>> {
        self.follow.filter(|follow| follow.needed.contains(name))
    }

    fn import_all(&mut self, import: &'a ast::StmtImportFrom, module: &str) {
        let package = module.split('.').next().unwrap_or_default();
        if import.level == 0 && HARMLESS_STARS.contains(&package) {
            return;
        }
        let Some(follow) = self.follow.filter(|follow| import.level == 0 || follow.module.is_some()) else {
            return self.scope.forget_everything(import.range);
        };
        let found = follow.module_of(import, module);
        for &name in &follow.needed {
            match found.as_ref().map(|module| follow.of_star(module, name)) {
                Some(Attribute::Known(value)) => self.scope.set(name, value),
                Some(Attribute::Module(module)) => self.scope.set_module(name, module, import.range),
                Some(Attribute::Unknown) => self.scope.forget(name, import.range),
                Some(Attribute::Missing) => {}
                // No library binds what Alembic gives a meaning to; it may bind anything else.
                None if ATTRIBUTES.contains(&name) => {}
                None => self.scope.forget(name, import.range),
            }
        }
    }

    /// What `a.b` is where `a` is a module that can be read.
    pub(super) fn module_attribute(&mut self, attribute: &ast::ExprAttribute) -> Option<Attribute> {
        let module = match &*attribute.value {
            Expr::Name(name) => self.scope.module(name.id.as_str())?.clone(),
            Expr::Attribute(inner) => match self.module_attribute(inner)? {
                Attribute::Module(module) => module,
                _ => return None,
            },
            _ => return None,
        };
        Some(self.follow?.search.attribute(&module, attribute.attr.as_str()))
    }
}

impl Follow<'_> {
    fn module_of(&self, import: &ast::StmtImportFrom, module: &str) -> Option<Module> {
        match (import.level, self.module) {
            (0, _) => self.search.imports.find(module),
            (level, Some(own)) => self.search.imports.find(&own.relative(level, module)?),
            (_, None) => None,
        }
    }

    /// What `from module import name` binds.
    fn named(&self, import: &ast::StmtImportFrom, module: &str, name: &str) -> Attribute {
        let Some(found) = self.module_of(import, module) else { return Attribute::Unknown };
        if Some(&found) == self.module {
            // A package that imports from itself is not loaded yet: a part of it.
            let part = self.search.imports.find(&format!("{}.{name}", found.name));
            return part.map_or(Attribute::Unknown, Attribute::Module);
        }
        self.search.attribute(&found, name)
    }

    /// What `from module import *` binds a name to.
    fn of_star(&self, module: &Module, name: &str) -> Attribute {
        let is_listed = match self.search.attribute(module, "__all__") {
            Attribute::Missing => Some(!name.starts_with('_')),
            listed => listed.value().and_then(|names| names.items()).map(|names| names.contains(&Value::str(name))),
        };
        let Some(is_listed) = is_listed else { return Attribute::Unknown };
        if is_listed { self.search.attribute(module, name) } else { Attribute::Missing }
    }
}
