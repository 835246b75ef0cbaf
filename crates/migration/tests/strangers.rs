//! What is called and not read, what waits for the end of a batch, and metadata of the migration's own.

use levelhead_migration::{NoFiles, Script, read};
use schema::operation::OperationKind;
use schema::{Dialect, Setting, Tape, UnreadKind};

fn tape(top: &str, body: &str) -> Tape {
    let body = body.replace('\n', "\n    ");
    let text = format!("import sqlalchemy as sa\nfrom alembic import op\n{top}\ndef upgrade():\n    {body}\n");
    let setting = Setting {
        dialect: Dialect::PostgreSql,
        default_schema: "public".to_owned(),
        version_table: "alembic_version".to_owned(),
    };
    read(&[Script { path: "versions/a.py".to_owned(), text }], &NoFiles, &setting).unwrap().remove(0)
}

/// Tables that are made, each with whether that is certain.
fn made(tape: &Tape) -> Vec<(String, bool)> {
    let of = |kind: &OperationKind| match kind {
        OperationKind::CreateTable { table, .. } => table.name.clone(),
        _ => None,
    };
    tape.operations().filter_map(|(operation, certain)| Some((of(&operation.kind)?, certain))).collect()
}

fn doubts_the_schema(tape: &Tape) -> bool {
    tape.unread.iter().any(|unread| unread.kind != UnreadKind::Data && unread.reaches_others)
}

const MADE: &str = "op.create_table('made', sa.Column('a', sa.Integer))";

#[test]
fn code_that_is_not_read_may_change_the_schema() {
    let bodies = [
        "house.stamped('parcels')",
        "stamped('parcels')",
        "house.deep.stamped('parcels')",
        "house.Stamps().stamp('parcels')",
        "if ask():\n    house.stamped('parcels')",
        "for name in ask():\n    stamped(name)",
        "make = house.stamped\nmake('parcels')",
        "[house.stamped(name) for name in ask()]",
        "op.create_table(house.stamped('parcels'))",
        "with house.stamping():\n    pass",
        "subprocess.run(['psql'])",
        "os.system('psql')",
        "command.upgrade(None, 'head')",
        "importlib.import_module('shipped').upgrade()",
        "step = importlib.import_module('shipped')\nstep.upgrade()",
        "importlib.util.spec_from_file_location('a', 'a.py').loader.load_module().run()",
        "six.exec_(ask())",
        "ctypes.CDLL('a.so').run()",
    ];
    let top = "import ctypes\nimport importlib\nimport importlib.util\nimport os\nimport six\nimport subprocess\nimport house\nfrom house import stamped\nfrom alembic import command";
    for body in bodies {
        let tape = tape(top, body);
        assert!(doubts_the_schema(&tape) && tape.data, "{body}: {tape:?}");
    }
}

/// What runs any code may have changed what is read beside it, too.
#[test]
fn code_that_is_brought_in_at_run_time_may_do_anything() {
    for body in ["__import__('shipped').upgrade()", "exec(ask())", "eval(ask())"] {
        assert!(tape("", body).misread, "{body}");
    }
}

#[test]
fn what_knows_nothing_of_alembic_leaves_the_schema_alone() {
    let bodies = [
        "json.dumps({})",
        "print(uuid.uuid4())",
        "tqdm(range(3))",
        "os.makedirs('a', exist_ok=True)",
        "log.info('done')",
        "sa.Column('a', house.Money())",
        "sa.Column('a', house.types.Money(), server_default=sa.text('0'))",
        "datetime.now(timezone.utc).isoformat()",
        "Fernet(b'').encrypt(b'')",
        "op.execute(sa.text('UPDATE a SET b = :c').bindparams(c=bcrypt.hashpw(b'', b'')))",
    ];
    let top = "import bcrypt\nimport json\nimport os\nimport uuid\nfrom datetime import datetime, timezone\n\
               from cryptography.fernet import Fernet\nfrom tqdm import tqdm\nimport house\nlog = house.logger(__name__)";
    for body in bodies {
        let tape = tape(top, body);
        assert!(!doubts_the_schema(&tape), "{body}: {:?}", tape.unread);
    }
}

