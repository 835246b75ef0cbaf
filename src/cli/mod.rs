//! The command line, as clap sees it. What a flag or a variable means is decided in `config`.

pub mod manual;
mod pages;

use std::ffi::OsString;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::commands::{
    branches, check, current, diff, explain, fix, heads, history, infer, merge, plan, reset, restore, run, show, stamp,
    undo, verify,
};
use crate::config::Settings;

/// What `docs/exit-codes.md` says at more length.
const EXIT_CODES: &str = "\
Exit codes: 0 done; 1 findings that need a person; 2 usage; 124 a deadline passed; 125 levelhead refused or failed; \
126, 127 the command cannot be executed, was not found; 128+n ended by signal n; otherwise the upgrade command's own. \
Once CMD was started, every code is its own.";

/// Is your database level with its head?
///
/// levelhead checks the database against the migration files of the image, runs the application's own upgrade when one
/// is pending, and becomes the start command: same PID, no trace.
#[derive(Debug, Parser)]
#[command(name = "levelhead", version, max_term_width = 100, disable_help_subcommand = true)]
#[command(after_long_help = EXIT_CODES)]
pub struct Cli {
    /// Flags that every command takes.
    #[command(flatten)]
    pub settings: Settings,
    /// Log warnings and errors only
    #[arg(short, long, global = true, help_heading = "Output", conflicts_with_all = ["verbose", "log"])]
    quiet: bool,
    /// Log what is looked at, too
    #[arg(short, long, global = true, help_heading = "Output", conflicts_with = "log")]
    verbose: bool,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// `run` without the other commands, of which clap would build each with all of the flags, at every start.
#[derive(Debug, Parser)]
#[command(no_binary_name = true, disable_help_flag = true)]
struct Start {
    #[command(flatten)]
    settings: Settings,
    #[command(flatten)]
    arguments: run::Arguments,
}

impl Cli {
    /// The command line, or what to answer to it: help, the version, or what is wrong with it. The first word is the program.
    pub fn parse_words(words: &[OsString]) -> Result<Self, clap::Error> {
        if let [_, command, rest @ ..] = words
            && command == "run"
            && let Ok(start) = Start::try_parse_from(rest)
        {
            let command = Command::Run(start.arguments);
            return Ok(Self { settings: start.settings, quiet: false, verbose: false, command });
        }
        // Whatever there is to say, the whole picture says it.
        let cli = Self::of_the_whole(words)?;
        let asked = match &cli.command {
            Command::Help { command } => {
                let program = words.first().cloned().unwrap_or_default();
                [program].into_iter().chain(command.iter().map(OsString::from)).chain(["--help".into()]).collect()
            }
            Command::Version => vec![OsString::from("levelhead"), "--version".into()],
            _ => {
                let settings = cli.settings.heard(cli.quiet, cli.verbose && !cli.command.has_verbose());
                return Ok(Self { settings, ..cli });
            }
        };
        Self::of_the_whole(&asked)
    }

