//! What to do next: one trait for everything that stops or warns, whatever crate it comes from.
//!
//! The library crates say what is so, as data; what a person does about it is said here and beside the errors of this crate,
//! since only this program knows its own commands.

mod database;
mod history;
mod process;
mod python;
mod version_table;

use std::fmt;

use serde::{Serialize, Serializer};

/// Something that a person can do something about.
pub trait Help {
    /// The one thing to do next.
    fn help(&self) -> Advice;
}

/// What to do next: a command, a note, or both.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Advice {
    /// One command that can be run.
    pub command: Option<Command>,
    /// What to do where no command does it, or when to run the command and why.
    pub note: Option<Note>,
}

/// A note, as it stands around the command on a line that holds both, with the signs that join them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Note {
    /// When to run the command, or what for.
    pub before: String,
    /// Why, what then, or what instead.
    pub after: String,
}

/// A command to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// A program with its arguments; shown as a shell takes it.
    Program {
        /// Its name.
        name: &'static str,
        /// As the program gets them.
        arguments: Vec<String>,
    },
    /// A statement for the database.
    Sql(String),
    /// A line for a shell that is more than a program and its arguments, or that is quoted already.
    Shell(String),
}

impl Advice {
    /// Words alone.
    pub fn note(text: impl Into<String>) -> Self {
        Self { command: None, note: Some(Note { before: text.into(), after: String::new() }) }
    }

    /// A command alone.
    pub fn run(command: Command) -> Self {
        Self { command: Some(command), note: None }
    }

    /// The same after words that end with what joins them to the command.
    #[must_use]
    pub fn after(self, words: impl Into<String>) -> Self {
        let note = self.note.unwrap_or_default();
        Self { note: Some(Note { before: words.into(), ..note }), ..self }
    }

    /// The same before words that begin with what joins them to the command.
    #[must_use]
    pub fn before(self, words: impl Into<String>) -> Self {
        let note = self.note.unwrap_or_default();
        Self { note: Some(Note { after: words.into(), ..note }), ..self }
    }
}

impl Command {
    /// levelhead's own, of words that need no quotes.
    pub fn levelhead(words: &str) -> Self {
        Self::of("levelhead", words)
    }

    /// git's, of words that need no quotes.
    pub fn git(words: &str) -> Self {
        Self::of("git", words)
    }

    /// Any program's, of words that need no quotes.
    pub fn of(name: &'static str, words: &str) -> Self {
        Self::Program { name, arguments: words.split_whitespace().map(str::to_owned).collect() }
    }

    /// The same with one more word, whatever is in it.
    #[must_use]
    pub fn with(mut self, word: impl fmt::Display) -> Self {
        match &mut self {
            Self::Program { arguments, .. } => arguments.push(word.to_string()),
            Self::Sql(text) | Self::Shell(text) => *text += &format!(" {}", shell_words::quote(&word.to_string())),
        }
        self
    }

    /// What to run, after words that end with what joins them to it.
    pub fn after(self, words: impl Into<String>) -> Advice {
        Advice::run(self).after(words)
    }

    /// What to run, before words that begin with what joins them to it.
    pub fn before(self, words: impl Into<String>) -> Advice {
        Advice::run(self).before(words)
    }

    /// The same with more words.
    #[must_use]
    pub fn with_all<T: fmt::Display>(self, words: impl IntoIterator<Item = T>) -> Self {
        words.into_iter().fold(self, Self::with)
    }
}

impl From<String> for Advice {
    fn from(text: String) -> Self {
        Self::note(text)
    }
}

impl From<&str> for Advice {
    fn from(text: &str) -> Self {
        Self::note(text)
    }
}

impl From<Command> for Advice {
    fn from(command: Command) -> Self {
        Self::run(command)
    }
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Program { name, arguments } => {
                f.write_str(name)?;
                arguments.iter().try_for_each(|argument| write!(f, " {}", shell_words::quote(argument)))
            }
            Self::Sql(text) | Self::Shell(text) => f.write_str(text),
        }
    }
}

/// All of it on one line.
impl fmt::Display for Advice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (before, after) = self.note.as_ref().map_or(("", ""), |note| (&note.before, &note.after));
        f.write_str(before)?;
        self.command.as_ref().map_or(Ok(()), |command| command.fmt(f))?;
        f.write_str(after)
    }
}

/// In JSON it is its line, until the documents' next version.
impl Serialize for Advice {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::{Advice, Command};

    #[test]
    fn a_line_holds_command_and_note() {
        let restore = Command::levelhead("restore").with("a b");
        assert_eq!(Advice::run(restore.clone()).to_string(), "levelhead restore 'a b'");
        let both = restore.after("bring it back: ").before(", and commit");
        assert_eq!(both.to_string(), "bring it back: levelhead restore 'a b', and commit");
        assert_eq!(Advice::from("wait").to_string(), "wait");
        assert_eq!(Advice::from(Command::Sql("SELECT 'a b'".into())).to_string(), "SELECT 'a b'");
    }
}
