//! A failed upgrade: what it said is passed on untouched, and explained.

use std::fs::{self, File};
use std::io::Read;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use serde_json::Value;

use crate::explain::piped;
use crate::support::application::REVISIONS;
use crate::support::database::{BOTH, Database};
use crate::support::postgres::server;
use crate::support::process::is_running;
use crate::support::{Application, Backend};

#[test]
fn what_is_there_already_is_named_with_the_revision_and_its_line() {
    for (backend, words) in [
        (Backend::Postgres, "relation \"categories\" already exists"),
        (Backend::Sqlite, "table categories already exists"),
    ] {
        let shop = Application::at(backend, REVISIONS[1]);
        shop.database.sql("CREATE TABLE categories (id integer)");
        let seen = shop.levelhead(&["run", "--", "echo", "started"]).run();
        seen.code(125).prints("").says("table categories exists").says_nothing_of("Traceback");
        let outcome = shop.levelhead(&["run", "--verify", "never", "--", "echo", "started"]).run();
        outcome.code(1).prints("").says("Traceback (most recent call last):");
        outcome.says("levelhead: error: the upgrade failed: `flask db upgrade -d migrations heads` exited with 1: revision c30fa6d1be95 (");
        outcome
            .says(&format!("c30fa6d1be95_sort_products_into_categories.py:18): {words}: the schema is ahead of its"));
        outcome
            .says("levelhead: help: levelhead fix --verify never --finish c30fa6d1be95")
            .says_nothing_of("help: levelhead infer");
        assert_eq!(shop.database.rows(), Some(vec![REVISIONS[1].to_owned()]));
    }
}

#[test]
fn a_right_that_is_missing_is_named_with_the_statement_that_gives_it() {
    let shop = Application::at(Backend::Postgres, REVISIONS[1]);
    let Database::Postgres { name } = &shop.database else { unreachable!() };
    shop.database.sql(&format!("CREATE ROLE migrator_{name} LOGIN PASSWORD 'secret'"));
    shop.database.sql(&format!("GRANT ALL ON ALL TABLES IN SCHEMA public TO migrator_{name}"));
    // As every server is from PostgreSQL 15 on.
    shop.database.sql("REVOKE CREATE ON SCHEMA public FROM PUBLIC");
    let url = format!("postgresql://migrator_{name}:secret@127.0.0.1:{}/{name}", server().port);
    let outcome = shop.levelhead(&["run"]).env("DATABASE_URL", url).run();
    outcome.code(1).says("permission denied for schema public: the role of DATABASE_URL may not do it");
    outcome.says("note: as the owner: GRANT CREATE ON SCHEMA public TO the role of DATABASE_URL");
    outcome.says_nothing_of("secret");
}

#[test]
fn every_byte_of_both_streams_is_passed_on() {
    let shop = Application::new(Backend::Sqlite);
    let blob = |name: &str| {
        let bytes: Vec<u8> = (0..700_000).map(|_| rand::random()).collect();
        fs::write(shop.folder().join(name), &bytes).unwrap();
        bytes
    };
    let (out, err) = (blob("out"), blob("err"));
    let command =
        shop.levelhead(&["run", "--log", "error", "--upgrade-command", "sh -c 'cat out & cat err >&2; wait; exit 9'"]);
    let output = command.command().output().unwrap();
    assert_eq!(output.status.code(), Some(9));
    assert!(output.stdout == out, "{} of {} bytes", output.stdout.len(), out.len());
    assert!(output.stderr.starts_with(&err), "{} of {} bytes", output.stderr.len(), err.len());
    let rest = String::from_utf8_lossy(&output.stderr[err.len()..]).into_owned();
    assert!(rest.starts_with("levelhead: error: the upgrade failed: "), "{rest}");
}

#[test]
fn two_streams_that_are_one_file_keep_their_order() {
    let shop = Application::new(Backend::Sqlite);
    let upgrade = "sh -c 'i=0; while [ $i -lt 500 ]; do echo $i; i=$((i+1)); echo $i >&2; i=$((i+1)); done; exit 9'";
    let log = shop.folder().join("log");
    let file = File::create(&log).unwrap();
    let mut command = shop.levelhead(&["run", "--log", "error", "--upgrade-command", upgrade]).command();
    let status = command.stdout(file.try_clone().unwrap()).stderr(file).status().unwrap();
    assert_eq!(status.code(), Some(9));
    let expected: String = (0..500).map(|number| format!("{number}\n")).collect();
    let said = fs::read_to_string(log).unwrap();
    assert!(said.starts_with(&expected), "{said}");
}

#[test]
fn what_keeps_the_streams_open_is_not_waited_for() {
    let shop = Application::new(Backend::Sqlite);
    let upgrade = "sh -c 'setsid sh -c \"echo daemon \\$\\$ >pid; exec sleep 600\" & until [ -s pid ]; do sleep 0.05; done; exit 9'";
    let begin = Instant::now();
    shop.levelhead(&["run", "--upgrade-command", upgrade]).run().code(9);
    assert!(begin.elapsed() < Duration::from_secs(60), "it was waited for");
    let daemon = fs::read_to_string(shop.folder().join("pid")).unwrap();
    let daemon = daemon.trim().strip_prefix("daemon ").unwrap().parse().unwrap();
    assert!(is_running(daemon), "what has a session of its own is not ended");
    kill(Pid::from_raw(daemon), Signal::SIGKILL).unwrap();
}

