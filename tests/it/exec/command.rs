//! The command: how it is found, what it is told, and the exit codes when it cannot be started.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::Command;

use crate::support::{Application, Backend, Levelhead};

/// The account of that name, and its group.
const NOBODY: u32 = 65534;

fn script(file: &Path, text: impl AsRef<[u8]>, mode: u32) -> String {
    fs::write(file, text).unwrap();
    fs::set_permissions(file, fs::Permissions::from_mode(mode)).unwrap();
    file.to_str().unwrap().to_owned()
}

#[test]
fn every_exit_code_is_the_commands_own() {
    let shop = Application::at(Backend::Sqlite, "head");
    for code in 0..=255 {
        shop.levelhead(&["run", "--log", "error", "--", "sh", "-c", &format!("exit {code}")]).run().code(code);
    }
}

#[test]
fn a_signal_that_ends_the_command_is_seen_as_it_is() {
    let shop = Application::at(Backend::Sqlite, "head");
    for signal in [1, 2, 3, 6, 9, 13, 15] {
        let outcome = shop.levelhead(&["run", "--", "sh", "-c", &format!("kill -{signal} $$")]).run();
        assert_eq!(outcome.status.signal(), Some(signal), "{outcome:?}");
    }
}

#[test]
fn what_cannot_be_executed_says_why() {
    let shop = Application::at(Backend::Sqlite, "head");
    let at = |name: &str| shop.folder().join(name);
    let moved = script(&at("moved"), "#!/srv/old/.venv/bin/python\nprint()\n", 0o755);
    let plain = script(&at("plain"), "#!/bin/sh\n", 0o644);
    // An ELF header for another machine: EM_S390.
    let mut elf = fs::read("/bin/true").unwrap();
    elf[18..20].copy_from_slice(&22_u16.to_le_bytes());
    let foreign = script(&at("foreign"), elf, 0o755);
    let windows = script(&at("windows"), "#!/bin/sh\r\necho started\r\n", 0o755);
    let slim = script(&at("slim"), "#!/opt/no/bash\n", 0o755);
    let link = at("link");
    std::os::unix::fs::symlink("/opt/no/server", &link).unwrap();
    let here = format!("./serve: no such file in {}", shop.folder().display());
    for (command, code, says, next) in [
        (
            "no-such-command",
            127,
            "no-such-command: command not found",
            "install no-such-command, put its folder on the PATH",
        ),
        ("", 127, ": command not found", "name the command"),
        // A word with a slash is looked up nowhere.
        ("./serve", 127, here.as_str(), "start in the folder that it lies in"),
        ("/srv/no/serve", 127, "/srv/no/serve: no such file", "correct the path"),
        (link.to_str().unwrap(), 127, "is a link to /opt/no/server, which does not exist", "put /opt/no/server there"),
        (
            moved.as_str(),
            127,
            "its interpreter \"/srv/old/.venv/bin/python\" does not exist",
            "make the virtualenv anew",
        ),
        (slim.as_str(), 127, "its interpreter \"/opt/no/bash\" does not exist", "install /opt/no/bash, or name"),
        (windows.as_str(), 127, "has the end of a line of Windows", "sed -i 's/\\r$//' "),
        (plain.as_str(), 126, "permission denied", "chmod +x"),
        ("/tmp", 126, "is a folder", "name a program inside it"),
        (foreign.as_str(), 126, "built for another architecture?", "file "),
    ] {
        let outcome = shop.levelhead(&["run", "--", command]).run();
        outcome.code(code).prints("").says(says).says(next);
        if !command.starts_with("no-") && !command.is_empty() {
            outcome.says_nothing_of("PATH");
        }
    }
    // What is printed is run, and the script starts.
    let outcome = shop.levelhead(&["run", "--", &windows]).run();
    let next = outcome.stderr.split("help: ").nth(1).unwrap();
    assert!(Command::new("sh").args(["-c", next]).status().unwrap().success());
    shop.levelhead(&["run", "--", &windows]).run().success().prints("started\n");
}

#[test]
fn a_script_without_a_shebang_is_the_shells_as_execvp_has_it() {
    let shop = Application::at(Backend::Sqlite, "head");
    let at = |name: &str| shop.folder().join(name);
    let plain = script(&at("plain-script"), "echo \"$0\" \"$@\"\n", 0o755);
    let empty = script(&at("empty"), "", 0o755);
    shop.levelhead(&["run", "--", &plain, "a b"]).run().success().prints(&format!("{plain} a b\n"));
    shop.levelhead(&["run", "--", &empty]).run().success().prints("");
    let shop = Application::new(Backend::Sqlite);
    let upgrade = script(&shop.folder().join("upgrade"), "flask db \"$1\"\n", 0o755);
    let command = format!("{upgrade} upgrade");
    let outcome = shop.levelhead(&["run", "--", &plain]).env("LEVELHEAD_UPGRADE_COMMAND", command).run();
    outcome.success().prints(&format!("{plain}\n"));
}

