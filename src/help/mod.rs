//! What to do next: one trait for everything that stops or warns, whatever crate it comes from.
//!
//! The library crates say what is so, as data; what to do about it is said here and beside the errors of this crate, since
//! only this program knows its own commands. An advice is at most one command, which works when pasted from where it was
//! printed, and notes: conditions, explanations, and choices that only you can make, each with its command.

mod caller;
mod database;
mod history;
mod message;
mod process;
mod python;
mod version_table;

use std::fmt;

use serde::{Serialize, Serializer};

pub use caller::{Repeated, remember};
pub use message::Message;

/// Something that can be helped.
pub trait Help {
    /// What to do about it.
    fn help(&self) -> Advice;
}

/// What to do: a command, notes, or both.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Advice {
    /// The one command that leads on.
    pub command: Option<Command>,
    /// A line each.
    pub notes: Vec<Note>,
}

/// A condition, an explanation, or a choice.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Note {
    text: String,
    ways: Vec<Way>,
}

/// A command that a note offers, under a condition that only the reader can judge.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Way {
    /// The answer to the note's question, where it asks one.
    answer: &'static str,
    command: Command,
}

/// A command to run in a shell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// A program with its arguments; shown as a shell takes it.
    Program {
        /// Its name.
        name: &'static str,
        /// As the program gets them.
        arguments: Vec<String>,
    },
    /// A line for a shell that is more than a program and its arguments, or that is quoted already.
    Shell(String),
}

impl Advice {
    /// Words alone.
    pub fn note(note: impl Into<Note>) -> Self {
        Self { command: None, notes: vec![note.into()] }
    }

    /// A statement for the database, which no shell takes. `who` is to run it, where it takes more than this role.
    pub fn sql(who: &str, statement: impl fmt::Display) -> Self {
        let by = if who.is_empty() { String::new() } else { format!(", as {who}") };
        Self::note(format!("run in the database{by}: {statement}"))
    }

    /// The same with one more note.
    #[must_use]
    pub fn and(mut self, note: impl Into<Note>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// The same with one more note, before the others.
    #[must_use]
    pub fn first(mut self, note: impl Into<Note>) -> Self {
        self.notes.insert(0, note.into());
        self
    }

    /// The same without the command of this program's that has just been run: to run it again changes nothing.
    #[must_use]
    pub fn unless(self, subcommand: &str, instead: &str) -> Self {
        match &self.command {
            Some(command) if command.is_levelhead(subcommand) => Self { command: None, ..self }.first(instead),
            _ => self,
        }
    }

    /// The same where the command is to be run only under a condition.
    #[must_use]
    pub fn only_where(mut self, condition: impl Into<String>) -> Self {
        let note = match self.command.take() {
            Some(command) => Note::way(condition, command),
            None => condition.into().into(),
        };
        self.first(note)
    }

    /// Whether there is nothing to say.
    pub fn is_empty(&self) -> bool {
        self.command.is_none() && self.notes.is_empty()
    }

    /// The notes, a line each.
    pub fn notes(&self) -> String {
        self.notes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    }

    /// Every command of it, those that are choices too.
    pub fn commands(&self) -> impl Iterator<Item = &Command> {
        let ways = self.notes.iter().flat_map(|note| note.ways.iter().map(|way| &way.command));
        self.command.iter().chain(ways)
    }

    /// `help: COMMAND` and `note: …`, a line each.
    pub fn lines(&self) -> impl Iterator<Item = String> {
        let help = self.command.iter().map(|command| format!("help: {command}"));
        help.chain(self.notes.iter().map(|note| format!("note: {note}")))
    }
}

impl Note {
    /// Words, and the command for whom they fit.
    pub fn way(text: impl Into<String>, command: Command) -> Self {
        Self { text: text.into(), ways: vec![Way { answer: "", command }] }
    }

    /// A question that no schema answers, with the command for each answer.
    pub fn choice(question: impl Into<String>, yes: Command, no: Command) -> Self {
        let ways = vec![Way { answer: "Yes", command: yes }, Way { answer: "No", command: no }];
        Self { text: question.into(), ways }
    }

