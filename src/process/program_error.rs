//! Why a command cannot be executed, and what to do about it.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::barrier::Barrier;
use super::program::{check_interpreter, interpreter};

/// Why a command cannot be executed. `name` is the word as typed.
#[derive(Debug, Error)]
pub enum ProgramError {
    /// Nothing of that name along the PATH.
    #[error("{name}: command not found")]
    NotFound {
        /// The word.
        name: String,
    },
    /// A word with a slash, which is a file's name and not looked up anywhere.
    #[error("{}: no such file{}", .file.display(), from(.file))]
    NoFile {
        /// The file.
        file: PathBuf,
    },
    /// A link to what is not there.
    #[error("{}: is a link to {}, which does not exist", .file.display(), .target.display())]
    Dangling {
        /// The link.
        file: PathBuf,
        /// Where it leads.
        target: PathBuf,
    },
    /// A folder.
    #[error("{file}: is a folder, not a program")]
    Folder {
        /// The file.
        file: PathBuf,
    },
    /// No right to look at it.
    #[error("{}: permission denied{}", .file.display(), because(.barrier.as_ref()))]
    Unreachable {
        /// The file.
        file: PathBuf,
        /// What stands in the way, where that can be seen.
        barrier: Option<Barrier>,
    },
    /// No right to execute it.
    #[error("{file}: permission denied (is it executable?)")]
    NotExecutable {
        /// The file.
        file: PathBuf,
    },
    /// Its mode would let anybody execute it; the file system does not.
    #[error("{file}: permission denied: its file system is mounted noexec")]
    NoExec {
        /// The file.
        file: PathBuf,
    },
    /// The file is there, the interpreter of its first line is not.
    #[error("{}: its interpreter {interpreter:?} {}", .file.display(), fault(.interpreter))]
    NoInterpreter {
        /// The script.
        file: PathBuf,
        /// What follows `#!`.
        interpreter: String,
    },
    /// The interpreter of its first line is there, as far as can be seen, and may not be executed.
    #[error("{}: its interpreter {source}", .file.display())]
    Interpreter {
        /// The script.
        file: PathBuf,
        /// Why it may not be.
        source: Box<ProgramError>,
    },
    /// The first line leaves it to env(1), which would not find it.
    #[error("{file}: its interpreter {name} is not on the PATH")]
    NotOnPath {
        /// The script.
        file: PathBuf,
        /// What env is told to start.
        name: String,
    },
    /// A binary whose dynamic loader is not there.
    #[error("{file}: was built for another C library: its dynamic loader does not exist here")]
    NoLoader {
        /// The program.
        file: PathBuf,
    },
    /// The kernel does not know the format.
    #[error("{file}: not a program that this machine can execute: built for another architecture?")]
    Format {
        /// The file.
        file: PathBuf,
    },
    /// Anything else that execve answers.
    #[error("{file}: {source}")]
    Other {
        /// The file.
        file: PathBuf,
        /// The answer.
        source: io::Error,
    },
}

fn because(barrier: Option<&Barrier>) -> String {
    barrier.map_or(": a folder on the way to it may not be entered".to_owned(), |barrier| format!(": {barrier}"))
}

/// Where a relative name leads from.
fn from(file: &Path) -> String {
    match std::env::current_dir() {
        Ok(folder) if file.is_relative() => format!(" in {}", folder.display()),
        _ => String::new(),
    }
}

fn fault(interpreter: &str) -> &'static str {
    match interpreter.ends_with('\r') {
        true => "has the end of a line of Windows",
        false => "does not exist",
    }
}

impl ProgramError {
    /// 127 where something is not found, 126 where it cannot be executed, as shells have it.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::NotFound { .. }
            | Self::NoFile { .. }
            | Self::Dangling { .. }
            | Self::NoInterpreter { .. }
            | Self::NotOnPath { .. }
            | Self::NoLoader { .. } => 127,
            _ => 126,
        }
    }

    /// Explains what execve answered for a file that was found.
    pub fn of_execve(file: &Path, source: io::Error) -> Self {
        let file = file.to_owned();
        match source.raw_os_error() {
            Some(nix::libc::ENOEXEC) => Self::Format { file },
            Some(nix::libc::EACCES) => check_interpreter(&file).err().unwrap_or(Self::NotExecutable { file }),
            Some(nix::libc::ENOENT) if file.exists() => match interpreter(&file) {
                Some(interpreter) => Self::NoInterpreter { file, interpreter },
                None => Self::NoLoader { file },
            },
            _ => Self::Other { file, source },
        }
    }
}
