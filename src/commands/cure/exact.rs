//! Whether what is read of a revision's file is all that its operations say.

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Expr, Stmt};
use ruff_text_size::Ranged;

/// Arguments that are read whole, or that change nothing in the database.
const ARGUMENTS: [&str; 35] = [
    "column_name",
    "constraint_name",
    "create_type",
    "default",
    "existing_nullable",
    "existing_server_default",
    "existing_type",
    "if_exists",
    "if_not_exists",
    "index",
    "index_name",
    "key",
    "length",
    "local_cols",
    "name",
    "native_enum",
    "new_column_name",
    "new_table_name",
    "nullable",
    "ondelete",
    "old_table_name",
    "postgresql_concurrently",
    "precision",
    "primary_key",
    "referent_schema",
    "referent_table",
    "remote_cols",
    "scale",
    "schema",
    "server_default",
    "source_schema",
    "table_name",
    "timezone",
    "type_",
    "unique",
];

/// Constructs that say more of a column than is kept of it.
const BEYOND: [&str; 5] = ["Computed", "DDL", "FetchedValue", "Identity", "Sequence"];

/// Whether each call of a file says only what is kept of it, and nothing is called that other files define. The reason where not.
pub(super) fn is_plain(text: &str) -> Result<(), String> {
    let mut finder = Finder { beyond: None, further: &[] };
    match python::parse(text) {
        Ok(module) => finder.visit_body(&module.body),
        Err(error) => return Err(error.to_string()),
    }
    finder.beyond.map_or(Ok(()), |what| Err(format!("what {what} says is not kept whole")))
}

/// Arguments of an index that are read whole where a single line is asked about: its method, and a condition in plain SQL.
const OF_AN_INDEX: [&str; 3] = ["postgresql_using", "postgresql_where", "sqlite_where"];

/// The same for the statement on one line.
pub(super) fn is_plain_at(text: &str, line: u32) -> Result<(), String> {
    let module = python::parse(text).map_err(|error| error.to_string())?;
    let mut at = At { text, line: line as usize, finder: Finder { beyond: None, further: &OF_AN_INDEX } };
    at.visit_body(&module.body);
    at.finder.beyond.map_or(Ok(()), |what| Err(format!("what {what} says is not kept whole")))
}

/// Finds the statement on a line, and looks into it.
struct At<'a> {
    text: &'a str,
    line: usize,
    finder: Finder,
}

impl Visitor<'_> for At<'_> {
    fn visit_stmt(&mut self, statement: &Stmt) {
        let lines = [statement.start(), statement.end()].map(|offset| python::line_of(self.text, offset));
        match statement {
            Stmt::Expr(_) | Stmt::Assign(_) if (lines[0]..=lines[1]).contains(&self.line) => {
                self.finder.visit_stmt(statement);
            }
            _ => walk_stmt(self, statement),
        }
    }
}

struct Finder {
    beyond: Option<String>,
    /// Arguments beside those of [`ARGUMENTS`].
    further: &'static [&'static str],
}

impl Visitor<'_> for Finder {
    fn visit_stmt(&mut self, statement: &Stmt) {
        let known = |module: &str| matches!(module.split('.').next(), Some("alembic" | "sqlalchemy" | "typing"));
        match statement {
            Stmt::ImportFrom(import) => {
                let module = import.module.as_ref().map(|module| module.as_str()).unwrap_or_default();
                if !(known(module) || module == "__future__" || module.starts_with("collections")) {
                    self.beyond = Some(format!("an import of {module}"));
                }
            }
            Stmt::FunctionDef(function) if function.name.as_str() == "downgrade" => return,
            Stmt::Import(import) => {
                if let Some(other) = import.names.iter().find(|alias| !known(&alias.name)) {
                    self.beyond = Some(format!("an import of {}", other.name));
                }
            }
            _ => {}
        }
        walk_stmt(self, statement);
    }

    fn visit_expr(&mut self, expression: &Expr) {
        if let Expr::Call(call) = expression {
            let names = call.arguments.keywords.iter().map(|keyword| keyword.arg.as_ref());
            for name in names {
                match name {
                    Some(name) if ARGUMENTS.contains(&name.as_str()) || self.further.contains(&name.as_str()) => {}
                    Some(name) => self.beyond = Some(format!("{name}=")),
                    None => self.beyond = Some("**".to_owned()),
                }
            }
            let called = match &*call.func {
                Expr::Attribute(attribute) => Some(attribute.attr.as_str()),
                Expr::Name(name) => Some(name.id.as_str()),
                _ => None,
            };
            if let Some(called) = called.filter(|called| BEYOND.contains(called)) {
                self.beyond = Some(called.to_owned());
            }
        }
        walk_expr(self, expression);
    }
}