    /// Whether it holds a command, which must not be wrapped.
    pub fn has_command(&self) -> bool {
        !self.ways.is_empty()
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

    /// A line that holds quotes or pipes already.
    pub fn shell(line: impl Into<String>) -> Self {
        Self::Shell(line.into())
    }

    /// The same with one more word, whatever is in it.
    #[must_use]
    pub fn with(mut self, word: impl fmt::Display) -> Self {
        match &mut self {
            Self::Program { arguments, .. } => arguments.push(word.to_string()),
            Self::Shell(text) => *text += &format!(" {}", shell_words::quote(&word.to_string())),
        }
        self
    }

    /// The same with more words.
    #[must_use]
    pub fn with_all<T: fmt::Display>(self, words: impl IntoIterator<Item = T>) -> Self {
        words.into_iter().fold(self, Self::with)
    }

    /// This command, and a note on it.
    pub fn and(self, note: impl Into<Note>) -> Advice {
        Advice::from(self).and(note)
    }

    fn is_levelhead(&self, subcommand: &str) -> bool {
        matches!(self, Self::Program { name: "levelhead", arguments } if arguments.first().is_some_and(|word| word == subcommand))
    }
}

impl From<String> for Note {
    fn from(text: String) -> Self {
        Self { text, ways: Vec::new() }
    }
}

impl From<&str> for Note {
    fn from(text: &str) -> Self {
        text.to_owned().into()
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

impl From<Note> for Advice {
    fn from(note: Note) -> Self {
        Self::note(note)
    }
}

impl From<Command> for Advice {
    fn from(command: Command) -> Self {
        Self { command: Some(command), notes: Vec::new() }
    }
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Program { name: "levelhead", arguments } => caller::write(f, arguments),
            Self::Program { name, arguments } => {
                f.write_str(name)?;
                arguments.iter().try_for_each(|argument| write!(f, " {}", shell_words::quote(argument)))
            }
            Self::Shell(text) => f.write_str(text),
        }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)?;
        for (number, Way { answer, command }) in self.ways.iter().enumerate() {
            match *answer {
                "" => write!(f, ": {command}")?,
                answer => write!(f, "{}{answer}: {command}", if number == 0 { " " } else { "  " })?,
            }
        }
        Ok(())
    }
}

/// All of it, a line each.
impl fmt::Display for Advice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.lines().collect::<Vec<_>>().join("\n"))
    }
}

/// `{"command": …, "note": …}`, either of which may be null; null where there is nothing to say.
impl Serialize for Advice {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Document {
            command: Option<String>,
            note: Option<String>,
        }
        let document = Document {
            command: self.command.as_ref().map(ToString::to_string),
            note: (!self.notes.is_empty()).then(|| self.notes()),
        };
        (!self.is_empty()).then_some(document).serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::{Advice, Command, Note};

    #[test]
    fn a_command_stands_alone_and_notes_after_it() {
        let restore = Command::levelhead("restore").with("a b");
        assert_eq!(Advice::from(restore.clone()).to_string(), "help: levelhead restore 'a b'");
        let both = restore.clone().and("this brings its file back").and("commit it");
        let lines = "help: levelhead restore 'a b'\nnote: this brings its file back\nnote: commit it";
        assert_eq!(both.to_string(), lines);
        assert_eq!(Advice::from("wait").to_string(), "note: wait");
        let unless = both.unless("restore", "not again");
        assert_eq!(unless.to_string(), "note: not again\nnote: this brings its file back\nnote: commit it");
    }

    #[test]
    fn a_choice_has_a_command_for_each_answer() {
        let (yes, no) = (Command::levelhead("stamp --purge a2"), Command::levelhead("stamp --purge a1"));
        let choice = Note::choice("Did a2 run?", yes, no);
        assert_eq!(choice.to_string(), "Did a2 run? Yes: levelhead stamp --purge a2  No: levelhead stamp --purge a1");
        assert_eq!(Advice::from(choice).commands().count(), 2);
        let way = Note::way("to see it", Command::git("log"));
        assert_eq!(way.to_string(), "to see it: git log");
    }

    #[test]
    fn a_document_has_both_or_is_null() {
        let json = |advice: &Advice| serde_json::to_value(advice).unwrap();
        assert_eq!(json(&Advice::default()), serde_json::Value::Null);
        let advice = Command::git("log").and("first").and("second");
        assert_eq!(json(&advice), serde_json::json!({ "command": "git log", "note": "first\nsecond" }));
        assert_eq!(json(&"wait".into()), serde_json::json!({ "command": null, "note": "wait" }));
    }
}
