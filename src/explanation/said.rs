//! What a database has said: its words and its code, whatever driver, library and log have put around them.

use super::causes::Sign;
use super::{Cause, sqlstate};

/// The modules of drivers, and of what adapts them.
const POSTGRES: [&str; 6] =
    ["psycopg", "psycopg2", "psycopg2cffi", "asyncpg", "pg8000", "sqlalchemy.dialects.postgresql"];
const SQLITE: [&str; 5] = ["sqlite3", "aiosqlite", "pysqlite2", "pysqlite3", "sqlalchemy.dialects.sqlite"];
/// How the server ranks its messages.
const SEVERITIES: [&str; 3] = ["FATAL:", "ERROR:", "PANIC:"];

/// Whose words they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Speaker {
    Postgres,
    Sqlite,
    /// A class that any driver may have.
    Either,
    /// Unknown: the words were copied alone.
    Unknown,
}

/// An error of a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Said {
    speaker: Speaker,
    /// The SQLSTATE that the driver's class or the server itself has given.
    state: Option<&'static str>,
    /// Whether the server, or what stands before it, has answered at all.
    is_answer: bool,
    words: String,
}

impl Said {
    /// What a line of a log says.
    pub(super) fn in_line(line: &str) -> Option<Self> {
        if let Some((speaker, state, words)) = by_class(line) {
            let said = Self::peeled(speaker, words);
            return Some(Self { state: said.state.or(state), ..said });
        }
        // The server's own log, psql, or a program that has kept nothing but the words.
        let at = SEVERITIES.iter().filter_map(|severity| line.find(&format!("{severity} "))).min()?;
        let said = Self::peeled(Speaker::Postgres, &line[at..]);
        let is_server = line[at..].starts_with("FATAL:  ") || said.state.is_some() || said.known().is_some();
        is_server.then_some(said)
    }

    /// Words alone, as people copy them.
    pub(super) fn alone(words: &str) -> Self {
        Self::peeled(Speaker::Unknown, words)
    }

    /// The words without what a connection, a severity or a representation puts around them.
    fn peeled(speaker: Speaker, words: &str) -> Self {
        let mut said = Self { speaker, state: None, is_answer: false, words: String::new() };
        let mut rest = words.trim();
        while let Some(inner) = said.step(rest) {
            rest = inner.trim_start();
        }
        if let Some((state, message)) = of_fields(rest) {
            (said.state, said.is_answer) = (state, true);
            said.words = message;
        } else {
            said.words = without_appendix(rest).to_owned();
        }
        said
    }

    /// One layer less.
    fn step<'a>(&mut self, words: &'a str) -> Option<&'a str> {
        if let Some(rest) = SEVERITIES.iter().find_map(|severity| words.strip_prefix(severity)) {
            self.is_answer = true;
            return Some(rest);
        }
        // As the server writes it where it is to be verbose: `42P01: relation …`.
        if let Some((code, rest)) = words.split_once(": ")
            && let Some(state) = sqlstate::of_code(code)
        {
            (self.state, self.is_answer) = (Some(state), true);
            return Some(rest);
        }
        if let Some(rest) = words.strip_prefix(['"', '\'']).filter(|_| words.ends_with("\")") || words.ends_with("')"))
        {
            return rest.get(..rest.len() - 2);
        }
        const FRAMES: [&str; 4] =
            ["connection failed: ", "connection is bad: ", "could not connect to server: ", "psql: error: "];
        if let Some(rest) = FRAMES.iter().find_map(|frame| words.strip_prefix(frame)) {
            return Some(rest);
        }
        // What follows is the server's answer, or why there is none; the address is told with the latter.
        let (_, rest) = words.strip_prefix("connection to server ").and_then(|rest| rest.split_once(" failed: "))?;
        SEVERITIES.iter().any(|severity| rest.starts_with(severity)).then_some(rest)
    }

    /// What is known of it.
    pub(super) fn failure(self) -> Option<(Cause, String)> {
        let cause = self.known().or_else(|| self.by_group())?;
        Some((cause, self.words))
    }

    /// The first cause with a sign of it.
    fn known(&self) -> Option<Cause> {
        let state = match self.speaker {
            Speaker::Sqlite => None,
            // Poolers give this one to all that they say.
            _ => match (self.state, sqlstate::of_words(&self.words)) {
                (Some("XX000") | None, Some(state)) => Some(state),
                (state, _) => state,
            },
        };
        Cause::signs().find(|(_, sign)| self.is(sign, state)).map(|(cause, _)| cause)
    }

    fn is(&self, sign: &Sign, state: Option<&str>) -> bool {
        let is_state = |states: &[&str]| state.is_some_and(|state| states.iter().any(|one| state.starts_with(one)));
        match sign {
            Sign::State(states) => is_state(states),
            Sign::Worded(states, texts) => is_state(states) && texts.iter().any(|text| self.words.contains(text)),
            Sign::Told(states, is_it) => is_state(states) && is_it(&self.words),
            Sign::Words(text) => self.speaker != Speaker::Sqlite && self.words.contains(text),
            Sign::Sqlite(text) => self.is_sqlites() && self.holds(text),
            Sign::SqliteIsThere(text) => {
                self.is_sqlites() && self.words.starts_with(text) && self.words.ends_with("already exists")
            }
            _ => false,
        }
    }

    fn is_sqlites(&self) -> bool {
        self.speaker != Speaker::Postgres
    }

    /// Words alone may be anybody's: they have to begin so.
    fn holds(&self, text: &str) -> bool {
        if self.speaker == Speaker::Unknown { self.words.starts_with(text) } else { self.words.contains(text) }
    }

    /// By the group of the SQLSTATE alone; a refusal that has none is one all the same.
    fn by_group(&self) -> Option<Cause> {
        let state = if self.speaker == Speaker::Sqlite { None } else { self.state };
        state.and_then(Cause::of_group).or_else(|| self.is_answer.then_some(Cause::REFUSED))
    }
}

