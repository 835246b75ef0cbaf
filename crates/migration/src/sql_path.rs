//! The schema that a name without one falls into.

use squawk_syntax::ast::AstNode;

use super::sql_name::names;
use super::value::GAP;
use super::{Interpreter, UnreadKind};

/// `SET search_path`, as far as it was read.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) enum SearchPath {
    /// The connection's own.
    #[default]
    Usual,
    /// These schemas, first to last.
    Known(Vec<String>),
    /// Nobody can say.
    Unknown,
}

impl Interpreter<'_> {
    /// A relation, qualified by what it says or by the search path; one that is there is found in any schema of it.
    pub(super) fn relation(&self, node: Option<&impl AstNode>) -> Option<String> {
        self.found(names(node?.syntax()))
    }

    /// A relation that is made: it falls into the first schema.
    pub(super) fn new_relation(&self, node: Option<&impl AstNode>) -> Option<String> {
        let mut parts = names(node?.syntax());
        let (name, schema) = (parts.pop()?, parts.pop());
        self.qualified_new(&name, schema.as_deref())
    }

    /// A type, which stands in the same schemas.
    pub(super) fn type_name(&self, node: Option<&impl AstNode>) -> Option<String> {
        self.found(names(node?.syntax()))
    }

    fn found(&self, mut parts: Vec<String>) -> Option<String> {
        let (name, schema) = (parts.pop()?, parts.pop());
        self.qualified(&name, schema.as_deref())
    }

    /// A name as facts spell it; `None` where nobody can say which schema it is in.
    pub(super) fn qualified(&self, name: &str, schema: Option<&str>) -> Option<String> {
        let simulation = &self.recorder.simulation;
        let there = |name: &String| {
            let held = &simulation.schema;
            held.tables.contains_key(name) || held.views.contains(name) || held.enums.contains_key(name)
        };
        match (schema, &self.search_path) {
            (None, SearchPath::Known(path)) => {
                let mut all = path.iter().map(|schema| simulation.qualify(name, Some(schema)));
                all.find(there).or_else(|| self.qualified_new(name, None))
            }
            (_, _) => self.qualified_new(name, schema),
        }
    }

    pub(super) fn qualified_new(&self, name: &str, schema: Option<&str>) -> Option<String> {
        let simulation = &self.recorder.simulation;
        match (schema, &self.search_path) {
            (None, SearchPath::Unknown) => None,
            (None, SearchPath::Known(path)) => Some(simulation.qualify(name, path.first().map(String::as_str))),
            (schema, _) => Some(simulation.qualify(name, schema)),
        }
    }

    /// What `SET search_path` or a call of `set_config` makes of it, in a text that may be known in parts.
    pub(super) fn set_search_path(&mut self, text: &str) {
        let lower = text.trim_start().to_lowercase();
        let call = lower.contains("set_config");
        if lower.starts_with("reset all") || lower.starts_with("reset search_path") {
            self.search_path = SearchPath::Usual;
        }
        let Some(at) = lower.find("search_path").filter(|_| call || lower.starts_with("set")) else { return };
        let value =
            lower[at + "search_path".len()..].trim_start_matches(|c: char| c.is_whitespace() || "=',\"".contains(c));
        let value = value.strip_prefix("to ").unwrap_or(value).trim().trim_end_matches(';');
        let value = if call { value.split(')').next().unwrap_or_default() } else { value };
        let mut schemas: Vec<String> =
            value.split(',').map(|name| name.trim().trim_matches(['\'', '"']).to_owned()).collect();
        if call {
            // Whether it is local stands last.
            schemas.pop();
        }
        let plain = |name: &String| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
        self.search_path = match schemas.first().map(String::as_str) {
            Some("default") => SearchPath::Usual,
            Some("$user") if schemas.get(1).is_some_and(|next| next == "public") => SearchPath::Usual,
            _ if text.contains(GAP) || text.contains('"') || !schemas.iter().all(plain) || schemas.is_empty() => {
                SearchPath::Unknown
            }
            _ => SearchPath::Known(schemas),
        };
        if self.search_path == SearchPath::Unknown {
            self.unread(UnreadKind::Schema, "it sets a search path that cannot be told");
        }
    }
}
