//! Raw SQL: what a statement does to the schema, over PostgreSQL's own grammar.

use squawk_syntax::ast::{self, AstNode};
use squawk_syntax::{SourceFile, SyntaxKind, SyntaxNode};

use super::index::index_options_of_sql;
use super::operation::plain_column;
use super::spec::{ColumnSpec, ConstraintKind, ConstraintSpec, Naming, SqlType};
use super::sql_shown::does_more;
use super::{Interpreter, sqltype};
use schema::operation::{ColumnChange, EnumChange, ForeignKeySpec, IndexSpec, OperationKind, TableSpec};
use schema::simulation::LONGEST_NAME;
use schema::{Belief, Dialect, Subject};

/// The parts of a possibly qualified name, as the catalogue spells them.
pub(super) fn names(node: &SyntaxNode) -> Vec<String> {
    let mut names = Vec::new();
    for token in node.descendants_with_tokens().filter_map(|element| element.into_token()) {
        let text = token.text();
        match token.kind() {
            SyntaxKind::WHITESPACE | SyntaxKind::COMMENT | SyntaxKind::ONLY_KW => {}
            _ if text.starts_with('"') => names.push(cut(text.trim_matches('"').replace("\"\"", "\""))),
            _ if text.starts_with(|c: char| c.is_alphabetic() || c == '_') => names.push(cut(text.to_lowercase())),
            _ => {}
        }
    }
    names
}

/// PostgreSQL's own way with a long name: its first 63 bytes, whole characters only.
fn cut(mut name: String) -> String {
    name.truncate(name.floor_char_boundary(LONGEST_NAME));
    name
}

fn last_name(node: &impl AstNode) -> Option<String> {
    names(node.syntax()).pop()
}

fn column_names(node: Option<&impl AstNode>) -> Option<Vec<Option<String>>> {
    Some(node?.syntax().children().map(|child| names(&child).pop()).collect())
}

/// How many operators and opening brackets may follow each other. The parser's time grows with the square of it.
const DEEPEST: usize = 200;

