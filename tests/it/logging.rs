//! What a log gets.

use crate::support::{Application, Backend};

#[test]
fn json_lines_are_objects_with_a_level_and_a_message() {
    let shop = Application::at(Backend::Sqlite, "head");
    let outcome = shop.stillhead(&["run"]).env("STILLHEAD_LOG_FORMAT", "json").run();
    outcome.success();
    let line: serde_json::Value = serde_json::from_str(outcome.stderr.trim()).unwrap();
    assert_eq!(line["level"], "INFO");
    assert!(line["message"].as_str().unwrap().starts_with("at head d8452b70fc16"), "{line}");
}

#[test]
fn a_log_has_plain_lines_and_a_level_decides_which() {
    let shop = Application::at(Backend::Sqlite, "head");
    let outcome = shop.stillhead(&["run"]).run();
    assert!(outcome.stderr.starts_with("stillhead: at head") && !outcome.stderr.contains('\u{1b}'), "{outcome:?}");
    shop.stillhead(&["run", "--log", "warn"]).run().success().says_nothing_of("at head");
}

#[test]
fn a_terminal_gets_colour_unless_it_asks_for_none() {
    let shop = Application::at(Backend::Sqlite, "head");
    // `script` runs its command on a terminal of its own.
    let on_a_terminal = |no_color: &str| {
        let stillhead = crate::support::stillhead::binary();
        let mut command = shop.stillhead(&[]).env("NO_COLOR", no_color).env("TERM", "xterm").command();
        let shown = std::process::Command::new("script")
            .env_clear()
            .args(["-qec", &format!("{} run", stillhead.display()), "/dev/null"])
            .envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))))
            .current_dir(shop.folder())
            .output()
            .expect("script is missing; install it: apt-get install -y bsdutils");
        let _ = &mut command;
        String::from_utf8_lossy(&shown.stdout).into_owned()
    };
    assert!(on_a_terminal("").contains("\u{1b}[36mstillhead:\u{1b}[0m at head"));
    assert!(on_a_terminal("1").contains("stillhead: at head"));
}
