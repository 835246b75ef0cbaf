//! What is caught of an operation that only the server can refuse: on PostgreSQL it ended the revision, and so it did not.

use levelhead_migration::{Checkout, Script, read};
use schema::operation::OperationKind;
use schema::{Dialect, Setting};

const ENV: &str = "\
connectable = engine_from_config(config.get_section('alembic'))
with connectable.connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
";

struct Folder(Option<&'static str>);

impl Checkout for Folder {
    fn text(&self, path: &str) -> Option<String> {
        self.0.filter(|_| path == "migrations/env.py").map(str::to_owned)
    }

    fn roots(&self) -> Vec<String> {
        vec![String::new()]
    }
}

/// Whether each operation of this body is stated for certain.
fn certain(body: &str, env: Option<&'static str>, dialect: Dialect) -> Vec<bool> {
    let text = format!(
        "import sqlalchemy as sa\nfrom alembic import op\nfrom toolz import ask\n\n\ndef upgrade():\n    \
         op.create_table('t', sa.Column('a', sa.Integer))\n    {}\n",
        body.replace('\n', "\n    ")
    );
    let script = Script { path: "migrations/versions/a.py".to_owned(), text };
    let setting = Setting { dialect, default_schema: "public".to_owned(), version_table: "alembic_version".to_owned() };
    let tape = read(&[script], &Folder(env), &setting).unwrap().remove(0);
    // A statement that changes no schema is none of them.
    let changes = tape.operations().skip(1).filter(|(operation, _)| operation.kind != OperationKind::Execute);
    changes.map(|(_, certain)| certain).collect()
}

const ADD: &str = "op.add_column('t', sa.Column('b', sa.Text()))";

#[test]
fn what_the_server_would_have_refused_went_through() {
    let cases = [
        ("try:\n    X\nexcept Exception:\n    pass", true),
        ("try:\n    X\nexcept Exception as e:\n    print(e)", true),
        (
            "names = [c['name'] for c in sa.inspect(op.get_bind()).get_columns('t')]\ntry:\n    if 'b' not in names:\n        X\nexcept Exception:\n    pass",
            true,
        ),
        (
            "try:\n    with op.batch_alter_table('t') as batch_op:\n        batch_op.add_column(sa.Column('b', sa.Text()))\nexcept Exception:\n    pass",
            true,
        ),
        // Something else may have been raised before it.
        ("try:\n    ask()\n    X\nexcept Exception:\n    pass", false),
        ("try:\n    import other\n    X\nexcept Exception:\n    pass", false),
        ("names = []\ntry:\n    names[0]\n    X\nexcept Exception:\n    pass", false),
        ("try:\n    op.execute('SELECT :name')\n    X\nexcept Exception:\n    pass", false),
        ("try:\n    op.get_bind().execute('SELECT 1')\n    X\nexcept Exception:\n    pass", false),
        ("try:\n    op.add_column('t', sa.Column('b', ask.Type()))\nexcept Exception:\n    pass", false),
        ("try:\n    if ask():\n        X\nexcept Exception:\n    pass", false),
        // A part of the transaction may have been taken back.
        ("try:\n    with op.get_bind().begin_nested():\n        X\nexcept Exception:\n    pass", false),
        ("try:\n    X\nexcept Exception:\n    op.get_bind().rollback()", false),
        (
            "with op.get_context().autocommit_block():\n    try:\n        X\n    except Exception:\n        op.execute('ROLLBACK')",
            false,
        ),
    ];
    for (body, expected) in cases {
        let body = body.replace('X', ADD);
        assert_eq!(certain(&body, Some(ENV), Dialect::PostgreSql), [expected], "{body}");
    }
}

#[test]
fn it_is_left_in_doubt_where_a_statement_may_fail_alone() {
    let body = format!("try:\n    {ADD}\nexcept Exception:\n    pass");
    let with = |text: &str| Some(&*Box::leak(format!("{ENV}{text}").into_boxed_str()));
    assert_eq!(certain(&body, None, Dialect::PostgreSql), [false]);
    assert_eq!(certain(&body, Some("context.run_migrations()"), Dialect::PostgreSql), [false]);
    assert_eq!(certain(&body, with("isolation_level = 'AUTOCOMMIT'"), Dialect::PostgreSql), [false]);
    assert_eq!(certain(&body, with("context.configure(transactional_ddl=False)"), Dialect::PostgreSql), [false]);
    assert_eq!(certain(&body, Some(ENV), Dialect::Sqlite), [false]);
}
