//! Bodies of `upgrade()`, and what is said of them.

use super::*;
use schema::{Belief, RevisionFacts, State, Subject, TableSubject, revision_facts};

mod doubt;
mod sql;

#[test]
fn hostile_sources_end_in_unknown() {
    let bodies = [
        "while True:\n        op.execute('SELECT 1')".to_owned(),
        "f = lambda x: x(x)\n    f(f)".to_owned(),
        "def g(n):\n        return g(n + 1) + g(n + 2)\n    g(0)".to_owned(),
        "x = 'a' * 1000000000000\n    op.execute(x)".to_owned(),
        "for a in range(100000000):\n        op.execute('DROP TABLE t')".to_owned(),
        "x = [1]\n    for a in x:\n        x.extend(x)\n    for a in range(60):\n        x.extend(x)".to_owned(),
        format!("op.execute('SELECT {}1')", "(".repeat(50_000)),
        format!("op.execute('SELECT {}1')", "- ".repeat(40_000)),
        format!("op.execute('SELECT {}true')", "NOT ".repeat(40_000)),
        format!("op.execute('DO $$ BEGIN {} END $$')", "BEGIN ".repeat(20_000)),
        format!("op.execute('SELECT {}1{}')", "a(".repeat(20_000), ")".repeat(20_000)),
        format!("op.execute('SELECT {}1 END')", "CASE WHEN ".repeat(20_000)),
        format!("op.execute('SELECT 1{}')", " + 1".repeat(40_000)),
        format!("x = {}1", "(".repeat(190)),
    ];
    for body in bodies {
        let text = format!("from alembic import op\n\ndef upgrade():\n    {body}\n");
        let script = Script { path: "versions/a.py".to_owned(), text };
        let setting = Setting {
            dialect: Dialect::PostgreSql,
            default_schema: "public".to_owned(),
            version_table: "alembic_version".to_owned(),
        };
        let facts = revision_facts(read(&[script], &NoFiles, &setting).unwrap(), &setting);
        assert_eq!(facts.len(), 1, "{}", &body[..20]);
        assert!(facts[0].changes.is_empty(), "{}", &body[..20]);
    }
}

/// What one revision with this body says on PostgreSQL.
pub(super) fn facts_of(body: &str) -> RevisionFacts {
    let text = format!("import sqlalchemy as sa\nfrom alembic import op\n\ndef upgrade():\n    {body}\n");
    let script = Script { path: "versions/a.py".to_owned(), text };
    let setting = Setting {
        dialect: Dialect::PostgreSql,
        default_schema: "public".to_owned(),
        version_table: "alembic_version".to_owned(),
    };
    revision_facts(read(&[script], &NoFiles, &setting).unwrap(), &setting).remove(0)
}

/// What could not be read, in words.
fn said_unread(facts: &RevisionFacts) -> Vec<String> {
    facts.unread.iter().map(ToString::to_string).collect()
}

pub(super) fn said(facts: &RevisionFacts, subject: &Subject) -> Option<Belief<State>> {
    facts.changes.iter().find(|(changed, _)| changed == subject).and_then(|(_, state)| state.clone())
}

#[test]
fn a_primary_key_of_no_columns_is_none() {
    let key = Subject::Table("t".to_owned(), TableSubject::PrimaryKey);
    let none = facts_of("op.create_table('t', sa.Column('a', sa.Integer), sa.PrimaryKeyConstraint())");
    assert!(!matches!(said(&none, &key), Some(Belief::Known(State::Names(_)))), "{:?}", none.changes);
    let one = "op.create_table('t', sa.Column('a', sa.Integer, primary_key=True), sa.PrimaryKeyConstraint())";
    assert_eq!(said(&facts_of(one), &key), Some(Belief::Known(State::Names(vec!["a".to_owned()]))));
}

