//! The virtualenv with maturin and the validators that `tests/run` makes.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;

static VIRTUALENV: LazyLock<PathBuf> = LazyLock::new(|| {
    let project = Path::new(env!("CARGO_MANIFEST_DIR"));
    let virtualenv = project.join("target/tools");
    let mut make = Command::new(project.join("tests/support/virtualenv"));
    let made = make.arg(&virtualenv).arg(project.join("tests/tools.txt")).status().unwrap();
    assert!(made.success(), "the packages of tests/tools.txt cannot be installed");
    virtualenv
});

/// A tool's path.
pub fn path(name: &str) -> PathBuf {
    VIRTUALENV.join("bin").join(name)
}

/// Runs a command, which has to succeed, and answers what it prints.
#[track_caller]
pub fn succeed(command: &mut Command) -> String {
    let Output { status, stdout, stderr } = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let stdout = String::from_utf8_lossy(&stdout).into_owned();
    assert!(status.success(), "{command:?}: {status}\n{stdout}\n{}", String::from_utf8_lossy(&stderr));
    stdout
}
