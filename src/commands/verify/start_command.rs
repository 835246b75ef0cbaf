//! The start command: whether it can be executed, and what it comes to.

use std::ffi::{OsStr, OsString};

use super::shell;
use crate::config::{Config, variable};
use crate::help::Help;
use crate::process::program::{self, Program, ProgramError};
use crate::report::Check;

/// Words that a shell knows itself, and with which a single command may begin.
const OF_THE_SHELL: [&str; 19] = [
    ".", ":", "!", "[", "cd", "command", "eval", "exit", "export", "false", "set", "source", "test", "time", "trap",
    "true", "ulimit", "umask", "wait",
];

/// What becomes of a start command that can be executed.
pub(super) struct Start {
    /// As it would be typed.
    pub(super) shown: String,
    /// The program that serves, a shell's own command too; or why it cannot be told.
    pub(super) server: Result<Program, String>,
}

/// Looks the command up, and what it is where it is a shell's.
pub(super) fn check(config: &Config, words: &[OsString]) -> (Check, Option<Start>) {
    const NAME: &str = "start-command";
    let failed = |error: ProgramError| (Check::fail(NAME, error.to_string(), error.help()), None);
    let start = match find(config, words) {
        Ok(start) => start,
        Err(error) => return failed(error),
    };
    let shown = start.command_line();
    let mut detail = vec![start.file.display().to_string()];
    let server = match shell::script(words).map(|script| shell::command(script, variable)) {
        None => Ok(start),
        Some(Err(reason)) => Err(reason),
        Some(Ok(inner)) => match find(config, &inner) {
            Ok(program) => {
                detail.push(program.file.display().to_string());
                Ok(program)
            }
            Err(_) if inner[0].to_str().is_some_and(|name| OF_THE_SHELL.contains(&name)) => {
                Err("the shell does not start a program".to_owned())
            }
            Err(error) => return failed(error),
        },
    };
    (Check { detail, ..Check::pass(NAME, shown.clone()) }, Some(Start { shown, server }))
}

fn find(config: &Config, words: &[OsString]) -> Result<Program, ProgramError> {
    let path: Option<&OsStr> = config.path.as_deref();
    let program = program::find(words, path)?;
    program::check(&program, path).map(|()| program)
}
