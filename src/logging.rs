//! Logging: tracing, on standard error. Coloured lines for a person, plain lines for a log, JSON lines for a collector.

pub mod plain;
mod unread;

use std::fmt;
use std::io::{self, IsTerminal, Write};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use indicatif::ProgressBar;
use plain::{plain, without_escapes};
use serde_json::{Map, Value, json};
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::{Event, Level, Subscriber, info};
use tracing_subscriber::fmt::format::{FormatEvent, FormatFields, Writer};
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};
use tracing_subscriber::fmt::{FmtContext, Subscriber as Fmt};
use tracing_subscriber::registry::LookupSpan;

/// What to log, and how.
#[derive(Debug, Clone, Copy)]
pub struct Log {
    /// The least severe level that is still logged.
    pub level: LevelFilter,
    /// Text or JSON lines.
    pub format: LogFormat,
    /// Where colour is shown.
    pub colour: Colour,
    /// Whether a terminal can show what moves.
    pub spins: bool,
}

/// Where colour is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// On a terminal.
    Auto,
    /// Everywhere: a log viewer may show it, too.
    Always,
    /// Nowhere.
    Never,
}

impl Colour {
    /// Whether this stream gets it.
    pub fn is_for(self, stream: &impl IsTerminal) -> bool {
        self == Self::Always || self == Self::Auto && stream.is_terminal()
    }
}

impl Default for Log {
    fn default() -> Self {
        Self { level: LevelFilter::INFO, format: LogFormat::Text, colour: Colour::Never, spins: false }
    }
}

/// How to log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// `levelhead: …`, coloured on a terminal.
    Text,
    /// A JSON object a line.
    Json,
}

/// Whether a person is looking at standard error.
pub fn at_a_terminal() -> bool {
    io::stderr().is_terminal()
}

/// Starts logging. Called once; what is logged before that is lost.
pub fn start(log: Log) {
    // A log that cannot be written is no reason to keep an application from starting.
    let lines = Fmt::builder().with_max_level(log.level).with_writer(|| Beside).log_internal_errors(false);
    SPINS.store(log.spins, Ordering::Relaxed);
    let started = match log.format {
        LogFormat::Json => tracing::subscriber::set_global_default(lines.event_format(Objects).finish()),
        LogFormat::Text => {
            let lines = lines.with_ansi(log.colour.is_for(&io::stderr())).event_format(Lines);
            tracing::subscriber::set_global_default(lines.finish())
        }
    };
    debug_assert!(started.is_ok(), "logging is started once");
}

/// An event, as `tracing` hands it over. Fields of a library's are left to JSON.
#[derive(Default)]
struct Parts {
    message: String,
    code: Option<String>,
    facts: Vec<String>,
    help: Option<String>,
    notes: Vec<String>,
    others: Map<String, Value>,
}

impl Parts {
    fn of(event: &Event<'_>) -> Self {
        let mut parts = Self::default();
        event.record(&mut parts);
        parts
    }

    fn take(&mut self, field: &Field, value: String) {
        let lines = |text: &str| text.lines().map(plain).collect();
        match field.name() {
            "message" => self.message = plain(&value),
            "code" => self.code = Some(value),
            "facts" => self.facts = lines(&value),
            // To be pasted: as it is, but for what a terminal would obey.
            "help" => self.help = Some(without_escapes(&value)),
            "note" => self.notes = lines(&value),
            other => drop(self.others.insert(other.to_owned(), plain(&value).into())),
        }
    }
}

impl Visit for Parts {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.take(field, value.to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.take(field, format!("{value:?}"));
    }
}

/// `levelhead: message`, with the level where it is not the usual one; a line a part, so that a platform's viewer shows each
/// whole.
struct Lines;