#[test]
fn a_signal_is_heard_while_nobody_reads() {
    let shop = Application::new(Backend::Sqlite);
    let upgrade = "sh -c 'echo begun >&2; exec yes'";
    let mut command = shop.levelhead(&["run", "--upgrade-command", upgrade]).command();
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stderr = child.stderr.take().unwrap();
    let mut said = Vec::new();
    while !said.ends_with(b"begun\n") {
        let mut byte = [0];
        stderr.read_exact(&mut byte).unwrap();
        said.push(byte[0]);
    }
    // Time for both pipes to fill.
    std::thread::sleep(Duration::from_millis(500));
    kill(Pid::from_raw(child.id().cast_signed()), Signal::SIGTERM).unwrap();
    assert_eq!(child.wait().unwrap().signal(), Some(15));
}

#[test]
fn a_reader_that_goes_away_ends_the_upgrade_as_a_broken_pipe_does() {
    let shop = Application::new(Backend::Sqlite);
    let mut command = shop.levelhead(&["run", "--upgrade-command", "yes"]).command();
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut some = [0; 10];
    child.stdout.take().unwrap().read_exact(&mut some).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(128 + 13), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_terminal_stays_the_upgrades_own() {
    let shop = Application::new(Backend::Sqlite);
    let upgrade = "sh -c 'test -t 1 && test -t 2 && echo on-a-$((40 + 2))-terminal; exit 9'";
    let inner = shop.levelhead(&[]).env("LEVELHEAD_UPGRADE_COMMAND", upgrade).env("TERM", "xterm").command();
    let shown = Command::new("script")
        .args(["-qec", &format!("{} run", crate::support::levelhead::binary().display()), "/dev/null"])
        .env_clear()
        .envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?))))
        .current_dir(shop.folder())
        .output()
        .expect("script is missing; install it: apt-get install -y bsdutils");
    let shown = String::from_utf8_lossy(&shown.stdout).into_owned();
    assert!(shown.contains("on-a-42-terminal") && shown.contains("exited with 9"), "{shown}");
}

#[test]
fn an_upgrade_that_succeeds_is_passed_on_too() {
    for backend in BOTH {
        let shop = Application::new(backend);
        let outcome = shop.levelhead(&["run", "--", "echo", "started"]).run();
        outcome.success().prints("started\n").says("Running upgrade c30fa6d1be95 -> d8452b70fc16");
    }
}

/// A revision after the shop's head, whose upgrade is this.
fn write_revision(shop: &Application, body: &str) {
    let text = format!(
        "import os\nfrom alembic import op\nimport sqlalchemy as sa\n\nrevision = 'ffff00000001'\n\
         down_revision = 'd8452b70fc16'\n\ndef upgrade():\n    {body}\n"
    );
    fs::write(shop.folder().join("migrations/versions/ffff00000001_wishes.py"), text).unwrap();
}

/// What run says of a failed upgrade is what explain says of the same output, in the same words, with one help.
#[test]
fn runs_own_line_is_explains_answer() {
    for backend in BOTH {
        for (cause, body) in [
            ("duplicate-table", "op.create_table('products', sa.Column('id', sa.Integer))"),
            ("undefined-table", "op.add_column('nowhere', sa.Column('tax', sa.Integer))"),
            ("undefined-column", "op.execute('UPDATE products SET no_such_column = 1')"),
            ("unknown", "raise LookupError('no scales')"),
            ("fault", "no_such_name"),
            ("missing-variable", "os.environ['NO_SUCH_VARIABLE']"),
            (
                "not-null-violation",
                "op.create_table('wishes', sa.Column('id', sa.Integer, nullable=False))\n    \
             op.execute('INSERT INTO wishes VALUES (NULL)')",
            ),
            (
                "undefined-table",
                "op.create_table('wishes', sa.Column('id', sa.Integer))\n    \
             op.execute('SELECT * FROM no_such_wishes')\n    op.create_table('gifts', sa.Column('id', sa.Integer))",
            ),
        ] {
            let shop = Application::at(backend, "head");
            write_revision(&shop, body);
            let outcome = shop.levelhead(&["run", "--", "echo", "started"]).run();
            let seen = &outcome.code(1).prints("").stderr;
            let output: String =
                seen.lines().filter(|line| !line.starts_with("levelhead: ")).map(|line| format!("{line}\n")).collect();
            let explained = piped(shop.levelhead(&["explain", "--format", "json"]), output.as_bytes());
            let document: Value = serde_json::from_str(&explained.stdout).unwrap();
            let text = |name: &str| document[name].as_str().unwrap_or_default();
            assert_eq!(text("cause"), cause, "{backend:?}: {seen}");
            let mut told = format!("exited with 1: revision ffff00000001 ({}): {}", text("place"), text("message"));
            if !text("meaning").is_empty() {
                told += &format!(": {}", text("meaning"));
            }
            outcome.says(&told);
            let lines =
                |begin: &str| -> Vec<&str> { seen.lines().filter_map(|line| line.strip_prefix(begin)).collect() };
            let (error, helps) = (lines("levelhead: error: "), lines("levelhead: help: "));
            assert_eq!(error.len(), 1, "{seen}");
            assert_eq!(
                helps,
                document["help"]["command"].as_str().into_iter().collect::<Vec<_>>(),
                "{backend:?} {cause}: {seen}"
            );
            let notes: Vec<&str> = document["help"]["note"].as_str().into_iter().flat_map(str::lines).collect();
            let after = seen.rsplit_once("levelhead: error: ").unwrap().1;
            let noted: Vec<&str> = after.lines().filter_map(|line| line.strip_prefix("levelhead: note: ")).collect();
            assert_eq!(noted, notes, "{backend:?} {cause}: {seen}");
        }
    }
}

