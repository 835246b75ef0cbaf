//! The application's own Alembic writes the file; what it has written is read back.

use std::ffi::OsString;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Command, ExitStatus};
use std::time::Duration;

use nix::sys::signal::Signal;
use tracing::{debug, warn};

use super::copy::Copy;
use super::tool::Tool;
use crate::commands::files::Files;
use crate::config::Config;
use crate::error::{Error, MergeError};
use crate::explanation::Explanation;
use crate::process::bounded::{self, Said};
use crate::process::exec::SKIP_DB_UPGRADE;
use crate::process::program::{self, ProgramError, command_line};
use crate::process::upgrade;
use crate::reconcile::list;
use crate::revision_file::{Snapshot, as_typed, write};
use history::layout::Layout;
use history::{Revision, RevisionGraph, read, read_revision};

/// How long it may take, unless LEVELHEAD_UPGRADE_TIMEOUT is less.
const LIMIT: Duration = Duration::from_secs(60);
/// How many of its last lines are shown where it fails.
const LAST: usize = 12;

/// The merge as it is meant to be.
pub(super) struct Plan {
    pub(super) id: String,
    pub(super) message: String,
    pub(super) branch_label: Option<String>,
    /// The heads that it joins.
    pub(super) parents: Vec<String>,
}

impl Plan {
    fn arguments(&self) -> Vec<OsString> {
        // A value that looks like an option is one, unless it is a part of its own option's word.
        let mut words: Vec<OsString> = match self.message.starts_with('-') {
            true => vec![format!("--message={}", self.message).into()],
            false => vec!["-m".into(), self.message.clone().into()],
        };
        words.extend(["--rev-id".into(), self.id.clone().into()]);
        words.extend(self.branch_label.iter().flat_map(|label| ["--branch-label".into(), label.into()]));
        words.extend(self.parents.iter().map(OsString::from));
        words
    }
}

/// The file that Alembic has made, or would make.
pub(super) struct Written {
    pub(super) revision: Revision,
    pub(super) text: String,
}

/// Has Alembic write the revision; with `dry_run` in a copy of the migrations, of which nothing stays.
pub(super) fn write(config: &Config, files: &Files, plan: &Plan, dry_run: bool) -> Result<Written, Error> {
    let tool = Tool::of(config, &files.layout);
    let words = tool.words(&plan.arguments());
    if !dry_run {
        return Ok(run(config, files, &files.layout, plan, (&words, &words))?);
    }
    let copy = Copy::of(&files.layout, &tool).map_err(|source| MergeError::Copy { source })?;
    let in_copy = copy.tool.words(&plan.arguments());
    Ok(copy.told(run(config, files, &copy.layout, plan, (&words, &in_copy)))?)
}

/// Runs the second of two commands, and names the first: the one that can be typed.
fn run(
    config: &Config,
    files: &Files,
    layout: &Layout,
    plan: &Plan,
    (typed, words): (&[OsString], &[OsString]),
) -> Result<Written, MergeError> {
    let command = command_line(typed);
    let path = config.path.as_deref();
    let no_command = |source| MergeError::NoCommand { command: command.clone(), source };
    let program = upgrade::find(words, None, path).map_err(no_command)?;
    program::check(&program, path).map_err(no_command)?;
    debug!("{}", program.command_line());
    let before = Snapshot::take(&layout.version_locations);
    let limit = LIMIT.min(config.upgrade_timeout);
    let mut child = Command::new(&program.file);
    child.args(&words[1..]).env(SKIP_DB_UPGRADE, "true");
    if typed != words {
        // Nothing is written in the project, caches of its modules neither.
        child.env("PYTHONDONTWRITEBYTECODE", "1");
    }
    let said = bounded::run(&mut child, limit);
    let said = said.map_err(|source| no_command(ProgramError::of_execve(&program.file, source)))?;
    let after = Snapshot::take(&layout.version_locations);
    let written = match said.status {
        Some(status) if status.success() => read_back(files, layout, plan, &before, &after),
        status => Err(failure(&command, status, limit, &said, &new_files(&before, &after))),
    };
    written.inspect_err(|_| put_back(&before, &after))
}

