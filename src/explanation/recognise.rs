//! Recognising errors in what an upgrade or a start has said, a line at a time.

use super::exception::{self, class, lost_revision};
use super::texts::{BY_LIBPQ, BY_NAME, BY_SERVER, BY_SQLITE, BY_TEXT, DRIVERS};
use super::{Cause, Failure, variables};

/// The error that the line `at` tells of; of an exception that nothing else is known of, also by what stands above it.
pub(super) fn failure(lines: &[&str], at: usize) -> Option<Failure> {
    let line = lines[at];
    by_name(line)
        .or_else(|| by_driver(line, "psycopg", BY_LIBPQ))
        .or_else(|| by_driver(line, "sqlite3.", BY_SQLITE))
        .or_else(|| by_server(line))
        .or_else(|| by_text(line))
        .map(|(cause, message)| Failure::new(cause, message))
        .or_else(|| exception::at(lines, at))
        .or_else(|| variable(line))
}

/// A variable that a shell misses, or that a program tells of without a traceback.
fn variable(line: &str) -> Option<Failure> {
    let of_program = || variables::in_words(line.split_once("Error: ").or_else(|| line.split_once("ERROR: "))?.1);
    variables::in_shell(line).or_else(of_program).map(|name| exception::of_variables(&[name]))
}

/// `psycopg.errors.NAME: words`, or the same in brackets within SQLAlchemy's exception.
fn by_name(line: &str) -> Option<(Cause, String)> {
    BY_NAME.iter().find_map(|(name, cause)| {
        let (before, rest) = line.split_once(name)?;
        let rest = rest.strip_prefix("Error").unwrap_or(rest);
        let words = [": ", ") ", "'>: "].iter().find_map(|end| rest.strip_prefix(end))?;
        before.ends_with('.').then(|| (*cause, words.to_owned()))
    })
}

/// The driver's own exception, or SQLAlchemy's with the driver's class in brackets, and its words.
fn by_driver(line: &str, driver: &str, texts: &[(&str, Cause)]) -> Option<(Cause, String)> {
    let name = class(line)?;
    let words = match name.starts_with(driver) {
        true => line[name.len()..].strip_prefix(": ")?,
        false => line.split_once(&format!("({driver}"))?.1.split_once(") ")?.1,
    };
    Some((among(texts, words, |words, text| words.contains(text))?, words.to_owned()))
}

fn among(texts: &[(&str, Cause)], words: &str, holds: fn(&str, &str) -> bool) -> Option<Cause> {
    let is_it = |(text, cause): &&(&str, Cause)| match cause {
        Cause::DuplicateTable | Cause::DuplicateObject => words.starts_with(text) && words.ends_with("already exists"),
        _ => holds(words, text),
    };
    texts.iter().find(is_it).map(|(_, cause)| *cause)
}

/// A line of the server's log or of psql: `ERROR:  words`.
fn by_server(line: &str) -> Option<(Cause, String)> {
    let (_, words) = line.split_once("ERROR:  ").or_else(|| line.split_once("FATAL:  "))?;
    let (_, _, cause) =
        BY_SERVER.iter().find(|(begins, holds, _)| words.starts_with(begins) && words.contains(holds))?;
    let words = words.split(" at character ").next().unwrap_or(words);
    Some((*cause, words.to_owned()))
}

/// The words of the server, of libpq or of SQLite alone, as people copy them. Only for a text that is nothing else: in the line of a log
/// they may be anybody's.
pub(super) fn bare(text: &str) -> Option<Failure> {
    let words = text.trim();
    if words.contains('\n') {
        return None;
    }
    if let Some(name) = variables::in_words(words) {
        return Some(exception::of_variables(&[name]));
    }
    let server = BY_SERVER.iter().find(|(begins, holds, _)| words.starts_with(begins) && words.contains(holds));
    let libpq = || BY_LIBPQ.iter().find_map(|(text, cause)| Some((*cause, &words[words.find(text)?..])));
    let sqlite = || among(BY_SQLITE, words, |words, text| words.starts_with(text)).map(|cause| (cause, words));
    let (cause, words) = server.map(|(_, _, cause)| (*cause, words)).or_else(libpq).or_else(sqlite)?;
    Some(Failure::new(cause, words))
}

/// What a value is that is too long: a revision's id, by the statement; where none is shown, perhaps by the width that Alembic
/// gives its column.
pub(super) fn too_long(output: &str, message: &str) -> Cause {
    let is_shown = output.contains("[SQL: ") || output.contains("STATEMENT: ");
    match () {
        () if output.contains("SET version_num=") || output.contains("(version_num)") => Cause::RevisionTooLong,
        () if !is_shown && message.contains("character varying(32)") => Cause::PerhapsRevisionTooLong,
        () => Cause::ValueTooLong,
    }
}

