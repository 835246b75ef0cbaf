//! Whether what is read of a revision's file is all that its operations say.

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Expr, Stmt};

/// Arguments that are read whole, or that change nothing in the database.
const ARGUMENTS: [&str; 34] = [
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
    "timezone",
    "type_",
    "unique",
];

/// Constructs that say more of a column than is kept of it.
const BEYOND: [&str; 5] = ["Computed", "DDL", "FetchedValue", "Identity", "Sequence"];

/// Whether each call of a file says only what is kept of it, and nothing is called that other files define. The reason where not.
pub(super) fn is_plain(text: &str) -> Result<(), String> {
    let mut finder = Finder { beyond: None };
    match python::parse(text) {
        Ok(module) => finder.visit_body(&module.body),
        Err(error) => return Err(error.to_string()),
    }
    finder.beyond.map_or(Ok(()), |what| Err(format!("what {what} says is not kept whole")))
}

struct Finder {
    beyond: Option<String>,
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
                    Some(name) if ARGUMENTS.contains(&name.as_str()) => {}
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
