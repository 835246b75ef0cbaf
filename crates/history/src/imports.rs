//! Modules that a revision file imports: where their files are, and what their attributes hold once they are loaded.
//!
//! Only for a header that does not say by itself what it holds; nothing is looked for before.

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use ruff_python_ast::visitor::{Visitor, walk_expr};
use ruff_python_ast::{Expr, ExprContext, ModModule};

use super::evaluate::Names;
use super::files::read_source;
use super::follow::Follow;
use super::layout::Layout;
use super::packages;
use super::value::Value;

/// Files that one header may have read: each leads to those that its own constants come from.
const MOST_FILES: u32 = 64;

/// How many imports may lead from one to the next. A circle of them ends here.
const DEEPEST: u32 = 16;

/// Where imports lead.
#[derive(Debug)]
pub(super) struct Imports {
    layout: Layout,
    /// As `sys.path`, once anything has been looked for.
    path: OnceLock<Vec<PathBuf>>,
}

/// A module with a file that can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Module {
    /// Its dotted name.
    pub(super) name: String,
    pub(super) path: PathBuf,
}

/// What an attribute of a module is.
pub(super) enum Attribute {
    Known(Value),
    Module(Module),
    /// Bound, or perhaps so, to something of which nothing is known.
    Unknown,
    /// Certainly not bound.
    Missing,
}

impl Attribute {
    pub(super) fn value(self) -> Option<Value> {
        match self {
            Self::Known(value) => Some(value),
            Self::Module(_) | Self::Unknown | Self::Missing => None,
        }
    }
}

impl Imports {
    pub(super) fn of(layout: &Layout) -> Self {
        Self { layout: layout.clone(), path: OnceLock::new() }
    }

    fn path(&self) -> &[PathBuf] {
        self.path.get_or_init(|| self.layout.python_path())
    }

    /// What can be read by this dotted name.
    pub(super) fn find(&self, dotted: &str) -> Option<Module> {
        let path = packages::module(dotted, self.path())?;
        Some(Module { name: dotted.to_owned(), path })
    }
}

/// The search for one header's imports.
#[derive(Debug, Clone, Copy)]
pub(super) struct Search<'i> {
    pub(super) imports: &'i Imports,
    files: &'i Cell<u32>,
    depth: u32,
}

impl<'i> Search<'i> {
    pub(super) fn new(imports: &'i Imports, files: &'i Cell<u32>) -> Self {
        Self { imports, files, depth: 0 }
    }

    /// What `module.name` is once the module is loaded and nobody has changed it since.
    pub(super) fn attribute(self, module: &Module, name: &str) -> Attribute {
        match self.own_attribute(module, name) {
            Some(Attribute::Missing) if module.is_package() => {
                self.imports.find(&format!("{}.{name}", module.name)).map_or(Attribute::Missing, Attribute::Module)
            }
            Some(found) => found,
            None => Attribute::Unknown,
        }
    }

    /// The same of what its file binds; `None` where that cannot be read.
    fn own_attribute(self, module: &Module, name: &str) -> Option<Attribute> {
        self.files.set(self.files.get() + 1);
        if self.files.get() > MOST_FILES || self.depth >= DEEPEST || self.is_set_by_a_package(module, name) {
            return None;
        }
        if module.path.is_dir() {
            return Some(Attribute::Missing);
        }
        let bytes = read_source(&module.path).ok()?;
        let tree = python::parse(&python::decode(&bytes).ok()?).ok()?;
        let deeper = Self { depth: self.depth + 1, ..self };
        let follow = Follow::new(deeper, Some(module), &tree, &[name])?;
        let names = Names::following(&tree, module.name.clone(), Some(&follow));
        if let Some(inner) = names.scope.module(name) {
            return Some(Attribute::Module(inner.clone()));
        }
        Some(match names.get(name) {
            None => Attribute::Missing,
            // The functions of its own module may change a list at any time; what `*` brings is asked at once.
            Some(value) if value.unknown().is_some() || value.is_mutable() && name != "__all__" => Attribute::Unknown,
            Some(value) => Attribute::Known(value),
        })
    }

    /// Whether a package above it may give the attribute another value once the module is loaded.
    fn is_set_by_a_package(self, module: &Module, name: &str) -> bool {
        let parents = module.name.match_indices('.').map(|(at, _)| &module.name[..at]);
        let mut files = parents.filter_map(|parent| self.imports.find(parent)).filter(|parent| !parent.path.is_dir());
        files.any(|parent| {
            let bytes = read_source(&parent.path).unwrap_or_default();
            let source = python::decode(&bytes).ok();
            source.and_then(|source| python::parse(&source).ok()).is_none_or(|tree| sets(&tree, name))
        })
    }
}

/// Whether a module gives an attribute of this name to anything, or calls anything with the name as a text.
fn sets(tree: &ModModule, name: &str) -> bool {
    struct Sets<'n>(&'n str, bool);
    impl<'a> Visitor<'a> for Sets<'_> {
        fn visit_expr(&mut self, expression: &'a Expr) {
            self.1 |= match expression {
                Expr::Attribute(attribute) => attribute.ctx != ExprContext::Load && attribute.attr.as_str() == self.0,
                Expr::Call(call) => call.arguments.args.iter().any(
                    |argument| matches!(argument, Expr::StringLiteral(literal) if literal.value.to_str() == self.0),
                ),
                _ => false,
            };
            walk_expr(self, expression);
        }
    }
    let mut sets = Sets(name, false);
    sets.visit_body(&tree.body);
    sets.1
}

impl Module {
    pub(super) fn is_package(&self) -> bool {
        self.path.is_dir() || self.path.file_name().is_some_and(|name| name == "__init__.py")
    }

    /// The dotted name that a relative import of `level` dots and `rest` in this module means.
    pub(super) fn relative(&self, level: u32, rest: &str) -> Option<String> {
        let mut package = self.name.as_str();
        for _ in u32::from(self.is_package())..level {
            package = package.rsplit_once('.')?.0;
        }
        Some(if rest.is_empty() { package.to_owned() } else { format!("{package}.{rest}") })
    }
}

/// The folder that a package's parts are imported from: the first above `folder` that is no package.
pub(super) fn root_of(folder: &Path) -> &Path {
    folder.ancestors().find(|folder| !folder.join("__init__.py").is_file()).unwrap_or(folder)
}