fn by_text(line: &str) -> Option<(Cause, String)> {
    if let Some(at) = line.find("Requested revision ")
        && line.contains(" overlaps with other requested revisions ")
    {
        return Some((Cause::OverlappingRows, line[at..].to_owned()));
    }
    if let Some(found) = about_the_files(line).or_else(|| by_exception(line)).or_else(|| missing_command(line)) {
        return Some(found);
    }
    let (text, cause) = BY_TEXT.iter().find(|(text, _)| line.contains(text))?;
    let sentence = match cause {
        // The sentence's beginning, or who it is about, stands before the words that are looked for.
        Cause::Cycle | Cause::BadFactory | Cause::WorkerKilled => line.rsplit("] ").next().unwrap_or(line),
        _ => &line[line.find(text)?..],
    };
    Some((*cause, first_sentence(sentence).to_owned()))
}

/// What Alembic warns of while it reads the files.
fn about_the_files(line: &str) -> Option<(Cause, String)> {
    let at = |word: &str| line.find(word).map(|at| line[at..].to_owned());
    if line.contains(" referenced from ") && line.ends_with("is not present") {
        let missing = at("Revision ")?;
        let id = missing.split_whitespace().nth(1)?;
        return Some((Cause::MissingParent, lost_revision(id)));
    }
    if line.ends_with("is present more than once") {
        return at("Revision ").map(|words| (Cause::DuplicateRevision, words));
    }
    if line.contains(" already used by revision ") {
        return at("Branch name ").map(|words| (Cause::LabelClash, words));
    }
    None
}

/// Python's own exceptions, by their class and what they are about.
fn by_exception(line: &str) -> Option<(Cause, String)> {
    let found = |cause| Some((cause, line.to_owned()));
    if let Some(at) = line.find("No module named ") {
        let words = &line[at..];
        let module = words["No module named ".len()..].trim_matches(['\'', '"', ' ']);
        let is_driver = DRIVERS.contains(&module.split('.').next().unwrap_or(module));
        return Some((if is_driver { Cause::MissingDriver } else { Cause::MissingModule }, words.to_owned()));
    }
    match class(line)? {
        "SyntaxError" | "IndentationError" | "TabError" => found(Cause::BrokenFile),
        "ImportError" if line.contains("cannot import name ") => found(Cause::ImportFailed),
        "KeyError" if line.ends_with("'migrate'") => found(Cause::NoFlaskMigrate),
        "socket.gaierror" => found(Cause::HostUnknown),
        _ => None,
    }
}

/// `sh: 1: flask: not found`, `bash: line 1: flask: command not found`.
fn missing_command(line: &str) -> Option<(Cause, String)> {
    let before = line.strip_suffix(": command not found").or_else(|| line.strip_suffix(": not found"))?;
    let name = before.rsplit(": ").next()?;
    let is_a_name = !name.is_empty() && !name.contains(char::is_whitespace) && before.contains(": ");
    is_a_name.then(|| (Cause::CommandNotFound, format!("{name}: command not found")))
}

fn first_sentence(text: &str) -> &str {
    let end = [". ", "; ", ", found:"].iter().filter_map(|end| text.find(end)).min();
    text[..end.unwrap_or(text.len())].trim_end_matches('.')
}

/// The revision of the last line that says `Running upgrade A -> B, message`.
pub fn revision(output: &str) -> Option<String> {
    let (_, rest) = output.rsplit_once("Running upgrade ")?;
    let (_, after) = rest.lines().next()?.split_once("-> ")?;
    let revision = after.split(',').next()?.trim();
    (!revision.is_empty()).then(|| revision.to_owned())
}

/// The last line of a migration's own `upgrade` in a traceback; for a file that Python cannot read, that line.
pub(super) fn place(output: &str, cause: Cause) -> Option<String> {
    let frames = output.lines().rev().filter_map(|line| line.trim().strip_prefix("File \""));
    let is_it = |frame: &&str| match cause {
        Cause::BrokenFile => !frame.contains(", in "),
        _ => frame.ends_with(", in upgrade"),
    };
    frames.filter(|frame| is_it(frame) && !frame.contains("-packages/")).find_map(|frame| {
        let (path, rest) = frame.split_once("\", line ")?;
        let line = rest.split(',').next()?;
        Some(format!("{}:{line}", path.rsplit('/').next()?))
    })
}

/// Flask-Migrate tells of its errors through a logger that `env.py` may have switched off: then nothing follows.
pub(super) fn silence(output: &str) -> Option<Failure> {
    let last = output.lines().rev().find(|line| !line.trim().is_empty())?;
    let ends_there = last.contains("Will assume ") && last.contains("transactional DDL");
    ends_there.then(|| Failure::new(Cause::Silenced, "nothing is said after Alembic's first lines"))
}
