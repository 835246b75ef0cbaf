//! What values refer to: functions, classes and their objects, modules, and the scopes that hold names.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use ruff_python_ast::name::Name;
use ruff_python_ast::{ExprLambda, StmtFunctionDef};

use super::operation::Placed;
use super::value::Value;

/// A function or a lambda.
#[derive(Debug)]
pub(super) struct Function {
    pub(super) code: Code,
    pub(super) module: Rc<Module>,
    /// The scope it was made in, when that is not the module.
    pub(super) closure: Option<Rc<Scope>>,
    /// Defaults of its parameters, made once, where it is.
    pub(super) defaults: Vec<(Name, Value)>,
    /// Names of it that are another scope's: the module's, where the flag is set, or that of a function around it.
    pub(super) outer_names: Vec<(Name, bool)>,
    /// It runs a piece at a time, when somebody goes through what it gives.
    pub(super) generator: bool,
    /// Something was made of it that is not followed.
    pub(super) doubtful: bool,
}

/// The tree of a function.
#[derive(Debug)]
pub(super) enum Code {
    Function(Rc<StmtFunctionDef>),
    Lambda(Rc<ExprLambda>),
}

/// Names of one call, and of the calls around it.
#[derive(Debug, Default)]
pub(super) struct Scope {
    pub(super) names: RefCell<HashMap<Name, Value>>,
    pub(super) outer: Option<Rc<Scope>>,
    /// Names that are declared to be those of another scope.
    pub(super) elsewhere: RefCell<HashMap<Name, Rc<Scope>>>,
}

impl Scope {
    pub(super) fn inside(outer: Option<Rc<Scope>>) -> Rc<Self> {
        Rc::new(Self { names: RefCell::default(), outer, elsewhere: RefCell::default() })
    }

    /// The scope around this one that a name is bound in.
    pub(super) fn around_with(&self, name: &Name) -> Option<Rc<Self>> {
        let mut outer = self.outer.as_ref();
        while let Some(scope) = outer {
            if let Some(elsewhere) = scope.elsewhere.borrow().get(name) {
                return Some(elsewhere.clone());
            }
            if scope.names.borrow().contains_key(name) {
                return Some(scope.clone());
            }
            outer = scope.outer.as_ref();
        }
        None
    }

    pub(super) fn get(&self, name: &Name) -> Option<Value> {
        if let Some(value) = self.names.borrow().get(name) {
            return Some(value.clone());
        }
        if let Some(elsewhere) = self.elsewhere.borrow().get(name) {
            return elsewhere.names.borrow().get(name).cloned();
        }
        let mut outer = self.outer.as_ref();
        while let Some(scope) = outer {
            if let Some(value) = scope.names.borrow().get(name) {
                return Some(value.clone());
            }
            if let Some(elsewhere) = scope.elsewhere.borrow().get(name) {
                return elsewhere.names.borrow().get(name).cloned();
            }
            outer = scope.outer.as_ref();
        }
        None
    }

    pub(super) fn set(&self, name: &Name, value: Value) {
        let elsewhere = self.elsewhere.borrow().get(name).cloned();
        elsewhere.as_deref().unwrap_or(self).names.borrow_mut().insert(name.clone(), value);
    }
}

/// A file that was evaluated.
#[derive(Debug)]
pub(super) struct Module {
    /// Inside the checkout, with slashes.
    pub(super) path: String,
    pub(super) globals: Rc<Scope>,
}

impl Module {
    /// Nobody knows its values any more, beside what it defines and imports.
    pub(super) fn forget_values(&self) {
        for value in self.globals.names.borrow_mut().values_mut() {
            if value.is_builtin_object() || matches!(value, Value::Instance(_) | Value::Fragment(_)) {
                *value = Value::Unknown;
            }
        }
    }
}

/// A class.
#[derive(Debug)]
pub(super) struct Class {
    pub(super) name: Name,
    /// Attributes in order of their definition, inherited ones last.
    pub(super) attributes: RefCell<Vec<(Name, Value)>>,
    pub(super) nature: Nature,
    /// Annotated names in order: what a dataclass takes.
    pub(super) fields: Vec<Name>,
}

/// What a class is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Nature {
    Enum,
    ColumnType,
    /// With a base that could not be read, which may bring columns along.
    Model,
    Other,
}

impl Class {
    pub(super) fn attribute(&self, name: &str) -> Option<Value> {
        self.attributes.borrow().iter().find(|(key, _)| key.as_str() == name).map(|(_, value)| value.clone())
    }

    /// Whether an object of it need not be true.
    pub(super) fn decides_truth(&self) -> bool {
        self.nature == Nature::Model || self.attribute("__bool__").is_some() || self.attribute("__len__").is_some()
    }

    /// Members of an enum class, in order.
    pub(super) fn members(self: &Rc<Self>) -> Vec<Value> {
        let attributes = self.attributes.borrow();
        let members =
            attributes.iter().filter(|(name, value)| !name.starts_with('_') && !matches!(value, Value::Function(_)));
        members
            .map(|(name, value)| {
                // Its class may make another value of it.
                let own = self.attribute("__init__").is_some();
                let value = if own { Value::Unknown } else { value.clone() };
                Value::Member(Rc::new(Member { name: name.clone(), value }))
            })
            .collect()
    }
}

/// An object of a class in the checkout.
#[derive(Debug)]
pub(super) struct Instance {
    pub(super) class: Rc<Class>,
    pub(super) attributes: RefCell<HashMap<Name, Value>>,
}

/// A member of an enum class.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) name: Name,
    pub(super) value: Value,
}

/// An import that waits for its first use.
#[derive(Debug)]
pub(super) struct Import {
    /// The dotted module, or the folder it is relative to and the rest.
    pub(super) module: String,
    /// Folder of the importing file for a relative import.
    pub(super) relative_to: Option<String>,
    /// The name in it; `None` for the module itself.
    pub(super) name: Option<Name>,
}

/// The target of a `batch_alter_table`.
#[derive(Debug)]
pub(super) struct Batch {
    /// Where its table is.
    pub(super) placed: Placed,
}
