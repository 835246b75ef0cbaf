//! `explain`: codes, pasted texts and whole logs, with and without a database.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::support::application::{HEAD, REVISIONS};
use crate::support::database::BOTH;
use crate::support::screen::{Seen, fits, is_kept, screen};
use crate::support::{Application, Backend, Levelhead, Outcome, schemas};

/// What `levelhead explain` answers to what is piped in.
pub fn piped(levelhead: Levelhead, text: &[u8]) -> Outcome {
    let mut command = levelhead.command();
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A reader that has seen enough may go away.
    let _ = child.stdin.take().unwrap().write_all(text);
    let output = child.wait_with_output().unwrap();
    Outcome {
        status: output.status,
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

fn codes() -> Vec<String> {
    let listed = Levelhead::new(&["explain", "--format", "json"]).run().success().stdout.clone();
    let listed: Value = serde_json::from_str(&listed).unwrap();
    listed["codes"].as_array().unwrap().iter().map(|code| code["code"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn every_code_has_a_page_that_fits_a_terminal_and_documentation_that_is_the_same() {
    let mut files: Vec<String> = fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/findings"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort();
    let mut expected: Vec<String> = codes().iter().map(|code| format!("{code}.md")).collect();
    expected.sort();
    assert_eq!(files, expected);
    for code in codes() {
        let outcome = Levelhead::new(&["explain", &code]).run();
        let shown = &outcome.success().stdout;
        assert!(shown.starts_with(&format!("{code}\n\n")), "{shown}");
        assert!(!shown.lines().any(|line| line.starts_with('#')), "{shown}");
        fits(shown);
    }
}

#[test]
fn a_screen_of_each_kind() {
    for (name, arguments) in [
        ("explain-codes", vec!["explain"]),
        ("explain-page", vec!["explain", "stamped-too-far"]),
        (
            "explain-text",
            vec!["explain", "sqlalchemy.exc.NoSuchModuleError: Can't load plugin: sqlalchemy.dialects:postgres"],
        ),
        ("explain-unknown-code", vec!["explain", "stamped-to-far"]),
        ("explain-nothing", vec!["explain", "it", "does", "not", "work"]),
    ] {
        let shown = screen(Levelhead::new(&arguments), Seen::InALog);
        fits(&shown);
        is_kept(name, &shown, &[]);
    }
}

#[test]
fn what_lies_behind_a_failed_upgrade_is_looked_up_in_the_database() {
    let shop = Application::at(Backend::Postgres, "head");
    shop.database.sql(&format!("UPDATE alembic_version SET version_num = '{}'", REVISIONS[1]));
    let failed = shop.flask(&["db", "upgrade"]);
    assert!(!failed.status.success());
    let before = shop.database.rows();
    let outcome = piped(shop.levelhead(&["explain"]), &failed.stderr);
    outcome.success().says_nothing_of("s3cr").prints_a("in revision c30fa6d1be95, c30fa6d1be95_sort_products_into");
    outcome
        .prints_a("The version row is behind the schema")
        .prints_a("This applies to you.")
        .prints_a("This does not apply to you.");
    outcome.prints_a("[pending-exists]: the version table says 9e7c52f3d8b4");
    assert_eq!(shop.database.rows(), before);
    // The command that is printed for this state does what it says.
    let next = outcome
        .stdout
        .lines()
        .find_map(|line| line.split_once("note: ")?.1.split_once("levelhead stamp --purge "))
        .unwrap();
    let revision = next.1.split(' ').next().unwrap();
    shop.levelhead(&["stamp", "--purge", revision]).run().success();
    shop.levelhead(&["run", "--", "echo", "started"]).run().success().prints("started\n");
}

#[test]
fn what_is_so_here_comes_first() {
    let shop = Application::at(Backend::Sqlite, "head");
    let text = "relation: psycopg.errors.UndefinedTable: relation \"products\" does not exist";
    let reasons = |shop: &Application| {
        let outcome = shop.levelhead(&["explain", text, "--format", "json"]).run();
        let document: Value = serde_json::from_str(&outcome.success().stdout).unwrap();
        document["reasons"].as_array().unwrap().clone()
    };
    assert_eq!(reasons(&shop)[0]["is_so_here"], Value::Null);
    shop.database.sql("DROP TABLE products");
    let first = &reasons(&shop)[0];
    assert_eq!(first["is_so_here"], Value::Bool(true), "{first}");
    assert!(first["what"].as_str().unwrap().starts_with("The version row is ahead of the schema"), "{first}");
    // An empty database has several causes: none is claimed.
    shop.database.sql("DROP TABLE categories; DROP TABLE alembic_version");
    let first = &reasons(&shop)[0];
    assert_eq!((&first["is_so_here"], &first["why"]), (&Value::Null, &"this database has no tables".into()), "{first}");
    assert_eq!(first["help"]["command"], "levelhead run");
    // No revision creates the table.
    let text = "psycopg.errors.UndefinedTable: relation \"no_such_things\" does not exist";
    let given = self::reasons(&shop, text);
    assert!(given[0]["what"].as_str().unwrap().starts_with("No revision creates it"), "{given:#?}");
}

#[test]
fn a_type_that_no_column_uses_was_left() {
    let shop = Application::at(Backend::Postgres, "head");
    let left = || {
        let given = reasons(&shop, "type \"wish_state\" already exists");
        reason(&given, "A downgrade, or a DROP TABLE by hand")["is_so_here"].clone()
    };
    assert_eq!(left(), false);
    shop.database.sql("CREATE TYPE wish_state AS ENUM ('new')");
    assert_eq!(left(), true);
    shop.database.sql("ALTER TABLE products ADD COLUMN state wish_state");
    assert_eq!(left(), false);
}

/// `create_all()` makes whole tables, and changes none that was there.
#[test]
fn create_all_is_told_by_what_is_there() {
    for backend in BOTH {
        let shop = Application::at(backend, REVISIONS[1]);
        let marks = || {
            let given = reasons(&shop, "table categories already exists");
            let is_so = |begins: &str| reason(&given, begins)["is_so_here"].clone();
            (is_so("The version row is behind"), is_so("Something else made the objects"))
        };
        shop.database.sql("CREATE TABLE categories (id integer PRIMARY KEY, name varchar(80))");
        assert_eq!(marks(), (Value::Bool(false), Value::Null));
        fs::write(shop.folder().join("seeds.py"), "def seed(db):\n    db.create_all()\n").unwrap();
        assert_eq!(marks(), (Value::Bool(false), Value::Bool(true)));
        shop.database.sql("ALTER TABLE products ADD COLUMN category_id integer");
        let (behind, by_create_all) = marks();
        assert_eq!(by_create_all, false, "{behind}");
    }
}

#[test]
fn a_file_that_python_does_not_load_is_looked_at() {
    let shop = Application::new(Backend::Sqlite);
    let file = shop.folder().join("migrations/versions/ffff00000001_wishes.py");
    let text =
        "  File \"/app/migrations/versions/ffff00000001_wishes.py\", line 3\n    x\n    ^\nSyntaxError: invalid syntax";
    for (written, so, not) in [
        ("<<<<<<< HEAD\nx = 1\n", "A merge conflict", "An editing accident"),
        ("x = (\n", "An editing accident", "A merge conflict"),
        ("x = 1\n", "", "An editing accident"),
    ] {
        fs::write(&file, written).unwrap();
        let outcome = shop.levelhead(&["explain", text, "--format", "json"]).run();
        let document: Value = serde_json::from_str(&outcome.success().stdout).unwrap();
        let given = document["reasons"].as_array().unwrap();
        assert_eq!(reason(given, not)["is_so_here"], false, "{given:#?}");
        match so {
            "" => assert_eq!(given[0]["is_so_here"], Value::Null, "{given:#?}"),
            so => assert_eq!(reason(given, so)["is_so_here"], true, "{given:#?}"),
        }
    }
}

/// The reasons that are given for a text, each with whether it is so here and what tells; they hold the schema.
fn reasons(shop: &Application, text: &str) -> Vec<Value> {
    let outcome = shop.levelhead(&["explain", text, "--format", "json"]).run();
    schemas::holds("explain", &outcome.success().stdout);
    let document: Value = serde_json::from_str(&outcome.stdout).unwrap();
    document["reasons"].as_array().unwrap().clone()
}

/// The one whose text begins so.
fn reason<'a>(reasons: &'a [Value], begins: &str) -> &'a Value {
    reasons.iter().find(|reason| reason["what"].as_str().unwrap().starts_with(begins)).unwrap()
}

fn git(shop: &Application, words: &[&str]) {
    let who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"];
    let output = Command::new("git").args(who).args(words).current_dir(shop.folder()).output().unwrap();
    assert!(output.status.success(), "{output:?}");
}

fn version(shop: &Application, id: &str) -> PathBuf {
    let versions = fs::read_dir(shop.folder().join("migrations/versions")).unwrap();
    let is_it = |path: &PathBuf| path.file_name().unwrap().to_str().unwrap().starts_with(id);
    versions.map(|entry| entry.unwrap().path()).find(is_it).unwrap()
}

#[test]
fn a_file_that_was_deleted_is_looked_for_in_git_as_restore_does() {
    for backend in BOTH {
        // By the application's own upgrade, and by levelhead's, which the ledger has.
        for at in [HEAD, REVISIONS[1]] {
            let shop = Application::at(backend, at);
            shop.levelhead(&["run"]).run().success();
            git(&shop, &["init", "-q"]);
            git(&shop, &["add", "migrations"]);
            git(&shop, &["commit", "-q", "-m", "begin"]);
            let file = version(&shop, HEAD);
            git(&shop, &["rm", "-q", file.to_str().unwrap()]);
            git(&shop, &["commit", "-q", "-m", "tidy"]);
            let text = format!("Can't locate revision identified by '{HEAD}'");
            let given = reasons(&shop, &text);
            assert_eq!(given[0]["help"]["command"], format!("levelhead restore {HEAD}"), "{given:#?}");
            assert_eq!(given[0]["is_so_here"], true);
            assert!(given[0]["why"].as_str().unwrap().starts_with("deleted by Ada on 20"), "{given:#?}");
            assert_eq!(reason(&given, "This image is older")["is_so_here"], false, "{given:#?}");
            let shown = shop.levelhead(&["explain", &text]).run();
            let next = shown.success().stdout.lines().find_map(|line| line.trim().strip_prefix("help: ")).unwrap();
            assert_eq!(next, format!("levelhead restore {HEAD}"));
            fits(&shown.stdout);
            shop.levelhead(&["restore", HEAD]).run().success();
            let given = reasons(&shop, &text);
            assert_eq!(reason(&given, "The file is on another branch")["is_so_here"], false, "{given:#?}");
            let key = reasons(&shop, &format!("KeyError: '{}'", "0".repeat(12)));
            let lost = reason(&key, "The parent is on another branch");
            assert_eq!(
                (&lost["is_so_here"], &lost["why"]),
                (&false.into(), &"none of the 2 commits of git has it".into())
            );
        }
    }
}

#[test]
fn a_rollback_is_so_only_where_the_ledger_has_the_later_release() {
    for backend in BOTH {
        for (at, is_so) in [(HEAD, Value::Null), (REVISIONS[1], Value::Bool(true))] {
            let shop = Application::at(backend, at);
            shop.levelhead(&["run"]).run().success();
            fs::remove_file(version(&shop, HEAD)).unwrap();
            let given = reasons(&shop, &format!("Can't locate revision identified by '{HEAD}'"));
            assert!(given[0]["what"].as_str().unwrap().starts_with("This image is older"), "{given:#?}");
            assert_eq!(given[0]["is_so_here"], is_so, "{given:#?}");
            let file = reason(&given, "The file is on another branch");
            assert_eq!(file["is_so_here"], Value::Null);
            assert!(file["why"].as_str().unwrap().ends_with("is not under version control"), "{file}");
            // An error of another day is about another row.
            let other = reasons(&shop, "Can't locate revision identified by 'feedc0ffee00'");
            assert_eq!(reason(&other, "This image is older")["is_so_here"], false);
        }
    }
}

/// Two heads alone prove nothing.
#[test]
fn two_revisions_create_the_same_object_only_where_they_do() {
    for backend in BOTH {
        let shop = Application::at(backend, "head");
        let write = |id: &str, down: &str, body: &str| {
            let text = format!(
                "from alembic import op\nimport sqlalchemy as sa\n\nrevision = '{id}'\ndown_revision = {down}\n\n\n\
                 def upgrade():\n    {body}\n"
            );
            fs::write(shop.folder().join(format!("migrations/versions/{id}_more.py")), text).unwrap();
        };
        let creators = |text: &str| {
            let given = reasons(&shop, text);
            let reason = reason(&given, "Two revisions create the same object");
            (reason["is_so_here"].clone(), reason["why"].as_str().unwrap_or_default().to_owned())
        };
        let no = (Value::Bool(false), String::new());
        let texts = [
            "table orders already exists",
            "type \"order_status\" already exists",
            "column \"note\" of relation \"products\" already exists",
            "relation \"ix_products_note\" already exists",
        ];
        write("ffff00000001", &format!("'{HEAD}'"), "pass");
        write("ffff00000002", &format!("'{}'", REVISIONS[2]), "pass");
        for text in texts
            .iter()
            .chain(&["table products already exists", "column \"name\" of relation \"products\" already exists"])
        {
            assert_eq!(creators(text), no, "{text}");
        }
        // One follows the other: nothing of it is on two branches.
        let body = "op.create_table('orders', sa.Column('id', sa.Integer), sa.Column('status', \
                    sa.Enum('new', 'paid', name='order_status')))\n    \
                    op.add_column('products', sa.Column('note', sa.Text))\n    \
                    op.create_index('ix_products_note', 'products', ['note'])";
        write("ffff00000001", &format!("'{HEAD}'"), body);
        write("ffff00000003", "'ffff00000001'", body);
        assert_eq!(creators(texts[0]), no);
        fs::remove_file(version(&shop, "ffff00000003")).unwrap();
        write("ffff00000002", &format!("'{}'", REVISIONS[2]), body);
        for merged in [false, true] {
            if merged {
                write("ffff00000004", "('ffff00000001', 'ffff00000002')", "pass");
            }
            for text in texts.iter().filter(|text| backend == Backend::Postgres || !text.starts_with("type")) {
                let (is_so, why) = creators(text);
                assert_eq!(is_so, true, "{text}");
                assert!(why.contains("ffff00000001") && why.contains("ffff00000002"), "{why}");
            }
            assert_eq!(creators("table products already exists"), no);
        }
    }
}

#[test]
fn a_database_that_cannot_be_reached_is_said_and_not_waited_for() {
    let shop = Application::new(Backend::Sqlite);
    let outcome =
        shop.levelhead(&["explain", "behind"]).env("DATABASE_URL", "postgresql://u:hunter2@127.0.0.1:1/d").run();
    outcome.success().prints_a("Connection refused").prints_a("note: start the database").says_nothing_of("hunter2");
    shop.levelhead(&["explain", "behind", "--offline"]).run().success();
}

#[test]
fn a_finding_in_levelheads_own_log_is_its_page() {
    let log =
        b"Nov 23 10:15:01 AM  levelhead: error[unversioned]: tables are there (a), but there is no version table\n";
    let outcome = piped(Levelhead::new(&["explain"]), log);
    assert!(outcome.success().stdout.starts_with("unversioned\n\n"), "{outcome:#?}");
}

#[test]
fn lines_of_a_servers_log_and_of_a_log_in_json_are_read() {
    for (text, says) in [
        (
            r#"2026-11-23 10:15:01.123 UTC [71] ERROR:  relation "products" already exists at character 14"#,
            "\nrelation \"products\" already exists\n",
        ),
        (r#"FATAL:  password authentication failed for user "shop""#, "refuses the password"),
        (r#"ERROR:  column "x" of relation "products" does not exist"#, "version row is ahead"),
        (
            r#"{"msg":"psycopg.errors.DuplicateTable: relation \"products\" already exists","level":"error"}"#,
            "\nrelation \"products\" already exists\n",
        ),
    ] {
        let outcome = piped(Levelhead::new(&["explain"]), text.as_bytes());
        assert!(format!("\n{}", outcome.success().stdout).contains(says), "{outcome:#?}");
    }
}

#[test]
fn text_that_is_odd_or_huge_does_no_harm() {
    let nothing = |text: &[u8]| piped(Levelhead::new(&["explain"]), text);
    nothing(b"\xff\xfe\x00").code(1).says("no error in this text");
    nothing(&vec![b'a'; 5 << 20]).code(1);
    // Of a log that is too long, the end is what counts.
    let mut long = b"10.0.0.1 GET / 200\n".repeat(1 << 19);
    long.extend_from_slice(b"alembic.util.exc.CommandError: Can't locate revision identified by 'feedc0ffee00'\n");
    nothing(&long).success().prints_a("'feedc0ffee00'");
    nothing(&b"x: y\n".repeat(1 << 18)).code(1);
    let outcome = nothing(b"shop.OwnError: postgresql://u:hunter2@h/d\n");
    outcome
        .code(1)
        .prints_a("shop.OwnError")
        .says("is an exception that levelhead does not know")
        .says_nothing_of("hunter2");
    let coloured = nothing(b"\x1b[31mModuleNotFoundError: No module named 'shop\x1b]0;title\x07'\x1b[0m\n");
    assert!(!coloured.success().stdout.contains('\u{1b}'), "{coloured:#?}");
}

/// Puts one more line into a file of the shop, below the first one that holds `below`; answers its number.
fn insert(shop: &Application, file: &Path, below: &str, line: &str) -> usize {
    let path = shop.folder().join(file);
    let text = fs::read_to_string(&path).unwrap();
    let mut lines: Vec<&str> = text.lines().collect();
    let at = lines.iter().position(|line| line.contains(below)).unwrap() + 1;
    lines.insert(at, line);
    fs::write(&path, lines.join("\n")).unwrap();
    at + 1
}

/// In the factory, in env.py, in a module that env.py imports, in a migration.
#[test]
fn a_variable_that_is_missing_is_named_wherever_the_upgrade_asks_for_it() {
    for backend in BOTH {
        let migration = "c30fa6d1be95_sort_products_into_categories.py";
        for (file, below, line, place) in [
            ("app.py", "app = Flask(", "    app.secret_key = os.environ['SHOP_WORD']", "/app.py"),
            ("migrations/env.py", "from alembic", "from os import environ; environ['SHOP_WORD']", "/migrations/env.py"),
            ("migrations/env.py", "from alembic", "import conf.base", "/conf/base.py"),
            (migration, "def upgrade", "    __import__('os').environ['SHOP_WORD']", migration),
        ] {
            let shop = Application::at(backend, REVISIONS[1]);
            fs::create_dir(shop.folder().join("conf")).unwrap();
            let settings = "from os import environ\n\nWORD = environ['SHOP_WORD']\n";
            fs::write(shop.folder().join("conf/base.py"), settings).unwrap();
            let file = if file == migration { version(&shop, REVISIONS[2]) } else { PathBuf::from(file) };
            let number = insert(&shop, &file, below, line);
            let place = format!("{place}:{}", if place.starts_with("/conf") { 3 } else { number });
            let outcome = shop.levelhead(&["run", "--", "echo", "started"]).env("PYTHONPATH", ".").run();
            outcome
                .code(1)
                .prints("")
                .says("levelhead: error: the upgrade failed: ")
                .says_nothing_of("no file has the");
            let said = outcome.stderr.lines().find(|line| line.contains("the upgrade failed")).unwrap();
            assert!(
                said.contains(&place) && said.contains(": the environment variable 'SHOP_WORD' is not set"),
                "{said}"
            );
            outcome.says("note: set SHOP_WORD where the start command runs");
            let explained = piped(shop.levelhead(&["explain"]), outcome.stderr.as_bytes());
            explained.success().prints_a("the environment variable 'SHOP_WORD' is not set\n").prints_a(&place);
            explained.prints_a("note: set SHOP_WORD where").says_nothing_of("git log");
            fits(&explained.stdout);
            let set = shop.levelhead(&["run", "--", "echo", "started"]).env("PYTHONPATH", ".").env("SHOP_WORD", "x");
            set.run().success().prints("started\n");
        }
    }
}

#[test]
fn a_fault_of_the_code_is_told_with_its_words_and_its_line() {
    for (line, says) in [
        ("    {}['d4c3f6a5b7e8']", "KeyError: 'd4c3f6a5b7e8'"),
        ("    {}['SHOP_WORD']", "KeyError: 'SHOP_WORD'"),
        ("    shopp", "NameError: name 'shopp' is not defined"),
        ("    app.no_such()", "AttributeError: 'Flask' object has no attribute 'no_such'"),
    ] {
        let shop = Application::new(Backend::Sqlite);
        let number = insert(&shop, Path::new("app.py"), "app = Flask(", line);
        let outcome = shop.levelhead(&["run", "--", "echo", "started"]).run();
        outcome.code(1).says(&format!("/app.py:{number}: {says}")).says("levelhead: note: correct the code: ");
        outcome.says_nothing_of("no file has the revision").says_nothing_of("environment variable");
        piped(shop.levelhead(&["explain"]), outcome.stderr.as_bytes()).success().prints_a(says);
    }
}

/// The upgrade command may read other files than levelhead.
#[test]
fn a_lost_revision_is_told_only_where_the_files_do_not_say_otherwise() {
    let shop = Application::at(Backend::Sqlite, REVISIONS[1]);
    let copied = Command::new("cp").args(["-r", "migrations", "other"]).current_dir(shop.folder()).status().unwrap();
    assert!(copied.success());
    let lost = version(&shop, REVISIONS[1]);
    fs::remove_file(shop.folder().join("other/versions").join(lost.file_name().unwrap())).unwrap();
    let outcome = shop.levelhead(&["run", "--upgrade-command", "flask db upgrade -d other heads"]).run();
    outcome.code(1).says(&format!("KeyError: '{}'", REVISIONS[1])).says("so that Alembic has read others");
    outcome.says_nothing_of("no file has the revision").says_nothing_of("a revision follows one");
    // It was lost there, not here.
    let explain = |text: &str| piped(shop.levelhead(&["explain", "--format", "json"]), text.as_bytes());
    let told = |text: &str| -> String {
        let document: Value = serde_json::from_str(&explain(text).success().stdout).unwrap();
        document["message"].as_str().unwrap().to_owned()
    };
    let traceback = &outcome.stderr[outcome.stderr.find("Traceback").unwrap()..];
    let traceback = traceback.split("levelhead: ").next().unwrap();
    assert_eq!(
        told(traceback),
        format!("the file of revision '{}' was not there, which another one follows", REVISIONS[1])
    );
    let unknown = traceback.replace(REVISIONS[1], "0042");
    assert_eq!(told(&unknown), "Alembic does not find the revision '0042'");
    assert_eq!(told("KeyError: '0042'"), "KeyError: '0042'");
    assert_eq!(told("KeyError: 'd4c3f6a5b7e8'"), "KeyError: 'd4c3f6a5b7e8'");
    fs::remove_file(&lost).unwrap();
    for text in [traceback, &format!("KeyError: '{}'", REVISIONS[1])] {
        assert_eq!(told(text), format!("no file has the revision '{}', which another one follows", REVISIONS[1]));
    }
}
