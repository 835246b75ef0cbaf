//! Where a report goes: standard output, and a file beside it.

use std::fs::{self, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::render;
use super::report::Report;
use super::{Arguments, ReportFormat};
use crate::commands::output::{in_json, print};
use crate::error::Error;
use crate::help::Advice;

/// Prints the report, or, where it goes to a file, its text. `before`: what was found before something was repaired.
pub(super) fn deliver(
    before: Option<&Report>,
    report: &Report,
    arguments: &Arguments,
    coloured: bool,
) -> Result<(), Error> {
    let Some(file) = &arguments.output else {
        return print(&match arguments.format {
            // What was found before has been printed by then.
            None | Some(ReportFormat::Text) => render::text(report, coloured),
            Some(format) => rendered(before, report, format),
        });
    };
    // Whoever waits for the file to be written, or finds that it cannot be, has read the report.
    print(&render::text(report, coloured))?;
    let format = arguments.format.unwrap_or_else(|| by_ending(file));
    write(file, &rendered(before, report, format)).map_err(|source| Error::Report { file: file.clone(), source })
}

/// What was found before something is repaired. Whoever reads another format wants one document.
pub(super) fn show_before(report: &Report, arguments: &Arguments, coloured: bool) -> Result<(), Error> {
    let is_text = arguments.output.is_some() || matches!(arguments.format, None | Some(ReportFormat::Text));
    if is_text { print(&render::text_before(report, coloured)) } else { Ok(()) }
}

/// What to do about the worst finding.
pub(super) fn first_step(report: &Report) -> Advice {
    report.findings.first().map(|entry| entry.help.clone()).unwrap_or_default()
}

fn rendered(before: Option<&Report>, report: &Report, format: ReportFormat) -> String {
    match format {
        ReportFormat::Text => {
            before.map(|before| render::text_before(before, false)).unwrap_or_default() + &render::text(report, false)
        }
        ReportFormat::Json => {
            let mut document = report.document();
            document["before"] = before.map(Report::document).into();
            in_json(document)
        }
        ReportFormat::Markdown => match before {
            None => render::markdown(report, "levelhead check"),
            Some(before) => {
                let before = render::markdown(before, "levelhead check: before the repair");
                format!("{before}\n{}", render::markdown(report, "levelhead check: after the repair"))
            }
        },
        ReportFormat::Github => render::github(report),
    }
}

fn by_ending(file: &Path) -> ReportFormat {
    match file.extension().and_then(|ending| ending.to_str()) {
        Some("json") => ReportFormat::Json,
        Some("md" | "markdown") => ReportFormat::Markdown,
        _ => ReportFormat::Text,
    }
}

/// All of it or nothing: whoever reads the file never sees half a report. A device or a pipe is written to, never replaced.
fn write(file: &Path, text: &str) -> io::Result<()> {
    // Where the name is a link, what it leads to is meant.
    let file = &file.canonicalize().unwrap_or_else(|_| file.to_owned());
    let there = fs::metadata(file).ok();
    if there.as_ref().is_some_and(|there| !there.is_file()) {
        return OpenOptions::new().write(true).open(file)?.write_all(text.as_bytes());
    }
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // The process's umask takes away what it takes away from every new file.
    let permissions = there.map_or_else(|| Permissions::from_mode(0o666), |there| there.permissions());
    let draft = tempfile::Builder::new().prefix(".levelhead-").permissions(permissions).tempfile_in(folder);
    let mut draft = draft.map_err(without_path)?;
    draft.write_all(text.as_bytes()).and_then(|()| draft.as_file().sync_all()).map_err(without_path)?;
    draft.persist(file).map_err(|error| error.error)?;
    Ok(())
}

/// The answer alone: the draft's name says nothing to a person.
fn without_path(error: io::Error) -> io::Error {
    match error.to_string().split_once(" at path \"") {
        Some((answer, _)) => io::Error::new(error.kind(), answer.to_owned()),
        None => error,
    }
}