#[test]
fn a_guarded_unique_constraint_over_the_key_is_unknown() {
    let made = "op.create_table('t', sa.Column('a', sa.Integer), sa.Column('b', sa.Integer), \
                sa.PrimaryKeyConstraint('a', 'b', name='k'))";
    let found = "if op.get_bind().scalar(sa.text('SELECT 1 FROM pg_constraint')):\n        ";
    let unique = Subject::Table("t".to_owned(), TableSubject::Unique(vec!["a".to_owned(), "b".to_owned()]));
    let guards = [format!("{found}return\n    "), found.to_owned()];
    for guard in &guards {
        for columns in ["'b', 'a'", "'a', 'b'"] {
            let body = format!("{made}\n    {guard}op.create_unique_constraint('u', 't', [{columns}])");
            assert_eq!(said(&facts_of(&body), &unique), Some(Belief::Unknown), "{body}");
        }
    }
    let plain = format!("{made}\n    op.create_unique_constraint('u', 't', ['a', 'b'])");
    assert_eq!(said(&facts_of(&plain), &unique), Some(Belief::Known(State::Present)));
    let named = format!("{made}\n    {}op.create_unique_constraint('k', 't', ['a'])", guards[1]);
    let unique = Subject::Table("t".to_owned(), TableSubject::Unique(vec!["a".to_owned()]));
    assert_eq!(said(&facts_of(&named), &unique), Some(Belief::Unknown));
}

#[test]
fn a_column_that_an_open_table_may_have_already_is_there_and_nothing_more() {
    let body =
        "op.execute('CREATE TABLE t AS SELECT 1 AS id; ALTER TABLE t ADD COLUMN IF NOT EXISTS id mood NOT NULL')";
    let facts = facts_of(body);
    let of = |part| said(&facts, &Subject::Table("t".to_owned(), part));
    assert_eq!(of(TableSubject::Column("id".to_owned())), Some(Belief::Known(State::Present)));
    assert_eq!(of(TableSubject::Type("id".to_owned())), Some(Belief::Unknown));
    assert_eq!(of(TableSubject::Nullable("id".to_owned())), Some(Belief::Unknown));
}

#[test]
fn a_serial_that_gets_another_type_has_its_sequence_as_a_default() {
    let made = "CREATE TABLE t (id serial PRIMARY KEY, n integer, s text)";
    for (column, kind, expected) in [
        ("id", "text", Some(Belief::Unknown)),
        ("id", "bigint", Some(Belief::Known(State::Flag(false)))),
        ("s", "varchar(20)", Some(Belief::Known(State::Flag(false)))),
    ] {
        let facts = facts_of(&format!("op.execute('{made}; ALTER TABLE t ALTER COLUMN {column} TYPE {kind}')"));
        let default = Subject::Table("t".to_owned(), TableSubject::Default(column.to_owned()));
        assert_eq!(said(&facts, &default), expected, "{column} {kind}");
    }
}

#[test]
fn a_replaced_object_may_have_been_there() {
    let view = Subject::View("v".to_owned());
    let replaced = facts_of("op.execute('CREATE OR REPLACE VIEW v AS SELECT 1 AS a')");
    assert_eq!(replaced.earlier, std::slice::from_ref(&view));
    assert_eq!(said(&replaced, &view), Some(Belief::Known(State::Present)));
    assert_eq!(facts_of("op.execute('CREATE VIEW v AS SELECT 1 AS a')").earlier, []);
    let function = "FUNCTION f() RETURNS int AS 'SELECT 1' LANGUAGE sql";
    let replaced = facts_of(&format!("op.execute(\"CREATE OR REPLACE {function}\")"));
    assert_eq!(replaced.earlier, [Subject::Function("f".to_owned())]);
}

#[test]
fn sql_that_is_known_in_parts_opens_the_tables_that_it_names() {
    let unlisted = Subject::Table("t".to_owned(), TableSubject::Unlisted);
    let table = "op.create_table('t', sa.Column('a', sa.Integer))\n    ";
    let texts = [
        "f'ALTER TABLE t ADD COLUMN {ask()} int'",
        "f'ALTER TABLE {ask()}.t ADD COLUMN b int'",
        "'ALTER TABLE {}.t ADD COLUMN b {kind}'.format(ask(), kind=ask())",
        "'ALTER TABLE %s.t ADD COLUMN b int' % ask()",
        "'ALTER TABLE %(s)s.t ADD COLUMN %(n)s int' % {'s': ask(), 'n': 'b'}",
        "f'ALTER TABLE \"{ask()}\".\"t\" ADD COLUMN b int'",
        "\"DO $$ BEGIN EXECUTE 'ALTER TABLE t DROP COLUMN ' || c; END $$\"",
        "'ALTER TABLE ' + ask() + '.t ADD COLUMN b int'",
        "f'ALTER TABLE {ask()}' + '.t ADD COLUMN b int'",
    ];
    for text in texts {
        let facts = facts_of(&format!("{table}op.execute({text})"));
        assert_eq!(said(&facts, &unlisted), Some(Belief::Unknown), "{text}");
        assert!(facts.unread[0].what.starts_with("it executes \"ALTER TABLE"), "{:?}", facts.unread);
    }
    let others = [
        "f'ALTER TABLE {ask()}.u ADD COLUMN b int'",
        "f'CREATE TRIGGER {ask()} AFTER UPDATE ON t EXECUTE FUNCTION f()'",
        "f'CREATE UNIQUE INDEX {ask()} ON t (a)'",
    ];
    for text in others {
        let facts = facts_of(&format!("{table}op.execute({text})"));
        assert_eq!(said(&facts, &unlisted), None, "{text}");
        let indexes = Subject::Table("t".to_owned(), TableSubject::UnlistedIndexes);
        assert_eq!(said(&facts, &indexes).is_some(), text.contains("INDEX"), "{text}");
    }
}

