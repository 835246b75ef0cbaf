//! `levelhead fix` and `check --auto-fix`: what is written, what is asked, and what is refused.

use std::fs;
use std::process::{Command, Stdio};

use crate::support::application::{HEAD, REVISIONS};
use crate::support::database::BOTH;
use crate::support::{Application, Backend, Levelhead};

/// At the second revision, with a row that no file has.
fn lost(backend: Backend) -> Application {
    let shop = Application::at(backend, REVISIONS[1]);
    shop.database.sql("UPDATE alembic_version SET version_num = 'feedc0ffee00'");
    shop
}

#[test]
fn what_the_schema_proves_is_written_read_back_and_can_be_undone() {
    for backend in BOTH {
        let shop = lost(backend);
        let dry = shop.levelhead(&["fix", "--dry-run"]).run();
        dry.success().says_nothing_of("now ");
        assert!(dry.stdout.contains("replacing feedc0ffee00 with 9e7c52f3d8b4"), "{dry:?}");
        assert_eq!(shop.database.rows(), Some(vec!["feedc0ffee00".to_owned()]));
        let fixed = shop.levelhead(&["fix", "--yes"]).run();
        fixed.success().says("levelhead undo");
        assert!(fixed.stdout.contains("now       9e7c52f3d8b4\nthen      2 pending: levelhead run\n"), "{fixed:?}");
        assert_eq!(shop.database.rows(), Some(vec![REVISIONS[1].to_owned()]));
        shop.levelhead(&["undo"]).run().success();
        assert_eq!(shop.database.rows(), Some(vec!["feedc0ffee00".to_owned()]));
    }
}

#[test]
fn a_table_that_is_lost_is_made_again() {
    for backend in BOTH {
        let shop = Application::at(backend, REVISIONS[1]);
        shop.database.sql("DROP TABLE alembic_version");
        shop.levelhead(&["fix", "--yes"]).run().success();
        assert_eq!(shop.database.rows(), Some(vec![REVISIONS[1].to_owned()]));
        let nothing = shop.levelhead(&["fix", "--yes"]).run();
        nothing.success();
        assert!(nothing.stdout.contains("nothing to write"), "{nothing:?}");
    }
}

#[test]
fn a_row_that_claims_too_much_is_moved_back_because_a_person_asks() {
    for backend in BOTH {
        let shop = Application::at(backend, REVISIONS[0]);
        shop.database.sql(&format!("UPDATE alembic_version SET version_num = '{}'", REVISIONS[2]));
        let fixed = shop.levelhead(&["fix", "--yes"]).run();
        fixed.success();
        assert!(fixed.stdout.contains("stamped-too-far"), "{fixed:?}");
        assert_eq!(shop.database.rows(), Some(vec![REVISIONS[0].to_owned()]));
        shop.levelhead(&["run", "--", "echo", "started"]).run().success();
        assert_eq!(shop.database.rows(), Some(vec![HEAD.to_owned()]));
    }
}

#[test]
fn what_is_not_proven_is_said_with_the_candidates() {
    for backend in BOTH {
        let shop = Application::at(backend, "head");
        shop.database.sql("DROP TABLE alembic_version");
        let unproven = shop.levelhead(&["fix", "--yes"]).run();
        unproven.code(125).says("matches c30fa6d1be95 and d8452b70fc16").says("levelhead stamp --purge");
        assert_eq!(shop.database.rows(), None);
        shop.levelhead(&["fix", HEAD, "--yes"]).run().success();
        assert_eq!(shop.database.rows(), Some(vec![HEAD.to_owned()]));
    }
}

#[test]
fn a_revision_that_the_schema_speaks_against_needs_force() {
    for backend in BOTH {
        let shop = lost(backend);
        let refused = shop.levelhead(&["fix", REVISIONS[0], "--yes"]).run();
        refused.code(125).says("the schema speaks against 4b1d0c9a7e21").says("it is at 9e7c52f3d8b4");
        refused.says("levelhead fix 4b1d0c9a7e21 --force");
        assert_eq!(shop.database.rows(), Some(vec!["feedc0ffee00".to_owned()]));
        let forced = shop.levelhead(&["fix", REVISIONS[0], "--force", "--yes"]).run();
        forced.success();
        assert!(forced.stdout.contains("WARNING"), "{forced:?}");
        assert_eq!(shop.database.rows(), Some(vec![REVISIONS[0].to_owned()]));
        shop.levelhead(&["undo"]).run().success();
        let unasked = shop.levelhead(&["fix", REVISIONS[0], "--force"]).run();
        unasked.code(1).says("help: levelhead fix 4b1d0c9a7e21 --force --yes");
        assert!(unasked.stdout.contains("- products.in_stock exists"), "{unasked:?}");
        // Alembic refuses a row beside one that follows it.
        let both = shop.levelhead(&["fix", REVISIONS[0], REVISIONS[1], "--yes"]).run();
        assert!(both.success().stdout.contains("left out  4b1d0c9a7e21, which 9e7c52f3d8b4 includes"), "{both:?}");
        assert_eq!(shop.database.rows(), Some(vec![REVISIONS[1].to_owned()]));
        shop.levelhead(&["fix", "nowhere", "--yes"]).run().code(125).says("nowhere");
    }
}

