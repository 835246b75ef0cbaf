//! Each JSON document is as docs/schemas and docs/json.md have it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::support::application::{HEAD, REVISIONS};
use crate::support::{Application, Backend, schemas};

#[test]
fn every_document_is_as_its_schema_has_it() {
    let shop = Application::at(Backend::Postgres, REVISIONS[2]);
    let print = |arguments: &[&str]| {
        let outcome = shop.levelhead(&[arguments, &["--format", "json"]].concat()).run();
        schemas::holds(arguments[0], &outcome.stdout);
    };
    for arguments in [
        &["heads"][..],
        &["show", HEAD],
        &["show", HEAD, "--operations"],
        &["show", REVISIONS[0], "--operations"],
        &["show", REVISIONS[0], "--operations", "--downgrade"],
        &["show", REVISIONS[0], "--operations", "--sql"],
        &["show", REVISIONS[0], "--operations", "--sql", "--render", "never"],
        &["history"],
        &["history", "--indicate-current"],
        &["branches"],
        &["current"],
        &["infer"],
        &["infer", "--explain", HEAD],
        &["verify"],
        &["check"],
        &["check", "--offline"],
        &["plan"],
        &["plan", "--sql"],
        &["plan", "--offline"],
        &["diff"],
        &["explain"],
        &["explain", "behind"],
        &["explain", "behind", "--offline"],
        &["explain", "KeyError: 'DATABASE_URL'"],
        &["explain", "KeyError: 'DATABASE_URL'", "--offline"],
        &["merge"],
    ] {
        print(arguments);
    }
    let second = "revision = 'aaaaaaaaaaaa'\ndown_revision = '9e7c52f3d8b4'\n\n\ndef upgrade():\n    pass\n";
    fs::write(shop.folder().join("migrations/versions/second.py"), second).unwrap();
    for arguments in [&["merge", "--dry-run"][..], &["branches"], &["check"], &["heads"]] {
        print(arguments);
    }
    let other = format!("other={}", shop.database.url());
    let several = ["current", "--format", "json", "--database", &other];
    schemas::holds("current", &shop.levelhead(&several).run().success().stdout);
}

#[test]
fn a_schema_notices_what_it_does_not_name() {
    assert_eq!(schemas::problems("heads", r#"{ "version": 2, "revisions": [] }"#), "");
    for wrong in [
        r#"{ "version": 1, "revisions": [] }"#,
        r#"{ "version": 2 }"#,
        r#"{ "version": 2, "revisions": [], "more": 1 }"#,
        r#"{ "version": 2, "revisions": [{ "id": "a" }] }"#,
    ] {
        assert_ne!(schemas::problems("heads", wrong), "", "{wrong}");
    }
}

#[test]
fn every_command_with_json_has_a_schema_and_a_line_in_the_documentation() {
    use ::levelhead::cli::program;
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let with_json: BTreeSet<String> = program()
        .get_subcommands()
        .filter(|command| {
            let values = command.get_arguments().flat_map(|argument| argument.get_possible_values());
            values.into_iter().any(|value| value.get_name() == "json")
        })
        .filter(|command| command.get_arguments().any(|argument| argument.get_id() == "format"))
        .map(|command| command.get_name().to_owned())
        .collect();
    let schemas: BTreeSet<String> = fs::read_dir(root.join("docs/schemas"))
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    assert_eq!(schemas, with_json);
    let text = fs::read_to_string(root.join("docs/json.md")).unwrap();
    for command in with_json {
        assert!(text.contains(&format!("| `{command}` |")), "docs/json.md says nothing of {command}");
    }
}

#[test]
fn the_operations_of_a_revision_and_of_its_downgrade_are_told() {
    let shop = Application::at(Backend::Sqlite, REVISIONS[0]);
    let show =
        |arguments: &[&str]| shop.levelhead(&[&["show", "9e7c52f3d8b4", "--operations"], arguments].concat()).run();
    let told = show(&[]).success().stdout.clone();
    assert!(told.contains("\n    19  add column products.in_stock integer not null default '0'\n"), "{told}");
    assert!(told.ends_with("\n    20  create index ix_products_name on products (name)\n"), "{told}");
    let undone = show(&["--downgrade", "--format", "json"]).success().stdout.clone();
    let undone: serde_json::Value = serde_json::from_str(&undone).unwrap();
    let kinds = |operation: &serde_json::Value| operation["operation"].as_str().unwrap().to_owned();
    let operations = undone["revisions"][0]["operations"].as_array().unwrap();
    assert_eq!(operations.iter().map(kinds).collect::<Vec<_>>(), ["drop_index", "drop_column"]);
    // What it shows is the upgrade's unless it is asked for the other; alone the flag means nothing.
    shop.levelhead(&["show", "9e7c52f3d8b4", "--downgrade"]).run().code(2);
}
