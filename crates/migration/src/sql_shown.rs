//! Which SQL statements do nothing but what facts of a schema show.

use squawk_syntax::SyntaxNode;
use squawk_syntax::ast::{self, AstNode};

use super::sql_name::names;

/// Functions that only look. Any other may change data, or whatever else.
const PURE: [&str; 80] = [
    "abs",
    "age",
    "any_value",
    "array_agg",
    "array_length",
    "array_position",
    "array_to_string",
    "avg",
    "bool_and",
    "bool_or",
    "btrim",
    "cardinality",
    "ceil",
    "char_length",
    "coalesce",
    "col_description",
    "concat",
    "concat_ws",
    "count",
    "current_database",
    "current_schema",
    "current_schemas",
    "current_setting",
    "date_part",
    "date_trunc",
    "dense_rank",
    "every",
    "exists",
    "extract",
    "first_value",
    "floor",
    "format",
    "format_type",
    "greatest",
    "has_schema_privilege",
    "has_table_privilege",
    "initcap",
    "json_agg",
    "json_build_object",
    "jsonb_agg",
    "jsonb_build_object",
    "jsonb_typeof",
    "lag",
    "last_value",
    "lead",
    "least",
    "left",
    "length",
    "lower",
    "max",
    "md5",
    "min",
    "mod",
    "now",
    "nullif",
    "obj_description",
    "pg_get_constraintdef",
    "pg_get_indexdef",
    "pg_get_serial_sequence",
    "pg_relation_size",
    "pg_table_is_visible",
    "position",
    "quote_ident",
    "quote_literal",
    "rank",
    "regexp_replace",
    "replace",
    "right",
    "round",
    "row_number",
    "rtrim",
    "split_part",
    "string_agg",
    "substr",
    "substring",
    "sum",
    "to_regclass",
    "trim",
    "upper",
    "version",
];

/// Words that stand before a bracket in a query and call nothing, and functions of SQLite's own.
const PURE_IN_SQLITE: [&str; 52] = [
    "all",
    "and",
    "as",
    "between",
    "by",
    "case",
    "cast",
    "char",
    "date",
    "datetime",
    "distinct",
    "else",
    "except",
    "filter",
    "from",
    "glob",
    "group_concat",
    "having",
    "hex",
    "ifnull",
    "iif",
    "in",
    "instr",
    "intersect",
    "is",
    "join",
    "json",
    "json_array",
    "json_array_length",
    "json_each",
    "json_extract",
    "json_object",
    "json_type",
    "json_valid",
    "julianday",
    "last_insert_rowid",
    "like",
    "limit",
    "materialized",
    "not",
    "on",
    "or",
    "over",
    "printf",
    "select",
    "strftime",
    "then",
    "typeof",
    "union",
    "using",
    "values",
    "when",
];

/// Whether a function of SQLite's, or a word that looks like one, only looks.
pub(super) fn only_looks(name: &str) -> bool {
    let name = name.to_lowercase();
    PURE.binary_search(&name.as_str()).is_ok()
        || PURE_IN_SQLITE.contains(&name.as_str())
        || matches!(name.as_str(), "changes" | "quote" | "random" | "total" | "unixepoch" | "where" | "zeroblob")
}

/// Whether a statement does more than facts show, or may. What it does to tables, types and the like is read elsewhere.
pub(super) fn does_more(statement: &ast::Stmt) -> bool {
    use ast::Stmt as S;
    match statement {
        S::Select(_) | S::CompoundSelect(_) | S::ParenSelect(_) | S::Values(_) | S::Table(_) => {
            changes_rows(statement.syntax()) || calls(statement.syntax())
        }
        S::AlterTable(node) => node.actions().any(|action| !is_shown(&action)),
        S::AlterIndex(node) => !matches!(node.action(), Some(ast::AlterIndexAction::IndexRenameTo(_))),
        S::AlterView(node) => !matches!(node.action(), Some(ast::AlterViewAction::ViewRenameTo(_))),
        S::AlterType(node) => !matches!(
            node.action(),
            Some(
                ast::AlterTypeAction::TypeRenameTo(_)
                    | ast::AlterTypeAction::AddValue(_)
                    | ast::AlterTypeAction::RenameValue(_)
            )
        ),
        S::CreateType(node) => !matches!(node.kind(), Some(ast::CreateTypeKind::EnumType(_))),
        // What stands in it may be new although its name is not.
        S::CreateView(node) => node.or_replace().is_some(),
        S::CreateFunction(node) => node.or_replace().is_some(),
        S::CreateTrigger(node) => node.or_replace().is_some(),
        // The statements in it are asked one by one.
        S::Do(node) => calls(node.syntax()),
        S::CreateTable(_)
        | S::CreateIndex(_)
        | S::CreateMaterializedView(_)
        | S::CreateSequence(_)
        | S::CreateExtension(_)
        | S::CreateSchema(_)
        | S::DropTable(_)
        | S::DropIndex(_)
        | S::DropType(_)
        | S::DropView(_)
        | S::DropMaterializedView(_)
        | S::DropSequence(_)
        | S::DropExtension(_)
        | S::DropSchema(_)
        | S::DropFunction(_)
        | S::DropTrigger(_) => false,
        // They hold for the session, or are no more than a remark.
        S::Analyze(_)
        | S::Begin(_)
        | S::CommentOn(_)
        | S::Commit(_)
        | S::Discard(_)
        | S::EmptyStmt(_)
        | S::Listen(_)
        | S::Lock(_)
        | S::ReleaseSavepoint(_)
        | S::Reset(_)
        | S::ResetRole(_)
        | S::Rollback(_)
        | S::SavepointCreate(_)
        | S::Set(_)
        | S::SetConstraints(_)
        | S::SetRole(_)
        | S::SetTransaction(_)
        | S::Show(_)
        | S::Unlisten(_) => false,
        _ => true,
    }
}

/// Whether rows are written, in a WITH clause for example.
fn changes_rows(node: &SyntaxNode) -> bool {
    node.descendants().any(|node| {
        let kind = node.kind();
        ast::Insert::can_cast(kind)
            || ast::Update::can_cast(kind)
            || ast::Delete::can_cast(kind)
            || ast::Merge::can_cast(kind)
            || ast::IntoClause::can_cast(kind)
    })
}

/// Whether a function is called that may do more than look.
fn calls(node: &SyntaxNode) -> bool {
    node.descendants().filter_map(ast::CallExpr::cast).any(|call| {
        // EXISTS, EXTRACT and their like are forms of the grammar and no functions of anybody's.
        let Some(callee) = call.expr() else { return false };
        match names(callee.syntax()).as_slice() {
            [name] => PURE.binary_search(&name.as_str()).is_err(),
            [schema, name] if schema == "pg_catalog" => PURE.binary_search(&name.as_str()).is_err(),
            _ => true,
        }
    })
}

fn is_shown(action: &ast::AlterTableAction) -> bool {
    use ast::AlterTableAction as A;
    matches!(
        action,
        A::AddColumn(_)
            | A::AddConstraint(_)
            | A::AlterColumn(_)
            | A::DropColumn(_)
            | A::DropConstraint(_)
            | A::RenameColumn(_)
            | A::RenameConstraint(_)
            | A::TableRenameTo(_)
            | A::SetSchema(_)
            | A::ValidateConstraint(_)
    )
}
