//! Every state of a database as `check` and `fix` show it; and each next command that they print, taken from the output and
//! run: it does what was said.

use std::fs;

use serde_json::Value;

use crate::support::application::{HEAD, REVISIONS};
use crate::support::database::Database;
use crate::support::postgres::server;
use crate::support::schemas;
use crate::support::screen::{Seen, fits, is_kept, screen};
use crate::support::{Application, Backend, Outcome};

/// A state of the shop, and what follows from the commands that are printed for it.
struct State {
    name: &'static str,
    make: fn() -> Application,
    /// The finding that comes first.
    first: &'static str,
    /// Of the commands that are printed, one after the other: the finding that comes first after each.
    then: &'static [&'static str],
}

fn at(revision: &str, sql: &str) -> Application {
    let shop = Application::at(Backend::Postgres, revision);
    if !sql.is_empty() {
        shop.database.sql(sql);
    }
    shop
}

fn row(revision: &str) -> String {
    format!("UPDATE alembic_version SET version_num = '{revision}'")
}

fn with_file(shop: Application, name: &str, id: &str, parent: &str) -> Application {
    let text = format!(
        "\"\"\"{name}\"\"\"\nrevision = \"{id}\"\ndown_revision = \"{parent}\"\n\n\ndef upgrade():\n    pass\n"
    );
    fs::write(shop.folder().join(format!("migrations/versions/{name}.py")), text).unwrap();
    shop
}

const STATES: &[State] = &[
    State { name: "at-head", make: || at(HEAD, ""), first: "at-head", then: &[] },
    State {
        name: "fresh-database",
        make: || Application::new(Backend::Postgres),
        first: "fresh-database",
        then: &["at-head"],
    },
    State { name: "behind", make: || at(REVISIONS[1], ""), first: "behind", then: &["at-head"] },
    State {
        name: "unversioned",
        make: || at(REVISIONS[1], "DROP TABLE alembic_version"),
        first: "unversioned",
        then: &["at-head"],
    },
    State {
        name: "unversioned-undecided",
        make: || at(HEAD, "DROP TABLE alembic_version"),
        first: "unversioned",
        then: &["at-head"],
    },
    State {
        name: "pending-exists",
        make: || at(REVISIONS[1], &row(REVISIONS[0])),
        first: "pending-exists",
        then: &["at-head"],
    },
    State {
        name: "stamped-too-far",
        make: || at(REVISIONS[1], &row(HEAD)),
        first: "stamped-too-far",
        then: &["behind", "at-head"],
    },
    State {
        name: "half-applied",
        make: || at(REVISIONS[1], "CREATE TABLE categories (id integer)"),
        first: "half-applied",
        then: &["half-applied"],
    },
    State {
        name: "unknown-revision",
        make: || at(REVISIONS[1], &row("feedc0ffee00")),
        first: "unknown-revision",
        then: &["at-head"],
    },
    State { name: "ahead", make: || Application::rolled_back(Backend::Postgres), first: "ahead", then: &[] },
    State {
        name: "wrong-database",
        make: || {
            let shop = Application::new(Backend::Postgres);
            shop.database.sql("CREATE TABLE invoices (id integer PRIMARY KEY, total numeric)");
            shop
        },
        first: "wrong-database",
        then: &[],
    },
    State {
        name: "multiple-heads",
        make: || with_file(at(HEAD, ""), "a_second_head", "aaaaaaaaaaaa", REVISIONS[2]),
        first: "multiple-heads",
        then: &["behind", "at-head"],
    },
    State {
        name: "overlapping-rows",
        make: || at(REVISIONS[1], &format!("INSERT INTO alembic_version VALUES ('{}')", REVISIONS[0])),
        first: "overlapping-rows",
        then: &["at-head"],
    },
    State {
        name: "narrow-version-column",
        make: || with_file(at(HEAD, ""), "a_long_id", "an_id_that_is_longer_than_what_alembic_makes_room_for", HEAD),
        first: "narrow-version-column",
        then: &["at-head"],
    },
    State {
        name: "invalid-index",
        make: || {
            at(
                HEAD,
                "CREATE INDEX ix_by_hand ON products (price); \
                 UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'ix_by_hand'::regclass",
            )
        },
        first: "invalid-index",
        then: &["at-head"],
    },
];

fn check(shop: &Application) -> Value {
    let outcome = shop.levelhead(&["check", "--format", "json"]).run();
    schemas::holds("check", &outcome.stdout);
    serde_json::from_str(&outcome.stdout).unwrap_or_else(|_| panic!("{outcome:#?}"))
}

/// The command of an advice; else the first one that its note offers, or the statement.
fn step(help: &Value) -> String {
    let note = help["note"].as_str().unwrap_or_default();
    let offered =
        || note.find("levelhead ").map(|start| &note[start..]).or(Some(note.lines().next()?.split_once(": ")?.1));
    let command = help["command"].as_str().or_else(offered).unwrap_or_default();
    command.split("  ").next().unwrap_or_default().to_owned()
}

fn first(document: &Value) -> (String, String) {
    let finding = &document["findings"][0];
    (finding["code"].as_str().unwrap().to_owned(), step(&finding["help"]))
}

/// Runs what you would copy.
fn carry_out(shop: &Application, command: &str) -> Option<Outcome> {
    if let Some(words) = command.strip_prefix("levelhead ") {
        let mut words: Vec<&str> = words.split(' ').collect();
        if words[0] == "fix" {
            words.push("--yes");
        }
        return Some(shop.levelhead(&words).run());
    }
    if ["ALTER ", "GRANT ", "REINDEX ", "DROP "].iter().any(|keyword| command.starts_with(keyword)) {
        shop.database.sql(command);
        return None;
    }
    panic!("this cannot be run: {command}");
}

#[test]
fn on_a_terminal_a_severity_has_its_colour() {
    let shop = at(REVISIONS[1], &row("feedc0ffee00"));
    let shown = screen(shop.levelhead(&["check"]), Seen::OnATerminal);
    assert!(shown.contains("\n^[[33mrepair[unknown-revision]^[[0m: "), "{shown}");
    fits(&shown);
    let shown = screen(shop.levelhead(&["check"]), Seen::WithoutColour);
    assert!(shown.contains("\nrepair[unknown-revision]: "), "{shown}");
}

#[test]
fn every_state_is_shown_and_its_commands_lead_out_of_it() {
    for state in STATES {
        let shop = (state.make)();
        let Database::Postgres { name } = &shop.database else { unreachable!() };
        let version = server().sql("postgres", "SHOW server_version")[0][0].clone();
        let place = format!("127.0.0.1:{}/{name}", server().port);
        let (host, name) = place.split_once('/').unwrap();
        let said = format!("{name} on {host}");
        let variable = [
            (place.as_str(), "127.0.0.1:5432/shop"),
            (said.as_str(), "shop on 127.0.0.1:5432"),
            (version.as_str(), "15.0"),
        ];
        let shown = screen(shop.levelhead(&["check"]), Seen::InALog);
        is_kept(&format!("check-{}", state.name), &shown, &variable);
        fits(&shown);
        let shown = screen(shop.levelhead(&["fix", "--dry-run"]), Seen::InALog);
        is_kept(&format!("fix-{}", state.name), &shown, &variable);
        fits(&shown);
        let (mut code, mut next) = first(&check(&shop));
        assert_eq!(code, state.first, "{}", state.name);
        for expected in state.then {
            let outcome = carry_out(&shop, &next);
            (code, next) = first(&check(&shop));
            assert_eq!(code, *expected, "{}: {outcome:#?}", state.name);
        }
    }
}