/// On SQLite every statement of a failed migration stays; on PostgreSQL none does.
#[test]
fn what_a_failed_upgrade_has_left_is_named() {
    for (backend, left) in [(Backend::Postgres, "at d8452b70fc16"), (Backend::Sqlite, "1 of 2")] {
        let shop = Application::at(backend, "head");
        let failing = "from alembic import op\nimport sqlalchemy as sa\n\nrevision = 'ffff00000001'\n\
            down_revision = 'd8452b70fc16'\n\ndef upgrade():\n    op.create_table('wishes', sa.Column('id', sa.Integer))\n    \
            op.execute(\"SELECT no_such_function()\")\n    op.create_table('gifts', sa.Column('id', sa.Integer))\n";
        fs::write(shop.folder().join("migrations/versions/ffff00000001_wishes.py"), failing).unwrap();
        let outcome = shop.levelhead(&["run", "--", "echo", "started"]).run();
        outcome.code(1).prints("").says(&format!("the failed upgrade has left: {left}"));
        if backend == Backend::Sqlite {
            outcome.says("done: table wishes exists, which ffff00000001 creates");
            outcome.says("not done: table gifts is missing, which ffff00000001 creates");
        }
    }
}

/// What an application makes while Flask loads it stands in the first migration's way.
#[test]
fn an_application_that_creates_its_tables_first_is_named() {
    for backend in BOTH {
        let shop = Application::new(backend);
        let app = fs::read_to_string(shop.folder().join("app.py")).unwrap();
        let eager = app + "\n\nmade = create_app()\nwith made.app_context():\n    db.create_all()\n";
        fs::write(shop.folder().join("app.py"), eager).unwrap();
        let outcome = shop.levelhead(&["run", "--", "echo", "started"]).run();
        outcome.code(1).prints("").says("already exists").says("create_all()");
        let explained = piped(shop.levelhead(&["explain"]), outcome.stderr.as_bytes());
        explained.success().prints_a("create_all()");
    }
}

/// Another upgrade makes the version table, or its row, and commits once this one waits for it.
#[test]
fn two_upgrades_at_once_are_told_as_that() {
    const TABLE: &str =
        "CREATE TABLE alembic_version (version_num varchar(32) CONSTRAINT alembic_version_pkc PRIMARY KEY)";
    const UNTIL_WAITED_FOR: &str = "DO $$ BEGIN FOR turn IN 1..600 LOOP PERFORM pg_stat_clear_snapshot(); \
        EXIT WHEN EXISTS (SELECT FROM pg_stat_activity WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid))); \
        PERFORM pg_sleep(0.05); END LOOP; END $$";
    let beside = |shop: &Application, statement: &str| {
        let Database::Postgres { name } = &shop.database else { unreachable!() };
        let (name, sql) = (name.clone(), format!("BEGIN; {statement}; {UNTIL_WAITED_FOR}; COMMIT"));
        let other = std::thread::spawn(move || server().sql(&name, &sql));
        let sleeps = "SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()";
        while shop.database.sql(sleeps).is_empty() {
            std::thread::sleep(Duration::from_millis(20));
        }
        other
    };
    let cause = |shop: &Application, said: &[u8]| {
        let explained = piped(shop.levelhead(&["explain", "--format", "json"]), said);
        let document: Value = serde_json::from_str(&explained.success().stdout).unwrap();
        document["cause"].clone()
    };
    let shop = Application::new(Backend::Postgres);
    let other = beside(&shop, TABLE);
    let outcome = shop.levelhead(&["run", "--", "echo", "started"]).run();
    other.join().unwrap();
    outcome.code(1).prints("").says("pg_type_typname_nsp_index").says("two upgrades ran at the same time");
    assert_eq!(cause(&shop, outcome.stderr.as_bytes()), "two-upgrades");

    let other = beside(&shop, &format!("INSERT INTO alembic_version VALUES ('{}')", REVISIONS[0]));
    let output = shop.flask(&["db", "upgrade"]);
    other.join().unwrap();
    assert!(String::from_utf8_lossy(&output.stderr).contains("alembic_version_pkc"), "{output:?}");
    assert_eq!(cause(&shop, &output.stderr), "two-upgrades");
}
