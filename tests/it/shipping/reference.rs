//! What the command line says about itself: the pages, the completions, docs/cli.md, and the tables of
//! docs/CONFIGURATION.md.

use std::fs;
use std::path::Path;
use std::process::Command;

use ::levelhead::cli::program;
use ::levelhead::config::{OTHERS, Other, SETTINGS, Setting};
use clap_markdown::MarkdownOptions;

use crate::support::{Application, Backend, Levelhead, levelhead, tools::succeed};

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

#[test]
fn the_manual_page_of_packages_is_what_the_program_prints() {
    let printed = Levelhead::new(&["man"]).run().success().stdout.clone();
    is_written("shared/data/share/man/man1/levelhead.1", |_| printed.clone());
}

/// The script that a package installs asks the program itself.
#[test]
fn the_completions_of_packages_are_the_programs() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("shared/data/share/bash-completion/completions/levelhead");
    let script = "PATH=$(dirname \"$0\"):$PATH && . \"$1\" && COMP_WORDS=(levelhead st) COMP_CWORD=1 && \
                  _levelhead levelhead st levelhead && echo \"${COMPREPLY[*]}\"";
    let done = succeed(Command::new("bash").args(["-c", script]).arg(levelhead::binary()).arg(file));
    assert_eq!(done, "stamp\n");
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
        assert!(short.lines().count() <= 60, "{command} -h is no screen:\n{short}");
        assert!(short.contains("--database-url") && short.contains("see more with '--help'"), "{short}");
        assert!(!short.contains("LEVELHEAD_LOCK_TIMEOUT") && long.contains("LEVELHEAD_LOCK_TIMEOUT"), "{short}");
    }
}

/// A person looks for a command by what it is for; each stands in one of the groups, and no line is broken.
#[test]
fn the_programs_help_groups_its_commands_and_shows_examples() {
    for arguments in [&["--help"][..], &["-h"], &["help"]] {
        let help = Levelhead::new(arguments).run().success().stdout.clone();
        let place = |text: &str| help.find(text).unwrap_or_else(|| panic!("{text} is missing:\n{help}"));
        let places = ["\nStart:\n", "\nLook:\n", "\nRepair:\n", "\nHistory:\n", "\nExamples:\n"].map(place);
        assert!(places.is_sorted(), "{help}");
        for command in program().get_subcommands().map(|command| command.get_name().to_owned()) {
            assert!(help.contains(&format!("\n  {command:<11}  ")), "{command} is missing:\n{help}");
        }
    }
    for command in ["check", "plan", "fix", "explain"] {
        for flag in ["-h", "--help"] {
            let help = Levelhead::new(&[command, flag]).run().success().stdout.clone();
            assert!(help.contains(&format!("Examples:\n  levelhead {command}")), "{help}");
        }
        let asked = Levelhead::new(&["help", command]).run().success().stdout.clone();
        assert_eq!(asked, Levelhead::new(&[command, "--help"]).run().success().stdout);
    }
    Levelhead::new(&["help", "chekc"]).run().code(2).says("'check'");
    let version = Levelhead::new(&["version"]).run().success().stdout.clone();
    assert_eq!(version, format!("levelhead {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn verbose_says_what_is_looked_at_and_quiet_only_what_is_wrong() {
    let shop = Application::at(Backend::Sqlite, "head");
    let said = |flags: &[&str]| shop.levelhead(&[&["run"], flags].concat()).run().success().stderr.clone();
    let verbose = said(&["-v"]);
    for line in ["4 revisions in ", "the version table is alembic_version", "connected to sqlite:"] {
        assert!(verbose.contains(&format!("levelhead: debug: {line}")), "{verbose}");
    }
    assert_eq!((said(&["--quiet"]).as_str(), said(&[]).lines().count()), ("", 1));
}

/// Colour goes where somebody has asked for it, and nowhere else.
#[test]
fn colour_follows_the_flag_and_the_usual_variables() {
    let shown = |flags: &[&str], variables: &[(&str, &str)]| {
        let words = [flags, &["current"]].concat();
        let levelhead = variables.iter().fold(Levelhead::new(&words), |one, (name, value)| one.env(name, value));
        levelhead.run().stderr.contains('\u{1b}')
    };
    assert!(!shown(&[], &[]), "a log has none");
    assert!(shown(&["--color", "always"], &[("NO_COLOR", "1")]));
    assert!(!shown(&["--color=never"], &[("FORCE_COLOR", "1")]));
    assert!(shown(&[], &[("FORCE_COLOR", "1")]) && shown(&[], &[("CLICOLOR_FORCE", "1"), ("TERM", "dumb")]));
    assert!(!shown(&[], &[("FORCE_COLOR", "1"), ("NO_COLOR", "1")]));
    Levelhead::new(&["--color", "red", "current"]).run().code(2).says("where to show colour (auto, always, never)");
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
    for section in ["EXAMPLES", "ENVIRONMENT", "\"EXIT STATUS\""] {
        assert!(plain.contains(&format!(".SH {section}\n")), "{section} is missing: {page}");
    }
    for setting in SETTINGS.iter().filter_map(|setting| setting.variable) {
        assert!(plain.contains(&format!("\\fB{setting}\\fR")), "{setting} is missing");
    }
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
