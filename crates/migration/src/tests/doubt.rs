//! What may have been made, changed or taken away is neither there nor gone.

use super::{facts_of, said};
use schema::{Belief, State, Subject, TableSubject};

#[test]
fn what_sql_that_is_known_in_parts_takes_away_is_in_doubt() {
    let table = "op.create_table('t', sa.Column('a', sa.Integer), sa.UniqueConstraint('a', name='u'))\n    \
                 op.create_index('i', 't', ['a'])\n    ";
    let of_t = |part| Subject::Table("t".to_owned(), part);
    let column = of_t(TableSubject::Column("a".to_owned()));
    let unique = of_t(TableSubject::Unique(vec!["a".to_owned()]));
    let index = of_t(TableSubject::Index("i".to_owned()));
    for (text, gone) in [
        ("f'ALTER TABLE t DROP CONSTRAINT {ask()}'", [false, true, false]),
        ("f'ALTER TABLE t DROP CONSTRAINT IF EXISTS {ask()}, DROP CONSTRAINT {ask()}'", [false, true, false]),
        ("f'ALTER TABLE {ask()}.t DROP COLUMN {ask()}'", [true, true, true]),
        ("f'ALTER TABLE t {ask()}'", [true, true, true]),
        ("f'ALTER TABLE t RENAME COLUMN {ask()} TO b'", [true, true, true]),
        ("f'DROP INDEX {ask()}'", [false, false, true]),
        ("f'ALTER INDEX {ask()} RENAME TO j'", [false, false, true]),
        ("f'ALTER TABLE t ADD COLUMN {ask()} int'", [false, false, false]),
        ("\"DO $$ BEGIN EXECUTE format('ALTER TABLE t DROP CONSTRAINT %I', c); END $$\"", [false, true, false]),
    ] {
        let facts = facts_of(&format!("{table}op.execute({text})"));
        let doubted = [&column, &unique, &index].map(|subject| said(&facts, subject) == Some(Belief::Unknown));
        assert_eq!(doubted, gone, "{text}");
    }
}

#[test]
fn a_primary_key_that_may_have_been_made_anew_is_in_doubt() {
    let name = |name: &str| Subject::Table("t".to_owned(), TableSubject::Constraint(name.to_owned()));
    let table = "op.create_table('t', sa.Column('a', sa.Integer), sa.PrimaryKeyConstraint('a', name='p'))\n    ";
    let anew = "with op.batch_alter_table('t') as b:\n            b.drop_constraint('p', type_='primary')\n            \
                b.create_primary_key('q', ['a'])";
    for body in [
        format!("if ask():\n        {anew}"),
        format!("for t in ['t']:\n        if ask():\n            continue\n        {anew}"),
        format!("for t in ['t']:\n        if sorted(ask()) == sorted(['a']):\n            continue\n        {anew}"),
    ] {
        let facts = facts_of(&format!("{table}{body}"));
        for named in ["p", "q"] {
            assert_eq!(said(&facts, &name(named)), Some(Belief::Unknown), "{named}: {body}");
        }
    }
    let certain =
        facts_of(&format!("{table}op.drop_constraint(ask(), 't')\n    op.create_primary_key('q', 't', ['a'])"));
    assert_eq!(said(&certain, &name("q")), Some(Belief::Known(State::Present)));
}

#[test]
fn what_a_branch_may_have_dropped_or_renamed_is_in_doubt() {
    let of = |table: &str, part| Subject::Table(table.to_owned(), part);
    let table = "op.create_table('t', sa.Column('a', sa.Integer), sa.PrimaryKeyConstraint('a', name='p'))\n    \
                 op.create_index('i', 't', ['a'])\n    \
                 op.create_table('u', sa.Column('t', sa.Integer), sa.Column('m', sa.Enum('x', name='e')), \
                 sa.ForeignKeyConstraint(['t'], ['t.a'], name='f'))\n    ";
    let enumeration = |name: &str| Subject::Enum(name.to_owned());
    let key = of("u", TableSubject::ForeignKey(vec!["t".to_owned()], "t".to_owned()));
    for (operation, doubted) in [
        ("op.drop_index('i', 't')", vec![of("t", TableSubject::Index("i".to_owned()))]),
        ("op.execute('DROP INDEX i')", vec![of("t", TableSubject::Index("i".to_owned()))]),
        (
            "op.execute('ALTER INDEX i RENAME TO j')",
            vec![of("t", TableSubject::Index("i".to_owned())), of("t", TableSubject::Index("j".to_owned()))],
        ),
        ("op.create_index('k', 't', ['a'])", vec![of("t", TableSubject::Index("k".to_owned()))]),
        ("op.drop_constraint('f', 'u', type_='foreignkey')", vec![key.clone()]),
        ("op.execute('ALTER TABLE t DROP CONSTRAINT p CASCADE')", vec![key.clone(), of("t", TableSubject::PrimaryKey)]),
        (
            "op.execute('ALTER TABLE t RENAME CONSTRAINT p TO q')",
            vec![of("t", TableSubject::Constraint("p".to_owned())), of("t", TableSubject::Constraint("q".to_owned()))],
        ),
        ("op.execute('DROP TABLE t CASCADE')", vec![key.clone(), of("t", TableSubject::Itself)]),
        ("op.execute(\"CREATE TYPE n AS ENUM ('a')\")", vec![enumeration("n")]),
        ("op.execute('DROP TYPE e CASCADE')", vec![enumeration("e"), of("u", TableSubject::Column("m".to_owned()))]),
        ("op.execute(\"ALTER TYPE e ADD VALUE 'y'\")", vec![enumeration("e")]),
        ("op.execute(\"ALTER TYPE e RENAME VALUE 'x' TO 'y'\")", vec![enumeration("e")]),
        (
            "op.execute('ALTER TYPE e RENAME TO e2')",
            vec![enumeration("e"), enumeration("e2"), of("u", TableSubject::Type("m".to_owned()))],
        ),
    ] {
        let facts = facts_of(&format!("{table}if ask():\n        {operation}"));
        for subject in doubted {
            assert_eq!(said(&facts, &subject), Some(Belief::Unknown), "{operation}: {subject:?}");
        }
    }
}
