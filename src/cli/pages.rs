//! What help and the manual page show beside the flags: the commands in groups, and examples.

use clap::Command;

/// The commands, by what they are for.
pub(super) const GROUPS: &[(&str, &[&str])] = &[
    ("Start", &["run"]),
    ("Look", &["check", "plan", "verify", "current", "infer", "diff", "explain"]),
    ("Repair", &["fix", "stamp", "undo", "restore", "merge", "reset"]),
    ("History", &["history", "heads", "branches", "show"]),
    ("More", &["help", "version", "completions", "man"]),
];

/// Lines to type, and what each is for; those of the program itself stand first.
pub(super) const EXAMPLES: &[(&str, &[(&str, &str)])] = &[
    (
        "levelhead",
        &[
            ("levelhead run -- gunicorn 'app:create_app()'", "put this in the place of your start command"),
            ("levelhead check", "see what is wrong with the database"),
            ("levelhead explain < deploy.log", "learn what an error in a log means"),
        ],
    ),
    (
        "run",
        &[
            ("levelhead run -- gunicorn 'app:create_app()'", "upgrade if needed, then start gunicorn"),
            ("levelhead run", "upgrade if needed, then exit: a release phase, an init container"),
            ("levelhead run --wait -- celery -A app worker", "start once another instance has upgraded"),
        ],
    ),
    (
        "check",
        &[
            ("levelhead check", "what is wrong, and the command to run next"),
            ("levelhead check --auto-fix", "make the repairs that the schema proves"),
            ("levelhead check --against main", "in a pipeline: this branch merged with main, without a database"),
        ],
    ),
    (
        "plan",
        &[
            ("levelhead plan", "locks, sizes and rows in the way of the next upgrade"),
            ("levelhead plan --sql", "the same with the SQL of each operation"),
            ("levelhead plan --format markdown", "the same for a pull request"),
        ],
    ),
    (
        "verify",
        &[
            ("levelhead verify", "environment, URL, connection, rights, files, imports"),
            ("levelhead verify -- gunicorn 'app:create_app()'", "the start command too"),
        ],
    ),
    (
        "current",
        &[
            ("levelhead current", "the current revision of the database"),
            ("levelhead current --format json", "the same for a script"),
        ],
    ),
    (
        "infer",
        &[
            ("levelhead infer", "the revision that the tables match"),
            ("levelhead infer --explain head", "what speaks for and against the head, fact by fact"),
        ],
    ),
    (
        "diff",
        &[
            ("levelhead diff", "tables against files, up to the current revision"),
            ("levelhead diff head --sql", "the SQL that leads to the head"),
        ],
    ),
    (
        "explain",
        &[
            ("levelhead explain half-applied", "the page of a finding"),
            ("levelhead explain < deploy.log", "the error in a log, and what to do"),
        ],
    ),
    (
        "fix",
        &[
            ("levelhead fix --dry-run", "show the repair that the schema proves"),
            ("levelhead fix", "show it, ask, make it"),
            ("levelhead fix --finish a2f41c0d9e11", "run the rest of a revision that stopped halfway"),
        ],
    ),
    (
        "stamp",
        &[
            ("levelhead stamp head", "record every migration as applied, without running one"),
            ("levelhead stamp --purge 4b1d0c9a7e21", "replace all rows of the version table by this one"),
        ],
    ),
    ("undo", &[("levelhead undo", "put back the rows that the last repair replaced")]),
    (
        "restore",
        &[
            ("levelhead restore 4b1d0c9a7e21", "find the deleted file in git and bring it back"),
            ("levelhead restore 4b1d0c9a7e21 --dry-run", "show where it is, write nothing"),
        ],
    ),
    (
        "merge",
        &[("levelhead merge", "join all heads"), ("levelhead merge -m 'join stock and orders'", "with a message")],
    ),
    (
        "reset",
        &[
            ("levelhead reset", "show what is in the database, ask, empty it"),
            ("levelhead reset --yes-i-mean shop_test --no-backup", "in a script"),
        ],
    ),
    (
        "history",
        &[("levelhead history", "all revisions, newest first"), ("levelhead history --graph", "the same as a drawing")],
    ),
    ("heads", &[("levelhead heads", "the newest revisions of the files")]),
    ("branches", &[("levelhead branches", "where the history forks")]),
    (
        "show",
        &[
            ("levelhead show head", "the newest revision, with its message"),
            ("levelhead show head --operations", "what it does, with file and line"),
        ],
    ),
    ("completions", &[("levelhead completions bash >/etc/bash_completion.d/levelhead", "install them")]),
    ("man", &[("levelhead man | man -l -", "read the manual page")]),
];