#[test]
fn a_block_may_select_into_variables_and_return() {
    let column = Subject::Table("t".to_owned(), TableSubject::Nullable("a".to_owned()));
    let table = "op.create_table('t', sa.Column('a', sa.Integer, nullable=False))\n    ";
    let cases = [
        ("SELECT count(*) INTO n FROM x; ALTER TABLE t ALTER a DROP NOT NULL;", Belief::Known(State::Flag(true))),
        (
            "SELECT a, b INTO STRICT n, m.o FROM x; ALTER TABLE t ALTER a DROP NOT NULL;",
            Belief::Known(State::Flag(true)),
        ),
        ("IF n = 1 THEN SELECT a FROM x INTO n; RETURN; END IF; ALTER TABLE t ALTER a DROP NOT NULL;", Belief::Unknown),
        ("RETURN; ALTER TABLE t ALTER a DROP NOT NULL;", Belief::Known(State::Flag(false))),
    ];
    for (body, expected) in cases {
        let text = format!("{table}op.execute('DO $$ DECLARE n int; BEGIN {body} END $$')");
        let facts = facts_of(&text);
        // What is read whole is in doubt only where a condition decides it.
        assert_eq!(facts.unread.is_empty(), expected != Belief::Unknown, "{body}");
        assert_eq!(said(&facts, &column), Some(expected), "{body}");
    }
}

#[test]
fn what_other_databases_need_is_nothing_here() {
    let nothing = [
        "pass",
        "if op.get_bind().dialect.name == 'mysql':\n        op.execute('ALTER TABLE t MODIFY a LONGTEXT')",
        "if op.get_context().dialect.name != 'mysql':\n        return\n    op.drop_table('t')",
        "match op.get_bind().dialect.name:\n        case 'mysql':\n            op.drop_table('t')",
        "print('nothing to do')",
        "def f(name):\n        return name == 'sqlite'\n    if f(op.get_bind().dialect.name):\n        op.drop_table('t')",
    ];
    for body in nothing {
        assert!(facts_of(body).nothing, "{body}");
    }
    let something = [
        "op.execute('SELECT 1')",
        "op.create_table_comment('t', 'words')",
        "op.get_bind().execute(sa.text('UPDATE t SET a = 1'))",
        "op.get_bind().dialect.has_table(op.get_bind(), 't')",
        "if ask():\n        op.drop_table('t')",
        "if ask:\n        ask()",
        "from application import seed\n    seed()",
        "import application\n    application.seed()",
        "sa.MetaData().create_all(op.get_bind())",
        "sa.orm.Session(op.get_bind()).execute(sa.text('UPDATE t SET a = 1'))",
        "session = sa.orm.sessionmaker()()\n    session.add(1)",
        "with sa.create_engine('sqlite://').begin() as connection:\n        connection.execute('UPDATE t SET a = 1')",
        "for n in range(1000000):\n        pass\n    op.execute('UPDATE t SET a = 1')",
        "try:\n        return F.a\n    except ValueError:\n        op.execute('UPDATE t SET a = 1')",
        "op.execute('UPDATE t SET a = 1') if F.flag else None",
        "[op.execute(a) for a in F.items]",
        "[ask(a) for a in [1] if F.flag]",
        "F.flag and ask()",
        "if F.flag:\n        return ask()",
        "if F.flag:\n        a = ask()\n    else:\n        del F.flag",
        "if F.flag:\n        pass\n    elif ask():\n        pass",
        "for a in F.items:\n        pass\n    else:\n        ask()",
        "settings = Settings()\n    if settings.skip:\n        return\n    op.execute('UPDATE t SET a = 1')",
        "from alembic import context\n    if context.get_x_argument(as_dictionary=True).get('a'):\n        ask()",
        "class A(B):\n        def __init__(self):\n            ask()\n    A()",
        "@ask\n    def f():\n        pass\n    f()",
        "try:\n        try:\n            raise ValueError\n        finally:\n            ask()\n    except ValueError:\n        pass",
        "[ask() for a in [1]]",
        "list(map(ask, [1]))",
        "sorted([1, 2], key=ask)",
        "import functools\n    functools.partial(ask, 1)()",
        "sa.Table('t', sa.MetaData()).create(op.get_bind())",
        "f = lambda: ask()\n    f()",
        "class A:\n        def __init__(self):\n            ask()\n    A()",
        "if 't' in sa.inspect(op.get_bind()).get_table_names():\n        op.drop_table('t')",
        "import os\n    if os.environ.get('SEED'):\n        op.execute('INSERT INTO t VALUES (1)')",
        "import subprocess\n    subprocess.run(['seed'])",
        "raise ValueError",
        "open('seed.sql')",
    ];
    for body in something {
        assert!(!facts_of(body).nothing, "{body}");
    }
}

