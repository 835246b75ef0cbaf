//! Finding a program: what `execvp` would do, with an answer that names the cause.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use nix::unistd::{AccessFlags, access};
use thiserror::Error;

/// Where programs are looked for when there is no PATH, as glibc and musl have it.
const DEFAULT_PATH: &str = "/usr/local/bin:/bin:/usr/bin";

/// A command whose program was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// The file that will be executed.
    pub file: PathBuf,
    /// The words as typed: argv[0] is the first.
    pub words: Vec<OsString>,
}

impl Program {
    /// The command as it would be typed into a shell, for people: a URL in it is shown without its password.
    pub fn command_line(&self) -> String {
        command_line(&self.words)
    }
}

/// Words as they would be typed into a shell, for people: a URL in them is shown without its password.
pub fn command_line(words: &[OsString]) -> String {
    shell_words::join(words.iter().map(|word| without_password(&word.to_string_lossy())))
}

/// Why a command cannot be executed. `name` is the word as typed.
#[derive(Debug, Error)]
pub enum ProgramError {
    /// Nothing of that name.
    #[error("{name}: command not found")]
    NotFound {
        /// The word.
        name: String,
    },
    /// A folder.
    #[error("{file}: is a folder, not a program")]
    Folder {
        /// The file.
        file: PathBuf,
    },
    /// No right to execute it.
    #[error("{file}: permission denied (is it executable?)")]
    NotExecutable {
        /// The file.
        file: PathBuf,
    },
    /// The file is there, the interpreter of its first line is not.
    #[error("{file}: its interpreter {interpreter} does not exist")]
    NoInterpreter {
        /// The script.
        file: PathBuf,
        /// What follows `#!`, or the dynamic loader.
        interpreter: String,
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

impl ProgramError {
    /// 127 where something is not found, 126 where it cannot be executed, as shells have it.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::NotFound { .. } | Self::NoInterpreter { .. } => 127,
            _ => 126,
        }
    }

    /// The one thing to do next.
    pub fn next(&self) -> String {
        match self {
            Self::NotFound { name } => format!("install {name}, put its folder on the PATH, or give its full path"),
            Self::Folder { .. } => "name a program inside it".to_owned(),
            Self::NotExecutable { file } => format!("chmod +x {}", file.display()),
            Self::NoInterpreter { .. } => "make the virtualenv anew where it now is: python3 -m venv DIR".to_owned(),
            Self::Format { file } => format!("file {}", file.display()),
            Self::Other { file, .. } => format!("ls -l {}", file.display()),
        }
    }

    /// Explains what execve answered for a file that was found.
    pub(super) fn of_execve(file: &Path, source: io::Error) -> Self {
        let file = file.to_owned();
        match source.raw_os_error() {
            Some(nix::libc::ENOEXEC) => Self::Format { file },
            Some(nix::libc::EACCES) => Self::NotExecutable { file },
            Some(nix::libc::ENOENT) if file.exists() => {
                let interpreter = interpreter(&file).unwrap_or_else(|| "(the dynamic loader)".to_owned());
                Self::NoInterpreter { file, interpreter }
            }
            _ => Self::Other { file, source },
        }
    }
}

/// Looks a command up: a word with a slash is a file, any other is searched for along `path`, where a file that may not be
/// executed is passed over, and reported only if there is no other.
pub fn find(words: &[OsString], path: Option<&OsStr>) -> Result<Program, ProgramError> {
    let name = words.first().map(OsString::as_os_str).unwrap_or_default();
    let found = |file| Program { file, words: words.to_vec() };
    if name.as_bytes().contains(&b'/') {
        return executable(Path::new(name)).map(|()| found(name.into()));
    }
    let mut refused = None;
    for folder in std::env::split_paths(path.unwrap_or(OsStr::new(DEFAULT_PATH))) {
        let file = folder.join(name);
        match executable(&file) {
            Ok(()) => return Ok(found(file)),
            Err(error @ ProgramError::NotExecutable { .. }) => refused = refused.or(Some(error)),
            Err(_) => {}
        }
    }
    Err(refused.unwrap_or(ProgramError::NotFound { name: name.to_string_lossy().into_owned() }))
}

/// Whether the kernel would execute it: the interpreter that a script names has to be there, too.
pub fn check(program: &Program) -> Result<(), ProgramError> {
    match interpreter(&program.file) {
        Some(interpreter) if !Path::new(&interpreter).exists() => {
            Err(ProgramError::NoInterpreter { file: program.file.clone(), interpreter })
        }
        _ => Ok(()),
    }
}

fn executable(file: &Path) -> Result<(), ProgramError> {
    let owned = file.to_owned();
    match fs::metadata(file) {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            Err(ProgramError::NotExecutable { file: owned })
        }
        Err(_) => Err(ProgramError::NotFound { name: file.display().to_string() }),
        Ok(metadata) if metadata.is_dir() => Err(ProgramError::Folder { file: owned }),
        Ok(_) if access(file, AccessFlags::X_OK).is_err() => Err(ProgramError::NotExecutable { file: owned }),
        Ok(_) => Ok(()),
    }
}

/// What stands between `://USER:` and the last `@`: too much rather than too little.
pub fn without_password(word: &str) -> String {
    let hidden = || {
        let (scheme, rest) = word.split_once("://")?;
        let (account, host) = rest.rsplit_once('@')?;
        let (user, _) = account.split_once(':')?;
        Some(format!("{scheme}://{user}:***@{host}"))
    };
    hidden().unwrap_or_else(|| word.to_owned())
}

/// The interpreter that a script's first line names.
pub fn interpreter(file: &Path) -> Option<String> {
    let mut start = [0; 256];
    let length = File::open(file).ok()?.read(&mut start).ok()?;
    let line = start[..length].strip_prefix(b"#!")?.split(|&byte| byte == b'\n').next()?;
    String::from_utf8_lossy(line).split_whitespace().next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_shown_without_passwords() {
        let shown = |words: &[&str]| {
            let words = words.iter().map(OsString::from).collect();
            Program { file: PathBuf::new(), words }.command_line()
        };
        assert_eq!(shown(&["flask", "--app", "my app", "db", "upgrade"]), "flask --app 'my app' db upgrade");
        assert_eq!(shown(&["up", "postgresql://u:p@ss@h/d"]), "up 'postgresql://u:***@h/d'");
        assert_eq!(shown(&["sh", "-c", "DB=a://u:p@h up"]), "sh -c 'DB=a://u:***@h up'");
        assert_eq!(shown(&["up", "postgresql://u@h:5432/d"]), "up postgresql://u@h:5432/d");
    }
}
