//! Raw SQL: what a statement does to the schema, over PostgreSQL's own grammar.

use squawk_syntax::SourceFile;
use squawk_syntax::ast::{self, AstNode};

use super::spec::SqlType;
use super::sql_cascade::cascades;
use super::sql_name::{last_name, nests_deeply};
use super::sql_shown::{Beyond, beyond};
use super::sql_table::is_temporary;
use super::{Interpreter, UnreadKind, sqltype};
use schema::operation::{OperationKind, Reach, TableSpec};

impl Interpreter<'_> {
    /// Reads the statements of a text; false when they are not PostgreSQL.
    pub(super) fn statements(&mut self, text: &str) -> bool {
        if nests_deeply(text) {
            return false;
        }
        let parsed = SourceFile::parse(text);
        if !parsed.errors().is_empty() {
            return false;
        }
        let outer = self.sql_text.take();
        for statement in parsed.tree().stmts() {
            if !self.step() {
                break;
            }
            self.sql_text = Some(statement.syntax().text().to_string().trim().into());
            self.statement_of_sql(&statement);
        }
        self.sql_text = outer;
        true
    }

    pub(super) fn sql_type_of(&self, node: Option<&ast::Type>) -> SqlType {
        let Some(node) = node else { return SqlType::default() };
        let text = node.syntax().text().to_string();
        let prefix = format!("{}.", self.recorder.simulation.default_schema);
        let text = text.strip_prefix(&prefix).unwrap_or(&text);
        SqlType { text: sqltype::spelled(text, self.dialect()), enumeration: None }
    }

    pub(super) fn statement_of_sql(&mut self, statement: &ast::Stmt) {
        let before = self.recorder.recorded;
        match beyond(statement) {
            Beyond::Nothing => {}
            Beyond::Data => self.data = true,
            Beyond::Schema => {
                self.data = true;
                self.unread_statement(statement);
            }
            Beyond::TakesBack => self.takes_back(),
        }
        let text = statement.syntax().text().to_string();
        if matches!(statement, ast::Stmt::Select(_) | ast::Stmt::Reset(_) | ast::Stmt::Set(_)) && text.len() < 500 {
            self.set_search_path(&text);
        }
        self.table_of_sql(statement);
        if !matches!(statement, ast::Stmt::EmptyStmt(_)) {
            self.record_statement(before);
        }
    }

    fn unread_statement(&mut self, statement: &ast::Stmt) {
        let text = statement.syntax().text().to_string();
        let start: String = text.split_whitespace().take(6).collect::<Vec<_>>().join(" ");
        let start: String = start.chars().take(60).collect();
        self.unread(UnreadKind::Either, format!("it executes \"{start} …\", which is not followed"));
    }

    /// Tables, their parts, and types.
    fn table_of_sql(&mut self, statement: &ast::Stmt) {
        use ast::Stmt as S;
        match statement {
            S::CreateTable(node) => self.create_table_of_sql(node),
            S::CreateTableAs(node) => self.table_of_query(
                node.table_name().as_ref(),
                is_temporary(node.persistence()),
                node.if_not_exists().is_some(),
            ),
            S::SelectInto(node) => {
                if let Some(into) = node.into_clause() {
                    self.table_of_query(into.table_name().as_ref(), is_temporary(into.persistence()), false);
                }
            }
            S::AlterTable(node) => self.alter_table_of_sql(node),
            S::CreateIndex(node) => self.create_index_of_sql(node),
            S::DropTable(node) => {
                for table in node.table_name_refs().filter_map(|name| self.relation(Some(&name))).collect::<Vec<_>>() {
                    if cascades(node.drop_behavior()) {
                        self.cascade_to_views(&table);
                    }
                    self.drop_below(&table, cascades(node.drop_behavior()));
                    let there = self.recorder.simulation.schema.tables.contains_key(&table) || self.hides(&table);
                    if there || node.if_exists().is_none() {
                        self.record_drop_table(table);
                    }
                }
            }
            S::DropIndex(node) => {
                for name in node.index_refs().filter_map(|index| last_name(&index)) {
                    self.record_drop_index(Some(&name), None);
                }
            }
            S::AlterIndex(node) => {
                if let (Some(from), Some(ast::AlterIndexAction::IndexRenameTo(to))) =
                    (node.index_ref().and_then(|index| last_name(&index)), node.action())
                    && let Some(to) = last_name(&to)
                {
                    self.record(OperationKind::RenameIndex { from, to });
                }
            }
            S::CreateType(node) => {
                if let (Some(name), Some(ast::CreateTypeKind::EnumType(kind))) =
                    (self.new_relation(node.type_name().as_ref()), node.kind())
                {
                    let literals = kind.syntax().descendants().filter_map(ast::Literal::cast);
                    let labels: Option<Vec<String>> = literals.map(|literal| literal.string_value()).collect();
                    self.record(OperationKind::CreateEnum { name, labels, if_not_exists: false });
                }
            }
            S::DropType(node) => {
                for name in node.type_name_refs().filter_map(|name| self.type_name(Some(&name))).collect::<Vec<_>>() {
                    if cascades(node.drop_behavior()) {
                        self.cascade_to_columns(&name);
                        self.record(OperationKind::Unread(Reach::Objects));
                    }
                    let there = self.recorder.simulation.schema.enums.contains_key(&name);
                    if there || node.if_exists().is_none() {
                        self.record(OperationKind::DropEnum { name });
                    }
                }
            }
            S::AlterType(node) => self.alter_type(node),
            S::Do(node) => self.do_block(node),
            other => self.object_of_sql(other),
        }
    }

    /// A table with the columns of a query.
    fn table_of_query(&mut self, name: Option<&ast::TableName>, temporary: bool, keep: bool) {
        if temporary {
            name.and_then(last_name).iter().for_each(|name| self.note_temporary(name));
        } else if let Some(name) = self.new_relation(name) {
            let table = TableSpec { name: Some(name), columns: Vec::new(), constraints: Vec::new(), open: true };
            self.record_table(table, keep);
        }
    }

    fn alter_table_of_sql(&mut self, node: &ast::AlterTable) {
        let Some(table) = self.relation(node.table_relation_name().as_ref()) else {
            self.unread(UnreadKind::Schema, "it alters a table whose schema cannot be told");
            return;
        };
        // What is known to be there is no question.
        let there = self.recorder.simulation.schema.tables.contains_key(&table);
        let guarded = u32::from(node.if_exists().is_some() && !there);
        self.recorder.guarded += guarded;
        let mut actions: Vec<_> = node.actions().collect();
        actions.sort_by_key(super::sql_alter::pass);
        for action in &actions {
            self.alter_table(&table, action);
        }
        self.doubt_below(&table);
        self.recorder.guarded -= guarded;
    }
}
