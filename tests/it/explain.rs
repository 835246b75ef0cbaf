//! `explain`: codes, pasted texts and whole logs, with and without a database.

use std::fs;
use std::io::Write;
use std::process::Stdio;

use serde_json::Value;

use crate::support::application::REVISIONS;
use crate::support::screen::{Seen, fits, is_kept, screen};
use crate::support::{Application, Backend, Outcome, Stillhead};

/// What `stillhead explain` answers to what is piped in.
fn piped(stillhead: Stillhead, text: &[u8]) -> Outcome {
    let mut command = stillhead.command();
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
    let listed = Stillhead::new(&["explain", "--format", "json"]).run().success().stdout.clone();
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
        let outcome = Stillhead::new(&["explain", &code]).run();
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
        let shown = screen(Stillhead::new(&arguments), Seen::InALog);
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
    let outcome = piped(shop.stillhead(&["explain"]), &failed.stderr);
    outcome.success().says_nothing_of("s3cr").prints_a("in revision c30fa6d1be95, c30fa6d1be95_sort_products_into");
    outcome.prints_a("The version row is behind the schema").prints_a("It is so here.").prints_a("It is not so here.");
    outcome.prints_a("pending-exists: the version table says 9e7c52f3d8b4");
    assert_eq!(shop.database.rows(), before);
    // The command that is printed for this state does what it says.
    let next =
        outcome.stdout.lines().find_map(|line| line.trim().strip_prefix("next: stillhead stamp --purge ")).unwrap();
    let revision = next.split(' ').next().unwrap();
    shop.stillhead(&["stamp", "--purge", revision]).run().success();
    shop.stillhead(&["run", "--", "echo", "started"]).run().success().prints("started\n");
}

#[test]
fn what_is_so_here_comes_first() {
    let shop = Application::at(Backend::Sqlite, "head");
    let text = "relation: psycopg.errors.UndefinedTable: relation \"products\" does not exist";
    let reasons = |shop: &Application| {
        let outcome = shop.stillhead(&["explain", text, "--format", "json"]).run();
        let document: Value = serde_json::from_str(&outcome.success().stdout).unwrap();
        document["reasons"].as_array().unwrap().clone()
    };
    assert_eq!(reasons(&shop)[0]["is_so_here"], Value::Null);
    shop.database.sql("DROP TABLE products; DROP TABLE categories; DROP TABLE alembic_version");
    let first = &reasons(&shop)[0];
    assert_eq!(first["is_so_here"], Value::Bool(true), "{first}");
    assert_eq!(first["next"], "stillhead verify");
}

#[test]
fn a_database_that_cannot_be_reached_is_said_and_not_waited_for() {
    let shop = Application::new(Backend::Sqlite);
    let outcome =
        shop.stillhead(&["explain", "behind"]).env("DATABASE_URL", "postgresql://u:hunter2@127.0.0.1:1/d").run();
    outcome.success().prints_a("Connection refused").prints_a("next: start the database").says_nothing_of("hunter2");
    shop.stillhead(&["explain", "behind", "--offline"]).run().success();
}

#[test]
fn a_finding_in_stillheads_own_log_is_its_page() {
    let log =
        b"Nov 23 10:15:01 AM  stillhead: error: unversioned: tables are there (a), but there is no version table\n";
    let outcome = piped(Stillhead::new(&["explain"]), log);
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
        let outcome = piped(Stillhead::new(&["explain"]), text.as_bytes());
        assert!(format!("\n{}", outcome.success().stdout).contains(says), "{outcome:#?}");
    }
}

#[test]
fn text_that_is_odd_or_huge_does_no_harm() {
    let nothing = |text: &[u8]| piped(Stillhead::new(&["explain"]), text);
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
        .says("is an exception that stillhead does not know")
        .says_nothing_of("hunter2");
    let coloured = nothing(b"\x1b[31mModuleNotFoundError: No module named 'shop\x1b]0;title\x07'\x1b[0m\n");
    assert!(!coloured.success().stdout.contains('\u{1b}'), "{coloured:#?}");
}