#[test]
fn what_is_kept_to_be_taken_back_is_bounded() {
    let body = "for n in range(900):\n        op.execute(f\"CREATE TYPE e{n} AS ENUM ('a')\")\n    \
                for n in range(60000):\n        if ask():\n            op.drop_table('t')";
    assert_eq!(said_unread(&facts_of(body)).last().unwrap(), "it takes more steps than are followed");
}

#[test]
fn an_unknown_operation_is_named_and_makes_objects_unknown() {
    for name in ["create_entity", "replace_entity", "drop_entity"] {
        let body = format!("op.execute('CREATE VIEW v AS SELECT 1 AS a')\n    op.{name}(entity)");
        let facts = facts_of(&body);
        assert_eq!(said_unread(&facts), [format!("it calls op.{name}, which is not known")]);
        assert_eq!(said(&facts, &Subject::View("v".to_owned())), Some(Belief::Unknown));
    }
}

#[test]
fn a_table_wider_than_any_is_not_followed_to_its_end() {
    let wide = "op.create_table('t', *[sa.Column(f'c{n}', sa.Integer) for n in range(30000)])";
    let long =
        "op.create_table('t')\n    for n in range(30000):\n        op.add_column('t', sa.Column(f'c{n}', sa.Integer))";
    for body in [wide, long] {
        let facts = facts_of(body);
        let column = |name: &str| Subject::Table("t".to_owned(), TableSubject::Column(name.to_owned()));
        assert_eq!(said(&facts, &column("c999")), Some(Belief::Known(State::Present)), "{body}");
        assert_eq!(said(&facts, &column("c9999")), None, "{body}");
    }
}

#[test]
fn an_inspector_answers_what_it_was_once_told() {
    let column = Subject::Table("u".to_owned(), TableSubject::Column("x".to_owned()));
    let body = "i = sa.inspect(op.get_bind())\n    if not i.has_table('u'):\n        op.create_table('u', sa.Column('a', sa.Integer))\n    \
                if i.has_table('u'):\n        op.add_column('u', sa.Column('x', sa.Integer))";
    assert_eq!(said(&facts_of(body), &column), Some(Belief::Unknown));
    let anew = body.replacen("if i.has", "if sa.inspect(op.get_bind()).has", 1);
    let anew = anew.replace("\n    if i.has", "\n    if sa.inspect(op.get_bind()).has");
    assert_eq!(said(&facts_of(&anew), &column), Some(Belief::Known(State::Present)));
}

#[test]
fn what_a_condition_decides_keeps_the_revision_in_doubt() {
    let made = "op.create_table('t', sa.Column('a', sa.Integer))";
    for undecided in [
        "if ask():\n        op.create_table('u', sa.Column('a', sa.Integer))",
        "if ask():\n        return\n    op.drop_column('t', 'a')",
        "for a in ask():\n        op.create_index('i', 't', ['a'])",
        "try:\n        op.drop_table('u')\n    except Exception:\n        pass",
    ] {
        let facts = facts_of(&format!("{made}\n    {undecided}"));
        assert!(facts.is_in_doubt(), "{undecided}");
        assert!(!facts.may_reach_others(), "{undecided}");
    }
    assert!(!facts_of(made).is_in_doubt());
}

