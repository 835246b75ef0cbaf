//! What the command line says about itself: the pages, the completions, and docs/cli.md.

use std::fs;
use std::path::Path;
use std::process::Command;

use ::levelhead::commands::manual::program;
use clap_markdown::MarkdownOptions;

use crate::support::{Levelhead, levelhead, tools::succeed};

/// `LEVELHEAD_UPDATE=1 cargo test --test it reference` writes the page anew.
#[test]
fn docs_cli_md_is_what_the_program_says() {
    let options =
        MarkdownOptions::new().title("Command line".to_owned()).show_footer(false).show_table_of_contents(false);
    let text = clap_markdown::help_markdown_command_custom(&program(), &options);
    // The library names a command after its parent, who has a part in its name by then.
    let mut text: String = text.lines().map(|line| line.trim_end().to_owned() + "\n").collect();
    for (from, to) in [("levelhead levelhead", "levelhead"), ("`levelhead-", "`levelhead "), ("###### ", "")] {
        text = text.replace(from, to);
    }
    let text = text.replace("\n\n\n\n", "\n\n").replace(
        "This document contains the help content for the `levelhead` command-line program.",
        "Every command and every flag, as `--help` says it. This page is written by the program itself.",
    );
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/cli.md");
    if std::env::var_os("LEVELHEAD_UPDATE").is_some() {
        fs::write(&page, &text).unwrap();
    }
    let written = fs::read_to_string(&page).unwrap_or_default();
    assert!(written == text, "docs/cli.md is out of date: LEVELHEAD_UPDATE=1 cargo test --test it reference");
}

#[test]
fn the_short_help_of_a_command_is_its_own_and_the_long_one_has_every_setting() {
    for command in program().get_subcommands().map(|command| command.get_name().to_owned()) {
        let help = |flag: &str| Levelhead::new(&[&command, flag]).run().success().stdout.clone();
        let (short, long) = (help("-h"), help("--help"));
        assert!(short.lines().count() <= 45, "{command} -h is no screen:\n{short}");
        assert!(short.contains("--database-url") && short.contains("see more with '--help'"), "{short}");
        assert!(!short.contains("LEVELHEAD_LOCK_TIMEOUT") && long.contains("LEVELHEAD_LOCK_TIMEOUT"), "{short}");
    }
}

#[test]
fn the_manual_page_holds_every_command_and_every_option() {
    let page = Levelhead::new(&["man"]).env("LEVELHEAD_LOG", "no such level").run().success().stdout.clone();
    let plain = page.replace("\\-", "-");
    for command in program().get_subcommands() {
        let name = command.get_name();
        assert!(plain.contains(&format!(".SH \"LEVELHEAD {}\"\n", name.to_uppercase())), "{name} is missing");
        for option in command.get_arguments().filter_map(|argument| argument.get_long()) {
            assert!(plain.contains(&format!("--{option}")), "--{option} of {name} is missing");
        }
    }
    assert!(plain.contains(".SH \"EXIT STATUS\"\n"), "{page}");
}

#[test]
fn bash_completes_commands_and_options() {
    let script = "source <(\"$0\" completions bash) && COMP_WORDS=(levelhead \"$1\") COMP_CWORD=1 && \
                  _levelhead levelhead \"$1\" levelhead && echo \"${COMPREPLY[*]}\"";
    let complete = |word: &str| succeed(Command::new("bash").args(["-c", script]).arg(levelhead::binary()).arg(word));
    assert_eq!(complete("st"), "stamp\n");
    assert_eq!(complete("--wait"), "--wait-timeout\n");
}

#[test]
fn the_other_shells_have_scripts_of_their_own() {
    for (shell, line) in [("zsh", "#compdef levelhead"), ("fish", "complete -c levelhead")] {
        let script = Levelhead::new(&["completions", shell]).run().success().stdout.clone();
        assert!(script.contains(line), "{script}");
    }
    Levelhead::new(&["completions", "csh"]).run().code(2).says("[possible values: bash, fish, zsh]");
}