/// The file with the id that was asked for. It has to be the revision that was meant, and to leave one head in the place of
/// those that it joins.
fn read_back(
    files: &Files,
    layout: &Layout,
    plan: &Plan,
    before: &Snapshot,
    after: &Snapshot,
) -> Result<Written, MergeError> {
    let paths = new_files(before, after);
    let wrong =
        |reason: String| MergeError::Wrong { id: plan.id.clone(), paths: paths.clone(), reason, in_copy: false };
    let mut unreadable = None;
    let mut found = after.changed_since(before).filter_map(|(path, bytes)| match read_revision(bytes, path) {
        Ok(revision) => (revision.id == plan.id).then_some((revision, bytes)),
        Err(problem) => {
            unreadable.get_or_insert(problem);
            None
        }
    });
    let Some((revision, bytes)) = found.next() else {
        return Err(wrong(match unreadable {
            Some(problem) => problem.to_string(),
            None => format!("no file in {} has this id", locations(layout)),
        }));
    };
    if before.get(&revision.path).is_some() {
        return Err(MergeError::Overwritten { path: as_typed(&revision.path) });
    }
    let sorted = |ids: &[String]| {
        let mut ids = ids.to_vec();
        ids.sort();
        ids
    };
    if sorted(&revision.down_revision) != sorted(&plan.parents) {
        let (is, meant) = (list(&revision.down_revision), list(&plan.parents));
        return Err(wrong(format!("its down_revision is {is}, not {meant}")));
    }
    if plan.branch_label.as_slice() != revision.branch_labels {
        return Err(wrong(format!("its branch_labels are ({})", revision.branch_labels.join(", "))));
    }
    let graph = read(layout).map_err(|error| wrong(error.to_string()))?;
    let heads = |graph: &RevisionGraph| graph.iter().filter(|node| node.is_head()).count();
    let expected = heads(&files.graph) + 1 - plan.parents.len();
    if !graph.get(&plan.id).is_some_and(|node| node.is_head()) || heads(&graph) != expected {
        return Err(wrong(format!("there are {} heads with it, not {expected}", heads(&graph))));
    }
    let text = String::from_utf8_lossy(bytes).into_owned();
    Ok(Written { revision: Revision { path: as_typed(&revision.path), ..revision }, text })
}

fn locations(layout: &Layout) -> String {
    list(&layout.version_locations.iter().map(|path| path.display().to_string()).collect::<Vec<_>>())
}

fn new_files(before: &Snapshot, after: &Snapshot) -> Vec<PathBuf> {
    let new = after.changed_since(before).filter(|(path, _)| before.get(path).is_none());
    new.map(|(path, _)| as_typed(path)).collect()
}

/// Alembic writes over a file that has the new one's name: that one is as it was again.
fn put_back(before: &Snapshot, after: &Snapshot) {
    for (path, bytes) in after.changed_since(before) {
        if let Some(original) = before.get(path)
            && let Err(error) = write::replace(path, bytes, original)
        {
            warn!("{} was written over, and cannot be put back: {error}", path.display());
        }
    }
}

/// Shows the last lines, and says how it ended.
fn failure(command: &str, status: Option<ExitStatus>, limit: Duration, said: &Said, written: &[PathBuf]) -> MergeError {
    let [stdout, stderr] = [&said.stdout, &said.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    // Alembic says it last, and on stdout; a traceback ends on stderr.
    let all = format!("{stdout}\n{stderr}");
    let lines: Vec<&str> = all.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
    for line in &lines[lines.len().saturating_sub(LAST)..] {
        warn!("  {line}");
    }
    for path in written {
        warn!("{} was written all the same", path.display());
    }
    let command = command.to_owned();
    let Some(status) = status else { return MergeError::Silent { command, limit } };
    let how = match (status.code(), status.signal().map(Signal::try_from)) {
        (Some(code), _) => format!("exited with {code}"),
        (None, Some(Ok(signal))) => format!("was ended by {signal}"),
        (None, _) => "was ended by a signal".to_owned(),
    };
    let explanation = Explanation::of(&all).map(Explanation::where_every_parent_is_there);
    let refused = lines.iter().find_map(|line| line.trim_start().strip_prefix("FAILED: ")).or(lines.last().copied());
    let reason = explanation.map(|said| said.to_string()).or(refused.map(str::to_owned));
    MergeError::Failed { command, how, reason: reason.unwrap_or_else(|| "it has said nothing".to_owned()) }
}