impl<S, N> FormatEvent<S, N> for Lines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, _: &FmtContext<'_, S, N>, mut lines: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let Parts { message, code, facts, help, notes, .. } = Parts::of(event);
        let (colour, word) = match *event.metadata().level() {
            Level::ERROR => ("31", "error"),
            Level::WARN => ("33", "warning"),
            Level::INFO => ("36", ""),
            Level::DEBUG | Level::TRACE => ("2", "debug"),
        };
        let prefix = match lines.has_ansi_escapes() {
            true => format!("\u{1b}[{colour}mlevelhead:\u{1b}[0m"),
            false => "levelhead:".to_owned(),
        };
        let code = code.map(|code| format!("[{code}]")).unwrap_or_default();
        match word {
            "" => writeln!(lines, "{prefix} {message}")?,
            word => writeln!(lines, "{prefix} {word}{code}: {message}")?,
        }
        facts.iter().try_for_each(|fact| writeln!(lines, "{prefix}   {fact}"))?;
        help.iter().try_for_each(|help| writeln!(lines, "{prefix} help: {help}"))?;
        notes.iter().try_for_each(|note| writeln!(lines, "{prefix} note: {note}"))
    }
}

/// A JSON object a line.
struct Objects;

impl<S, N> FormatEvent<S, N> for Objects
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, _: &FmtContext<'_, S, N>, mut lines: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let mut timestamp = String::new();
        SystemTime.format_time(&mut Writer::new(&mut timestamp))?;
        let level = event.metadata().level().as_str();
        let Parts { message, code, facts, help, notes, others } = Parts::of(event);
        let mut object = json!({ "timestamp": timestamp, "level": level, "message": message });
        if let Some(code) = code {
            object["code"] = code.into();
        }
        if !facts.is_empty() {
            object["facts"] = facts.into();
        }
        if help.is_some() || !notes.is_empty() {
            let note = (!notes.is_empty()).then(|| notes.join("\n"));
            object["help"] = json!({ "command": help, "note": note });
        }
        others.into_iter().for_each(|(name, value)| object[name] = value);
        writeln!(lines, "{object}")
    }
}

/// Whether a terminal is shown what moves.
static SPINS: AtomicBool = AtomicBool::new(false);
/// The spinner that is shown at present.
static SPINNER: Mutex<Option<ProgressBar>> = Mutex::new(None);

/// Standard error, whose spinner makes room for each line that is logged.
struct Beside;

impl Write for Beside {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        match SPINNER.lock().ok().as_deref() {
            Some(Some(spinner)) => spinner.suspend(|| io::stderr().write(line)),
            _ => unread::write_what_fits(line),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

/// Something that is being waited for: a spinner for a person, a line now and then for a log.
pub struct Waiting {
    what: &'static str,
    since: Instant,
    spinner: Option<ProgressBar>,
    logged: Option<(Instant, String)>,
}

/// How often a log is told that the wait goes on.
const REMINDER: Duration = Duration::from_secs(10);

impl Waiting {
    /// Nothing is shown until the first [`note`](Self::note): most waits are over at once.
    pub fn for_what(what: &'static str) -> Self {
        Self { what, since: Instant::now(), spinner: None, logged: None }
    }

    /// What the last answer was. `age` grows while the answer stays the same, and is no news.
    pub fn note(&mut self, answer: &str, age: &str) {
        let answer = &*plain(answer);
        let line = format!("waiting for {} ({} s): {answer}{age}", self.what, self.since.elapsed().as_secs());
        if at_a_terminal() && SPINS.load(Ordering::Relaxed) {
            let spinner = self.spinner.get_or_insert_with(|| {
                let spinner = ProgressBar::new_spinner();
                spinner.enable_steady_tick(Duration::from_millis(100));
                if let Ok(mut shown) = SPINNER.lock() {
                    *shown = Some(spinner.clone());
                }
                spinner
            });
            spinner.set_message(line);
        } else if self.logged.as_ref().is_none_or(|(when, last)| when.elapsed() > REMINDER || last != answer) {
            info!("{line}");
            self.logged = Some((Instant::now(), answer.to_owned()));
        }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if let Some(spinner) = &self.spinner {
            spinner.finish_and_clear();
            if let Ok(mut shown) = SPINNER.lock() {
                *shown = None;
            }
        }
    }
}
