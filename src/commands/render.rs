//! The second reader of a history: the application's own Alembic, asked for SQL in a sandbox.

use std::ffi::OsString;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use thiserror::Error;
use tracing::debug;

use super::files::Files;
use crate::config::{Config, Render};
use crate::process::program::{self, ProgramError, command_line};
use history::Node;
use rendering::{
    Direction, FilesOf, Limits, Program, RenderError, Rendering, Request, RevisionFile, Sandbox, Start, Unconfined,
};
use schema::Dialect;

/// How much address space Python may take: more than large applications do, and less than forever.
const MEMORY: u64 = 4 << 30;
/// How long one revision may take, where all of them together may take longer.
const REVISION: Duration = Duration::from_secs(10);

/// Why nothing was rendered.
#[derive(Debug, Error)]
pub(super) enum NotRendered {
    /// It is not wanted.
    #[error("LEVELHEAD_RENDER is never")]
    Never,
    /// It would not be safe.
    #[error(transparent)]
    Unconfined(#[from] Unconfined),
    /// There is no Python of the application's.
    #[error("{command}: {source}")]
    NoPython {
        /// The upgrade command.
        command: String,
        /// What is wrong with it.
        source: ProgramError,
    },
    /// Python, Alembic or the application has failed.
    #[error(transparent)]
    Failed(#[from] RenderError),
}

/// Has the revisions rendered, each by itself.
pub(super) fn render(
    config: &Config,
    files: &Files,
    revisions: &[&Node],
    dialect: Dialect,
    downgrade: bool,
) -> Result<Rendering, NotRendered> {
    if config.render == Render::Never {
        return Err(NotRendered::Never);
    }
    let sandbox = Sandbox::of_this_kernel()?;
    let (python, program) = python(config, files)?;
    debug!("{} renders, for `{}`", python.display(), program.words.join(" "));
    let time = config.render_timeout;
    let file = |node: &&Node| RevisionFile { id: node.revision.id.clone(), path: node.revision.path.clone() };
    let request = Request {
        program: Some(program),
        config: FilesOf {
            files: files.layout.config_files.clone(),
            section: files.layout.section.clone(),
            script_location: files.layout.script_location.clone(),
        },
        dialect: match dialect {
            Dialect::PostgreSql => rendering::Dialect::PostgreSql,
            Dialect::Sqlite => rendering::Dialect::Sqlite,
        },
        direction: if downgrade { Direction::Downgrade } else { Direction::Upgrade },
        revisions: revisions.iter().map(file).collect(),
        seconds: REVISION.min(time / 2).as_secs_f64(),
        patience: (time / 2).as_secs_f64(),
    };
    let limits = Limits { time, memory: MEMORY };
    Ok(rendering::render(sandbox, &python, &request, &config.leading_nowhere(), limits)?)
}

/// The Python that upgrades, and what it runs: the upgrade command, or the one within it that another one starts (`poetry
/// run alembic …`), or the one of the files' layout.
fn python(config: &Config, files: &Files) -> Result<(PathBuf, Program), NotRendered> {
    let configured: Option<Vec<OsString>> =
        config.upgrade_command.as_ref().map(|words| words.iter().map(OsString::from).collect());
    let of_layout = files.layout.upgrade_command("heads");
    let within = configured.as_deref().and_then(|words| {
        let is_tool = |word: &OsString| {
            ["alembic", "flask"].iter().any(|tool| Path::new(word).file_name() == Some(tool.as_ref()))
        };
        Some(words[words.iter().position(is_tool)?..].to_vec())
    });
    let path = config.path.as_deref();
    for words in [configured.as_ref(), within.as_ref(), Some(&of_layout)].into_iter().flatten() {
        let found = program::find(words, path).or_else(|_| program::find(words, Some(".venv/bin".as_ref())));
        if let Some(found) = found.ok().and_then(|found| run_by_python(&found)) {
            return Ok(found);
        }
    }
    let words = configured.as_ref().unwrap_or(&of_layout);
    let found = program::find(words, path);
    let source = found.err().unwrap_or_else(|| ProgramError::NotFound { name: "python".to_owned() });
    Err(NotRendered::NoPython { command: command_line(words), source })
}

/// The interpreter of a program, and what it is to run; `None` where it is no program of Python's.
fn run_by_python(found: &program::Program) -> Option<(PathBuf, Program)> {
    let words: Vec<String> = found.words.iter().map(|word| word.to_string_lossy().into_owned()).collect();
    if found.file.file_name()?.to_str()?.starts_with("python") {
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

/// What a script of a virtualenv is run by. Where that has a long path, pip writes a script that a shell reads first.
fn interpreter(script: &Path) -> Option<PathBuf> {
    let mut start = Vec::new();
    File::open(script).ok()?.take(2048).read_to_end(&mut start).ok()?;
    let start = String::from_utf8_lossy(&start);
    let mut lines = start.strip_prefix("#!")?.lines();
    let (first, second) = (lines.next()?.trim(), lines.next().unwrap_or_default());
    if let Some(word) = first.split([' ', '\t']).next().filter(|word| word.contains("python")) {
        return Some(word.into());
    }
    let named = second.strip_prefix("'''exec' ").and_then(|rest| match rest.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next(),
        None => rest.split(' ').next(),
    });
    let beside = || script.parent().map(|folder| folder.join("python")).filter(|python| python.exists());
    match named {
        Some(named) => Some(named.into()),
        // `#!/usr/bin/env python3`.
        None if first.contains("python") => beside().or_else(|| Some("python3".into())),
        None => None,
    }
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