/// Whether more prefixes stand in a row than anything written by hand has. Only tokens are looked at.
fn nests_deeply(text: &str) -> bool {
    let (mut rest, mut prefixes) = (text.trim_start(), 0);
    while let Some(first) = rest.chars().next() {
        let word = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
        let after = |end: &str, from: usize| rest[from..].find(end).map_or(rest.len(), |at| from + at + end.len());
        let length = match first {
            _ if rest.starts_with("--") => after("\n", 2),
            _ if rest.starts_with("/*") => after("*/", 2),
            _ if word > 0 => {
                prefixes = if rest[..word].eq_ignore_ascii_case("not") { prefixes + 1 } else { 0 };
                word
            }
            '\'' | '"' => {
                prefixes = 0;
                after(if first == '"' { "\"" } else { "'" }, 1)
            }
            ')' | ']' | ',' | ';' => {
                prefixes = 0;
                1
            }
            other => {
                prefixes += 1;
                other.len_utf8()
            }
        };
        if prefixes > DEEPEST {
            return true;
        }
        rest = rest[length..].trim_start();
    }
    false
}

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
    fn relation(&self, node: Option<&impl AstNode>) -> Option<String> {
        let mut parts = names(node?.syntax());
        let name = parts.pop()?;
        let schema = parts.pop().or_else(|| self.search_path.clone());
        Some(self.recorder.simulation.qualify(&name, schema.as_deref()))
    }

    /// A type, whose schema matters less.
    fn type_name(&self, node: Option<&impl AstNode>) -> Option<String> {
        let mut parts = names(node?.syntax());
        let name = parts.pop()?;
        Some(self.recorder.simulation.qualify(&name, parts.pop().as_deref()))
    }

    fn sql_type_of(&self, node: Option<&ast::Type>) -> SqlType {
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
            S::AlterView(node) => {
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

    fn create_table_of_sql(&mut self, node: &ast::CreateTable) {
        let Some(table) = self.relation(node.table_name().as_ref()) else { return };
        if is_temporary(node.persistence()) {
            return;
        }
        let (mut columns, mut constraints) = (Vec::new(), Vec::new());
        let mut open = node.inherits().is_some() || node.of_type().is_some() || node.partition_of().is_some();
        for argument in node.table_arg_list().iter().flat_map(|list| list.args()) {
            match argument {
                ast::TableArg::Column(node) => {
                    let Some(name) = node.name().and_then(|name| last_name(&name)) else { continue };
                    let parts: Vec<ast::Constraint> =
                        node.syntax().children().filter_map(ast::Constraint::cast).collect();
                    let (column, more) = self.column_of_sql(&table, name, node.ty().as_ref(), parts);
                    columns.push(column);
                    constraints.extend(more);
                }
                ast::TableArg::TableConstraint(node) => {
                    constraints
                        .extend(ast::Constraint::cast(node.syntax().clone()).and_then(|c| self.constraint(&table, &c)));
                }
                ast::TableArg::LikeClause(_) => open = true,
            }
        }
        let table = TableSpec { name: Some(table), columns, constraints, open };
        self.record_table(table, node.if_not_exists().is_some());
    }

    fn column_of_sql(
        &mut self,
        table: &str,
        name: String,
        kind: Option<&ast::Type>,
        parts: Vec<ast::Constraint>,
    ) -> (ColumnSpec, Vec<ConstraintSpec>) {
        let serial = kind.is_some_and(|kind| sqltype::is_serial(&kind.syntax().text().to_string()));
        let mut column = plain_column(name.clone(), self.sql_type_of(kind));
        if serial && self.dialect() == Dialect::PostgreSql {
            column.nullable = Some(false);
        }
        let mut constraints = Vec::new();
        for part in parts {
            match &part {
                ast::Constraint::NotNullConstraint(_) => column.nullable = Some(false),
                ast::Constraint::NullConstraint(_) => column.nullable = Some(true),
                ast::Constraint::DefaultConstraint(node) => {
                    column.default = stored_default(node, kind);
                    column.default_text = default_of(node.syntax());
                }
                ast::Constraint::GeneratedConstraint(node) => {
                    if node.syntax().text().to_string().to_lowercase().contains("identity") {
                        column.nullable = Some(false);
                    } else {
                        column.default = Some(true);
                    }
                }
                ast::Constraint::PrimaryKeyConstraint(node) if constraint_name(node.syntax()) == Naming::Unnamed => {
                    column.primary_key = true;
                }
                other => {
                    if let Some(mut constraint) = self.constraint(table, other) {
                        if constraint.columns.is_none() && !matches!(constraint.kind, ConstraintKind::Check { .. }) {
                            constraint.columns = Some(vec![Some(name.clone())]);
                        }
                        if let (ConstraintKind::Check { .. }, Naming::Unnamed) = (&constraint.kind, &constraint.name) {
                            let base = table.rsplit('.').next().unwrap_or(table);
                            constraint.name = Naming::Final(format!("{base}_{name}_check"));
                        }
                        constraints.push(constraint);
                    }
                }
            }
        }
        (column, constraints)
    }

    fn constraint(&mut self, table: &str, node: &ast::Constraint) -> Option<ConstraintSpec> {
        let name = constraint_name(node.syntax());
        let keys =
            |interpreter: &Self, parameters: Option<ast::IndexParameters>, index: Option<ast::UsingIndexName>| {
                let index = index.and_then(|index| index.index_ref()).and_then(|index| last_name(&index));
                match index {
                    Some(index) => interpreter.recorder.simulation.index_columns(table, &index),
                    None => column_names(parameters.and_then(|parameters| parameters.column_list()).as_ref()),
                }
            };
        let (columns, kind) = match node {
            ast::Constraint::PrimaryKeyConstraint(node) => {
                (keys(self, node.index_parameters(), node.using_index()), ConstraintKind::PrimaryKey)
            }
            ast::Constraint::UniqueConstraint(node) => {
                (keys(self, node.index_parameters(), node.using_index()), ConstraintKind::Unique)
            }
            ast::Constraint::ForeignKeyConstraint(node) => {
                let target = self.relation(node.table_name_ref().as_ref());
                let on_delete = Some(on_delete(node.referential_actions()));
                let target_columns = column_names(node.to_columns().as_ref());
                let key = ForeignKeySpec { target, target_columns, on_delete, use_alter: false };
                let kind = ConstraintKind::ForeignKey(key);
                (column_names(node.from_columns().as_ref()), kind)
            }
            ast::Constraint::ReferencesConstraint(node) => {
                let target = self.relation(node.table().as_ref());
                let on_delete = Some(on_delete(node.referential_actions()));
                (None, ConstraintKind::ForeignKey(ForeignKeySpec { target, on_delete, ..ForeignKeySpec::default() }))
            }
            ast::Constraint::CheckConstraint(node) => {
                let condition = node.expr().map(|condition| condition.syntax().text().to_string());
                (None, ConstraintKind::Check { condition })
            }
            ast::Constraint::ExcludeConstraint(_) => (None, ConstraintKind::Exclude),
            _ => return None,
        };
        Some(ConstraintSpec { name, columns, kind })
    }

    fn create_index_of_sql(&mut self, node: &ast::CreateIndex) {
        let Some(table) = self.relation(node.table_relation_name().as_ref()) else { return };
        let items = node.partition_item_list();
        let columns: Vec<Option<String>> = items
            .iter()
            .flat_map(|items| items.partition_items())
            .map(|item| match item.expr() {
                Some(expression @ ast::Expr::NameRef(_)) => last_name(&expression),
                _ => None,
            })
            .collect();
        let name = node.index().and_then(|name| last_name(&name)).unwrap_or_else(|| {
            let base = table.rsplit('.').next().unwrap_or(&table);
            let parts: Vec<&str> = columns.iter().map(|column| column.as_deref().unwrap_or("expr")).collect();
            format!("{base}_{}_idx", parts.join("_"))
        });
        let options = index_options_of_sql(node);
        let index = IndexSpec { columns: Some(columns), options };
        let if_not_exists = node.if_not_exists().is_some();
        self.record(OperationKind::CreateIndex { name, table, index, if_not_exists });
    }

    fn alter_table(&mut self, table: &str, action: &ast::AlterTableAction) {
        use ast::AlterTableAction as A;
        match action {
            A::AddColumn(node) => {
                let Some(name) = node.column_name().and_then(|name| last_name(&name)) else { return };
                let keep = node.if_not_exists().is_some() || self.recorder.guarded > 0;
                if keep
                    && self
                        .recorder
                        .simulation
                        .schema
                        .tables
                        .get(table)
                        .is_some_and(|held| held.column(&name).is_some())
                {
                    return;
                }
                let parts = node.constraints().collect();
                let (mut column, constraints) = self.column_of_sql(table, name.clone(), node.ty().as_ref(), parts);
                let key = std::mem::take(&mut column.primary_key);
                self.record_column(table, column, false);
                if key {
                    let columns = Some(vec![Some(name)]);
                    let spec = ConstraintSpec { name: Naming::Unnamed, columns, kind: ConstraintKind::PrimaryKey };
                    self.record_constraint(table, spec);
                }
                for constraint in constraints {
                    self.record_constraint(table, constraint);
                }
            }
            A::DropColumn(node) => {
                if let Some(name) = node.column_name_ref().and_then(|name| last_name(&name)) {
                    self.record_drop_column(table, name);
                }
            }
            A::AddConstraint(node) => {
                if let Some(constraint) = node.constraint().and_then(|node| self.constraint(table, &node)) {
                    self.record_constraint(table, constraint);
                }
            }
            A::DropConstraint(node) => {
                let name = node.constraint_name_ref().and_then(|name| last_name(&name));
                let cascade = node.syntax().text().to_string().to_lowercase().ends_with("cascade");
                self.record(OperationKind::DropConstraint { table: table.to_owned(), name, kind: None, cascade });
            }
            A::AlterColumn(node) => {
                let Some(name) = node.column_name_ref().and_then(|name| last_name(&name)) else { return };
                let mut change = ColumnChange::default();
                match node.option() {
                    Some(ast::AlterColumnOption::SetType(node)) => {
                        change.kind = Some(self.sql_type_of(node.ty().as_ref()))
                    }
                    Some(ast::AlterColumnOption::SetNotNull(_)) => change.nullable = Some(Belief::Known(false)),
                    Some(ast::AlterColumnOption::DropNotNull(_)) => change.nullable = Some(Belief::Known(true)),
                    Some(ast::AlterColumnOption::SetDefault(node)) => {
                        // A sequence as default is the column's own business.
                        change.default_text = default_of(node.syntax());
                        let text = node.syntax().text().to_string().to_lowercase();
                        let value = text.trim_start_matches("set").trim_start().trim_start_matches("default");
                        change.default = Some(if is_null(value) {
                            Belief::Unknown
                        } else {
                            Belief::Known(!text.contains("nextval("))
                        });
                    }
                    Some(ast::AlterColumnOption::DropDefault(_)) => change.default = Some(Belief::Known(false)),
                    _ => return,
                }
                self.record_change(table, name, change);
            }
            A::RenameColumn(node) => {
                let from = node.column_name_ref().and_then(|name| last_name(&name));
                let to = node.column_name().and_then(|name| last_name(&name));
                if let Some((from, to)) = from.zip(to) {
                    let change = ColumnChange { name: Some(Belief::Known(to)), ..ColumnChange::default() };
                    self.record_change(table, from, change);
                }
            }
            A::RenameConstraint(node) => {
                let from = node.constraint_name_ref().and_then(|name| last_name(&name));
                let to = node.constraint_name().and_then(|name| last_name(&name));
                if let Some((from, to)) = from.zip(to) {
                    self.record(OperationKind::RenameConstraint { table: table.to_owned(), from, to });
                }
            }
            A::TableRenameTo(node) => {
                if let Some(to) = last_name(node) {
                    let to = match table.rsplit_once('.') {
                        Some((schema, _)) => format!("{schema}.{to}"),
                        None => to,
                    };
                    self.record_rename_table(table, to);
                }
            }
            A::SetSchema(node) => {
                if let Some(schema) = last_name(node) {
                    let base = table.rsplit('.').next().unwrap_or(table);
                    let to = self.recorder.simulation.qualify(base, Some(&schema));
                    self.record_rename_table(table, to);
                }
            }
            _ => {}
        }
    }

    fn alter_type(&mut self, node: &ast::AlterType) {
        let Some(name) = self.type_name(node.type_name_ref().as_ref()) else { return };
        match node.action() {
            Some(ast::AlterTypeAction::TypeRenameTo(to)) => {
                if let Some(to) = last_name(&to) {
                    let to = match name.rsplit_once('.') {
                        Some((schema, _)) => format!("{schema}.{to}"),
                        None => to,
                    };
                    self.record(OperationKind::RenameEnum { from: name, to });
                }
            }
            Some(ast::AlterTypeAction::AddValue(node)) => {
                let Some(label) = node.literal().and_then(|literal| literal.string_value()) else { return };
                let position = node.value_position().and_then(|position| {
                    let after = matches!(position, ast::ValuePosition::AfterValue(_));
                    let neighbour = position.syntax().descendants().find_map(ast::Literal::cast)?.string_value()?;
                    Some((neighbour, after))
                });
                let change = EnumChange::Add { label, beside: position };
                self.record(OperationKind::AlterEnum { name, change });
            }
            Some(ast::AlterTypeAction::RenameValue(node)) => {
                let from = node.from().and_then(|literal| literal.string_value());
                let to = node.to().and_then(|literal| literal.string_value());
                if let Some((from, to)) = from.zip(to) {
                    self.record(OperationKind::AlterEnum { name, change: EnumChange::Rename { from, to } });
                }
            }
            _ => {}
        }
    }
}

/// The expression of `[SET] DEFAULT expression`.
fn default_of(node: &SyntaxNode) -> Option<String> {
    let text = node.text().to_string();
    let at = text.to_ascii_uppercase().find("DEFAULT")?;
    Some(text[at + "DEFAULT".len()..].trim().to_owned())
}

/// Whether a DEFAULT is kept: PostgreSQL forgets a plain NULL, unless a length makes a cast of it.
fn stored_default(node: &ast::DefaultConstraint, kind: Option<&ast::Type>) -> Option<bool> {
    let words = node.syntax().text().to_string().to_lowercase();
    let null = is_null(words.trim_start_matches("default"));
    let cast = kind.is_some_and(|kind| kind.syntax().text().to_string().contains('('));
    if null && cast { None } else { Some(!null) }
}

/// Whether a default is NULL, with or without a cast: what the server makes of it depends on the column's type.
pub(super) fn is_null(text: &str) -> bool {
    let bare = text.trim_start_matches(|c: char| c == '(' || c.is_whitespace()).to_lowercase();
    bare.strip_prefix("null").is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
}

fn constraint_name(node: &SyntaxNode) -> Naming {
    let clause = node.children().find_map(ast::ConstraintNameClause::cast);
    match clause.and_then(|clause| clause.constraint_name()).and_then(|name| last_name(&name)) {
        Some(name) => Naming::Final(name),
        None => Naming::Unnamed,
    }
}

fn is_temporary(persistence: Option<ast::Persistence>) -> bool {
    matches!(persistence, Some(ast::Persistence::Temp(_)))
}

fn on_delete(actions: impl Iterator<Item = ast::ReferentialAction>) -> char {
    for action in actions {
        if let ast::ReferentialAction::OnDeleteAction(node) = action {
            return match node.ref_action() {
                Some(ast::RefAction::Cascade(_)) => 'c',
                Some(ast::RefAction::Restrict(_)) => 'r',
                Some(ast::RefAction::SetNullColumns(_)) => 'n',
                Some(ast::RefAction::SetDefaultColumns(_)) => 'd',
                _ => 'a',
            };
        }
    }
    'a'
}
