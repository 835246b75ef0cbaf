//! Which Python is asked, and what it runs.

use std::ffi::OsString;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::NotRendered;
use crate::commands::files::Files;
use crate::config::Config;
use crate::process::program::{self, ProgramError, command_line};
use rendering::{Program, Start};

/// The Python that upgrades, and what it runs: the upgrade command, or the one within it that another one starts (`poetry
/// run alembic …`), or the one of the files' layout.
pub(super) fn of_the_application(config: &Config, files: &Files) -> Result<(PathBuf, Program), NotRendered> {
    let words = files.upgrade_words(config, "heads");
    let is_tool =
        |word: &OsString| ["alembic", "flask"].iter().any(|tool| Path::new(word).file_name() == Some(tool.as_ref()));
    let within = words.iter().position(is_tool).map(|at| words[at..].to_vec());
    let of_layout = files.layout.upgrade_command("heads");
    let path = config.path.as_deref();
    for words in [Some(&words), within.as_ref(), Some(&of_layout)].into_iter().flatten() {
        let found = program::find(words, path).or_else(|_| program::find(words, Some(".venv/bin".as_ref())));
        if let Some(found) = found.ok().and_then(|found| run_by_python(&found)) {
            return Ok(found);
        }
    }
    let found = program::find(&words, path);
    let source = found.err().unwrap_or_else(|| ProgramError::NotFound { name: "python".to_owned() });
    Err(NotRendered::NoPython { command: command_line(&words), source })
}

/// The interpreter of a program, and what it is to run; `None` where it is no program of Python's.
fn run_by_python(found: &program::Program) -> Option<(PathBuf, Program)> {
    let words: Vec<String> = found.words.iter().map(|word| word.to_string_lossy().into_owned()).collect();
    if is_python(found.file.file_name()?.to_str()?) {
        let at = words.iter().skip(1).position(|word| word == "-m" || !word.starts_with('-'))? + 1;
        let (start, from) = match words[at].as_str() {
            "-m" => (Start::Module(words.get(at + 1)?.clone()), at + 1),
            script => (Start::Script(script.into()), at),
        };
        return Some((found.file.clone(), Program { start, words: words[from..].to_vec() }));
    }
    let python = interpreter(&found.file)?;
    Some((python, Program { start: Start::Script(found.file.clone()), words }))
}

/// What a script of a virtualenv is run by.
fn interpreter(script: &Path) -> Option<PathBuf> {
    let named = PathBuf::from(program::interpreter(script)?);
    match named.file_name()?.to_str()? {
        "env" => {
            let name = program::started_by_env(script).filter(|name| is_python(name))?;
            let beside = script.parent().map(|folder| folder.join("python")).filter(|python| python.exists());
            Some(beside.unwrap_or_else(|| name.into()))
        }
        "sh" => past_the_shell(script),
        name => is_python(name).then(|| named.clone()),
    }
}

fn is_python(name: &str) -> bool {
    name.starts_with("python")
}

/// Where its path is long, or has blanks, pip writes a script that a shell reads first and hands to Python.
fn past_the_shell(script: &Path) -> Option<PathBuf> {
    let mut start = Vec::new();
    File::open(script).ok()?.take(2048).read_to_end(&mut start).ok()?;
    let start = String::from_utf8_lossy(&start);
    let rest = start.lines().nth(1)?.strip_prefix("'''exec' ")?;
    let named = match rest.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next(),
        None => rest.split(' ').next(),
    };
    named.map(PathBuf::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(file: &str, words: &[&str]) -> Option<(String, Start, String)> {
        let words = words.iter().map(OsString::from).collect();
        let (python, program) = run_by_python(&program::Program { file: file.into(), words })?;
        Some((python.display().to_string(), program.start, program.words.join(" ")))
    }

    #[test]
    fn python_runs_modules_and_scripts() {
        let module = run("/v/bin/python3", &["python3", "-m", "alembic", "upgrade", "heads"]).unwrap();
        assert_eq!(module, ("/v/bin/python3".into(), Start::Module("alembic".into()), "alembic upgrade heads".into()));
        let script = run("/v/bin/python", &["python", "-u", "manage.py", "db", "upgrade"]).unwrap();
        assert_eq!(script, ("/v/bin/python".into(), Start::Script("manage.py".into()), "manage.py db upgrade".into()));
        assert_eq!(run("/v/bin/python", &["python"]), None);
    }

    #[test]
    fn a_script_is_run_by_what_its_first_lines_name() {
        let folder = tempfile::tempdir().unwrap();
        let script = folder.path().join("alembic");
        for (text, expected) in [
            ("#!/v/bin/python3.11\nimport sys", Some("/v/bin/python3.11")),
            ("#!/bin/sh\n'''exec' \"/long path/bin/python\" \"$0\" \"$@\"\n' '''", Some("/long path/bin/python")),
            ("#!/bin/sh\n'''exec' /long/bin/python \"$0\" \"$@\"", Some("/long/bin/python")),
            ("#!/usr/bin/env python3\n", Some("python3")),
            ("#!/bin/sh\nexec python upgrade.py\n", None),
            ("\u{7f}ELF", None),
        ] {
            std::fs::write(&script, text).unwrap();
            assert_eq!(interpreter(&script).as_deref(), expected.map(Path::new), "{text}");
        }
    }
}
