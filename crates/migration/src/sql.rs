//! Raw SQL: what a statement does to the schema, over PostgreSQL's own grammar.

use squawk_syntax::SourceFile;
use squawk_syntax::ast::{self, AstNode};

use super::spec::SqlType;
use super::sql_name::{last_name, names, nests_deeply};
use super::sql_shown::does_more;
use super::sql_table::is_temporary;
use super::{Interpreter, sqltype};
use schema::Subject;
use schema::operation::{OperationKind, TableSpec};

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

    /// A relation, qualified by what it says or by the search path.
    pub(super) fn relation(&self, node: Option<&impl AstNode>) -> Option<String> {
        let mut parts = names(node?.syntax());
        let name = parts.pop()?;
        let schema = parts.pop().or_else(|| self.search_path.clone());
        Some(self.recorder.simulation.qualify(&name, schema.as_deref()))
    }

    /// A type, whose schema matters less.
    pub(super) fn type_name(&self, node: Option<&impl AstNode>) -> Option<String> {
        let mut parts = names(node?.syntax());
        let name = parts.pop()?;
        Some(self.recorder.simulation.qualify(&name, parts.pop().as_deref()))
    }

    pub(super) fn sql_type_of(&self, node: Option<&ast::Type>) -> SqlType {
        let Some(node) = node else { return SqlType::default() };
        let text = node.syntax().text().to_string();
        let prefix = format!("{}.", self.recorder.simulation.default_schema);
        let text = text.strip_prefix(&prefix).unwrap_or(&text);
        SqlType { text: sqltype::spelled(text, self.dialect()), enumeration: None }
    }

    pub(super) fn statement_of_sql(&mut self, statement: &ast::Stmt) {
        use ast::Stmt as S;
        self.data |= does_more(statement);
        match statement {
            S::CreateTable(node) => self.create_table_of_sql(node),
            S::CreateTableAs(node) => {
                if let (Some(name), false) =
                    (self.relation(node.table_name().as_ref()), is_temporary(node.persistence()))
                {
                    let table =
                        TableSpec { name: Some(name), columns: Vec::new(), constraints: Vec::new(), open: true };
                    self.record_table(table, node.if_not_exists().is_some());
                }
            }
            S::AlterTable(node) => {
                let Some(table) = self.relation(node.table_relation_name().as_ref()) else { return };
                // What is known to be there is no question.
                let there = self.recorder.simulation.schema.tables.contains_key(&table);
                let guarded = u32::from(node.if_exists().is_some() && !there);
                self.recorder.guarded += guarded;
                for action in node.actions() {
                    self.alter_table(&table, &action);
                }
                self.recorder.guarded -= guarded;
            }
            S::CreateIndex(node) => self.create_index_of_sql(node),
            S::DropTable(node) => {
                for name in node.table_name_refs() {
                    if let Some(table) = self.relation(Some(&name)) {
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
            S::AlterView(node) => self.alter_view(node),
            S::CreateType(node) => {
                if let (Some(name), Some(ast::CreateTypeKind::EnumType(kind))) =
                    (self.type_name(node.type_name().as_ref()), node.kind())
                {
                    let literals = kind.syntax().descendants().filter_map(ast::Literal::cast);
                    let labels: Option<Vec<String>> = literals.map(|literal| literal.string_value()).collect();
                    self.record(OperationKind::CreateEnum { name, labels, if_not_exists: false });
                }
            }
            S::DropType(node) => {
                for name in node.type_name_refs() {
                    if let Some(name) = self.type_name(Some(&name)) {
                        self.record(OperationKind::DropEnum { name });
                    }
                }
            }
            S::AlterType(node) => self.alter_type(node),
            S::Do(node) => self.do_block(node),
            S::Set(node) => self.set_parameter(node),
            other => self.object_of_sql(other),
        }
    }

    fn alter_view(&mut self, node: &ast::AlterView) {
        if let (Some(from), Some(ast::AlterViewAction::ViewRenameTo(to))) =
            (self.relation(node.view_ref().as_ref()), node.action())
            && let Some(to) = last_name(&to)
        {
            let to = match from.rsplit_once('.') {
                Some((schema, _)) => format!("{schema}.{to}"),
                None => to,
            };
            self.record_drop(Subject::View(from));
            self.record_create(Subject::View(to), false);
        }
    }

    /// Views, sequences and what else has only a name.
    fn object_of_sql(&mut self, statement: &ast::Stmt) {
        use ast::Stmt as S;
        let replaces = match statement {
            S::CreateView(node) => node.or_replace().is_some(),
            S::CreateFunction(node) => node.or_replace().is_some(),
            S::CreateTrigger(node) => node.or_replace().is_some(),
            _ => false,
        };
        let created = match statement {
            S::CreateView(node) => self.relation(node.view().as_ref()).map(Subject::View),
            S::CreateMaterializedView(node) => self.relation(node.view().as_ref()).map(Subject::View),
            S::CreateSequence(node) => self.relation(node.sequence().as_ref()).map(Subject::Sequence),
            S::CreateExtension(node) => node.extension().and_then(|name| last_name(&name)).map(Subject::Extension),
            S::CreateSchema(node) => node
                .create_schema_target()
                .and_then(|target| names(target.syntax()).into_iter().next())
                .map(Subject::Namespace),
            S::CreateFunction(node) => self.relation(node.name().as_ref()).map(Subject::Function),
            S::CreateTrigger(node) => {
                let table = node.on_relation().and_then(|on| self.relation(on.relation_name_ref().as_ref()));
                table.zip(node.trigger().and_then(|name| last_name(&name))).map(|(t, n)| Subject::Trigger(t, n))
            }
            _ => None,
        };
        if let Some(subject) = created {
            self.record_create(subject, replaces);
            return;
        }
        let dropped: Vec<Subject> = match statement {
            S::DropView(node) => {
                node.view_refs().filter_map(|name| self.relation(Some(&name))).map(Subject::View).collect()
            }
            S::DropMaterializedView(node) => {
                node.view_refs().filter_map(|name| self.relation(Some(&name))).map(Subject::View).collect()
            }
            S::DropSequence(node) => {
                node.sequence_refs().filter_map(|name| self.relation(Some(&name))).map(Subject::Sequence).collect()
            }
            S::DropExtension(node) => {
                node.extension_refs().filter_map(|name| last_name(&name)).map(Subject::Extension).collect()
            }
            S::DropSchema(node) => {
                node.schema_refs().filter_map(|name| last_name(&name)).map(Subject::Namespace).collect()
            }
            S::DropFunction(node) => node
                .function_sig_list()
                .iter()
                .flat_map(|list| list.function_sigs())
                .filter_map(|function| self.relation(function.function_name_ref().as_ref()))
                .map(Subject::Function)
                .collect(),
            S::DropTrigger(node) => {
                let table = node.on_relation().and_then(|on| self.relation(on.relation_name_ref().as_ref()));
                let name = node.trigger_ref().and_then(|name| last_name(&name));
                table.zip(name).map(|(table, name)| Subject::Trigger(table, name)).into_iter().collect()
            }
            _ => Vec::new(),
        };
        for subject in dropped {
            self.record_drop(subject);
        }
    }

    fn set_parameter(&mut self, node: &ast::Set) {
        let text = node.syntax().text().to_string();
        let mut words = text.split(|c: char| c.is_whitespace() || ",='\";".contains(c)).filter(|word| !word.is_empty());
        if words.any(|word| word.eq_ignore_ascii_case("search_path")) {
            let first = words.find(|word| !word.eq_ignore_ascii_case("to"));
            self.search_path =
                first.filter(|schema| *schema != "public" && !schema.starts_with('$')).map(str::to_owned);
        }
    }
}
