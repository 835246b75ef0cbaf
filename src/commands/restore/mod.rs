//! `restore`: the file of a lost revision, from version control, with the lost revisions that it follows.

mod find;
mod same;
mod trace;

use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use serde_json::{Value, json};
use tracing::{info, warn};

use super::output::{Format, print, print_json};
use super::session::Session;
use crate::config::Config;
use crate::error::{Error, RestoreError};
use crate::help::{Help, Message};
use crate::reconcile::list;
use crate::revision_file::{as_typed, write};
use crate::saying::Say;
use crate::version_control::{Commit, Repository};
use find::{FindError, Lost, find};
use history::layout::{Layout, locate};
use history::{self, Problem, Revision, RevisionGraph};
pub(super) use trace::{Trace, trace};

/// What `restore` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The revision, or the beginning of its id
    #[arg(value_name = "REV", value_parser = NonEmptyStringValueParser::new())]
    revision: String,
    /// The version that this commit has, instead of the newest
    #[arg(long, value_name = "COMMIT")]
    from: Option<String>,
    /// Show what would be written and write nothing
    #[arg(long)]
    dry_run: bool,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Writes the files back. Reads neither the database nor the graph: the files may be no graph without the lost one.
pub fn restore(session: &Session, arguments: &Arguments) -> Result<(), Error> {
    let config = &session.config;
    let layout = locate(&config.files)?;
    let (present, unreadable) = history::read_each(&layout);
    let (repository, lost) = match search(config, &layout, &present, (&arguments.revision, arguments.from.as_deref()))?
    {
        Found::There(known) => {
            info!("{} is there: {}", known.id, known.path.display());
            return report(&[], false, arguments.format);
        }
        Found::Lost(repository, lost) => (repository, lost),
    };
    let mut found = Vec::new();
    for lost in lost {
        let path = as_typed(&place(&layout, &repository, &lost.revision.path));
        found.push((Revision { path, ..lost.revision.clone() }, lost));
    }
    let broken = check(&present, &found)?;
    found.iter().for_each(|(revision, lost)| describe(revision, lost));
    if !arguments.dry_run {
        create(&found)?;
        info!("restored {}", list(&found.iter().map(|(revision, _)| revision.id.clone()).collect::<Vec<_>>()));
    }
    for problem in unreadable.iter().chain(&broken) {
        Message::new(format!("still broken: {problem}"), problem.help()).warn();
    }
    report(&found, !arguments.dry_run, arguments.format)
}

/// Where a revision is.
enum Found {
    /// Among the files.
    There(Revision),
    /// In version control, with the lost ones that it needs.
    Lost(Repository, Vec<Lost>),
}

/// Looks for a revision that begins so, as the commit that begins as `from` has it.
fn search(
    config: &Config,
    layout: &Layout,
    present: &[Revision],
    (wanted, from): (&str, Option<&str>),
) -> Result<Found, Error> {
    if let Some(known) = present.iter().find(|revision| revision.id == wanted) {
        return Ok(Found::There(known.clone()));
    }
    let folder = layout.version_locations.first().unwrap_or(&layout.script_location);
    let no_git =
        |source| RestoreError::VersionControl { revision: wanted.to_owned(), source, folder: as_typed(folder) };
    let repository = Repository::of(folder, config.path.as_deref()).map_err(no_git)?;
    match chain(&repository, layout, present, (wanted, from)) {
        Ok(lost) => Ok(Found::Lost(repository, lost)),
        Err(FindError::Git(source)) => Err(no_git(source).into()),
        Err(FindError::Restore(error)) => {
            let known = present.iter().find(|revision| revision.id.starts_with(wanted));
            match (&*error, known) {
                (RestoreError::NotFound { wanted_by: None, .. }, Some(known)) => Ok(Found::There(known.clone())),
                _ => Err(Error::Restore(error)),
            }
        }
    }
}

/// The revision and, one after the other, each that it needs and no file has.
fn chain(
    repository: &Repository,
    layout: &Layout,
    present: &[Revision],
    (wanted, from): (&str, Option<&str>),
) -> Result<Vec<Lost>, FindError> {
    let root = repository.root.canonicalize().unwrap_or_else(|_| repository.root.clone());
    let below = |folder: &PathBuf| {
        let folder = folder.canonicalize().or_else(|_| std::path::absolute(folder)).ok()?;
        folder.strip_prefix(&root).map(Path::to_path_buf).ok()
    };
    let folders: Vec<PathBuf> = layout.version_locations.iter().filter_map(below).collect();
    let mut found: Vec<Lost> = Vec::new();
    let mut wanted = vec![(wanted.to_owned(), None)];
    while let Some((id, wanted_by)) = wanted.pop() {
        let is_there = |revision: &Revision| revision.id == id || revision.branch_labels.contains(&id);
        if present.iter().chain(found.iter().map(|lost| &lost.revision)).any(is_there) {
            continue;
        }
        let from = from.filter(|_| wanted_by.is_none());
        let known: Vec<String> =
            present.iter().chain(found.iter().map(|lost| &lost.revision)).map(|revision| revision.id.clone()).collect();
        let is_known = |id: &str| known.iter().any(|known| known == id);
        let Some(lost) = find(repository, &id, &folders, from, &is_known)? else {
            return Err(RestoreError::NotFound {
                revision: id,
                wanted_by,
                commits: repository.commit_count(),
                repository: repository.root.clone(),
                is_shallow: repository.is_shallow(),
                folder: as_typed(layout.version_locations.first().unwrap_or(&layout.script_location)),
            }
            .into());
        };
        let needs = lost.revision.down_revision.iter().chain(&lost.revision.depends_on);
        wanted.extend(needs.map(|parent| (parent.clone(), Some(lost.revision.id.clone()))));
        found.push(lost);
    }
    same::check(repository, &folders, present, &found)?;
    Ok(found)
}

