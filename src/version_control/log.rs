//! Searching the history: which commits changed which files, and what they held before and after.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{GLANCE, Repository, SEARCH, VersionControlError};

/// A commit, as people name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// Its whole id.
    pub id: String,
    /// The author's name.
    pub author: String,
    /// When it was written, in the author's time: `2026-11-23 20:15`.
    pub date: String,
    /// The first line of its message.
    pub subject: String,
    /// A branch, tag, stash or reflog entry that leads to it; empty where none does.
    pub source: String,
}

impl Commit {
    /// The id as git abbreviates it at least.
    pub fn short(&self) -> &str {
        self.id.get(..10).unwrap_or(&self.id)
    }
}

/// One file in one commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The commit.
    pub commit: Commit,
    /// The file, below the root of the working tree.
    pub path: PathBuf,
    /// What it holds after the commit, or before the one that deleted it.
    pub blob: String,
    /// Whether the commit deleted it.
    pub is_deletion: bool,
}

/// Where to look for a text.
#[derive(Debug, Clone, Copy)]
pub enum Search<'a> {
    /// In the names of Python files.
    Names,
    /// In the lines of Python files below these folders, whose names are relative to the root.
    Lines(&'a [PathBuf]),
    /// Nowhere: every change of these files, whose names are relative to the root.
    Files(&'a [PathBuf]),
}

/// The separators of the log's format: no name or message holds them.
const RECORD: u8 = 0x1e;
const FIELD: char = '\u{1f}';
pub(super) const FORMAT: &str = "--format=%x1e%H%x1f%an%x1f%ad%x1f%s%x1f%S";

impl Repository {
    /// Every change of a Python file that `search` leads to, newest commit first: on any branch, in a stash, or only in a
    /// reflog.
    pub fn changes(&self, word: &str, search: Search<'_>) -> Result<Vec<Change>, VersionControlError> {
        self.log(&["--all", "--reflog"].map(str::to_owned), word, search, SEARCH)
    }

    /// As [`Self::changes`], for whoever starts something and cannot wait: nothing where git takes longer.
    pub fn changes_at_once(&self, word: &str, search: Search<'_>) -> Result<Vec<Change>, VersionControlError> {
        self.log(&["--all".to_owned()], word, search, GLANCE)
    }

    /// As [`Self::changes`], in the commits that nothing leads to any more: dropped stashes, abandoned branches.
    pub fn unreachable_changes(&self, word: &str, search: Search<'_>) -> Result<Vec<Change>, VersionControlError> {
        let found = self.ask_within(SEARCH, &["fsck", "--unreachable", "--connectivity-only", "--no-progress"])?;
        let found = String::from_utf8_lossy(&found);
        let commits = found.lines().filter_map(|line| line.strip_prefix("unreachable commit "));
        let commits: Vec<String> = commits.map(str::to_owned).collect();
        if commits.is_empty() {
            return Ok(Vec::new());
        }
        self.log(&[&["--no-walk=sorted".to_owned()], &commits[..]].concat(), word, search, SEARCH)
    }

    /// The last commit that changed a file.
    pub fn last_commit(&self, path: &Path) -> Option<Commit> {
        let root = self.root.canonicalize().ok()?;
        let path = path.strip_prefix(root).ok()?.to_str()?;
        let answer = self.ask(&["log", "-1", "--date=format:%Y-%m-%d %H:%M", FORMAT, "--", path]).ok()?;
        commit(String::from_utf8_lossy(&answer).trim_start_matches(char::from(RECORD)).trim_end())
    }

    fn log(
        &self,
        commits: &[String],
        word: &str,
        search: Search<'_>,
        limit: Duration,
    ) -> Result<Vec<Change>, VersionControlError> {
        let mut words: Vec<String> = ["log", "-m", "--raw", "-z", "--no-abbrev", "--no-renames", "--diff-filter=ADMT"]
            .into_iter()
            .chain(["--no-ext-diff", "--no-textconv", "--date=format:%Y-%m-%d %H:%M", FORMAT])
            .map(str::to_owned)
            .collect();
        if !commits.iter().any(|commit| commit.starts_with("--no-walk")) {
            words.push("--source".to_owned());
        }
        match search {
            Search::Names => {
                words.extend_from_slice(commits);
                words.extend(["--".to_owned(), format!(":(top)*{}*.py", escaped(word, "*?[]\\"))]);
            }
            Search::Files(files) => {
                words.extend_from_slice(commits);
                words.push("--".to_owned());
                words.extend(files.iter().map(|file| format!(":(top,literal){}", file.to_string_lossy())));
            }
            Search::Lines(folders) => {
                // `revision = 'id'` however it is spelled; what is found is read as Python afterwards.
                words.push(format!("-Grevision.*['\"]{}", escaped(word, ".*[]^$\\+?(){}|")));
                words.extend_from_slice(commits);
                words.push("--".to_owned());
                let below = |folder: &PathBuf| format!(":(top){}*.py", escaped(&prefix(folder), "*?[]\\"));
                words.extend(folders.iter().map(below));
            }
        }
        Ok(changes(&self.ask_within(limit, &words)?))
    }
}

fn prefix(folder: &Path) -> String {
    let folder = folder.to_string_lossy();
    if folder.is_empty() { String::new() } else { format!("{folder}/") }
}

fn escaped(text: &str, special: &str) -> String {
    text.chars().flat_map(|c| special.contains(c).then_some('\\').into_iter().chain([c])).collect()
}

pub(super) fn commit(fields: &str) -> Option<Commit> {
    let mut fields = fields.split(FIELD).map(str::to_owned);
    let mut next = || fields.next();
    let (id, author, date, subject) = (next()?, next()?, next()?, next()?);
    Some(Commit { id, author, date, subject, source: next().unwrap_or_default() })
}

/// Reads the log: after each commit's fields come pairs of `:mode mode old new status` and a path.
fn changes(answer: &[u8]) -> Vec<Change> {
    let mut changes = Vec::new();
    for record in answer.split(|&byte| byte == RECORD) {
        let text = String::from_utf8_lossy(record);
        let mut tokens = text.split('\0').map(|token| token.trim_matches('\n'));
        let Some(commit) = tokens.next().and_then(commit) else { continue };
        while let Some(token) = tokens.next() {
            let Some(meta) = token.strip_prefix(':') else { continue };
            let mut meta = meta.split(' ').skip(2);
            let (Some(old), Some(new), Some(status), Some(path)) =
                (meta.next(), meta.next(), meta.next(), tokens.next())
            else {
                continue;
            };
            let is_deletion = status.starts_with('D');
            let blob = if is_deletion { old } else { new }.to_owned();
            changes.push(Change { commit: commit.clone(), path: path.into(), blob, is_deletion });
        }
    }
    changes
}
