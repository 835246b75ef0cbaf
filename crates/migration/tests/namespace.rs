//! A schema that nobody can tell is never the default: nothing is stated of a table there.

use std::collections::HashMap;

use levelhead_migration::{Checkout, Script, read};
use schema::{Dialect, RevisionFacts, Setting, Subject, revision_facts};

/// Files by path.
struct Files(HashMap<&'static str, &'static str>);

impl Checkout for Files {
    fn text(&self, path: &str) -> Option<String> {
        self.0.get(path).map(|text| (*text).to_owned())
    }

    fn roots(&self) -> Vec<String> {
        vec![String::new()]
    }
}

fn facts(top: &str, bodies: &[&str]) -> Vec<RevisionFacts> {
    let settings = "import os\nfrom elsewhere import config\nSCHEMA = os.environ['S']\nDEFAULT = os.environ.get('S', 'public')\n\
                    def schema():\n    return config.schema\n\
                    class Settings:\n    schema = os.getenv('S')\n    prefix = os.environ['P']\n";
    let files = Files(HashMap::from([("depot.py", settings)]));
    let script = |(number, body): (usize, &&str)| Script {
        path: format!("versions/{number}.py"),
        text: format!(
            "import os\nfrom functools import partial\nimport sqlalchemy as sa\nfrom alembic import context, op\nimport depot\n\
             {top}\n\ndef upgrade():\n    {body}\n"
        ),
    };
    let scripts: Vec<Script> = bodies.iter().enumerate().map(script).collect();
    let setting = Setting {
        dialect: Dialect::PostgreSql,
        default_schema: "public".to_owned(),
        version_table: "alembic_version".to_owned(),
    };
    revision_facts(read(&scripts, &files, &setting).unwrap(), &setting)
}

/// Whether anything is known of a table of this name in any schema.
fn knows(facts: &RevisionFacts, table: &str) -> bool {
    let is_it = |subject: &Subject| subject.table().is_some_and(|name| name.rsplit('.').next() == Some(table));
    facts
        .changes
        .iter()
        .any(|(subject, state)| is_it(subject) && state.as_ref().is_some_and(|belief| belief.known().is_some()))
}

const SCHEMAS: [&str; 13] = [
    "schema=depot.SCHEMA",
    "schema=depot.DEFAULT",
    "schema=depot.schema()",
    "schema=depot.Settings.schema",
    "schema=f'{depot.Settings.prefix}ot'",
    "schema=depot.Settings.prefix + 'ot'",
    "schema='%s_x' % depot.SCHEMA",
    "schema=context.get_x_argument(as_dictionary=True).get('tenant')",
    "schema=context.config.get_main_option('schema')",
    "schema=op.get_context().version_table_schema",
    "schema=os.environ.get('S') or 'public'",
    "**{'schema': depot.SCHEMA}",
    "**depot.options",
];

#[test]
fn nothing_is_stated_of_a_table_in_a_schema_that_nobody_can_tell() {
    for schema in SCHEMAS {
        let operations = [
            format!("op.create_table('parcels', sa.Column('id', sa.Integer), {schema})"),
            format!("op.add_column('parcels', sa.Column('weight', sa.Integer), {schema})"),
            format!("op.alter_column('parcels', 'weight', nullable=False, {schema})"),
            format!("op.drop_column('parcels', 'weight', {schema})"),
            format!("op.create_index('ix', 'parcels', ['weight'], {schema})"),
            format!("op.create_unique_constraint('uq', 'parcels', ['weight'], {schema})"),
            format!("op.drop_constraint('uq', 'parcels', {schema})"),
            format!(
                "with op.batch_alter_table('parcels', {schema}) as batch:\n        batch.add_column(sa.Column('weight', sa.Integer))"
            ),
            format!("partial(op.add_column, {schema})('parcels', sa.Column('weight', sa.Integer))"),
            format!("partial(op.add_column, schema='public')('parcels', sa.Column('weight', sa.Integer), {schema})"),
            format!("sa.Table('parcels', sa.MetaData(), sa.Column('id', sa.Integer), {schema}).create(op.get_bind())"),
        ];
        for operation in &operations {
            let facts = facts("", &[operation]);
            assert!(!knows(&facts[0], "parcels"), "{operation}: {:#?}", facts[0].changes);
            assert!(!facts[0].unread.is_empty(), "{operation}");
        }
    }
}

