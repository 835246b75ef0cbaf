//! Where a report goes: standard output, and a file beside it.

use std::io::Write;
use std::path::Path;

use super::render;
use super::report::{Needs, Report};
use super::{Arguments, ReportFormat};
use crate::commands::output::{in_json, print};
use crate::error::Error;

/// Prints the report, or, where it goes to a file, its summary.
pub(super) fn deliver(report: &Report, arguments: &Arguments) -> Result<(), Error> {
    let Some(file) = &arguments.output else {
        return print(&rendered(report, arguments.format.unwrap_or(ReportFormat::Text)));
    };
    let format = arguments.format.unwrap_or_else(|| by_ending(file));
    write(file, &rendered(report, format)).map_err(|source| Error::Report { file: file.clone(), source })?;
    print(&render::text(report))
}

/// What was found before something is repaired. Whoever reads JSON wants one document.
pub(super) fn show_before(report: &Report, arguments: &Arguments) -> Result<(), Error> {
    match arguments.format {
        None | Some(ReportFormat::Text) => print(&format!("before:\n\n{}\nafter:\n\n", render::text(report))),
        Some(_) => Ok(()),
    }
}

/// The next command of the worst finding.
pub(super) fn first_step(report: &Report) -> String {
    report.findings.first().map(|entry| entry.next.clone()).unwrap_or_default()
}

fn rendered(report: &Report, format: ReportFormat) -> String {
    match format {
        ReportFormat::Text => render::text(report),
        ReportFormat::Json => in_json(serde_json::json!({
            "healthy": report.needs() == Needs::Nothing,
            "database": report.database,
            "files": report.files,
            "rows": report.rows,
            "schema": report.schema,
            "findings": report.findings,
            "plan": report.plan,
        })),
        ReportFormat::Markdown => render::markdown(report),
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

/// All of it or nothing: whoever reads the file never sees half a report.
fn write(file: &Path, text: &str) -> std::io::Result<()> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut draft = tempfile::Builder::new().prefix(".stillhead-").tempfile_in(folder)?;
    draft.write_all(text.as_bytes())?;
    draft.as_file().sync_all()?;
    draft.persist(file).map_err(|error| error.error)?;
    Ok(())
}
