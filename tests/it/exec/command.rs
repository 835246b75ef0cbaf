//! The command: how it is found, what it is told, and the exit codes when it cannot be started.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;

use crate::support::{Application, Backend};

fn script(file: &Path, text: impl AsRef<[u8]>, mode: u32) -> String {
    fs::write(file, text).unwrap();
    fs::set_permissions(file, fs::Permissions::from_mode(mode)).unwrap();
    file.to_str().unwrap().to_owned()
}

#[test]
fn every_exit_code_is_the_commands_own() {
    let shop = Application::at(Backend::Sqlite, "head");
    for code in 0..=255 {
        shop.stillhead(&["run", "--log", "error", "--", "sh", "-c", &format!("exit {code}")]).run().code(code);
    }
}

#[test]
fn a_signal_that_ends_the_command_is_seen_as_it_is() {
    let shop = Application::at(Backend::Sqlite, "head");
    for signal in [1, 2, 3, 6, 9, 13, 15] {
        let outcome = shop.stillhead(&["run", "--", "sh", "-c", &format!("kill -{signal} $$")]).run();
        assert_eq!(outcome.status.signal(), Some(signal), "{outcome:?}");
    }
}

#[test]
fn what_cannot_be_executed_says_why() {
    let shop = Application::at(Backend::Sqlite, "head");
    let at = |name: &str| shop.folder().join(name);
    let no_shebang = script(&at("no-shebang"), "echo started\n", 0o755);
    let moved = script(&at("moved"), "#!/srv/old/.venv/bin/python\nprint()\n", 0o755);
    let plain = script(&at("plain"), "#!/bin/sh\n", 0o644);
    // An ELF header for another machine: EM_S390.
    let mut elf = fs::read("/bin/true").unwrap();
    elf[18..20].copy_from_slice(&22_u16.to_le_bytes());
    let foreign = script(&at("foreign"), elf, 0o755);
    for (command, code, says) in [
        ("no-such-command", 127, "no-such-command: command not found"),
        ("", 127, ": command not found"),
        (moved.as_str(), 127, "its interpreter /srv/old/.venv/bin/python does not exist"),
        (plain.as_str(), 126, "permission denied"),
        ("/tmp", 126, "is a folder"),
        (no_shebang.as_str(), 126, "no shebang, or another architecture?"),
        (foreign.as_str(), 126, "no shebang, or another architecture?"),
    ] {
        shop.stillhead(&["run", "--", command]).run().code(code).prints("").says(says).says("next: ");
    }
}

#[test]
fn the_path_is_searched_past_a_file_that_may_not_be_executed() {
    let shop = Application::at(Backend::Sqlite, "head");
    let (first, second) = (shop.folder().join("first"), shop.folder().join("second"));
    fs::create_dir(&first).unwrap();
    fs::create_dir(&second).unwrap();
    script(&first.join("tool"), "#!/bin/sh\necho first\n", 0o644);
    let path = |folders: &[&Path]| std::env::join_paths(folders).unwrap();
    let run = |path| shop.stillhead(&["run", "--", "tool"]).env("PATH", path).run();
    run(path(&[&first])).code(126).says("permission denied");
    script(&second.join("tool"), "#!/bin/sh\necho second\n", 0o755);
    run(path(&[&first, &second])).success().prints("second\n");
}

#[test]
fn words_reach_the_command_as_they_were_typed() {
    let shop = Application::at(Backend::Sqlite, "head");
    let outcome = shop.stillhead(&["run", "--", "printf", "%s|", "--help", "--", "$HOME", "a b", ""]).run();
    outcome.success().prints("--help|--|$HOME|a b||");
    shop.stillhead(&["run", "--", "sh", "-c", "echo $0"]).run().success().prints("sh\n");
}

#[test]
fn one_process_is_left() {
    let shop = Application::at(Backend::Sqlite, "head");
    let outcome =
        shop.stillhead(&["run", "--", "sh", "-c", "ls /proc/$$/task | wc -l; cat /proc/$$/task/$$/children"]).run();
    // ls and cat are the shell's own children while it asks.
    let lines: Vec<&str> = outcome.success().stdout.lines().collect();
    assert_eq!(lines[0], "1");
    assert_eq!(lines[1].split_whitespace().count(), 1, "{lines:?}");
}

#[test]
fn a_start_command_that_is_stillhead_itself_upgrades_once() {
    let shop = Application::new(Backend::Sqlite);
    let stillhead = crate::support::stillhead::binary();
    let stillhead = stillhead.to_str().unwrap();
    let outcome = shop.stillhead(&["run", "--", stillhead, "run", "--", "echo", "started"]).run();
    outcome.success().prints("started\n");
    assert_eq!(outcome.stderr.matches("Running upgrade  ->").count(), 1, "{outcome:?}");
}

#[test]
fn an_upgrade_command_that_is_stillhead_itself_does_not_recurse() {
    let shop = Application::new(Backend::Sqlite);
    let stillhead = crate::support::stillhead::binary();
    let command = format!("{} run", stillhead.display());
    let outcome = shop.stillhead(&["run", "--upgrade-command", &command]).run();
    outcome.code(125).says("SKIP_DB_UPGRADE is set: nothing is changed").says("exited with 0, but");
}
