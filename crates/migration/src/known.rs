//! What a call may do, by nothing but the name that is called: the only place where names are listed for that.

/// What is known of a name; several of these may hold.
type Facts = u16;

/// A method by which an operation may be made, or SQL run that makes one.
pub(super) const OPERATES: Facts = 1;
/// A method by which objects that are not followed change a schema.
pub(super) const CHANGES_SCHEMA: Facts = 1 << 1;
/// A method that changes the object that it is called on, if that is one of Python's own.
pub(super) const MUTATES: Facts = 1 << 2;
/// A method of Python's own objects, of loggers or of what a query answers: it changes no data, whatever it is called on.
pub(super) const KEEPS_DATA: Facts = 1 << 3;
/// A method of connections and contexts of which all is followed, what it executes included.
pub(super) const CONNECTION: Facts = 1 << 4;
/// One of Python's own functions that is evaluated.
pub(super) const EVALUATED: Facts = 1 << 5;
/// One of Python's own functions that acts on nothing but what it is given. What it calls of that (`key=`) is looked at by it.
pub(super) const PLAIN: Facts = 1 << 6;
/// One of Python's own functions that calls nothing that it is given.
pub(super) const LOOKS: Facts = 1 << 7;
/// One of Python's own functions that changes names, or runs text.
pub(super) const REWRITES: Facts = 1 << 8;
/// One of Python's own functions that makes an iterator, of which nothing is left once somebody has gone through it.
pub(super) const ONCE: Facts = 1 << 9;
/// A module whose functions act on nothing but what they are given, and call nothing of it.
pub(super) const PLAIN_MODULE: Facts = 1 << 10;
/// A module whose functions certainly change nothing.
pub(super) const LOOKING_MODULE: Facts = 1 << 11;
/// One of Python's own functions that makes a new object.
pub(super) const MAKES: Facts = 1 << 12;

/// Whether one of these facts is known of a name.
pub(super) fn is(name: &str, facts: Facts) -> bool {
    let found = NAMES.binary_search_by_key(&name, |(known, _)| known);
    found.is_ok_and(|at| NAMES[at].1 & facts != 0)
}

/// Whether a method of this name may change a schema, whatever it is called on.
pub(super) fn may_change_schema(name: &str) -> bool {
    is(name, CHANGES_SCHEMA) || is(name, OPERATES) && !is(name, CONNECTION)
}