#[test]
fn a_key_of_a_table_in_such_a_schema_states_nothing_of_it_and_one_to_it_names_no_table() {
    let key = "op.create_foreign_key('fk', 'parcels', 'crates', ['a'], ['id']";
    let of_it = facts("", &[&format!("{key}, source_schema=depot.SCHEMA)")]);
    assert!(!knows(&of_it[0], "parcels") && !of_it[0].unread.is_empty(), "{:#?}", of_it[0].changes);
    let to_it = format!("{:?}", facts("", &[&format!("{key}, referent_schema=depot.SCHEMA)")])[0].changes);
    assert!(to_it.contains("parcels") && !to_it.contains("crates"), "{to_it}");
}

#[test]
fn sql_with_a_schema_that_nobody_can_tell_states_nothing() {
    for sql in [
        "f'CREATE TABLE {depot.SCHEMA}.parcels (id int)'",
        "f'ALTER TABLE {depot.SCHEMA}.parcels ADD COLUMN weight int'",
        "'ALTER TABLE %s.parcels ADD COLUMN weight int' % depot.schema()",
        "sa.text('DROP TABLE {}.parcels'.format(depot.SCHEMA))",
        "f'CREATE INDEX ix ON \"{depot.SCHEMA}\".parcels (id)'",
    ] {
        let facts = facts("", &[&format!("op.execute({sql})")]);
        assert!(!knows(&facts[0], "parcels"), "{sql}: {:#?}", facts[0].changes);
        assert!(!facts[0].unread.is_empty(), "{sql}");
    }
}

#[test]
fn what_is_dropped_somewhere_is_in_doubt_here() {
    let made = "op.create_table('parcels', sa.Column('id', sa.Integer))";
    for lost in
        ["op.drop_table('parcels', schema=depot.SCHEMA)", "op.rename_table('parcels', 'p', schema=depot.SCHEMA)"]
    {
        let facts = facts("", &[made, lost]);
        assert!(knows(&facts[0], "parcels"), "{:#?}", facts[0].changes);
        assert!(facts[1].may_reach_others(), "{lost}");
    }
}

#[test]
fn whether_a_table_is_there_that_was_made_somewhere_is_not_known() {
    for question in [
        "sa.inspect(op.get_bind()).has_table('parcels')",
        "'parcels' in sa.inspect(op.get_bind()).get_table_names()",
        "sa.inspect(op.get_bind()).has_table('other', schema=depot.SCHEMA)",
    ] {
        let made = "op.create_table('parcels', sa.Column('id', sa.Integer), schema=depot.SCHEMA)";
        let asked = format!("if {question}:\n        op.create_table('crates', sa.Column('id', sa.Integer))");
        let facts = facts("", &[made, &asked]);
        assert!(!knows(&facts[1], "crates") && facts[1].is_in_doubt(), "{question}: {:#?}", facts[1].changes);
    }
}

#[test]
fn a_schema_that_is_known_is_that_schema() {
    for (top, schema) in [
        ("", "schema='depot'"),
        ("S = 'depot'", "schema=S"),
        ("", "**{'schema': 'depot'}"),
        ("def f(schema): return schema", "schema=f('depot')"),
    ] {
        let body = format!("op.create_table('parcels', sa.Column('id', sa.Integer), {schema})");
        let facts = facts(top, &[&body]);
        let tables: Vec<_> = facts[0].changes.iter().filter_map(|(subject, _)| subject.table()).collect();
        assert!(!tables.is_empty() && tables.iter().all(|table| *table == "depot.parcels"), "{schema}: {tables:?}");
    }
}
