//! What PostgreSQL makes of statements: the names that it chooses, the order that it keeps, what hangs on what.

use super::{facts_of, said};
use schema::{Belief, State, Subject, TableSubject};

fn of(table: &str, part: TableSubject) -> Subject {
    Subject::Table(table.to_owned(), part)
}

fn check(table: &str, name: &str) -> Subject {
    of(table, TableSubject::Check(name.to_owned()))
}

/// What is said after these statements.
fn after(statements: &[&str], subject: &Subject) -> Option<Belief<State>> {
    let body: Vec<String> = statements.iter().map(|sql| format!("op.execute({sql:?})")).collect();
    said(&facts_of(&body.join("\n    ")), subject)
}

const THERE: Option<Belief<State>> = Some(Belief::Known(State::Present));

#[test]
fn a_check_without_a_name_gets_that_of_its_column_and_a_number() {
    for (statements, name) in [
        (&["CREATE TABLE t (a int CHECK (true), b int CHECK (true))"][..], "t_check1"),
        (&["CREATE TABLE t (a int, b int, CHECK (a > 0))"], "t_a_check"),
        (&["CREATE TABLE t (a int, b int CHECK (a > b))"], "t_check"),
        (&["CREATE TABLE t (a int, b int CHECK (a > 0))"], "t_a_check"),
        (&["CREATE TABLE t (a int CHECK (a > 0))", "ALTER TABLE t ADD CHECK (a < 9)"], "t_a_check1"),
        (&["CREATE TABLE t (a int)", "ALTER TABLE t ADD b int CHECK (b > 0)"], "t_b_check"),
    ] {
        assert_eq!(after(statements, &check("t", name)), THERE, "{statements:?}");
    }
    let long = format!("CREATE TABLE {} (a int CHECK (a > 0))", "t".repeat(60));
    assert_eq!(after(&[&long], &check(&"t".repeat(60), &format!("{}_a_check", "t".repeat(60)))), None);
}

#[test]
fn what_hangs_on_a_table_goes_and_changes_with_it() {
    let child = |part| of("child", part);
    let column = child(TableSubject::Column("own".to_owned()));
    const PARENT: &str = "CREATE TABLE t (a int) PARTITION BY LIST (a)";
    const PLAIN: &str = "CREATE TABLE t (a int)";
    const PART: &str = "CREATE TABLE child PARTITION OF t FOR VALUES IN (1)";
    const HEIR: &str = "CREATE TABLE child (own int) INHERITS (t)";
    for (statements, subject, expected) in [
        (&[PARENT, PART, "DROP TABLE t"][..], child(TableSubject::Itself), Some(Belief::Unknown)),
        (&[PLAIN, HEIR, "DROP TABLE t CASCADE"], child(TableSubject::Itself), Some(Belief::Unknown)),
        (
            &[PLAIN, HEIR, "ALTER TABLE child RENAME TO heir", "DROP TABLE t CASCADE"],
            of("heir", TableSubject::Itself),
            Some(Belief::Unknown),
        ),
        (
            &[PLAIN, "CREATE TABLE child (own int)", "ALTER TABLE child INHERIT t", "DROP TABLE t CASCADE"],
            child(TableSubject::Itself),
            Some(Belief::Unknown),
        ),
        (&[PLAIN, HEIR, "ALTER TABLE t RENAME own TO other"], column.clone(), Some(Belief::Unknown)),
        (&[PLAIN, HEIR, "CREATE TABLE u (a int)", "DROP TABLE u"], child(TableSubject::Itself), THERE),
        (&[PLAIN, HEIR], column, THERE),
    ] {
        assert_eq!(after(statements, &subject), expected, "{statements:?}");
    }
}

#[test]
fn the_actions_of_one_statement_come_in_the_servers_order() {
    let default = of("t", TableSubject::Default("a".to_owned()));
    let unique = of("t", TableSubject::Constraint("u".to_owned()));
    const TABLE: &str = "CREATE TABLE t (a int)";
    let set = "ALTER TABLE t ALTER a SET DEFAULT 1, ALTER a DROP DEFAULT";
    assert_eq!(after(&[TABLE, set], &default), Some(Belief::Known(State::Flag(true))));
    let both = [
        "CREATE TABLE t (a int, CONSTRAINT u UNIQUE (a))",
        "ALTER TABLE t ADD CONSTRAINT u UNIQUE (a), DROP CONSTRAINT u",
    ];
    assert_eq!(after(&both, &unique), THERE);
}

#[test]
fn types_are_spelled_as_the_catalogue_spells_them() {
    for (written, spelled) in [
        ("\"char\"", "char"),
        ("char", "character(1)"),
        ("bpchar", "bpchar"),
        ("bpchar(3)", "character(3)"),
        ("\"varchar\"", "character varying"),
    ] {
        let table = format!("CREATE TABLE t (a {written})");
        let expected = Some(Belief::Known(State::Type(spelled.to_owned())));
        assert_eq!(after(&[&table], &of("t", TableSubject::Type("a".to_owned()))), expected, "{written}");
    }
}
