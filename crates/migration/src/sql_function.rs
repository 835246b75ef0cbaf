//! What functions do that a statement calls, by their names.

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

/// Whether a function is one of the server's own, or of an extension's that only makes values: none of them changes a schema.
pub(super) fn is_of_the_server(name: &str) -> bool {
    const STARTS: [&str; 14] = [
        "array_", "date_", "gen_", "json", "lo_", "make_", "pg_", "regexp_", "string_", "to_", "ts", "txid_", "uuid_",
        "xml",
    ];
    const NAMES: [&str; 14] = [
        "clock_timestamp",
        "currval",
        "gen_salt",
        "generate_series",
        "lastval",
        "nextval",
        "random",
        "row_to_json",
        "set_config",
        "setseed",
        "setval",
        "similarity",
        "statement_timestamp",
        "unnest",
    ];
    STARTS.iter().any(|start| name.starts_with(start)) || NAMES.contains(&name)
}

/// A function that is called and may do more than look.
pub(super) fn calls(node: &SyntaxNode) -> Option<String> {
    node.descendants().filter_map(ast::CallExpr::cast).find_map(|call| {
        // EXISTS, EXTRACT and their like are forms of the grammar and no functions of anybody's.
        let mut called = names(call.expr()?.syntax());
        let name = called.pop()?;
        let own = called.iter().all(|schema| schema == "pg_catalog");
        (!own || PURE.binary_search(&name.as_str()).is_err()).then_some(if own { name } else { format!(".{name}") })
    })
}
