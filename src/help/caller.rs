//! How this program was called, so that a command of its own works from where it is printed: by the same name, with the same
//! settings.

use std::ffi::OsString;
use std::fmt;
use std::sync::OnceLock;

/// The words of a command line that a subcommand needs again.
pub type Repeated = fn(words: &[OsString], subcommand: &str) -> Vec<String>;

/// The words of the command line, and what of them is repeated; set once, at the start. They are looked at by whoever shows a
/// command: a start that says nothing does not.
static CALLED: OnceLock<(Vec<OsString>, Repeated)> = OnceLock::new();

/// Remembers the command line. Without it, commands are shown as `levelhead` alone.
pub fn remember(words: &[OsString], repeated: Repeated) {
    // A second time would be another program in the same process: a test.
    let _ = CALLED.set((words.to_vec(), repeated));
}

/// One of this program's commands, as a shell takes it. The settings stand behind the first word, before what is given to it.
pub(super) fn write(f: &mut fmt::Formatter<'_>, arguments: &[String]) -> fmt::Result {
    let called = CALLED.get();
    let program = called.and_then(|(words, _)| Some(words.first()?.to_string_lossy()));
    let program = program.filter(|word| !word.is_empty()).unwrap_or("levelhead".into());
    f.write_str(&shell_words::quote(&program))?;
    let Some((command, rest)) = arguments.split_first() else { return Ok(()) };
    write!(f, " {command}")?;
    let settings = called.map(|(words, repeated)| repeated(words, command)).unwrap_or_default();
    settings.iter().chain(rest).try_for_each(|word| write!(f, " {}", shell_words::quote(word)))
}
