//! What PostgreSQL's errors are: by the names that drivers give their classes, or by the server's own words.

use std::collections::HashMap;
use std::sync::LazyLock;

/// Each SQLSTATE of an error with the name of its condition, as PostgreSQL's documentation lists them.
const CONDITIONS: &str = include_str!("sqlstates.txt");

/// Python's own classes for the errors of databases: they tell of a group, not of a condition.
const GROUPS: [&str; 11] = [
    "Error",
    "DBAPIError",
    "DatabaseError",
    "DataError",
    "IntegrityError",
    "InterfaceError",
    "InternalError",
    "NotSupportedError",
    "OperationalError",
    "ProgrammingError",
    "PostgresError",
];

/// Whether a class without its module is one of a group.
pub(super) fn is_group(class: &str) -> bool {
    GROUPS.contains(&class)
}

/// The SQLSTATE of a driver's class, without its module: `DuplicateTable`, `DuplicateTableError`.
pub(super) fn of_class(class: &str) -> Option<&'static str> {
    if is_group(class) {
        return None;
    }
    let wanted = match plain(class).as_str() {
        "postgressyntax" => "syntax".to_owned(),
        "internalserver" => "internal".to_owned(),
        "raise" => "raiseexception".to_owned(),
        "invalidcachedstatement" => "featurenotsupported".to_owned(),
        "clientcannotconnect" => "sqlclientunabletoestablishsqlconnection".to_owned(),
        "connectionrejection" => "sqlserverrejectedestablishmentofsqlconnection".to_owned(),
        plain => plain.to_owned(),
    };
    BY_NAME.get(&wanted).copied()
}

/// The conditions by their names as all drivers write them.
static BY_NAME: LazyLock<HashMap<String, &'static str>> = LazyLock::new(|| {
    let mut by_name = HashMap::new();
    conditions().for_each(|(state, name)| {
        by_name.entry(plain(name)).or_insert(state);
    });
    by_name
});

/// The SQLSTATE of these digits.
pub(super) fn of_code(code: &str) -> Option<&'static str> {
    (code.len() == 5).then(|| conditions().find(|(state, _)| *state == code))?.map(|(state, _)| state)
}

fn conditions() -> impl Iterator<Item = (&'static str, &'static str)> {
    CONDITIONS.lines().filter_map(|line| line.split_once(' '))
}

/// A name as all drivers write it: psycopg ends some with `_`, asyncpg all with `Error`.
fn plain(name: &str) -> String {
    let name = name.replace('_', "").to_ascii_lowercase();
    name.strip_suffix("error").map_or(name.clone(), str::to_owned)
}

/// The SQLSTATE of what the server says in English; drivers that pass its words on without the code leave nothing else.
pub(super) fn of_words(words: &str) -> Option<&'static str> {
    WORDS.iter().find(|(_, pattern)| fits(words, pattern)).map(|(state, _)| *state)
}

/// Whether the words begin as the pattern says; `%` stands for anything.
fn fits(words: &str, pattern: &str) -> bool {
    let mut parts = pattern.split('%');
    let Some(mut rest) = parts.next().and_then(|first| words.strip_prefix(first)) else { return false };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    true
}

