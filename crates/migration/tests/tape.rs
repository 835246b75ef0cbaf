//! The tape of a revision: what it does, in order, with lines, conditions and SQL.

use levelhead_migration::{NoFiles, Script, read, read_downgrade};
use schema::operation::{Certainty, ConstraintKind, OperationKind};
use schema::{Dialect, Entry, Setting, Tape};

fn script(upgrade: &str, downgrade: &str) -> Script {
    let body = |body: &str| body.replace('\n', "\n    ");
    let text = format!(
        "import sqlalchemy as sa\nfrom alembic import op\n\ndef upgrade():\n    {}\n\ndef downgrade():\n    {}\n",
        body(upgrade),
        body(downgrade)
    );
    Script { path: "versions/a.py".to_owned(), text }
}

fn setting() -> Setting {
    Setting {
        dialect: Dialect::PostgreSql,
        default_schema: "public".to_owned(),
        version_table: "alembic_version".to_owned(),
    }
}

fn tape(upgrade: &str) -> Tape {
    read(&[script(upgrade, "pass")], &NoFiles, &setting()).unwrap().remove(0)
}

#[test]
fn each_operation_has_its_line_its_arguments_and_its_sql() {
    let tape = tape(
        "op.create_table('t', sa.Column('id', sa.Integer, primary_key=True),\n    sa.Column('kind', sa.String(10), server_default='new'))\n\
         op.create_foreign_key('fk', 't', 'other', ['kind'], ['name'], ondelete='CASCADE')\n\
         op.create_index('ix', 't', ['kind'], unique=True, postgresql_using='gin', postgresql_concurrently=True)\n\
         op.execute('ALTER TABLE t ADD COLUMN n int NOT NULL DEFAULT 0')\n\
         op.execute('CREATE INDEX iy ON t USING btree (lower(kind)) WHERE n > 0')",
    );
    let operations: Vec<_> = tape.operations().map(|(operation, _)| operation).collect();
    let lines: Vec<u32> = operations.iter().map(|operation| operation.line).collect();
    assert_eq!(lines, [5, 7, 8, 9, 10]);
    let OperationKind::CreateTable { table, .. } = &operations[0].kind else { panic!("{operations:?}") };
    assert_eq!(table.columns[1].kind.text.as_deref(), Some("character varying(10)"));
    assert_eq!(table.columns[1].default_text.as_deref(), Some("'new'"));
    let OperationKind::AddConstraint { constraint, .. } = &operations[1].kind else { panic!("{operations:?}") };
    let ConstraintKind::ForeignKey(key) = &constraint.kind else { panic!("{constraint:?}") };
    assert_eq!((key.target.as_deref(), key.on_delete), (Some("other"), Some('c')));
    assert_eq!(key.target_columns, Some(vec![Some("name".to_owned())]));
    let OperationKind::CreateIndex { index, .. } = &operations[2].kind else { panic!("{operations:?}") };
    assert_eq!((index.options.unique, index.options.concurrently), (Some(true), true));
    assert_eq!(index.options.method.as_deref(), Some("gin"));
    let OperationKind::AddColumn { column, .. } = &operations[3].kind else { panic!("{operations:?}") };
    assert_eq!((column.nullable, column.default_text.as_deref()), (Some(false), Some("0")));
    assert_eq!(operations[3].sql.as_deref(), Some("ALTER TABLE t ADD COLUMN n int NOT NULL DEFAULT 0"));
    let OperationKind::CreateIndex { index, .. } = &operations[4].kind else { panic!("{operations:?}") };
    assert_eq!(index.options.expressions, ["lower(kind)"]);
    assert_eq!((index.options.predicate.as_deref(), index.options.method.as_deref()), (Some("n > 0"), Some("btree")));
}

#[test]
fn what_may_not_have_run_says_so() {
    let cases = [
        ("op.drop_table('t')", true),
        ("if ask():\n    op.drop_table('t')", false),
        ("if ask():\n    return\nop.drop_table('t')", false),
        ("try:\n    op.drop_table('t')\nexcept ValueError:\n    pass", false),
        ("try:\n    op.drop_table('t')\nexcept ValueError:\n    raise", true),
        ("if ask():\n    op.drop_table('t')\nelse:\n    op.drop_table('u')", false),
        ("op.execute('ALTER TABLE IF EXISTS t DROP COLUMN a')", false),
        ("for name in ['t']:\n    op.drop_table(name)", true),
    ];
    for (body, expected) in cases {
        let tape = tape(body);
        let certain: Vec<bool> = tape.operations().map(|(_, certain)| certain).collect();
        assert!(!certain.is_empty() && certain.iter().all(|certain| *certain == expected), "{body}: {tape:?}");
    }
}

#[test]
fn a_guarded_operation_names_the_line_of_its_condition() {
    let tape = tape("op.drop_table('s')\nif ask():\n    op.drop_table('t')");
    let [_, Entry::Operation(operation)] = tape.entries.as_slice() else { panic!("{tape:?}") };
    assert_eq!((operation.line, operation.certainty), (7, Certainty::Guarded { line: 6 }));
}

#[test]
fn a_downgrade_is_read_on_what_its_upgrade_leaves() {
    let scripts = [
        script("op.create_table('t', sa.Column('id', sa.Integer))", "op.drop_table('t')"),
        script(
            "op.add_column('t', sa.Column('a', sa.Integer))",
            "if sa.inspect(op.get_bind()).has_table('t'):\n    op.drop_column('t', 'a')",
        ),
    ];
    let tapes = [1, 2].map(|upto| read_downgrade(&scripts[..upto], &NoFiles, &setting()).unwrap());
    let kinds = |tape: &Tape| {
        tape.operations().map(|(operation, certain)| (operation.kind.clone(), certain)).collect::<Vec<_>>()
    };
    assert_eq!(kinds(&tapes[0]), [(OperationKind::DropTable { table: "t".to_owned() }, true)]);
    let dropped = OperationKind::DropColumn { table: "t".to_owned(), column: "a".to_owned() };
    assert_eq!(kinds(&tapes[1]), [(dropped, true)]);
}
