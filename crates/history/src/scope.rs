//! The names of a module at one moment, and doubt about them.

use std::collections::{HashMap, HashSet};

use ruff_text_size::TextRange;

use super::imports::Module;
use super::value::Value;

/// What names hold. A value that can be changed in place is only held by names that are known to hold it: once anything else
/// may have got it, all such values are put in doubt. So code that mentions none of these names changes none of them.
#[derive(Debug, Clone, Default)]
pub(super) struct Scope<'a> {
    values: HashMap<&'a str, Value>,
    /// The names of values that can be changed in place.
    mutable: HashSet<&'a str>,
    /// The names of modules that can be read, whose values are unknown and can be changed in place.
    modules: HashMap<&'a str, Module>,
    /// Those that were bound since everything was forgotten: forgetting it again costs no more than they do.
    known: Vec<&'a str>,
    /// How often values that can be changed in place were put in doubt.
    doubts: u32,
    /// Set once anything may have been bound without being named.
    anything: Option<TextRange>,
}

impl<'a> Scope<'a> {
    /// What a name holds; `None` when it is certainly not bound.
    pub(super) fn get(&self, name: &str) -> Option<Value> {
        self.values.get(name).cloned().or_else(|| self.anything.map(Value::Unknown))
    }

    /// Whether a name may hold an object of which nothing is known, or a part of its value may be one.
    pub(super) fn is_in_doubt(&self, name: &str) -> bool {
        self.values.get(name).map_or(self.anything.is_some(), |value| value.unknown().is_some())
    }

    /// The module that a name holds, as its own file leaves it.
    pub(super) fn module(&self, name: &str) -> Option<&Module> {
        self.modules.get(name)
    }

    /// Binds a name to a module, which is imported at `range`.
    pub(super) fn set_module(&mut self, name: &'a str, module: Module, range: TextRange) {
        self.set(name, Value::Unknown(range));
        self.mutable.insert(name);
        self.modules.insert(name, module);
    }

    pub(super) fn set(&mut self, name: &'a str, value: Value) {
        self.modules.remove(name);
        if value.is_mutable() {
            self.mutable.insert(name);
        } else {
            self.mutable.remove(name);
        }
        self.values.insert(name, value);
        self.known.push(name);
    }

    /// Unbinds a name. False when it was not bound, or need not have been.
    pub(super) fn unset(&mut self, name: &str) -> bool {
        self.modules.remove(name);
        self.mutable.remove(name);
        self.values.remove(name).is_some()
    }

    pub(super) fn mutable(&self) -> &HashSet<&'a str> {
        &self.mutable
    }

    pub(super) fn doubts(&self) -> u32 {
        self.doubts
    }

    /// A name that may hold anything, or what it held before.
    pub(super) fn forget(&mut self, name: &'a str, range: TextRange) {
        if self.mutable.contains(name) {
            self.forget_mutable(range);
        }
        self.values.insert(name, Value::Unknown(range));
    }

    /// As [`Scope::forget`]; what is unknown already stays so for the first reason.
    pub(super) fn doubt(&mut self, name: &'a str, range: TextRange) {
        if !matches!(self.values.get(name), Some(Value::Unknown(_))) || self.modules.contains_key(name) {
            self.forget(name, range);
        }
    }

    pub(super) fn forget_mutable(&mut self, range: TextRange) {
        self.doubts += u32::from(!self.mutable.is_empty());
        self.modules.clear();
        for name in std::mem::take(&mut self.mutable) {
            self.values.insert(name, Value::Unknown(range));
        }
    }

    pub(super) fn forget_everything(&mut self, range: TextRange) {
        self.forget_mutable(range);
        for name in std::mem::take(&mut self.known) {
            self.doubt(name, range);
        }
        self.anything.get_or_insert(range);
    }

    /// What holds whichever of two ways was taken.
    pub(super) fn join(&mut self, other: Self, range: TextRange) {
        let differs = |name: &&&'a str| self.values.get(**name) != other.values.get(**name);
        let missing = other.values.keys().filter(|name| !self.values.contains_key(**name));
        let in_doubt: Vec<&'a str> = self.values.keys().filter(differs).chain(missing).copied().collect();
        if in_doubt.iter().any(|name| other.mutable.contains(name)) {
            self.forget_mutable(range);
        }
        in_doubt.into_iter().for_each(|name| self.forget(name, range));
        self.anything = self.anything.or(other.anything);
    }
}