/// How the server's messages begin. The first that fits counts.
const WORDS: &[(&str, &str)] = &[
    ("42P07", "relation \"%\" already exists"),
    ("42701", "column \"%\" of relation \"%\" already exists"),
    ("42701", "column \"%\" specified more than once"),
    ("42P06", "schema \"%\" already exists"),
    ("42P04", "database \"%\" already exists"),
    ("42723", "function \"%\" already exists"),
    ("42P05", "prepared statement \"%\" already exists"),
    ("42710", "type \"%\" already exists"),
    ("42710", "enum label \"%\" already exists"),
    ("42710", "constraint \"%\" for %\" already exists"),
    ("42710", "trigger \"%\" for %\" already exists"),
    ("42710", "policy \"%\" for %\" already exists"),
    ("42710", "extension \"%\" already exists"),
    ("42710", "role \"%\" already exists"),
    ("42710", "publication \"%\" already exists"),
    ("42710", "operator class \"%\" already exists"),
    ("26000", "prepared statement \"%\" does not exist"),
    ("26000", "unnamed prepared statement does not exist"),
    ("08P01", "bind message supplies % parameters, but prepared statement"),
    ("42704", "constraint \"%\" of relation \"%\" does not exist"),
    ("42704", "constraint \"%\" for table \"%\" does not exist"),
    ("42704", "trigger \"%\" for %\" does not exist"),
    ("42704", "policy \"%\" for %\" does not exist"),
    ("42704", "type \"%\" does not exist"),
    ("42704", "type % does not exist"),
    ("42704", "index \"%\" does not exist"),
    ("42704", "extension \"%\" does not exist"),
    ("42704", "collation \"%\" for encoding \"%\" does not exist"),
    ("42704", "access method \"%\" does not exist"),
    ("42704", "operator class \"%\" does not exist"),
    ("42704", "text search configuration \"%\" does not exist"),
    ("42704", "data type % has no default operator class"),
    ("42704", "unrecognized configuration parameter"),
    ("42703", "column % does not exist"),
    ("42P01", "relation \"%\" does not exist"),
    ("42P01", "table \"%\" does not exist"),
    ("42P01", "view \"%\" does not exist"),
    ("42P01", "materialized view \"%\" does not exist"),
    ("42P01", "sequence \"%\" does not exist"),
    ("42P01", "missing FROM-clause entry for table"),
    ("28000", "role \"%\" does not exist"),
    ("3D000", "database \"%\" does not exist"),
    ("3F000", "schema \"%\" does not exist"),
    ("3F000", "no schema has been selected to create in"),
    ("42883", "function % does not exist"),
    ("42883", "operator does not exist: "),
    ("42725", "function % is not unique"),
    ("42601", "syntax error at "),
    ("42601", "unterminated quoted "),
    ("42601", "cannot insert multiple commands into a prepared statement"),
    ("42601", "column definition list "),
    ("42501", "permission denied "),
    ("42501", "must be owner of "),
    ("42501", "must be superuser "),
    ("42501", "must be able to SET ROLE "),
    ("42501", "must be member of role "),
    ("42804", "column \"%\" cannot be cast automatically to type "),
    ("42804", "default for column \"%\" cannot be cast automatically"),
    ("42804", "column \"%\" is of type % but "),
    ("42804", "foreign key constraint \"%\" cannot be implemented"),
    ("42846", "cannot cast type "),
    ("42830", "there is no unique constraint matching given keys for referenced table"),
    ("42P16", "multiple primary keys for table "),
    ("42P16", "column \"%\" is in a primary key"),
    ("42P10", "there is no unique or exclusion constraint matching the ON CONFLICT"),
    ("42803", "column \"%\" must appear in the GROUP BY clause"),
    ("42702", "column reference \"%\" is ambiguous"),
    ("42P18", "could not determine data type of "),
    ("42809", "\"%\" is not a "),
    ("42P17", "functions in index expression must be marked IMMUTABLE"),
    ("42P17", "functions in index predicate must be marked IMMUTABLE"),
    ("42P17", "generation expression is not immutable"),
    ("42939", "unacceptable schema name "),
    ("42622", "identifier \"%\" will be truncated"),
    ("54000", "index row size % exceeds "),
    ("54000", "index row requires % bytes, maximum size is "),
    ("54001", "stack depth limit exceeded"),
    ("54011", "tables can have at most "),
    ("53100", "could not extend file "),
    ("53100", "could not write % No space left on device"),
    ("53100", "could not % file % No space left on device"),
    ("53200", "out of shared memory"),
    ("53200", "out of memory"),
    ("53200", "could not resize shared memory segment"),
    ("53300", "sorry, too many clients already"),
    ("53300", "remaining connection slots are reserved"),
    ("53300", "too many connections "),
    ("53300", "no more connections allowed"),
    ("53300", "max client connections reached"),
    ("53300", "MaxClientsInSessionMode"),
    ("53300", "Max client connections reached"),
    ("55006", "cannot % because it has pending trigger events"),
    ("55006", "cannot % because it is being used by active queries"),
    ("55006", "database \"%\" is being accessed by other users"),
    ("55006", "source database \"%\" is being accessed by other users"),
    ("55P03", "could not obtain lock on "),
    ("55P03", "canceling statement due to lock timeout"),
    ("55P04", "unsafe use of new value "),
    ("40001", "canceling statement due to conflict with recovery"),
    ("25P04", "terminating connection due to transaction timeout"),
    ("57014", "canceling statement due to "),
    ("57P01", "terminating connection due to administrator command"),
    ("57P02", "terminating connection because of crash of another server process"),
    ("57P03", "the database system is "),
    ("57P05", "terminating connection due to idle-session timeout"),
    ("25P03", "terminating connection due to idle-in-transaction timeout"),
    ("25P02", "current transaction is aborted"),
    ("25001", "%cannot run inside a transaction block"),
    ("25001", "%cannot be executed within a pipeline"),
    ("25006", "cannot execute % in a read-only transaction"),
    ("25006", "cannot execute % during recovery"),
    ("22001", "value too long for type "),
    ("22003", "integer out of range"),
    ("22003", "bigint out of range"),
    ("22003", "smallint out of range"),
    ("22003", "value \"%\" is out of range for type "),
    ("22003", "numeric field overflow"),
    ("22007", "invalid input syntax for type date"),
    ("22007", "invalid input syntax for type time"),
    ("22P02", "invalid input syntax for "),
    ("22P02", "invalid input value for enum "),
    ("22P02", "malformed array literal"),
    ("22008", "date/time field value out of range"),
    ("22012", "division by zero"),
    ("22021", "invalid byte sequence for encoding "),
    ("22P05", "character with byte sequence % has no equivalent in encoding "),
    ("22023", "invalid value for parameter "),
    ("22023", "parameter \"%\" cannot be changed"),
    ("23502", "null value in column "),
    ("23502", "column \"%\" contains null values"),
    ("23502", "column \"%\" of relation \"%\" contains null values"),
    ("23505", "could not create unique index "),
    ("23505", "duplicate key value violates unique constraint "),
    ("23503", "insert or update on table \"%\" violates foreign key constraint "),
    ("23503", "update or delete on table \"%\" violates foreign key constraint "),
    ("23514", "check constraint \"%\" of relation \"%\" is violated by some row"),
    ("23514", "check constraint \"%\" is violated by some row"),
    ("23514", "new row for relation \"%\" violates check constraint "),
    ("23514", "no partition of relation \"%\" found for row"),
    ("23P01", "conflicting key value violates exclusion constraint "),
    ("23P01", "could not create exclusion constraint "),
    ("2BP01", "cannot drop %because other objects depend on it"),
    ("2BP01", "role \"%\" cannot be dropped because some objects depend on it"),
    ("0A000", "cannot alter type of a column used by "),
    ("0A000", "cached plan must not change result type"),
    ("0A000", "extension \"%\" is not available"),
    ("58P01", "could not open extension control file "),
    ("58P01", "could not access file \"%\": No such file or directory"),
    ("58P01", "could not load library "),
    ("40P01", "deadlock detected"),
    ("40001", "could not serialize access "),
    ("28P01", "password authentication failed for "),
    ("28P01", "SASL authentication failed"),
    ("28000", "no pg_hba.conf entry for "),
    ("28000", "pg_hba.conf rejects connection for "),
    ("28000", "role \"%\" is not permitted to log in"),
    ("28000", "%authentication failed for user"),
    ("XX000", "cache lookup failed for "),
    ("XX000", "tuple concurrently updated"),
];

