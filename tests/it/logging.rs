//! What a log gets.

use std::process::Command;

use crate::support::{Application, Backend, Levelhead};

#[test]
fn json_lines_are_objects_with_a_level_and_a_message() {
    let shop = Application::at(Backend::Sqlite, "head");
    let outcome = shop.levelhead(&["run"]).env("LEVELHEAD_LOG_FORMAT", "json").run();
    outcome.success();
    let line: serde_json::Value = serde_json::from_str(outcome.stderr.trim()).unwrap();
    assert_eq!(line["level"], "INFO");
    assert!(line["message"].as_str().unwrap().starts_with("version table at head d8452b70fc16"), "{line}");
}

#[test]
fn a_log_has_plain_lines_and_a_level_decides_which() {
    let shop = Application::at(Backend::Sqlite, "head");
    let outcome = shop.levelhead(&["run"]).run();
    assert!(
        outcome.stderr.starts_with("levelhead: version table at head") && !outcome.stderr.contains('\u{1b}'),
        "{outcome:?}"
    );
    shop.levelhead(&["run", "--log", "warn"]).run().success().says_nothing_of("at head");
}

#[test]
fn a_terminal_gets_colour_unless_it_asks_for_none() {
    let shop = Application::at(Backend::Sqlite, "head");
    let shown = |no_color: &str| on_a_terminal(&shop, shop.levelhead(&["run"]).env("NO_COLOR", no_color));
    assert!(shown("").contains("\u{1b}[36mlevelhead:\u{1b}[0m version table at head"));
    assert!(shown("1").contains("levelhead: version table at head"));
}

#[test]
fn a_wait_turns_a_spinner_on_a_terminal_and_is_a_line_in_a_log() {
    let shop = Application::new(Backend::Sqlite);
    let waiting = || {
        let nobody = shop.levelhead(&["run", "--wait-timeout", "1s"]);
        nobody.env("DATABASE_URL", "postgresql://u:p@127.0.0.1:1/d")
    };
    let shown = on_a_terminal(&shop, waiting());
    assert!(shown.contains("\u{1b}[2K") && shown.contains("waiting for the database (0 s): 127.0.0.1:1"), "{shown:?}");
    let logged = waiting().run();
    logged.code(124).says("levelhead: waiting for the database (0 s): 127.0.0.1:1").says_nothing_of("\u{1b}");
}

/// What a terminal shows of it: `script` gives its command one.
fn on_a_terminal(shop: &Application, levelhead: Levelhead) -> String {
    let inner = levelhead.command();
    let words = std::iter::once(inner.get_program()).chain(inner.get_args());
    let line = shell_words::join(words.map(|word| word.to_str().unwrap()));
    let shown = Command::new("script")
        .env_clear()
        .args(["-qec", &line, "/dev/null"])
        .envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?))))
        .env("TERM", "xterm")
        .current_dir(shop.folder())
        .output()
        .expect("script is missing; install it: apt-get install -y bsdutils");
    String::from_utf8_lossy(&shown.stdout).into_owned()
}