/// The innermost class of a driver in the line, and the words behind it.
fn by_class(line: &str) -> Option<(Speaker, Option<&'static str>, &str)> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "_.".contains(c);
    let mut found = None;
    let mut at = 0;
    while let Some(start) = line[at..].find(is_part).map(|offset| at + offset) {
        let end = line[start..].find(|c| !is_part(c)).map_or(line.len(), |offset| start + offset);
        let words = [": ", ") ", "'>: ", "("].iter().find_map(|mark| line[end..].strip_prefix(mark));
        if let Some(words) = words.filter(|_| !line[..start].ends_with(['/', '\\', '`']))
            && let Some((speaker, state)) = speaker(&line[start..end], line[..start].trim().is_empty())
        {
            found = Some((speaker, state, words));
        }
        at = end;
    }
    found.filter(|(_, _, words)| !words.is_empty())
}

/// Whose class this is; one without its module, as some loggers write it, only where it begins the line.
fn speaker(class: &str, is_first: bool) -> Option<(Speaker, Option<&'static str>)> {
    let Some((module, name)) = class.rsplit_once('.') else {
        return match sqlstate::of_class(class) {
            _ if !is_first || ["SyntaxError", "ConnectionError", "SystemError", "IOError"].contains(&class) => None,
            Some(state) => Some((Speaker::Postgres, Some(state))),
            None => (sqlstate::is_group(class) && class != "Error").then_some((Speaker::Either, None)),
        };
    };
    if !name.starts_with(|c: char| c.is_ascii_uppercase()) {
        return None;
    }
    let is_of = |modules: &[&str]| {
        modules.iter().any(|one| module.strip_prefix(one).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')))
    };
    match () {
        () if is_of(&POSTGRES) => Some((Speaker::Postgres, sqlstate::of_class(name))),
        () if is_of(&SQLITE) => Some((Speaker::Sqlite, None)),
        () if is_of(&["sqlalchemy.exc"]) && sqlstate::is_group(name) => Some((Speaker::Either, None)),
        () => None,
    }
}

/// pg8000 passes the fields of the server's message on as a dictionary: `{'S': 'ERROR', 'C': '42P01', 'M': '…'}`.
fn of_fields(words: &str) -> Option<(Option<&'static str>, String)> {
    let field = |name: &str| {
        let (_, rest) = words.split_once(&format!("'{name}': "))?;
        let quote = rest.chars().next().filter(|c| "'\"".contains(*c))?;
        let rest = &rest[1..];
        let ends = [format!("{quote}, '"), format!("{quote}}}")];
        let end = ends.iter().filter_map(|end| rest.find(end)).min()?;
        Some(&rest[..end])
    };
    let message = words.starts_with('{').then(|| field("M")).flatten()?;
    Some((field("C").and_then(sqlstate::of_code), message.replace("\\'", "'")))
}

/// Without what stands behind the words on the same line: a position in the server's log, a statement.
fn without_appendix(words: &str) -> &str {
    let ends = [" at character ", " [SQL: ", " (Background on this error at", "\\n", " LINE 1: ", " DETAIL:  "];
    let end = ends.iter().filter_map(|end| words.find(end)).min().unwrap_or(words.len());
    let words = words[..end].trim_end();
    // The end of a representation that has begun before the words.
    let inner = words.strip_suffix("')").or_else(|| words.strip_suffix("\")"));
    inner.filter(|inner| inner.matches(['\'', '"']).count() % 2 == 0).unwrap_or(words)
}
