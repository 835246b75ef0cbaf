//! The migration files: whether they are found, form a graph, and whether the upgrade's program is there.

use std::ffi::OsString;

use super::failed;
use crate::commands::files::Files;
use crate::config::Config;
use crate::error::Error;
use crate::help::Command;
use crate::process::{program, upgrade};
use crate::reconcile::list;
use crate::report::Check;

/// The checks, and the files where they can be read.
pub(super) struct Read {
    pub(super) checks: Vec<Check>,
    pub(super) files: Option<Files>,
}

pub(super) fn read(config: &Config) -> Read {
    let files = match Files::read(config) {
        Ok(files) => files,
        Err(error) => return Read { checks: vec![failed("graph", &error)], files: None },
    };
    let mut checks = vec![graph(&files)];
    if let Err(error) = files.version_table() {
        checks.push(failed("version-table", &error));
    }
    checks.push(upgrade_command(config, &files));
    Read { checks, files: Some(files) }
}

fn graph(files: &Files) -> Check {
    let folder = files.layout.script_location.display();
    if files.graph.is_empty() {
        let folder = files.layout.script_location.clone();
        return failed("graph", &Error::NoRevisions { folder });
    }
    let heads: Vec<String> = files.graph.real_heads().into_iter().map(str::to_owned).collect();
    let text = format!("{} revisions in {folder}, head {}", files.graph.len(), list(&heads));
    match (heads.len(), files.graph.separate_branches()) {
        (1, _) => Check::pass("graph", text),
        (_, Some(labels)) => Check::pass("graph", format!("{text}: separate branches ({})", labels.join(", "))),
        _ => Check::warn("graph", text, Command::levelhead("merge").and("commit the file that it writes")),
    }
}

fn upgrade_command(config: &Config, files: &Files) -> Check {
    const NAME: &str = "upgrade-command";
    let words: Vec<OsString> = match &config.upgrade_command {
        Some(words) => words.iter().map(OsString::from).collect(),
        None => files.layout.upgrade_command(config.target.as_deref().unwrap_or("heads")),
    };
    let found = upgrade::find(&words, None, config.path.as_deref());
    match found.and_then(|program| program::check(&program, config.path.as_deref()).map(|()| program)) {
        Ok(program) => {
            let detail = vec![program.file.display().to_string()];
            Check { detail, ..Check::pass(NAME, program.command_line()) }
        }
        Err(error) => failed(NAME, &Error::NoUpgradeCommand(error)),
    }
}
