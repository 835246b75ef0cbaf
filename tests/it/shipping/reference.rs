//! What the command line says about itself: the pages, the completions, docs/cli.md, and the tables of
//! docs/CONFIGURATION.md.

use std::fs;
use std::path::Path;
use std::process::Command;

use ::levelhead::cli::program;
use ::levelhead::config::{OTHERS, Other, SETTINGS, Setting};
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
    is_written("docs/cli.md", |_| text.clone());
}

/// The page is what `renew` makes of it, or becomes it.
fn is_written(page: &str, renew: impl Fn(&str) -> String) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(page);
    let written = fs::read_to_string(&path).unwrap_or_default();
    let text = renew(&written);
    if std::env::var_os("LEVELHEAD_UPDATE").is_some() {
        return fs::write(&path, &text).unwrap();
    }
    assert!(written == text, "{page} is out of date: LEVELHEAD_UPDATE=1 cargo test --test it reference");
}

/// The prose around the tables is written by hand; each table stands below the heading that its settings name.
#[test]
fn the_tables_of_docs_configuration_md_are_what_the_settings_declare() {
    let mut sections: Vec<&str> = SETTINGS.iter().map(|setting| setting.section).collect();
    sections.dedup();
    let mut tables: Vec<(String, String)> = sections
        .iter()
        .map(|section| {
            let rows = SETTINGS.iter().filter(|setting| setting.section == *section).map(row);
            let head = "| Variable | Flag | Default | |\n|---|---|---|---|\n".to_owned();
            (format!("\n## {section}\n\n"), head + &rows.collect::<String>())
        })
        .collect();
    let rows = OTHERS.iter().map(|Other { names, purpose }| format!("| `{}` | {purpose} |\n", names.join("`, `")));
    let head = "| Variable | For what |\n|---|---|\n".to_owned();
    tables.push(("\n## What else is read\n\n".to_owned(), head + &rows.collect::<String>()));
    is_written("docs/CONFIGURATION.md", |page| {
        tables.iter().fold(page.to_owned(), |page, (heading, table)| {
            let (before, after) = page.split_once(heading).unwrap_or_else(|| panic!("there is no{heading}"));
            let rest = after.split_inclusive('\n').skip_while(|line| line.starts_with('|'));
            format!("{before}{heading}{table}{}", rest.collect::<String>())
        })
    });
}

fn row(setting: &Setting) -> String {
    let code = |text: &str| format!("`{text}`");
    let cell = |text: Option<String>| text.map_or_else(String::new, |text| format!(" {text}"));
    let short = setting.short.map_or_else(String::new, |letter| format!("`-{letter}`, "));
    let commands: Vec<String> = setting.commands.iter().map(|command| code(command)).collect();
    let mut text = format!("{}.", setting.help);
    text.extend(setting.note.map(|note| format!(" {note}")));
    if !commands.is_empty() {
        text += &format!(" Used by {} only.", commands.join(" and "));
    }
    format!(
        "|{} | {short}`--{} {}` |{} | {text} |\n",
        cell(setting.variable.map(code)),
        setting.flag,
        setting.value,
        cell(setting.default.map(code).or(setting.otherwise.map(str::to_owned))),
    )
}

#[test]
fn the_commands_that_a_setting_names_are_there() {
    let known = |command: &&&str| program().get_subcommands().any(|one| one.get_name() == **command);
    for setting in SETTINGS {
        let unknown: Vec<&&str> = setting.commands.iter().filter(|command| !known(command)).collect();
        assert!(unknown.is_empty(), "{}: {unknown:?}", setting.field);
    }
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
