//! Logging: tracing, on standard error. Coloured lines for a person, plain lines for a log, JSON lines for a collector.

use std::fmt;
use std::io::{self, IsTerminal};
use std::time::{Duration, Instant};

use indicatif::ProgressBar;
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::{Event, Level, Subscriber, info};
use tracing_subscriber::fmt::format::{FormatEvent, FormatFields, Writer};
use tracing_subscriber::fmt::{FmtContext, Subscriber as Fmt};
use tracing_subscriber::registry::LookupSpan;

/// What to log, and how.
#[derive(Debug, Clone, Copy)]
pub struct Log {
    /// The least severe level that is still logged.
    pub level: LevelFilter,
    /// Text or JSON lines.
    pub format: LogFormat,
    /// Whether a terminal may be shown colour (<https://no-color.org>).
    pub colour: bool,
}

impl Default for Log {
    fn default() -> Self {
        Self { level: LevelFilter::INFO, format: LogFormat::Text, colour: false }
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
    let lines = Fmt::builder().with_max_level(log.level).with_writer(io::stderr).log_internal_errors(false);
    let started = match log.format {
        LogFormat::Json => {
            tracing::subscriber::set_global_default(lines.json().flatten_event(true).with_target(false).finish())
        }
        LogFormat::Text => {
            let lines = lines.with_ansi(log.colour && at_a_terminal()).event_format(Lines);
            tracing::subscriber::set_global_default(lines.finish())
        }
    };
    debug_assert!(started.is_ok(), "logging is started once");
}

/// `levelhead: message`, with the level where it is not the usual one.
struct Lines;

impl<S, N> FormatEvent<S, N> for Lines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, _: &FmtContext<'_, S, N>, mut lines: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let mut text = Text::default();
        event.record(&mut text);
        let (colour, word) = match *event.metadata().level() {
            Level::ERROR => ("31", "error: "),
            Level::WARN => ("33", "warning: "),
            Level::INFO => ("36", ""),
            Level::DEBUG | Level::TRACE => ("2", "debug: "),
        };
        let prefix = match lines.has_ansi_escapes() {
            true => format!("\u{1b}[{colour}mlevelhead:\u{1b}[0m"),
            false => "levelhead:".to_owned(),
        };
        writeln!(lines, "{prefix} {word}{}", text.message)?;
        match text.next.as_str() {
            "" => Ok(()),
            next => writeln!(lines, "{prefix} next: {next}"),
        }
    }
}

/// The two fields that levelhead's events have; others are a library's, and are left to JSON.
#[derive(Default)]
struct Text {
    message: String,
    /// The command to run next.
    next: String,
}

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        match field.name() {
            "message" => self.message = format!("{value:?}"),
            "next" => self.next = format!("{value:?}"),
            _ => {}
        }
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
        let line = format!("waiting for {} ({} s): {answer}{age}", self.what, self.since.elapsed().as_secs());
        if at_a_terminal() {
            let spinner = self.spinner.get_or_insert_with(|| {
                let spinner = ProgressBar::new_spinner();
                spinner.enable_steady_tick(Duration::from_millis(100));
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
        }
    }
}