#[test]
fn what_no_schema_shows_is_told_from_what_only_looks() {
    assert!(super::known::is("zip", super::known::PLAIN) && super::known::is("Exception", super::known::PLAIN));
    for (body, data) in [
        ("op.execute('SELECT abs(1)')", false),
        ("op.execute('SELECT version()')", false),
        ("op.execute('SELECT pg_catalog.count(1)')", false),
        ("op.execute('SELECT other.count(1)')", true),
        ("op.execute(\"SELECT setval('s', 1)\")", true),
        ("op.execute('SELECT 1 INTO t')", true),
        ("op.execute('REFRESH MATERIALIZED VIEW v')", true),
        ("op.execute('CREATE VIEW v AS SELECT 1')", false),
        ("if F.flag:\n        print('a'.upper())", false),
        ("if F.flag:\n        fill()", true),
        ("fill()", true),
    ] {
        assert_eq!(facts_of(body).data, data, "{body}");
    }
}

#[test]
fn text_is_put_together_as_python_does_it() {
    let names = [
        ("'t_%03d' % 7", "t_007"),
        ("f'{7:>3}_{\"a\"!r}'.strip().replace(\"'\", '')", "7_a"),
        ("'{:x}{n[0]}'.format(255, n=['u'])", "ffu"),
        ("'a,b'.rsplit(',', 1)[-1].zfill(3)", "00b"),
        ("'t%s' % (1.0 == 1)", "tTrue"),
    ];
    for (name, expected) in names {
        let facts = facts_of(&format!("op.create_table({name}, sa.Column('a', sa.Integer))"));
        let table = Subject::Table(expected.to_owned(), TableSubject::Itself);
        assert_eq!(said(&facts, &table), Some(Belief::Known(State::Present)), "{name}");
    }
}

/// Whoever follows the tape comes to the schema that the interpreter had, doubts and all.
#[test]
fn a_tape_leads_where_its_reading_led() {
    let bodies = [
        "op.create_table('t', sa.Column('a', sa.Integer, primary_key=True), sa.Column('b', sa.Enum('x', name='e')))",
        "op.add_column('t', sa.Column('c', sa.Integer, unique=True))\n    op.alter_column('t', 'b', new_column_name='d')",
        "if ask():\n        op.drop_column('t', 'c')\n    else:\n        op.drop_column('t', 'd')",
        "try:\n        op.create_table('u', sa.Column('a', sa.Integer))\n    except ValueError:\n        op.drop_table('t')",
        "if ask():\n        return\n    op.create_index('i', 't', ['a'])\n    op.rename_table('t', 'v')",
        "for a in ask():\n        op.execute('ALTER TABLE v ADD COLUMN n int')\n        raise ValueError",
        "op.drop_constraint(ask(), 'v')\n    op.execute(\"ALTER TYPE e ADD VALUE 'y'; ALTER TABLE gone ADD COLUMN a int\")",
        "with op.batch_alter_table('v', copy_from=sa.Table('v', sa.MetaData(), sa.Column('a', sa.Text))) as b:\n        b.drop_index('i')",
        "op.execute('DO $$ BEGIN IF true THEN DROP TABLE u; END IF; END $$')\n    op.execute(f'ALTER TABLE v DROP COLUMN {ask()}')",
    ];
    let setting = Setting {
        dialect: Dialect::PostgreSql,
        default_schema: "public".to_owned(),
        version_table: "alembic_version".to_owned(),
    };
    let mut interpreter = Interpreter::new(&NoFiles, &setting);
    let mut followed = schema::simulation::Simulation::new(Dialect::PostgreSql, "public");
    for body in bodies {
        let text = format!("import sqlalchemy as sa\nfrom alembic import op\n\ndef upgrade():\n    {body}\n");
        let tape = interpreter.revision(&Script { path: "versions/a.py".to_owned(), text });
        assert!(!tape.entries.is_empty(), "{body}");
        followed.apply_all(&tape.entries);
        let read = &interpreter.recorder.simulation;
        assert_eq!(followed.schema, read.schema, "{body}");
        assert_eq!(followed.other_facts(), read.other_facts(), "{body}");
        for table in ["t", "u", "v", "gone"] {
            assert_eq!(followed.facts_of(table), read.facts_of(table), "{body}");
        }
    }
}
