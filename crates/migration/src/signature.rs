//! What Alembic's operations take: their arguments under one set of names, whichever way they are given.

use super::spec::Arguments;

/// An operation's parameters.
pub(super) struct Signature {
    name: &'static str,
    /// Those that may stand without their names, in order. The table is given to a batch.
    positional: &'static [&'static str],
    /// Whatever stands beyond them belongs together: columns, elements.
    variadic: bool,
    keywords: &'static [&'static str],
}

/// An operation's table, by whichever name its parameter goes.
const TABLES: [&str; 2] = ["table_name", "source_table"];

/// Names that parameters had in older versions of Alembic.
const FORMER: [(&str, &str); 9] = [
    ("tablename", "table_name"),
    ("source", "source_table"),
    ("referent", "referent_table"),
    ("local_cols", "columns"),
    ("cols", "columns"),
    ("type", "type_"),
    ("name", "constraint_name"),
    ("name", "index_name"),
    ("name", "new_column_name"),
];

const CHANGES: [&str; 13] = [
    "nullable",
    "comment",
    "server_default",
    "new_column_name",
    "type_",
    "existing_type",
    "existing_server_default",
    "existing_nullable",
    "existing_comment",
    "autoincrement",
    "existing_autoincrement",
    "insert_before",
    "insert_after",
];
const KEYS: [&str; 5] = ["deferrable", "initially", "info", "comment", "match"];

const SIGNATURES: [Signature; 19] = [
    takes(
        "create_table",
        &["table_name"],
        &[
            "if_not_exists",
            "prefixes",
            "comment",
            "info",
            "keep_existing",
            "extend_existing",
            "quote",
            "sqlite_autoincrement",
            "listeners",
            "implicit_returning",
            "autoload_replace",
        ],
    )
    .with_more(),
    takes("drop_table", &["table_name"], &["if_exists"]),
    takes("rename_table", &["old_table_name", "new_table_name"], &[]),
    takes(
        "add_column",
        &["table_name", "column"],
        &["if_not_exists", "inline_references", "inline_primary_key", "insert_before", "insert_after"],
    ),
    takes("drop_column", &["table_name", "column_name"], &["if_exists"]),
    takes("alter_column", &["table_name", "column_name"], &CHANGES),
    takes("create_index", &["index_name", "table_name", "columns"], &["unique", "if_not_exists", "quote", "info"]),
    takes("drop_index", &["index_name", "table_name"], &["if_exists"]),
    takes("drop_constraint", &["constraint_name", "table_name", "type_"], &["if_exists"]),
    takes(
        "create_foreign_key",
        &["constraint_name", "source_table", "referent_table", "columns", "remote_cols"],
        &[
            "onupdate",
            "ondelete",
            "deferrable",
            "initially",
            "match",
            "source_schema",
            "referent_schema",
            "use_alter",
            "info",
            "comment",
            "link_to_name",
        ],
    ),
    takes("create_unique_constraint", &["constraint_name", "table_name", "columns"], &KEYS),
    takes("create_primary_key", &["constraint_name", "table_name", "columns"], &KEYS),
    takes("create_check_constraint", &["constraint_name", "table_name", "condition"], &KEYS),
    takes(
        "create_exclude_constraint",
        &["constraint_name", "table_name"],
        &["where", "using", "ops", "deferrable", "initially", "info"],
    )
    .with_more(),
    takes("create_table_comment", &["table_name", "comment"], &["existing_comment"]),
    takes("drop_table_comment", &["table_name"], &["existing_comment"]),
    takes(
        "batch_alter_table",
        &[
            "table_name",
            "schema",
            "recreate",
            "partial_reordering",
            "copy_from",
            "table_args",
            "table_kwargs",
            "reflect_args",
            "reflect_kwargs",
            "naming_convention",
        ],
        &[],
    ),
    takes("bulk_insert", &["table", "rows"], &["multiinsert"]),
    takes("execute", &["sqltext"], &["execution_options"]),
];

const fn takes(
    name: &'static str,
    positional: &'static [&'static str],
    keywords: &'static [&'static str],
) -> Signature {
    Signature { name, positional, variadic: false, keywords }
}

impl Signature {
    const fn with_more(self) -> Self {
        Self { variadic: true, ..self }
    }

    pub(super) fn of(name: &str) -> Option<&'static Self> {
        SIGNATURES.iter().find(|signature| signature.name == name)
    }

    /// The arguments by the names of their parameters; what belongs to a variadic one stays without. Those that no parameter
    /// takes leave them open.
    pub(super) fn bind(&self, on_a_batch: bool, given: &Arguments) -> Arguments {
        let names: Vec<&str> =
            self.positional.iter().copied().filter(|name| !(on_a_batch && TABLES.contains(name))).collect();
        let schema_has_a_place = self.positional.contains(&"schema");
        let mut bound = Arguments {
            open: given.open,
            open_keywords: given.open_keywords || (given.open && schema_has_a_place),
            ..Arguments::default()
        };
        for (name, value) in &given.keywords {
            let name = self.parameter(name);
            bound.open |= name.is_none();
            bound.keywords.extend(name.map(|name| (name, value.clone())));
        }
        // A keyword stands for a parameter that no argument without a name is left for.
        let mut free = names.into_iter().filter(|name| !given.keywords.iter().any(|(given, _)| given == name));
        for value in &given.positional {
            match free.next() {
                Some(name) => bound.keywords.push((name.to_owned(), value.clone())),
                None if self.variadic => bound.positional.push(value.clone()),
                None => bound.open = true,
            }
        }
        bound
    }

    /// The parameter that a keyword is for.
    fn parameter(&self, keyword: &str) -> Option<String> {
        let own = |name: &str| self.positional.contains(&name) || self.keywords.contains(&name) || name == "schema";
        if own(keyword) || is_of_a_dialect(keyword) {
            return Some(keyword.to_owned());
        }
        let mut former = FORMER.iter().filter(|(former, _)| *former == keyword).map(|(_, now)| *now);
        former.find(|now| own(now)).or((keyword == "source").then_some("table_name")).map(str::to_owned)
    }
}

/// An option of one dialect: `postgresql_using`.
pub(super) fn is_of_a_dialect(keyword: &str) -> bool {
    const DIALECTS: [&str; 9] =
        ["postgresql", "mysql", "mariadb", "sqlite", "oracle", "mssql", "redshift", "cockroachdb", "snowflake"];
    keyword.split_once('_').is_some_and(|(dialect, _)| DIALECTS.contains(&dialect))
}