/// An interpreter behind a folder that this user may not enter, and that a link leads to: as a virtualenv's that root made.
#[test]
fn an_interpreter_that_is_out_of_reach_is_named_with_what_stands_in_the_way() {
    let shop = Application::new(Backend::Postgres);
    let at = |name: &str| shop.folder().join(name);
    fs::create_dir(at("closed")).unwrap();
    script(&at("closed/python"), "#!/bin/sh\n", 0o755);
    std::os::unix::fs::symlink(at("closed/python"), at("python")).unwrap();
    let serve = script(&at("serve"), format!("#!{}\n", at("python").display()), 0o755);
    let is_root = nix::unistd::Uid::effective().is_root();
    let (closed, who) = if is_root { (0o700, "nobody may not enter ") } else { (0o000, " may not enter ") };
    let set = |name: &str, mode| fs::set_permissions(at(name), fs::Permissions::from_mode(mode)).unwrap();
    set(".", 0o755);
    set("closed", closed);
    let run = |levelhead: Levelhead| {
        let mut command = levelhead.command();
        if is_root {
            command.uid(NOBODY).gid(NOBODY);
        }
        command.output().unwrap()
    };
    let started = run(shop.levelhead(&["run", "--skip-db-upgrade", "--", &serve]));
    let upgraded = run(shop.levelhead(&["run"]).env("LEVELHEAD_UPGRADE_COMMAND", &serve));
    set("closed", 0o755);
    for output in [&started, &upgraded] {
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(126), "{said}");
        assert!(said.contains(&format!("its interpreter {}: permission denied: ", at("python").display())), "{said}");
        assert!(said.contains(&format!("{who}{}", at("closed").display())), "{said}");
        assert_eq!(said.contains(", only root may"), is_root, "{said}");
    }
    // Not after waiting for whoever upgrades.
    assert!(!String::from_utf8_lossy(&upgraded.stderr).contains("pending: "), "{upgraded:?}");
}

#[test]
fn the_path_is_searched_past_a_file_that_may_not_be_executed() {
    let shop = Application::at(Backend::Sqlite, "head");
    let (first, second) = (shop.folder().join("first"), shop.folder().join("second"));
    fs::create_dir(&first).unwrap();
    fs::create_dir(&second).unwrap();
    script(&first.join("tool"), "#!/bin/sh\necho first\n", 0o644);
    let path = |folders: &[&Path]| std::env::join_paths(folders).unwrap();
    let run = |path| shop.levelhead(&["run", "--", "tool"]).env("PATH", path).run();
    run(path(&[&first])).code(126).says("permission denied");
    script(&second.join("tool"), "#!/bin/sh\necho second\n", 0o755);
    run(path(&[&first, &second])).success().prints("second\n");
}

#[test]
fn words_reach_the_command_as_they_were_typed() {
    let shop = Application::at(Backend::Sqlite, "head");
    let outcome = shop.levelhead(&["run", "--", "printf", "%s|", "--help", "--", "$HOME", "a b", ""]).run();
    outcome.success().prints("--help|--|$HOME|a b||");
    shop.levelhead(&["run", "--", "sh", "-c", "echo $0"]).run().success().prints("sh\n");
}

#[test]
fn one_process_is_left() {
    let shop = Application::at(Backend::Sqlite, "head");
    let outcome =
        shop.levelhead(&["run", "--", "sh", "-c", "ls /proc/$$/task | wc -l; cat /proc/$$/task/$$/children"]).run();
    // ls and cat are the shell's own children while it asks.
    let lines: Vec<&str> = outcome.success().stdout.lines().collect();
    assert_eq!(lines[0], "1");
    assert_eq!(lines[1].split_whitespace().count(), 1, "{lines:?}");
}

#[test]
fn a_start_command_that_is_levelhead_itself_upgrades_once() {
    let shop = Application::new(Backend::Sqlite);
    let levelhead = crate::support::levelhead::binary();
    let levelhead = levelhead.to_str().unwrap();
    let outcome = shop.levelhead(&["run", "--", levelhead, "run", "--", "echo", "started"]).run();
    outcome.success().prints("started\n");
    assert_eq!(outcome.stderr.matches("Running upgrade  ->").count(), 1, "{outcome:?}");
}

#[test]
fn an_upgrade_command_that_is_levelhead_itself_does_not_recurse() {
    let shop = Application::new(Backend::Sqlite);
    let levelhead = crate::support::levelhead::binary();
    let command = format!("{} run", levelhead.display());
    let outcome = shop.levelhead(&["run", "--upgrade-command", &command]).run();
    outcome.code(125).says("SKIP_DB_UPGRADE is set: nothing is changed").says("exited with 0, but");
}