/// Its own place where that is a versions folder still, else its own name in the first of them.
fn place(layout: &Layout, repository: &Repository, path: &Path) -> PathBuf {
    let own = repository.root.join(path);
    let (folder, name) = (own.parent().unwrap_or(&own), own.file_name().unwrap_or_default());
    let real = |folder: &Path| folder.canonicalize().or_else(|_| std::path::absolute(folder)).unwrap_or_default();
    for location in &layout.version_locations {
        let below = real(folder).strip_prefix(real(location)).map(Path::to_path_buf);
        match below {
            Ok(below) if below.as_os_str().is_empty() => return location.join(name),
            Ok(below) if layout.recursive => return location.join(below).join(name),
            _ => {}
        }
    }
    layout.version_locations.first().unwrap_or(&layout.script_location).join(name)
}

/// Sees that the files are no worse with the restored ones among them. Answers what is wrong with them still.
fn check(present: &[Revision], found: &[(Revision, Lost)]) -> Result<Vec<Problem>, Error> {
    let problems = |revisions: Vec<Revision>| RevisionGraph::new(revisions).err().unwrap_or_default();
    let before = problems(present.to_vec());
    let with: Vec<Revision> =
        present.iter().cloned().chain(found.iter().map(|(revision, _)| revision.clone())).collect();
    let after = problems(with.clone());
    // Circles are only looked for where every link leads somewhere: one that shows now may have been there before.
    let is_new = |problem: &&Problem| !before.contains(problem);
    if let Some(problem) = after.iter().find(is_new) {
        let revision = found[0].0.id.clone();
        return Err(RestoreError::Unsound { revision, problem: problem.clone() }.into());
    }
    if let Ok(graph) = RevisionGraph::new(with) {
        let mut heads: Vec<String> = graph.heads().into_iter().map(str::to_owned).collect();
        heads.sort();
        let were = present.iter().filter(|one| heads.contains(&one.id)).count();
        if heads.len() > 1 && heads.len() > were {
            warn!("there are now {} heads: {}; levelhead merge joins them", heads.len(), list(&heads));
        }
    }
    Ok(after)
}

fn describe(revision: &Revision, lost: &Lost) {
    let by = |commit: &Commit| {
        let source = if commit.source.is_empty() { String::new() } else { format!(", {}", commit.source) };
        format!("{} on {} (commit {}, \"{}\"{source})", commit.author, commit.date, commit.short(), commit.subject)
    };
    let message = revision.message().lines().next().unwrap_or_default();
    info!("{}, {message}: written by {}", revision.id, by(&lost.commit));
    if let Some(commit) = &lost.deleted {
        info!("{} was deleted by {}", revision.id, by(commit));
    }
    for other in &lost.others {
        info!("another version of {}: --from {}, by {}", revision.id, other.short(), by(other));
    }
}

/// Writes all files or none.
fn create(found: &[(Revision, Lost)]) -> Result<(), Error> {
    for (at, (revision, lost)) in found.iter().enumerate() {
        let path = &revision.path;
        if let Err(source) = write::create(path, &lost.bytes) {
            for (written, _) in &found[..at] {
                // What has just been written and is not complete helps nobody; it is still in version control.
                let _ = std::fs::remove_file(&written.path);
            }
            return Err(RestoreError::Write { path: path.clone(), source }.into());
        }
    }
    Ok(())
}

fn report(found: &[(Revision, Lost)], written: bool, format: Format) -> Result<(), Error> {
    let commit = |commit: &Commit| json!({ "id": commit.id, "author": commit.author, "date": commit.date, "subject": commit.subject, "source": commit.source });
    match format {
        Format::Text => {
            print(&found.iter().map(|(revision, _)| format!("{}\n", revision.path.display())).collect::<String>())
        }
        Format::Json => {
            let one = |(revision, lost): &(Revision, Lost)| -> Value {
                json!({
                    "id": revision.id,
                    "down_revision": revision.down_revision,
                    "message": revision.message(),
                    "path": revision.path,
                    "commit": commit(&lost.commit),
                    "deleted": lost.deleted.as_ref().map(commit),
                    "others": lost.others.iter().map(commit).collect::<Vec<_>>(),
                })
            };
            print_json(json!({ "revisions": found.iter().map(one).collect::<Vec<_>>(), "written": written }))
        }
    }
}
