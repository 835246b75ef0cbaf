//! The verdict on revisions of which something is unread.

use schema::evidence::{Verdict, infer};
use schema::{Belief, Column, Dialect, Schema, Table, revision_facts};

use super::NoFiles;
use super::{Script, Setting, read};

const UNREAD: &str = "op.execute(open('grants.sql').read())";
const A: &str = "op.create_table('a', sa.Column('id', sa.Integer))";
const B: &str = "op.create_table('b', sa.Column('id', sa.Integer))";
const MORE: &str = "op.add_column('a', sa.Column('more', sa.Integer))";
const LESS: &str = "op.drop_column('a', 'more')";

/// The verdict on the schema that `made` leaves, with a column that no revision mentions where there is a newer one.
fn verdict(revisions: &[&[&str]], made: &[&str], newer: bool) -> Verdict {
    let script = |statements: &[&str]| Script {
        path: "versions/r.py".to_owned(),
        text: format!(
            "import sqlalchemy as sa\nfrom alembic import op\n\ndef upgrade():\n    {}\n",
            statements.join("\n    ")
        ),
    };
    let setting = Setting {
        dialect: Dialect::PostgreSql,
        default_schema: "public".to_owned(),
        version_table: "alembic_version".to_owned(),
    };
    let scripts: Vec<Script> = revisions.iter().map(|statements| script(statements)).collect();
    let facts = revision_facts(read(&scripts, &NoFiles, &setting).unwrap(), &setting);
    let mut schema = Schema { default_schema: "public".to_owned(), ..Schema::default() };
    for name in made.iter().filter(|name| !name.contains('.')) {
        let column = |name: &str| Column {
            name: name.to_owned(),
            kind: Belief::Known("integer".to_owned()),
            nullable: Belief::Known(true),
            default: Belief::Known(false),
        };
        let mut table = Table { columns: vec![column("id")], ..Table::default() };
        let own = format!("{name}.");
        table.columns.extend(made.iter().filter_map(|part| part.strip_prefix(&own)).map(column));
        table.columns.extend(newer.then(|| column("newer")));
        schema.tables.insert((*name).to_owned(), table);
    }
    infer(&facts, &schema).verdict
}

#[test]
fn before_the_first_there_is_nothing_or_it_is_not_certain() {
    // The tables are another's work, and the first revision changes one.
    let revisions: &[&[&str]] = &[&[UNREAD, MORE], &[B]];
    assert_eq!(verdict(revisions, &["a"], false), Verdict::Run(0, 1));
    assert_eq!(verdict(revisions, &["a", "a.more"], false), Verdict::Run(0, 1));
    assert_eq!(verdict(&[&[UNREAD, LESS], &[B]], &["a", "a.more"], false), Verdict::Run(0, 1));
    assert_eq!(verdict(&[&[MORE], &[B]], &["a"], false), Verdict::BeforeFirst);
    assert_eq!(verdict(&[&[UNREAD, MORE, B]], &["a"], false), Verdict::BeforeFirst);
    // Nothing at all has been made.
    assert_eq!(verdict(&[&[UNREAD, A], &[B]], &[], false), Verdict::BeforeFirst);
    assert_eq!(verdict(&[&[UNREAD, A], &[UNREAD, B]], &[], false), Verdict::BeforeFirst);
}

#[test]
fn what_ends_with_an_exception_is_not_known_to_have_been_applied() {
    let (fails, more) = ("raise RuntimeError", "op.add_column('b', sa.Column('id', sa.Integer))");
    let revisions: &[&[&str]] = &[&[A], &[B, MORE, fails, more]];
    assert_eq!(verdict(revisions, &["a", "a.more", "b"], false), Verdict::Run(1, 2));
    assert_eq!(verdict(revisions, &["a"], false), Verdict::Exact(1));
    // Whether it fails is left to the environment: it did not.
    let asks = "import os\n    if not os.environ.get('ADMIN'):\n        raise RuntimeError";
    assert_eq!(verdict(&[&[A], &[B, asks, MORE]], &["a", "a.more", "b"], false), Verdict::Exact(2));
    assert_eq!(verdict(&[&[A], &[B, asks, MORE]], &["a", "b"], false), Verdict::HalfApplied(1));
}

#[test]
fn a_last_revision_that_is_read_in_part_is_not_all_there_because_there_is_more() {
    let revisions: &[&[&str]] = &[&[A], &[UNREAD, MORE]];
    assert_eq!(verdict(revisions, &["a", "a.more"], true), Verdict::Ahead(1));
    assert_eq!(verdict(revisions, &["a", "a.more"], false), Verdict::Run(1, 2));
    assert_eq!(verdict(&[&[A], &[MORE]], &["a", "a.more"], true), Verdict::Ahead(2));
    assert_eq!(verdict(&[&[A], &[UNREAD, MORE, B]], &["a", "a.more", "b"], true), Verdict::Ahead(1));
}

#[test]
fn a_first_revision_that_is_read_in_part_is_no_more_certain_than_another() {
    assert_eq!(verdict(&[&[UNREAD, A], &[B]], &["a"], false), Verdict::Run(0, 1));
    assert_eq!(verdict(&[&[UNREAD, A], &[B]], &["a", "b"], false), Verdict::Exact(2));
    assert_eq!(verdict(&[&[A], &[B]], &["a"], false), Verdict::Exact(1));
}