/// The statements do what `fix` would have done.
#[test]
fn the_statements_can_be_pasted_into_a_database_shell() {
    for backend in BOTH {
        for broken in ["UPDATE alembic_version SET version_num = 'feedc0ffee00'", "DROP TABLE alembic_version"] {
            let shop = Application::at(backend, REVISIONS[1]);
            shop.database.sql(broken);
            let before = shop.database.rows();
            let printed = shop.levelhead(&["fix", "--sql"]).run();
            printed.success();
            assert!(printed.stdout.lines().filter(|line| !line.starts_with("--")).all(|line| line.ends_with(';')));
            assert_eq!(shop.database.rows(), before);
            shop.database.sql(&printed.stdout);
            assert_eq!(shop.database.rows(), Some(vec![REVISIONS[1].to_owned()]));
        }
    }
    // Without a database, too.
    let shop = lost(Backend::Postgres);
    let offline = shop.levelhead(&["fix", REVISIONS[1], "--sql"]).env_remove("DATABASE_URL").run();
    shop.database.sql(&offline.success().stdout);
    assert_eq!(shop.database.rows(), Some(vec![REVISIONS[1].to_owned()]));
    // And where it cannot be reached from here.
    let unreachable =
        shop.levelhead(&["fix", HEAD, "--sql"]).env("DATABASE_URL", "postgresql://u:hunter2@127.0.0.1:1/d").run();
    unreachable.success().prints_a("Connection refused").prints_a("written for PostgreSQL").says_nothing_of("hunter2");
    shop.database.sql(&unreachable.stdout);
    assert_eq!(shop.database.rows(), Some(vec![HEAD.to_owned()]));
}

/// Nobody reads the rows again between printing and pasting: where they have moved, nothing is written, whatever the write.
#[test]
fn pasted_too_late_the_statements_change_nothing() {
    let overlapping = format!("INSERT INTO alembic_version VALUES ('{}')", REVISIONS[0]);
    let foreign = format!(
        "{overlapping}; UPDATE alembic_version SET version_num = 'feedc0ffee00' WHERE version_num = '{}'",
        REVISIONS[1]
    );
    for backend in BOTH {
        for (broken, writes, moved) in [
            (
                "DROP TABLE alembic_version",
                "CREATE TABLE",
                "CREATE TABLE alembic_version (version_num varchar(32) NOT NULL); INSERT INTO alembic_version VALUES ('c30fa6d1be95')",
            ),
            ("DELETE FROM alembic_version", "INSERT", "INSERT INTO alembic_version VALUES ('c30fa6d1be95')"),
            (
                "UPDATE alembic_version SET version_num = 'feedc0ffee00'",
                "UPDATE",
                "INSERT INTO alembic_version VALUES ('c30fa6d1be95')",
            ),
            (
                overlapping.as_str(),
                "DELETE",
                "UPDATE alembic_version SET version_num = 'c30fa6d1be95' WHERE version_num = '9e7c52f3d8b4'",
            ),
            (
                foreign.as_str(),
                "DELETE",
                "UPDATE alembic_version SET version_num = 'c30fa6d1be95' WHERE version_num = '4b1d0c9a7e21'",
            ),
        ] {
            let shop = Application::at(backend, REVISIONS[1]);
            shop.database.sql(broken);
            let printed = shop.levelhead(&["fix", REVISIONS[1], "--sql"]).run().success().stdout.clone();
            assert!(printed.contains(&format!("\n{writes} ")), "{printed}");
            shop.database.sql(moved);
            let before = shop.database.rows();
            shop.database.sql(&printed);
            assert_eq!(shop.database.rows(), before, "{backend:?} {broken}: {printed}");
        }
    }
    // What nobody has moved is changed, with several rows, too.
    for backend in BOTH {
        let shop = Application::at(backend, REVISIONS[1]);
        shop.database.sql(&foreign);
        let printed = shop.levelhead(&["fix", REVISIONS[1], "--sql"]).run().success().stdout.clone();
        shop.database.sql(&printed);
        assert_eq!(shop.database.rows(), Some(vec![REVISIONS[1].to_owned()]), "{backend:?}: {printed}");
    }
}

/// `script` gives it a terminal.
fn answered(levelhead: Levelhead, answer: &str) -> String {
    let command = levelhead.command();
    let mut line = command.get_program().to_string_lossy().into_owned();
    command.get_args().for_each(|word| line += &format!(" {}", word.to_string_lossy()));
    let mut terminal = Command::new("script");
    terminal.args(["-qec", &line, "/dev/null"]).env_clear().current_dir(command.get_current_dir().unwrap());
    terminal.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?)))).env("TERM", "xterm");
    let mut child = terminal.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    use std::io::Write;
    child.stdin.take().unwrap().write_all(answer.as_bytes()).unwrap();
    String::from_utf8_lossy(&child.wait_with_output().unwrap().stdout).into_owned()
}