#[test]
fn a_class_that_makes_no_operation_is_given_to_a_query() {
    let top = "Base = sa.orm.declarative_base()\nclass User(Base):\n    __tablename__ = 'users'\n    id = sa.Column(sa.Integer)\n\
               \x20   def rename(self, name):\n        self.name = name\n    def shown(self):\n        return str(self.id)";
    let read = tape(
        top,
        "session = sa.orm.Session(bind=op.get_bind())\nfor user in session.query(User):\n    user.rename('a')",
    );
    assert!(!doubts_the_schema(&read) && read.data && !read.misread, "{:?}", read.unread);
    let top = format!("{top}\n    def make(self):\n        op.create_table('b')");
    let read = tape(&top, "session = sa.orm.Session(bind=op.get_bind())\nsession.query(User).all()");
    assert!(doubts_the_schema(&read), "{:?}", read.unread);
}

#[test]
fn an_inspector_sees_the_operations_of_a_batch_when_it_has_ended() {
    const ASK: &str = "[c['name'] for c in sa.inspect(op.get_bind()).get_columns('t')]";
    let table = "op.create_table('t', sa.Column('a', sa.Integer))";
    let batch = "with op.batch_alter_table('t') as b:";
    let add = "b.add_column(sa.Column('c', sa.Integer))";
    let cases = [
        (format!("{batch}\n    {add}\n    if 'c' not in {ASK}:\n        {MADE}"), Some(true)),
        (format!("{batch}\n    {add}\n    if 'c' in {ASK}:\n        {MADE}"), None),
        (format!("{batch}\n    {add}\nif 'c' in {ASK}:\n    {MADE}"), Some(true)),
        (format!("{batch}\n    b.drop_column('a')\n    if 'a' in {ASK}:\n        {MADE}"), Some(true)),
        // Made at once, beside the batch.
        (
            format!(
                "{batch}\n    op.add_column('t', sa.Column('c', sa.Integer))\n    if 'c' in {ASK}:\n        {MADE}"
            ),
            Some(false),
        ),
        (
            format!("{batch}\n    b.execute('ALTER TABLE t ADD COLUMN c int')\n    if 'c' in {ASK}:\n        {MADE}"),
            Some(false),
        ),
    ];
    for (body, expected) in cases {
        let tape = tape("", &format!("{table}\n{body}"));
        let found = made(&tape).into_iter().find(|(name, _)| name == "made").map(|(_, certain)| certain);
        assert_eq!(found, expected, "{body}");
    }
}

#[test]
fn metadata_of_its_own_is_created_whole() {
    let top = "metadata = sa.MetaData()\nusers = sa.Table('made', metadata, sa.Column('a', sa.Integer))";
    for create in ["metadata.create_all(op.get_bind())", "bind = op.get_bind()\nmetadata.create_all(bind=bind)"] {
        let tape = tape(top, create);
        assert_eq!(made(&tape), [("made".to_owned(), true)], "{create}: {:?}", tape.unread);
        assert!(tape.unread.is_empty(), "{:?}", tape.unread);
    }
    let base = "Base = sa.orm.declarative_base()\nclass Made(Base):\n    __tablename__ = 'made'\n    a = sa.Column(sa.Integer)";
    assert_eq!(made(&tape(base, "Base.metadata.create_all(op.get_bind())")), [("made".to_owned(), true)]);
    let open = [
        (top, "house.load(metadata)\nmetadata.create_all(op.get_bind())"),
        (top, "users.to_metadata(metadata)\nmetadata.create_all(op.get_bind())"),
        (top, "sa.Index('ix', users.c.a)\nmetadata.create_all(op.get_bind())"),
        (top, "metadata.create_all(sa.create_engine('sqlite://'))"),
        ("from app import metadata", "metadata.create_all(op.get_bind())"),
    ];
    for (top, body) in open {
        let tape = tape(&format!("import house\n{top}"), body);
        assert!(doubts_the_schema(&tape), "{body}: {tape:?}");
    }
}
