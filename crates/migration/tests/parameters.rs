//! What `upgrade()` is given: as far as `env.py` shows it.

use levelhead_migration::{Checkout, Script, read};
use schema::{Dialect, Setting, Tape, UnreadKind};

/// An `env.py` above the versions.
struct Env(String);

impl Checkout for Env {
    fn text(&self, path: &str) -> Option<String> {
        match path {
            "migrations/env.py" => Some(self.0.clone()),
            "depot.py" => Some("from alembic import op\nKIND = 'crates'\n".to_owned()),
            _ => None,
        }
    }

    fn roots(&self) -> Vec<String> {
        vec![String::new()]
    }
}

fn tape(env: &str, parameters: &str, body: &str) -> Tape {
    let text = format!("import sqlalchemy as sa\n\n\ndef upgrade({parameters}):\n    {body}\n");
    let script = Script { path: "migrations/versions/2024/a.py".to_owned(), text };
    let setting = Setting {
        dialect: Dialect::PostgreSql,
        default_schema: "public".to_owned(),
        version_table: "alembic_version".to_owned(),
    };
    read(&[script], &Env(env.to_owned()), &setting).unwrap().remove(0)
}

const MAKES: &str = "op.create_table('crates', sa.Column('id', sa.Integer, primary_key=True))";

const ONLINE: &str = "\n\ndef run_migrations_online():\n    with context.begin_transaction():\n        context.run_migrations(CALL)\n\n\
                      run_migrations_online()\n";

fn env(top: &str, call: &str) -> String {
    format!("from alembic import context\n{top}{}", ONLINE.replace("CALL", call))
}

#[test]
fn an_operations_object_that_env_py_shows_is_alembics() {
    for (top, call) in [
        ("from alembic import op", "op=op"),
        ("from alembic import op as operations", "op=operations"),
        ("import alembic", "op=alembic.op"),
        ("import alembic.op", "op=alembic.op"),
        ("from depot import op as theirs", "op=theirs, tables=None"),
        ("from alembic import op\ndef offline():\n    context.run_migrations(op=op)", "op=op"),
    ] {
        let tape = tape(&env(top, call), "op, **others", MAKES);
        assert!(tape.unread.is_empty(), "{top} {call}: {:?}", tape.unread);
        assert_eq!(tape.operations().count(), 1, "{top} {call}");
    }
}

#[test]
fn what_env_py_does_not_show_leaves_all_that_is_done_with_it_unread() {
    for (top, call) in [
        ("from alembic import op", ""),
        ("from alembic import op", "tables=op"),
        ("from alembic import op", "op=wrapped(op)"),
        ("from alembic import op\nop = wrapped(op)", "op=op"),
        ("from alembic import op\nop.create_table = None", "op=op"),
        ("from alembic import op\nif x:\n    from depot import other as op", "op=op"),
        ("from alembic import op\ndef run(op):\n    pass", "op=op"),
        ("from alembic import op\nfor op in x:\n    pass", "op=op"),
        ("from alembic import op\nx = [op for op in y]", "op=op"),
        ("from alembic import op\ndef offline():\n    context.run_migrations(op=other)", "op=op"),
        ("from alembic import op\nkeywords = {'op': op}", "**keywords"),
        ("from elsewhere import op", "op=op"),
    ] {
        let tape = tape(&env(top, call), "op", MAKES);
        assert_eq!(tape.operations().count(), 0, "{top} {call}");
        assert!(tape.unread.iter().any(|unread| unread.kind != UnreadKind::Data), "{top} {call}: {:?}", tape.unread);
    }
    let tape = tape("", "op", MAKES);
    assert!(tape.unread.iter().any(|unread| unread.what.contains("takes op") && unread.line == 4), "{:?}", tape.unread);
}

#[test]
fn a_value_that_env_py_passes_is_known_where_it_is_plain() {
    let body = "from alembic import op\n    op.create_table(name, sa.Column('id', sa.Integer))";
    let made = |top: &str, call: &str, parameters: &str| {
        let tape = tape(&env(top, call), parameters, body);
        (tape.operations().map(|(operation, _)| format!("{:?}", operation.kind)).collect::<String>(), tape.unread.len())
    };
    for (top, call, parameters) in [
        ("", "name='crates'", "name"),
        ("from depot import KIND", "name=KIND", "name"),
        ("import depot", "name=depot.KIND", "*, name"),
        ("", "", "name='crates'"),
    ] {
        let (kinds, unread) = made(top, call, parameters);
        assert!(kinds.contains("\"crates\"") && unread == 0, "{call}: {kinds}");
    }
    for (top, call) in [("import os", "name=os.environ['N']"), ("", "name=name"), ("", "name=f()")] {
        let (kinds, unread) = made(top, call, "name");
        assert!(!kinds.contains("crates") && unread > 0, "{call}: {kinds}");
    }
}

#[test]
fn which_engine_is_upgraded_is_not_known() {
    let env = env("", "engine_name=name");
    let text = "from alembic import op\n    globals()['upgrade_%s' % engine_name]()";
    let tape = tape(&env, "engine_name", text);
    assert!(!tape.nothing && tape.unread.iter().any(|unread| unread.reaches_others), "{tape:?}");
}