    /// Parsed with every command and flag.
    fn of_the_whole(words: &[OsString]) -> Result<Self, clap::Error> {
        let mut shown = pages::grouped(pages::with_examples(Self::command()));
        let mut matches = shown.try_get_matches_from_mut(words)?;
        Self::from_arg_matches_mut(&mut matches).map_err(|error| error.format(&mut shown))
    }
}

/// The command line as reference pages show it: the options that every command takes stand with the program alone.
pub fn program() -> clap::Command {
    let mut program = pages::with_examples(Cli::command());
    program.build();
    program.mut_subcommands(|command| {
        command.mut_args(|argument| {
            let is_general = argument.is_global_set() || argument.get_id() == "help";
            if is_general { argument.hide(true) } else { argument }
        })
    })
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Upgrade the database if needed, then become your start command
    ///
    /// At head: becomes CMD at once. Behind, or an empty database: runs your own upgrade command under a lock, checks the
    /// result, then becomes CMD. The version table is empty, or names an unknown revision: sets it to the revision that the
    /// schema proves, then upgrades. A newer release has upgraded the database: leaves it as it is. Anything else: stops, says
    /// what it found and the command to run next.
    /// With --wait it never upgrades: it waits until another instance has, and needs only to read the version table.
    /// Without CMD it does the same and exits with 0 (ExecStartPre, initContainer, preDeployCommand).
    Run(run::Arguments),
    /// Show the newest revisions of the migration files
    Heads(heads::Arguments),
    /// Show the current revision of the database
    Current(current::Arguments),
    /// List all revisions, newest first, or draw them
    History(history::Arguments),
    /// Show where the history forks
    Branches(branches::Arguments),
    /// Show one revision, with its message and operations
    Show(show::Arguments),
    /// Show which revision the tables match, with the evidence
    Infer(infer::Arguments),
    /// Test the deployment from end to end
    ///
    /// The environment, the URL, name resolution, connection, TLS, the server, the role and its rights, the version table, the
    /// files, the schema against them, the upgrade command, whether the application imports (in a child process, with
    /// SKIP_DB_UPGRADE set and a read-only default), and the start command where it is given. Writes nothing. Exits with 1
    /// where a check has failed.
    Verify(verify::Arguments),
    /// Explain an error message, a log or a finding
    ///
    /// Takes a finding's code, or any error text: pasted as an argument or piped in, a whole deploy log too. Knows the errors
    /// of Alembic, SQLAlchemy, psycopg, PostgreSQL, Flask-Migrate and gunicorn around migrations. Where DATABASE_URL leads
    /// to a database it looks there, changes nothing, and says which of the causes it is. Without a text it lists the codes.
    Explain(explain::Arguments),
    /// Show what is wrong, and what `run` would do about it
    ///
    /// Exits with 0 where nothing is to be done, with 10 where only an upgrade is pending, with 1 where something is wrong.
    Check(check::Arguments),
    /// Show what the next `run` would do to this database
    ///
    /// Each pending revision in Alembic's order, each operation with its file and line: the locks that it takes, whether it
    /// rewrites the table or reads all of it under that lock, how large the table is, who is in the way, which rows will break
    /// it, what is lost, and a verdict. What is not known is said to be not known. Changes nothing.
    Plan(plan::Arguments),
    /// Show where the tables differ from the migration files
    ///
    /// Compares with what the files build up to the current revisions, or up to REV. Each line names the revision, the file and
    /// the line that says so. What could not be read is listed apart and is no difference. Changes nothing.
    Diff(diff::Arguments),
    /// Repair the version table or the schema
    ///
    /// Without options it sets the version table's rows, or clears away what a failed upgrade has left: a table of batch
    /// mode, an index that is not valid. --finish and --take-back lead a revision that stopped halfway to its end or back to
    /// its beginning; --schema puts right what `diff` shows. Each shows first what it will do, and asks.
    Fix(fix::Arguments),
    /// Merge several heads with your own Alembic
    ///
    /// Runs `alembic merge` or `flask db merge`, derived from the upgrade command, with SKIP_DB_UPGRADE set and for at most
    /// 60 seconds. Reads the new file back: it must join these heads and leave one. Warns first if both branches change the
    /// same table, which a merge revision does not settle.
    Merge(merge::Arguments),
    /// Bring a deleted migration file back from git
    ///
    /// Looks for it in every commit of the git repository that holds the migrations, or, where none does, of the one that
    /// GIT_DIR and GIT_WORK_TREE name: deleted, renamed, on another branch, in a stash, or only in a reflog. The lost revisions
    /// that it follows come with it. Never writes over another file.
    Restore(restore::Arguments),
    /// Empty a throwaway database
    ///
    /// Shows its tables and rows first. Refuses unless the database's name is typed or given with --yes-i-mean, unless a dump
    /// is written or --no-backup says otherwise, where others are connected, and where the environment looks like production.
    /// Extensions stay, and so does the ledger.
    Reset(reset::Arguments),
    /// Set the version table without running a migration
    Stamp(stamp::Arguments),
    /// Undo the last change that levelhead made to the version table
    ///
    /// Refuses where somebody else has changed the rows since, and says what is there. An upgrade is not undone: that is what
    /// `flask db downgrade` is for. Needs the ledger (LEVELHEAD_LEDGER), and no migration files.
    Undo(undo::Arguments),
    /// Print a completion script for your shell
    Completions {
        /// Which shell
        #[arg(value_enum)]
        shell: manual::CompletedShell,
    },
    /// Print the manual page
    Man,
    /// Show the help of the program, or of a command
    Help {
        /// Which command
        command: Option<String>,
    },
    /// Print the version
    Version,
}

impl Command {
    /// Whether `--verbose` is the command's own flag: what it lists is listed at more length, as Alembic does it.
    fn has_verbose(&self) -> bool {
        matches!(self, Self::Branches(_) | Self::Current(_) | Self::Heads(_) | Self::History(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_start_is_read_as_the_whole_picture_reads_it() {
        let lines = [
            "run",
            "run --",
            "run -- gunicorn -w 4 app:app",
            "run -- run -- --help",
            "run --wait -- celery",
            "run --database-url sqlite:///a.db -c alembic.ini -n two -d db -- true",
            "run --database a=sqlite:// --database=b=sqlite:// -calembic.ini -c pyproject.toml",
            "run --skip-db-upgrade --retry-authentication=no --wait-timeout 5s --log=debug",
        ];
        for line in lines {
            let words: Vec<OsString> = ["levelhead"].into_iter().chain(line.split(' ')).map(OsString::from).collect();
            let start = Start::try_parse_from(&words[2..]).unwrap_or_else(|error| panic!("{line}: {error}"));
            let whole = Cli::try_parse_from(&words).unwrap_or_else(|error| panic!("{line}: {error}"));
            let command = Command::Run(start.arguments);
            let short = Cli { settings: start.settings, quiet: false, verbose: false, command };
            assert_eq!(format!("{short:?}"), format!("{whole:?}"), "{line}");
            assert_eq!(format!("{:?}", Cli::parse_words(&words).unwrap()), format!("{whole:?}"), "{line}");
        }
    }

    #[test]
    fn help_and_version_answer_as_their_flags_do() {
        let said = |line: &str| {
            let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            let said = Cli::parse_words(&words).unwrap_err();
            (said.exit_code(), said.to_string())
        };
        for (line, flag) in [
            ("levelhead help", "levelhead --help"),
            ("levelhead help check", "levelhead check --help"),
            ("levelhead help chekc", "levelhead chekc --help"),
            ("levelhead version", "levelhead --version"),
        ] {
            assert_eq!(said(line), said(flag));
        }
        assert!(said("levelhead help chekc").1.contains("'check'"), "{}", said("levelhead help chekc").1);
    }

    #[test]
    fn quiet_and_verbose_are_levels() {
        let level = |line: &str| {
            let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            Cli::parse_words(&words).map(|cli| format!("{:?}", cli.settings)).map_err(|error| error.kind())
        };
        assert_eq!(level("levelhead -q run"), level("levelhead --log warn run"));
        assert_eq!(level("levelhead run -v -- true"), level("levelhead --log debug run -- true"));
        for command in Cli::command().get_subcommands().map(|command| command.get_name().to_owned()) {
            let line = format!("levelhead {command} -v");
            let Ok(cli) = Cli::parse_words(&line.split(' ').map(OsString::from).collect::<Vec<_>>()) else { continue };
            let is_own = Cli::command()
                .find_subcommand(&command)
                .is_some_and(|one| one.get_arguments().any(|flag| flag.get_id() == "verbose"));
            assert_eq!(cli.command.has_verbose(), is_own, "{command}");
            assert_eq!(level(&line) == level(&format!("levelhead {command}")), is_own, "{command}");
        }
        let conflict = Err(clap::error::ErrorKind::ArgumentConflict);
        assert_eq!((level("levelhead -q -v run"), level("levelhead -q --log info run")), (conflict.clone(), conflict));
    }

    #[test]
    fn whatever_there_is_to_say_the_whole_picture_says() {
        let lines = [
            "",
            "run --help",
            "run -h",
            "run --version",
            "run gunicorn",
            "run --wait --mode upgrade",
            "run --wiat",
            "run --log loud",
            "run --wait-timeout",
            "run --mode=wait --mode=wait",
            "rn",
            "--log debug rn",
        ];
        for line in lines {
            let words = ["levelhead"].into_iter().chain(line.split_whitespace()).map(OsString::from);
            let words: Vec<OsString> = words.collect();
            let said = Cli::parse_words(&words).unwrap_err();
            let whole = Cli::of_the_whole(&words).unwrap_err();
            assert_eq!((said.exit_code(), said.to_string()), (whole.exit_code(), whole.to_string()), "{line}");
        }
        let flags_first = ["levelhead", "--log", "debug", "run", "--", "true"].map(OsString::from);
        assert!(matches!(Cli::parse_words(&flags_first).unwrap().command, Command::Run(_)));
    }
}