#[cfg(test)]
mod tests {
    use super::{CONDITIONS, WORDS, fits, of_class, of_code, of_words};

    #[test]
    fn a_condition_has_one_code_whatever_the_driver_calls_its_class() {
        for (class, state) in [
            ("DuplicateTable", "42P07"),
            ("DuplicateTableError", "42P07"),
            ("InFailedSqlTransaction", "25P02"),
            ("InFailedSQLTransactionError", "25P02"),
            ("SyntaxError", "42601"),
            ("PostgresSyntaxError", "42601"),
            ("InternalError_", "XX000"),
            ("InternalServerError", "XX000"),
            ("RaiseError", "P0001"),
            ("UnsafeNewEnumValueUsage", "55P04"),
            ("IdleSessionTimeout", "57P05"),
        ] {
            assert_eq!(of_class(class), Some(state), "{class}");
        }
        for group in ["InternalError", "OperationalError", "Error", "ShopError"] {
            assert_eq!(of_class(group), None, "{group}");
        }
    }

    #[test]
    fn every_message_leads_to_a_code_that_there_is() {
        for (state, pattern) in WORDS {
            assert_eq!(of_code(state), Some(*state), "{pattern}");
            let words = pattern.replace('%', "x");
            assert_eq!(of_words(&words), Some(*state), "{words} is another pattern's before");
        }
        assert!(CONDITIONS.lines().count() > 150);
    }

    #[test]
    fn a_pattern_begins_the_words() {
        assert!(fits("column a.b does not exist", "column % does not exist"));
        assert!(!fits("the column a does not exist", "column % does not exist"));
        assert!(fits("VACUUM cannot run inside a transaction block", "%cannot run inside a transaction block"));
    }
}
