//! Finding a program: what `execvp` would do, with an answer that names the cause.

use std::ffi::{CStr, OsStr, OsString};
use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::barrier::Barrier;
pub use super::program_error::ProgramError;
use nix::unistd::{AccessFlags, access};

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

    /// Whether it is a script without a shebang, which execvp has the shell run; an empty one, too. What holds a NUL byte is a
    /// program, of another machine where the kernel does not execute it.
    pub(super) fn is_for_the_shell(&self) -> bool {
        let mut start = [0; 256];
        let read = File::open(&self.file).and_then(|mut file| file.read(&mut start));
        read.is_ok_and(|length| !start.starts_with(b"#!") && !start[..length].contains(&0))
    }
}

/// What runs a script that names no interpreter.
pub(super) const SHELL: &CStr = c"/bin/sh";

/// Words as they would be typed into a shell, for people: a URL in them is shown without its password.
pub fn command_line(words: &[OsString]) -> String {
    shell_words::join(words.iter().map(|word| without_password(&word.to_string_lossy())))
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
            // What is not there, and what is no program, has no part in the search.
            Err(ProgramError::NoFile { .. } | ProgramError::Dangling { .. } | ProgramError::Folder { .. }) => {}
            Err(error) => refused = refused.or(Some(error)),
        }
    }
    Err(refused.unwrap_or(ProgramError::NotFound { name: name.to_string_lossy().into_owned() }))
}

/// Whether the kernel would execute it: the interpreter that a script names has to be there, too, and what env(1) is told to
/// start has to be on `path`.
pub fn check(program: &Program, path: Option<&OsStr>) -> Result<(), ProgramError> {
    check_interpreter(&program.file)?;
    let Some(name) = started_by_env(&program.file) else { return Ok(()) };
    let file = program.file.clone();
    match find(&[(&*name).into()], path) {
        Ok(_) => Ok(()),
        Err(_) if name.ends_with('\r') => Err(ProgramError::NoInterpreter { file, interpreter: name }),
        Err(ProgramError::NotFound { .. } | ProgramError::NoFile { .. }) => Err(ProgramError::NotOnPath { file, name }),
        Err(error) => Err(ProgramError::Interpreter { file, source: error.into() }),
    }
}

/// Whether the interpreter that the first line of a script names may be executed.
pub(super) fn check_interpreter(file: &Path) -> Result<(), ProgramError> {
    let Some(interpreter) = interpreter(file) else { return Ok(()) };
    let file = file.to_owned();
    match executable(Path::new(&interpreter)) {
        Ok(()) => Ok(()),
        Err(ProgramError::NoFile { .. } | ProgramError::Dangling { .. }) => {
            Err(ProgramError::NoInterpreter { file, interpreter })
        }
        Err(error) => Err(ProgramError::Interpreter { file, source: error.into() }),
    }
}

/// What env(1) is told to start by the first line of a script, as far as its options are followed.
pub(crate) fn started_by_env(file: &Path) -> Option<String> {
    let line = first_line(file)?;
    let mut words = line.split([' ', '\t']).filter(|word| !word.is_empty());
    words.next().filter(|interpreter| interpreter.ends_with("/env"))?;
    let named = words.find(|word| !matches!(*word, "-S" | "-i" | "-iS" | "-vS" | "--") && !word.contains('='))?;
    (!named.starts_with('-')).then(|| named.to_owned())
}

fn executable(file: &Path) -> Result<(), ProgramError> {
    let owned = file.to_owned();
    match fs::metadata(file) {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            Err(ProgramError::Unreachable { barrier: Barrier::before(file), file: owned })
        }
        Err(_) => Err(match fs::read_link(file) {
            Ok(target) => ProgramError::Dangling { file: owned, target },
            Err(_) => ProgramError::NoFile { file: owned },
        }),
        Ok(metadata) if metadata.is_dir() => Err(ProgramError::Folder { file: owned }),
        Ok(metadata) if access(file, AccessFlags::X_OK).is_err() => Err(match metadata.mode() & 0o111 {
            0o111 => ProgramError::NoExec { file: owned },
            _ => ProgramError::NotExecutable { file: owned },
        }),
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
    first_line(file)?.split([' ', '\t']).find(|word| !word.is_empty()).map(str::to_owned)
}

/// What follows `#!`, to the end of the line as the kernel sees it.
fn first_line(file: &Path) -> Option<String> {
    let mut start = [0; 256];
    let length = File::open(file).ok()?.read(&mut start).ok()?;
    let line = start[..length].strip_prefix(b"#!")?.split(|&byte| byte == b'\n').next()?;
    Some(String::from_utf8_lossy(line).into_owned())
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
