//! Judges a history of yours: after every revision, what does levelhead make of the rows that the version table may hold?
//!
//! For each revision no row, the true row, rows that are too early and too late, and a row that no file has. It asks the
//! judgement that `check`, `infer` and `run` share, and counts its faults: a table for the history, a line a fault. The states are
//! catalogues that were recorded, or a database that an upgrade command leads from revision to revision. A tool for
//! development: it is not part of the binary.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a tool whose output is its purpose")]

mod files;
mod judge;
mod states;
mod tally;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use files::Files;
use judge::Judge;
use schema::Dialect;
use states::Truth;

const USAGE: &str = "usage: judge [--schema NAME] [--every N] CHECKOUT VERSIONS CATALOGUES\n\
    \x20      judge [--every N] CHECKOUT VERSIONS URL COMMAND...\n\
    CHECKOUT    the folder that the application runs in\n\
    VERSIONS    the versions folder, relative to CHECKOUT\n\
    CATALOGUES  the folder with order.txt and one JSON file for each revision\n\
    URL         an empty database, postgresql:// or sqlite:///\n\
    COMMAND     upgrades it, with DATABASE_URL in its environment and {} for the revision: alembic upgrade {}\n\
    --every N   judge only every Nth state";

/// What was asked for.
struct Arguments {
    schema: String,
    every: usize,
    checkout: PathBuf,
    versions: PathBuf,
    /// Catalogues, or a URL.
    source: String,
    command: Vec<String>,
}

impl Arguments {
    fn parse(words: impl IntoIterator<Item = String>) -> Option<Self> {
        let (mut schema, mut every, mut places) = ("public".to_owned(), 1, Vec::new());
        let mut words = words.into_iter();
        while let Some(word) = words.next() {
            match word.as_str() {
                "--schema" => schema = words.next()?,
                "--every" => every = words.next()?.parse().ok()?,
                _ => places.push(word),
            }
            // What comes after the URL is the command's own.
            if places.len() == 3 {
                places.extend(words.by_ref());
            }
        }
        let mut places = places.into_iter();
        let (checkout, versions, source) = (places.next()?.into(), places.next()?.into(), places.next()?);
        let command: Vec<String> = places.collect();
        let is_live = source.contains("://");
        (every > 0 && is_live != command.is_empty()).then_some(Self {
            schema,
            every,
            checkout,
            versions,
            source,
            command,
        })
    }
}

fn main() -> ExitCode {
    let Some(arguments) = Arguments::parse(std::env::args().skip(1)) else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    match judge(&arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::from(2)
        }
    }
}

/// Answers whether there was no fault.
fn judge(arguments: &Arguments) -> Result<bool, String> {
    let started = Instant::now();
    let catalogues = std::path::absolute(&arguments.source).map_err(|error| error.to_string())?;
    // Imports start in the working folder.
    std::env::set_current_dir(&arguments.checkout).map_err(|error| error.to_string())?;
    let files = Files::read(&arguments.versions)?;
    let (truth, dialect) = if arguments.command.is_empty() {
        (Truth::recorded(&catalogues, &arguments.schema)?, Dialect::PostgreSql)
    } else {
        states::live(&files, &arguments.source, &arguments.command)?
    };
    let tally = Judge::new(&files, &truth, dialect).every(arguments.every)?;
    let name = arguments.checkout.join(&arguments.versions);
    println!("{}: {} states, {:.1} s", shown(&name), truth.states.len(), started.elapsed().as_secs_f64());
    println!("{tally}");
    Ok(tally.is_faultless())
}

fn shown(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