/// The program as its help shows it: the commands stand in groups.
pub(super) fn grouped(program: Command) -> Command {
    let abouts = |name: &str| program.find_subcommand(name).and_then(Command::get_about).map(ToString::to_string);
    let mut commands = String::new();
    for (group, names) in GROUPS {
        commands += &format!("{group}:\n");
        for name in *names {
            commands += &format!("  {name:<11}  {}\n", abouts(name).unwrap_or_default());
        }
        commands.push('\n');
    }
    let template =
        format!("{{about-with-newline}}\n{{usage-heading}} {{usage}}\n\n{commands}{{all-args}}{{after-help}}");
    program
        .help_template(template)
        .override_usage("levelhead [OPTIONS] COMMAND")
        .mut_subcommands(|command| command.hide(true))
}

/// The same with the examples of the program and of each command below their flags.
pub(super) fn with_examples(program: Command) -> Command {
    let program = program.mut_subcommands(|command| match examples(command.get_name()) {
        [] => command,
        lines => {
            let text = listed(lines);
            command.after_help(text)
        }
    });
    let mut last = listed(examples("levelhead"));
    if !env!("CARGO_PKG_REPOSITORY").is_empty() {
        last += concat!("\n\nDocumentation: ", env!("CARGO_PKG_REPOSITORY"));
    }
    let long = program.get_after_long_help().map(|codes| format!("{last}\n\n{codes}"));
    let program = program.after_help(last);
    match long {
        Some(long) => program.after_long_help(long),
        None => program,
    }
}

/// The examples of a command, or of the program.
pub(super) fn examples(command: &str) -> &'static [(&'static str, &'static str)] {
    EXAMPLES.iter().find(|(name, _)| *name == command).map_or(&[], |(_, lines)| lines)
}

/// Each with what it is for below it: both fit the narrowest terminal.
fn listed(lines: &[(&str, &str)]) -> String {
    let lines = lines.iter().map(|(line, what)| format!("\n  {line}\n      {what}"));
    format!("Examples:{}", lines.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::super::Cli;
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn every_command_stands_in_one_group_and_fits_a_terminal() {
        let program = Cli::command();
        let mut grouped: Vec<&str> = GROUPS.iter().flat_map(|(_, names)| names.iter().copied()).collect();
        let mut known: Vec<&str> = program.get_subcommands().map(Command::get_name).collect();
        grouped.sort_unstable();
        known.sort_unstable();
        assert_eq!(grouped, known);
        for command in program.get_subcommands() {
            let about = command.get_about().map(ToString::to_string).unwrap_or_default();
            assert!((10..=66).contains(&about.len()), "{}: {about}", command.get_name());
        }
    }

    #[test]
    fn every_example_is_a_command_line_of_the_command_it_stands_with() {
        for (name, lines) in EXAMPLES {
            for (line, what) in *lines {
                assert!(line.len() <= 76 && what.len() <= 72, "{line}: {what}");
                let line = line.split(['<', '>', '|']).next().unwrap();
                let words = shell_words::split(line).unwrap();
                assert!(*name == "levelhead" || words[1] == *name, "{line}");
                Cli::parse_words(&words.iter().map(Into::into).collect::<Vec<_>>())
                    .unwrap_or_else(|error| panic!("{line}: {error}"));
            }
        }
        for command in Cli::command().get_subcommands().map(|command| command.get_name().to_owned()) {
            assert!(["help", "version"].contains(&&*command) || !examples(&command).is_empty(), "{command}");
        }
    }
}
