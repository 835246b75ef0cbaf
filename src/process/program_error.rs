//! Why a command cannot be executed, and what to do about it.

use std::io;
use std::path::{Path, PathBuf};

use crate::help::{Advice, Command, Help};
use thiserror::Error;

use super::program::interpreter;

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
    #[error("{file}: permission denied: a folder above it may not be entered")]
    Unreachable {
        /// The file.
        file: PathBuf,
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
    #[error("{file}: not a program that this machine can execute: no shebang, or another architecture?")]
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
            Some(nix::libc::EACCES) => Self::NotExecutable { file },
            Some(nix::libc::ENOENT) if file.exists() => match interpreter(&file) {
                Some(interpreter) => Self::NoInterpreter { file, interpreter },
                None => Self::NoLoader { file },
            },
            _ => Self::Other { file, source },
        }
    }
}

impl Help for ProgramError {
    fn help(&self) -> Advice {
        let is_python = |name: &str| name.rsplit('/').next().is_some_and(|name| name.starts_with("python"));
        let virtualenv = || Command::of("python3", "-m venv DIR").after("make the virtualenv anew where it now is: ");
        match self {
            Self::NotFound { name } if name.is_empty() => {
                "name the command; this one is an empty word, as a variable that is not set leaves it".into()
            }
            Self::NotFound { name } => {
                format!("install {name}, put its folder on the PATH, or give its full path").into()
            }
            Self::NoFile { file } if file.is_relative() => {
                "start in the folder that it lies in, or give its full path; in an image, COPY it there".into()
            }
            Self::NoFile { .. } => "correct the path; in an image, COPY the file there".into(),
            Self::Dangling { file, .. } if is_python(&file.to_string_lossy()) => virtualenv(),
            Self::Dangling { target, .. } => format!("put {} there, or name another program", target.display()).into(),
            Self::Folder { .. } => "name a program inside it".into(),
            Self::Unreachable { file } => Command::of("namei", "-l").with(file.display()).into(),
            Self::NotExecutable { file } => Command::of("chmod", "+x").with(file.display()).into(),
            Self::NoExec { file } => Command::of("findmnt", "-T")
                .with(file.display())
                .before(", and mount it with exec or put the program elsewhere"),
            Self::NoInterpreter { file, interpreter } if interpreter.ends_with('\r') => {
                Command::of("sed", "-i").with("s/\\r$//").with(file.display()).into()
            }
            Self::NoInterpreter { interpreter, .. } if is_python(interpreter) => virtualenv(),
            Self::NoInterpreter { file, interpreter } => {
                format!("install {interpreter}, or name what is there in the first line of {}", file.display()).into()
            }
            Self::NotOnPath { name, .. } => format!("install {name}, or put its folder on the PATH").into(),
            Self::NoLoader { file } => {
                Command::of("file", "").with(file.display()).before(", and install what was built for this system")
            }
            Self::Format { file } => Command::of("file", "").with(file.display()).into(),
            Self::Other { file, .. } => Command::of("ls", "-l").with(file.display()).into(),
        }
    }
}
