//! What hands SQL to the database beside `op.execute`: sessions, raw cursors, and files that ship with the migrations.

use levelhead_migration::{Checkout, Script, read};
use schema::operation::OperationKind;
use schema::{Dialect, Setting, Tape};

/// Files by their paths.
struct Files(&'static [(&'static str, &'static str)]);

impl Checkout for Files {
    fn text(&self, path: &str) -> Option<String> {
        self.0.iter().find(|(name, _)| *name == path).map(|(_, text)| (*text).to_owned())
    }

    fn roots(&self) -> Vec<String> {
        vec![String::new(), "src".to_owned()]
    }
}

const FILES: Files = Files(&[
    ("db/versions/a.sql", "CREATE TABLE made (id int);\nINSERT INTO made VALUES (1);"),
    ("db/sql/a.sql", "CREATE TABLE made (id int)"),
    ("db/sql/lines.sql", "CREATE TABLE made (id int)\nDROP TABLE other\n"),
    ("src/app/__init__.py", ""),
    ("src/app/sql/a.sql", "CREATE TABLE made (id int)"),
    (
        "db/helper.py",
        "import os\nHERE = os.path.dirname(__file__)\ndef sql(name):\n    with open(os.path.join(HERE, 'sql', name)) as f:\n        return f.read()\n",
    ),
    ("db/__init__.py", ""),
]);

/// The tape of a revision with these lines above its `upgrade()` and in it.
fn tape(top: &str, body: &str) -> Tape {
    let body = body.replace('\n', "\n    ");
    let text = format!(
        "import sqlalchemy as sa\nfrom sqlalchemy import orm\nfrom alembic import op\n{top}\ndef upgrade():\n    {body}\n"
    );
    let script = Script { path: "db/versions/a.py".to_owned(), text };
    let setting = Setting {
        dialect: Dialect::PostgreSql,
        default_schema: "public".to_owned(),
        version_table: "alembic_version".to_owned(),
    };
    read(&[script], &FILES, &setting).unwrap().remove(0)
}

fn makes(tape: &Tape) -> bool {
    tape.operations().any(|(operation, certain)| {
        certain && matches!(&operation.kind, OperationKind::CreateTable { table, .. } if table.name.as_deref() == Some("made"))
    })
}

#[test]
fn a_session_of_the_migrations_connection_is_followed() {
    const SQL: &str = "'CREATE TABLE made (id int)'";
    let spelled = [
        ("", "orm.Session(bind=op.get_bind()).execute(SQL)"),
        ("", "sa.orm.Session(op.get_bind()).execute(sa.text(SQL))"),
        (
            "from sqlalchemy.orm import Session",
            "session = Session(bind=op.get_bind())\nsession.execute(SQL)\nsession.commit()",
        ),
        ("from sqlalchemy.orm import Session as S", "with S(op.get_bind()) as session:\n    session.execute(SQL)"),
        (
            "from sqlalchemy.orm import sessionmaker\nSession = sessionmaker()",
            "session = Session(bind=op.get_bind())\nsession.execute(SQL)",
        ),
        ("Session = orm.sessionmaker()", "with Session(bind=op.get_bind()) as s, s.begin():\n    s.execute(SQL)"),
        ("from sqlalchemy.orm.session import Session\nsession = Session(bind=op.get_bind())", "session.execute(SQL)"),
        ("", "Session = sa.orm.sessionmaker(bind=op.get_bind())\nSession().execute(SQL)"),
        ("", "Session = orm.sessionmaker(op.get_bind(), autoflush=False)\nSession().connection().execute(SQL)"),
        (
            "",
            "Session = orm.scoped_session(orm.sessionmaker(bind=op.get_bind()))\nSession.execute(SQL)\nSession.remove()",
        ),
        ("", "Session = orm.scoped_session(orm.sessionmaker(bind=op.get_bind()))\nSession().execute(SQL)"),
        ("Session = orm.sessionmaker(bind=sa.create_engine('sqlite://'))", "Session(bind=op.get_bind()).execute(SQL)"),
        ("", "op.get_context().bind.execute(SQL)"),
        ("", "op.get_bind().exec_driver_sql(SQL)"),
        ("", "op.get_bind().connection.cursor().execute(SQL)"),
        ("", "cursor = op.get_bind().connection.cursor()\ncursor.execute(SQL)\ncursor.close()"),
        ("", "with op.get_bind().connection.cursor() as cursor:\n    cursor.execute(SQL)"),
        ("from elsewhere import db", "session = db.Session(bind=op.get_bind())\nsession.execute(SQL)"),
    ];
    for (top, body) in spelled {
        let tape = tape(top, &body.replace("SQL", SQL));
        assert!(makes(&tape), "{top}\n{body}: {tape:?}");
        assert!(tape.unread.is_empty() && !tape.misread, "{top}\n{body}: {tape:?}");
    }
}

#[test]
fn a_session_of_another_database_is_not() {
    let spelled = [
        ("", "orm.Session(bind=sa.create_engine('sqlite://')).execute(SQL)"),
        ("Session = orm.sessionmaker(bind=sa.create_engine('sqlite://'))", "Session().execute(SQL)"),
        ("from app import Session", "Session().execute(SQL)"),
        ("Session = orm.sessionmaker()", "Session().execute(SQL)"),
        ("Session = orm.scoped_session(orm.sessionmaker())", "Session.execute(SQL)"),
        ("Session = orm.sessionmaker(class_=object())", "Session(bind=op.get_bind()).execute(SQL)"),
        ("from elsewhere import db", "db.Session().execute(SQL)"),
        ("from elsewhere import options", "orm.Session(**options()).execute(SQL)"),
    ];
    for (top, body) in spelled {
        let tape = tape(top, &body.replace("SQL", "'CREATE TABLE made (id int)'"));
        assert!(!makes(&tape), "{top}\n{body}: {tape:?}");
        assert!(tape.is_in_doubt() && tape.data, "{top}\n{body}: {tape:?}");
    }
}

#[test]
fn work_with_objects_is_data() {
    for body in [
        "session.query(sa.table('t')).update({'a': 1})",
        "session.add(object())\nsession.commit()",
        "session.bulk_save_objects([1])",
        "for row in session.query(sa.table('t')):\n    row.a = 1\nsession.flush()",
        "session.execute(sa.insert(sa.table('t')))",
    ] {
        let tape = tape("", &format!("session = orm.Session(bind=op.get_bind())\n{body}"));
        assert!(tape.data && !tape.nothing, "{body}: {tape:?}");
        assert!(tape.operations().all(|(operation, _)| operation.kind == OperationKind::Execute), "{body}: {tape:?}");
    }
}

#[test]
fn a_file_that_ships_with_the_migrations_is_read() {
    const TOP: &str = "import importlib.resources\nimport io\nimport os\nimport pathlib\nimport pkgutil\nfrom os import path\nfrom pathlib import Path\n";
    let spelled = [
        ("", "op.execute(open(os.path.join(os.path.dirname(__file__), 'a.sql')).read())"),
        ("", "op.execute(open(os.path.dirname(os.path.abspath(__file__)) + '/a.sql').read())"),
        ("", "op.execute(Path(__file__).parent.joinpath('a.sql').read_text())"),
        ("", "op.execute(Path(__file__).with_suffix('.sql').read_text(encoding='utf-8'))"),
        ("", "op.execute((pathlib.Path(__file__).resolve().parent.parent / 'sql' / 'a.sql').read_text())"),
        ("", "op.execute((Path(__file__).parents[1] / 'sql/a.sql').read_text('utf8'))"),
        ("", "op.execute(Path(os.path.dirname(__file__), '..', 'sql', 'a.sql').read_bytes().decode())"),
        ("HERE = Path(__file__).parent", "with (HERE / 'a.sql').open() as file:\n    op.execute(file.read())"),
        (
            "HERE = path.dirname(path.realpath(__file__))",
            "with open(path.join(HERE, 'a.sql'), 'r', encoding='utf-8') as f:\n    sql = f.read()\nop.execute(sa.text(sql))",
        ),
        (
            "",
            "for part in Path(__file__).with_name('a.sql').read_text().split(';'):\n    if part.strip():\n        op.execute(part)",
        ),
        (
            "",
            "with open(os.path.join(os.path.dirname(__file__), '../sql/lines.sql')) as f:\n    for line in f:\n        op.execute(line.strip())",
        ),
        ("", "for line in open(Path(__file__).parent.parent / 'sql' / 'lines.sql').readlines():\n    op.execute(line)"),
        ("", "op.execute(importlib.resources.files('app').joinpath('sql', 'a.sql').read_text())"),
        ("", "op.execute((importlib.resources.files('app.sql') / 'a.sql').read_text())"),
        ("", "op.execute(importlib.resources.read_text('app.sql', 'a.sql'))"),
        ("import app", "op.execute((importlib.resources.files(app) / 'sql' / 'a.sql').read_text())"),
        ("", "op.execute(pkgutil.get_data('app', 'sql/a.sql').decode('utf-8'))"),
        ("from db.helper import sql", "op.execute(sql('a.sql'))"),
    ];
    for (top, body) in spelled {
        let tape = tape(&format!("{TOP}{top}"), body);
        assert!(makes(&tape), "{top}\n{body}: {tape:?}");
        assert!(!tape.is_in_doubt(), "{top}\n{body}: {tape:?}");
    }
}

#[test]
fn a_file_that_cannot_be_found_is_unread() {
    const TOP: &str = "import os\nfrom pathlib import Path\nHERE = Path(__file__).parent\n";
    for body in [
        "op.execute(open('/etc/a.sql').read())",
        "op.execute(open('db/sql/a.sql').read())",
        "op.execute(Path('db/sql/a.sql').read_text())",
        "op.execute(open(os.path.join('db', 'sql', 'a.sql')).read())",
        "op.execute((HERE / 'b.sql').read_text())",
        "op.execute((HERE / os.environ['NAME']).read_text())",
        "op.execute((HERE / '../../../a.sql').read_text())",
        "file = open(HERE / 'a.sql')\nfile.read()\nop.execute(file.read())",
        "file = open(HERE / 'a.sql')\nfile.readline()\nop.execute(file.read())",
        "file = open(HERE / 'a.sql')\nask(file)\nop.execute(file.read())",
        "op.execute(open(HERE / 'a.sql', encoding='latin-1').read())",
        "for file in HERE.glob('*.sql'):\n    op.execute(file.read_text())",
    ] {
        let tape = tape(TOP, body);
        assert!(!makes(&tape), "{body}: {tape:?}");
        assert!(tape.is_in_doubt(), "{body}: {tape:?}");
    }
}

#[test]
fn a_file_that_is_written_is_not_read_afterwards() {
    let tape = tape(
        "import os",
        "path = os.path.join(os.path.dirname(__file__), 'a.sql')\nopen(path, 'w').write('DROP TABLE t')\nop.execute(open(path).read())",
    );
    assert!(!makes(&tape) || tape.is_in_doubt(), "{tape:?}");
}