/// Every name, in the order of their letters.
#[rustfmt::skip]
const NAMES: &[(&str, Facts)] = &[
    ("Exception", PLAIN),
    ("NotImplementedError", PLAIN),
    ("RuntimeError", PLAIN),
    ("TypeError", PLAIN),
    ("ValueError", PLAIN),
    ("__import__", REWRITES),
    ("abs", EVALUATED | PLAIN),
    ("add", MUTATES),
    ("add_column", OPERATES),
    ("all", KEEPS_DATA | EVALUATED | PLAIN | LOOKS),
    ("alter_column", OPERATES),
    ("any", EVALUATED | PLAIN | LOOKS),
    ("append", MUTATES | KEEPS_DATA),
    ("appendleft", MUTATES),
    ("ascii", PLAIN),
    ("autocommit_block", CONNECTION),
    ("base64", PLAIN_MODULE),
    ("batch_alter_table", OPERATES),
    ("begin", CONNECTION),
    ("begin_nested", CONNECTION),
    ("begin_transaction", CONNECTION),
    ("bin", PLAIN),
    ("bool", EVALUATED | PLAIN | LOOKS | MAKES),
    ("bulk_insert", OPERATES),
    ("bytes", PLAIN),
    ("calendar", PLAIN_MODULE),
    ("callable", PLAIN),
    ("chr", PLAIN),
    ("clear", MUTATES),
    ("close", CONNECTION),
    ("collections", PLAIN_MODULE),
    ("commit", CONNECTION),
    ("connect", CONNECTION),
    ("connection", CONNECTION),
    ("copy", PLAIN_MODULE),
    ("create", OPERATES | CHANGES_SCHEMA),
    ("create_all", OPERATES | CHANGES_SCHEMA),
    ("create_check_constraint", OPERATES),
    ("create_foreign_key", OPERATES),
    ("create_index", OPERATES),
    ("create_primary_key", OPERATES),
    ("create_table", OPERATES),
    ("create_unique_constraint", OPERATES),
    ("cursor", CONNECTION),
    ("dataclasses", PLAIN_MODULE),
    ("datetime", PLAIN_MODULE),
    ("debug", KEEPS_DATA),
    ("decimal", PLAIN_MODULE),
    ("delattr", REWRITES),
    ("dict", EVALUATED | PLAIN | LOOKS | MAKES),
    ("difference", KEEPS_DATA),
    ("difference_update", MUTATES),
    ("discard", MUTATES),
    ("divmod", PLAIN),
    ("drop", OPERATES | CHANGES_SCHEMA),
    ("drop_all", OPERATES | CHANGES_SCHEMA),
    ("drop_column", OPERATES),
    ("drop_constraint", OPERATES),
    ("drop_index", OPERATES),
    ("drop_table", OPERATES),
    ("endswith", KEEPS_DATA),
    ("enum", PLAIN_MODULE),
    ("enumerate", EVALUATED | PLAIN | LOOKS | ONCE),
    ("error", KEEPS_DATA),
    ("eval", REWRITES),
    ("exception", KEEPS_DATA),
    ("exec", REWRITES),
    ("exec_driver_sql", OPERATES | CHANGES_SCHEMA | CONNECTION),
    ("execute", OPERATES | CHANGES_SCHEMA | CONNECTION),
    ("executemany", OPERATES | CHANGES_SCHEMA | CONNECTION),
    ("executescript", OPERATES | CHANGES_SCHEMA | CONNECTION),
    ("execution_options", CONNECTION),
    ("extend", MUTATES | KEEPS_DATA),
    ("f", KEEPS_DATA),
    ("fetchall", KEEPS_DATA),
    ("fetchone", KEEPS_DATA),
    ("filter", EVALUATED | PLAIN | ONCE),
    ("first", KEEPS_DATA),
    ("float", PLAIN),
    ("format", KEEPS_DATA | PLAIN),
    ("frozenset", EVALUATED | PLAIN | MAKES),
    ("get", KEEPS_DATA),
    ("get_bind", KEEPS_DATA | CONNECTION),
    ("get_columns", KEEPS_DATA),
    ("get_context", KEEPS_DATA | CONNECTION),
    ("get_indexes", KEEPS_DATA),
    ("get_table_names", KEEPS_DATA),
    ("get_x_argument", CONNECTION),
    ("getattr", EVALUATED | PLAIN | LOOKS),
    ("globals", REWRITES),
    ("has_table", KEEPS_DATA),
    ("hasattr", EVALUATED | PLAIN | LOOKS),
    ("hash", PLAIN),
    ("hashlib", PLAIN_MODULE),
    ("hex", PLAIN),
    ("id", PLAIN),
    ("in_transaction", CONNECTION),
    ("index", KEEPS_DATA),
    ("info", KEEPS_DATA),
    ("insert", MUTATES | KEEPS_DATA),
    ("int", EVALUATED | PLAIN | LOOKS | MAKES),
    ("intersection_update", MUTATES),
    ("isinstance", EVALUATED | PLAIN | LOOKS),
    ("issubclass", PLAIN),
    ("items", KEEPS_DATA),
    ("iter", PLAIN | ONCE),
    ("join", KEEPS_DATA),
    ("json", PLAIN_MODULE),
    ("keys", KEEPS_DATA),
    ("len", EVALUATED | PLAIN | LOOKS),
    ("list", EVALUATED | PLAIN | LOOKS | MAKES),
    ("locals", REWRITES),
    ("logging", PLAIN_MODULE | LOOKING_MODULE),
    ("lower", KEEPS_DATA),
    ("map", EVALUATED | PLAIN | ONCE),
    ("mappings", KEEPS_DATA),
    ("math", PLAIN_MODULE),
    ("max", EVALUATED | PLAIN),
    ("min", EVALUATED | PLAIN),
    ("move_to_end", MUTATES),
    ("next", EVALUATED | PLAIN),
    ("object", PLAIN),
    ("oct", PLAIN),
    ("one", KEEPS_DATA),
    ("open", EVALUATED | PLAIN),
    ("ord", PLAIN),
    ("pop", MUTATES | KEEPS_DATA),
    ("popitem", MUTATES),
    ("pow", PLAIN),
    ("print", EVALUATED | PLAIN | LOOKS),
    ("random", PLAIN_MODULE),
    ("range", EVALUATED | PLAIN | LOOKS),
    ("raw_connection", CONNECTION),
    ("re", PLAIN_MODULE),
    ("remove", MUTATES),
    ("rename", CHANGES_SCHEMA),
    ("rename_table", OPERATES),
    ("replace", KEEPS_DATA),
    ("repr", EVALUATED | PLAIN | LOOKS),
    ("reverse", MUTATES),
    ("reversed", EVALUATED | PLAIN | ONCE),
    ("rollback", CONNECTION),
    ("round", PLAIN),
    ("run_async", OPERATES),
    ("run_callable", CONNECTION),
    ("run_sync", CONNECTION),
    ("scalar", OPERATES | CONNECTION),
    ("scalars", OPERATES | CONNECTION),
    ("secrets", PLAIN_MODULE),
    ("set", EVALUATED | PLAIN | LOOKS | MAKES),
    ("setattr", REWRITES),
    ("setdefault", MUTATES | KEEPS_DATA),
    ("sort", MUTATES),
    ("sorted", EVALUATED | PLAIN | MAKES),
    ("split", KEEPS_DATA),
    ("sqlalchemy", LOOKING_MODULE),
    ("startswith", KEEPS_DATA),
    ("str", EVALUATED | PLAIN | LOOKS | MAKES),
    ("string", PLAIN_MODULE),
    ("strip", KEEPS_DATA),
    ("sum", EVALUATED | PLAIN),
    ("super", EVALUATED),
    ("symmetric_difference_update", MUTATES),
    ("sync_enum_values", OPERATES),
    ("textwrap", PLAIN_MODULE),
    ("time", PLAIN_MODULE),
    ("tuple", EVALUATED | PLAIN | LOOKS | MAKES),
    ("typing", PLAIN_MODULE | LOOKING_MODULE),
    ("union", KEEPS_DATA),
    ("update", MUTATES),
    ("upper", KEEPS_DATA),
    ("uuid", PLAIN_MODULE),
    ("values", KEEPS_DATA),
    ("vars", REWRITES),
    ("warn", KEEPS_DATA),
    ("warning", KEEPS_DATA),
    ("warnings", PLAIN_MODULE | LOOKING_MODULE),
    ("zip", EVALUATED | PLAIN | LOOKS | ONCE),
    ("zoneinfo", PLAIN_MODULE),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_stands_once_and_in_its_place() {
        let wrong = NAMES.windows(2).find(|pair| pair[0].0 >= pair[1].0);
        assert_eq!(wrong, None);
    }

    #[test]
    fn what_is_known_of_a_name_is_found() {
        assert!(is("create_table", OPERATES) && !is("create_table", KEEPS_DATA));
        assert!(is("update", MUTATES) && is("sorted", EVALUATED) && is("sorted", PLAIN) && !is("sorted", LOOKS));
        assert!(!is("unheard_of", Facts::MAX));
    }
}
