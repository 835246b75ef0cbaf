//! levelhead as a test runs it: words in, what came out.

use std::ffi::OsStr;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

/// The binary under test: LEVELHEAD_TEST_BINARY (the released one, in `tests/run`), else the one that cargo has built.
pub fn binary() -> PathBuf {
    std::env::var_os("LEVELHEAD_TEST_BINARY").map_or_else(|| env!("CARGO_BIN_EXE_levelhead").into(), PathBuf::from)
}

/// A command line that is being put together.
#[must_use]
pub struct Levelhead(Command);

impl Levelhead {
    pub fn new(arguments: &[&str]) -> Self {
        let mut command = Command::new(binary());
        // As a shell that finds it on the PATH names it.
        command.arg0("levelhead").args(arguments).env_clear().stdin(Stdio::null());
        // Nothing that a developer has set may reach the test; the folder of the accounts' files is harmless.
        command.env("HOME", "/nonexistent").env("PYTHONDONTWRITEBYTECODE", "1");
        Self(command)
    }

    pub fn current_dir(mut self, folder: &Path) -> Self {
        self.0.current_dir(folder);
        self
    }

    pub fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.0.env(name, value);
        self
    }

    pub fn env_remove(mut self, name: &str) -> Self {
        self.0.env_remove(name);
        self
    }

    pub fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.0.arg(argument);
        self
    }

    /// The command, for what this builder does not have.
    pub fn command(self) -> Command {
        self.0
    }

    /// Runs it to its end.
    pub fn run(mut self) -> Outcome {
        let output = self.0.output().expect("levelhead starts");
        Outcome {
            status: output.status,
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Starts it and goes on.
    pub fn spawn(mut self) -> Child {
        self.0.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("levelhead starts")
    }
}

/// What came out. Each check answers itself, so that checks can be chained, and shows everything when it fails.
#[derive(Debug)]
pub struct Outcome {
    pub status: ExitStatus,
    pub stdout: String,
    pub stderr: String,
}

impl Outcome {
    #[track_caller]
    pub fn code(&self, code: i32) -> &Self {
        assert_eq!(self.status.code(), Some(code), "{self:#?}");
        self
    }

    #[track_caller]
    pub fn success(&self) -> &Self {
        self.code(0)
    }

    #[track_caller]
    pub fn says(&self, text: &str) -> &Self {
        assert!(self.stderr.contains(text), "{text:?} is not in {self:#?}");
        self
    }

    #[track_caller]
    pub fn says_nothing_of(&self, text: &str) -> &Self {
        assert!(!self.stderr.contains(text) && !self.stdout.contains(text), "{text:?} is in {self:#?}");
        self
    }

    #[track_caller]
    pub fn prints_a(&self, text: &str) -> &Self {
        assert!(self.stdout.contains(text), "{text:?} is not in {self:#?}");
        self
    }

    #[track_caller]
    pub fn prints(&self, text: &str) -> &Self {
        assert_eq!(self.stdout, text, "{self:#?}");
        self
    }
}
