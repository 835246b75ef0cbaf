//! A rendering from beginning to end, and what becomes of one that was cut off.

use std::ffi::OsString;
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::Duration;

use nix::sys::signal::Signal;
use thiserror::Error;

#[cfg(target_os = "linux")]
use crate::child;
use crate::event::Answer;
use crate::rendering::{Cause, Failure, Rendered, Rendering};
use crate::request::Request;
use crate::sandbox::Sandbox;

/// Nothing is started where there is no sandbox.
#[cfg(not(target_os = "linux"))]
mod child {
    use super::*;

    pub(super) fn run(
        _: &Path,
        _: &Request,
        _: &[(OsString, Option<OsString>)],
        _: Sandbox,
        _: Limits,
    ) -> io::Result<Heard> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

/// How long it may take, and how much memory.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// For everything.
    pub time: Duration,
    /// Of the address space, in bytes.
    pub memory: u64,
}

/// Why nothing was rendered.
#[derive(Debug, Error)]
pub enum RenderError {
    /// Python could not be started.
    #[error("cannot start {}: {source}", python.display())]
    Start {
        /// Which.
        python: PathBuf,
        /// The kernel's answer.
        source: io::Error,
    },
    /// Its time was over before any revision was rendered.
    #[error("not done within {}s", limit.as_secs_f64())]
    TimedOut {
        /// The time.
        limit: Duration,
    },
    /// It ended before any revision was rendered.
    #[error("Python {}{}", ended(*status), last(said))]
    Ended {
        /// How.
        status: ExitStatus,
        /// The end of what it had printed.
        said: String,
    },
    /// Alembic or the application gave up.
    #[error("{}: {}", failure.class, failure.message)]
    Failed {
        /// Why.
        failure: Failure,
    },
}

fn ended(status: ExitStatus) -> String {
    match (status.code(), status.signal().map(Signal::try_from)) {
        (Some(code), _) => format!("exited with {code}"),
        (None, Some(Ok(signal))) => format!("was ended by {signal}"),
        (None, _) => "was ended by a signal".to_owned(),
    }
}

fn last(said: &str) -> String {
    said.lines().rev().find(|line| !line.trim().is_empty()).map(|line| format!(": {}", line.trim())).unwrap_or_default()
}

/// Has the Python of an application render revisions. `variables` are changed in its environment, or taken from it.
///
/// # Errors
/// Where no revision was rendered. A revision that was not is no error: it says why itself.
pub fn render(
    sandbox: Sandbox,
    python: &Path,
    request: &Request,
    variables: &[(OsString, Option<OsString>)],
    limits: Limits,
) -> Result<Rendering, RenderError> {
    let start = |source| RenderError::Start { python: python.to_owned(), source };
    let heard = child::run(python, request, variables, sandbox, limits).map_err(start)?;
    settle(request, heard, limits.time)
}

/// What was heard, and how it ended; without a status where it had to be killed.
pub(crate) struct Heard {
    pub(crate) report: Vec<u8>,
    pub(crate) printed: Vec<u8>,
    pub(crate) status: Option<ExitStatus>,
}

/// Each revision that was asked for has an answer, or none has.
fn settle(request: &Request, heard: Heard, limit: Duration) -> Result<Rendering, RenderError> {
    let mut answer = Answer::read(&heard.report);
    let said = String::from_utf8_lossy(&heard.printed).into_owned();
    if let Some(failure) = answer.failure {
        return Err(RenderError::Failed { failure });
    }
    if answer.done {
        return Ok(answer.rendering);
    }
    let (cause, message) = match heard.status {
        None => (Cause::Late, format!("not done within {}s", limit.as_secs_f64())),
        Some(status) => (Cause::Exit, format!("Python {}", ended(status))),
    };
    answer.cut_off(cause, &message);
    let Some((_, revisions)) = answer.rendering.runs.last_mut() else {
        return Err(match heard.status {
            None => RenderError::TimedOut { limit },
            Some(status) => RenderError::Ended { status, said },
        });
    };
    let message = format!("it was not its turn yet: {message}");
    for revision in request.revisions.iter().skip(revisions.len()) {
        let failure = Failure { class: "Ended".to_owned(), message: message.clone(), line: None, cause };
        let id = revision.id.clone();
        revisions.push(Rendered { id, operations: Vec::new(), questions: Vec::new(), failure: Some(failure) });
    }
    Ok(answer.rendering)
}