#[test]
fn on_a_terminal_it_asks_and_elsewhere_it_refuses_to_guess() {
    let shop = lost(Backend::Postgres);
    shop.levelhead(&["fix"]).run().code(1).says("this is not a terminal").says("help: levelhead fix --yes");
    // Ctrl-D, and an empty line, too.
    for no in ["n\n", "\n", "\u{4}", "what\n"] {
        let said = answered(shop.levelhead(&["fix"]), no);
        assert!(said.contains("nothing is changed"), "{no:?}: {said}");
        assert_eq!(shop.database.rows(), Some(vec!["feedc0ffee00".to_owned()]));
    }
    let yes = answered(shop.levelhead(&["fix"]), "Yes\n");
    assert!(yes.contains("write this?") && yes.contains("now       9e7c52f3d8b4"), "{yes}");
    assert_eq!(shop.database.rows(), Some(vec![REVISIONS[1].to_owned()]));
}

#[test]
fn auto_fix_writes_the_proven_part_and_shows_before_and_after() {
    for backend in BOTH {
        let shop = lost(backend);
        let fixed = shop.levelhead(&["check", "--auto-fix"]).run();
        fixed.code(10).says("an upgrade is pending");
        let (before, after) = fixed.stdout.split_once("after the repair").unwrap();
        assert!(before.contains("unknown-revision") && after.contains("[behind]: at 9e7c52f3d8b4"), "{fixed:?}");
        assert_eq!(shop.database.rows(), Some(vec![REVISIONS[1].to_owned()]));
        shop.levelhead(&["run"]).run().success();
        shop.levelhead(&["check", "--auto-fix"]).run().success().says_nothing_of("before the repair");
        // Moving a row back is nobody's to do unasked.
        shop.database.sql("DROP TABLE products");
        shop.levelhead(&["check", "--auto-fix"]).run().code(1);
        assert_eq!(shop.database.rows(), Some(vec![HEAD.to_owned()]));
    }
}

#[test]
fn a_report_is_written_whole_in_the_format_of_its_ending() {
    let shop = lost(Backend::Sqlite);
    for (file, begins) in [("report.md", "# levelhead check"), ("report.json", "{"), ("report.txt", "database ")] {
        let outcome = shop.levelhead(&["check", "--output", file]).run();
        outcome.code(1);
        assert!(outcome.stdout.contains("unknown-revision"), "{outcome:?}");
        assert!(fs::read_to_string(shop.folder().join(file)).unwrap().starts_with(begins), "{file}");
    }
    let names: Vec<_> = fs::read_dir(shop.folder()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!names.iter().any(|name| name.to_string_lossy().starts_with(".levelhead-")), "{names:?}");
    let nowhere = shop.levelhead(&["check", "--output", "no/such/folder.md"]).run();
    nowhere
        .code(125)
        .says("cannot write no/such/folder.md")
        .says("help: mkdir -p no/such")
        .says_nothing_of(".levelhead-");
    // A device is written to, and a link is followed.
    let full = shop.folder().join("full");
    std::os::unix::fs::symlink("/dev/full", &full).unwrap();
    shop.levelhead(&["check", "--output", "full"]).run().code(125).says("cannot write full");
    assert!(fs::symlink_metadata(&full).unwrap().is_symlink());
    use std::os::unix::fs::PermissionsExt;
    assert_eq!(fs::metadata(shop.folder().join("report.md")).unwrap().permissions().mode() & 0o044, 0o044);
}

#[test]
fn the_files_alone_are_checked_without_a_database() {
    let shop = Application::new(Backend::Sqlite);
    let offline = || shop.levelhead(&["check", "--offline"]).env_remove("DATABASE_URL").run();
    offline().success().prints_a("whether 1 of the revisions has run");
    let versions = shop.folder().join("migrations/versions");
    let revision = |id: &str, down: &str| {
        let text = format!("revision = '{id}'\ndown_revision = '{down}'\n\ndef upgrade():\n    pass\n");
        fs::write(versions.join(format!("{id}.py")), text).unwrap();
    };
    let long = "a".repeat(40);
    revision(&long, HEAD);
    let outcome = offline();
    assert!(outcome.success().stdout.contains("has 40 characters"), "{outcome:?}");
    revision("ffff00000001", REVISIONS[2]);
    let outcome = offline();
    assert!(outcome.code(1).stdout.contains("multiple-heads"), "{outcome:?}");
    let annotations = shop.levelhead(&["check", "--offline", "--format", "github"]).run();
    assert!(annotations.code(1).stdout.contains("::error title=levelhead multiple-heads::"), "{annotations:?}");
    revision("ffff00000002", "0000deadbeef");
    let outcome = offline();
    assert!(outcome.code(1).stdout.contains("missing-parent"), "{outcome:?}");
    assert!(outcome.stdout.contains("levelhead restore 0000deadbeef"), "{outcome:?}");
}
