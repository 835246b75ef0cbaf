//! Whether a statement that fails ends its revision, whoever catches what it raises.
//!
//! PostgreSQL refuses whatever follows a failed statement in its transaction, and Alembic writes the revision's row in that
//! transaction: what has been applied failed nowhere. That holds where `env.py` makes its own engine and leaves Alembic its
//! transaction, and where the revision does nothing with transactions and has no connection of its own.

use ruff_python_ast::{Expr, Stmt};

use super::Interpreter;
use super::import::KNOWN_PACKAGES;
use super::statement::{Flow, Frame};
use super::target::environment;
use super::value::Value;
use schema::Dialect;

/// Words of a revision that may have to do with other connections, or with parts of a transaction.
const APART: [&str; 7] = ["begin", "commit", "connect(", "engine", "rollback", "savepoint", "session"];

/// Words of `env.py` and of its settings by which a statement may be on its own.
const ON_ITS_OWN: [&str; 2] = ["autocommit", "transactional_ddl"];

/// Whether nothing in a revision's text speaks of transactions.
pub(super) fn keeps_to_one(text: &str) -> bool {
    let text = text.to_lowercase();
    !APART.iter().any(|word| text.contains(word))
}

impl Interpreter<'_> {
    /// Whether Alembic runs each revision of this script's folder in one transaction that ends with its row.
    pub(super) fn is_in_one_transaction(&self, script: &str) -> bool {
        let Some((path, text)) = environment(self.checkout, script) else { return false };
        let folder = path.strip_suffix("env.py").unwrap_or_default();
        let above =
            folder.trim_end_matches('/').rsplit_once('/').map_or(String::new(), |(above, _)| format!("{above}/"));
        let settings = [folder, &above].map(|folder| self.checkout.text(&format!("{folder}alembic.ini")));
        let own_engine = text.contains("engine_from_config(") || text.contains("create_engine(");
        let lower = text.to_lowercase();
        own_engine
            && text.contains("begin_transaction()")
            && !ON_ITS_OWN.iter().any(|word| lower.contains(word))
            && !settings.into_iter().flatten().any(|text| text.contains("isolation_level"))
    }

    /// Whether no more than the server can fail in what is followed now and what it calls, so that it did not.
    pub(super) fn only_the_server_fails(&self, frame: &Frame) -> bool {
        self.dialect() == Dialect::PostgreSql && self.one_transaction && frame.module.path == self.script
    }

    /// Follows something of which only the server may have made a failure. Whether it went through.
    pub(super) fn goes_through(&mut self, run: impl FnOnce(&mut Self) -> Flow) -> (Flow, bool) {
        let before = (self.unclear, self.unread.len(), self.misread, self.departures);
        let flow = run(self);
        let same = before == (self.unclear, self.unread.len(), self.misread, self.departures);
        let through = same && !self.raised && !self.exhausted() && matches!(flow, Flow::Next);
        (flow, through)
    }

    /// Notes a value in whose making Python may have raised something.
    pub(super) fn note_value(&mut self, value: &Value) {
        let unclear = match value {
            Value::Unknown
            | Value::Result
            | Value::Fragment(_)
            | Value::Expression
            | Value::ColumnName(_)
            | Value::TableColumns
            | Value::Url
            | Value::Shipped(_) => true,
            Value::Type(kind) => kind.text.is_none(),
            Value::Outside(name) => !KNOWN_PACKAGES.contains(&name.split('.').next().unwrap_or_default()),
            _ => false,
        };
        self.unclear += u32::from(unclear);
    }

    /// The same of a statement.
    pub(super) fn note_statement(&mut self, statement: &Stmt) {
        let plain = match statement {
            Stmt::Assign(assignment) => assignment.targets.iter().all(Expr::is_name_expr),
            Stmt::For(looped) => looped.target.is_name_expr(),
            Stmt::Expr(_) | Stmt::If(_) | Stmt::With(_) | Stmt::Pass(_) => true,
            _ => false,
        };
        self.unclear += u32::from(!plain);
    }
}
