//! What another branch has done since it and the commit that is checked out parted: what a merge would bring in.

use std::path::PathBuf;

use super::log::{Commit, FORMAT, commit};
use super::{Repository, VersionControlError};

/// What another branch has done to one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Theirs {
    /// The file, below the root of the working tree.
    pub path: PathBuf,
    /// What it held where both parted; `None` where it was not there.
    pub before: Option<String>,
    /// What it holds there now; `None` where it was deleted.
    pub after: Option<String>,
}

impl Repository {
    /// The commit that a branch, a tag or an id leads to, and what git itself calls it: a branch that only `origin` has may be
    /// named without it.
    pub fn commit(&self, name: &str) -> Option<(String, Commit)> {
        // What begins so would be an option.
        if name.starts_with('-') {
            return None;
        }
        [name.to_owned(), format!("origin/{name}")].into_iter().find_map(|name| {
            self.ask(&["rev-parse", "--verify", "--quiet", &format!("{name}^{{commit}}")]).ok()?;
            let answer = self.ask(&["log", "-1", "--date=format:%Y-%m-%d %H:%M", FORMAT, &name, "--"]).ok()?;
            let commit = commit(String::from_utf8_lossy(&answer).trim_start_matches('\u{1e}').trim_end())?;
            Some((name, commit))
        })
    }

    /// The last commit that `other` and the one that is checked out have in common.
    pub fn fork(&self, other: &Commit) -> Option<String> {
        let id = self.ask(&["merge-base", "HEAD", &other.id]).ok()?;
        Some(String::from_utf8_lossy(&id).trim().to_owned())
    }

    /// What `other` has done since `fork` to the files below these folders, whose names are relative to the root. One that was
    /// renamed is one deleted and one added.
    pub fn theirs(&self, fork: &str, other: &Commit, below: &[PathBuf]) -> Result<Vec<Theirs>, VersionControlError> {
        let options = ["diff", "--raw", "-z", "--no-abbrev", "--no-renames", "--no-ext-diff", "--no-textconv"];
        let mut words: Vec<String> = options.map(str::to_owned).into();
        words.extend([fork.to_owned(), other.id.clone(), "--".to_owned()]);
        words.extend(below.iter().map(|folder| format!(":(top,literal){}", folder.to_string_lossy())));
        Ok(read(&self.ask(&words)?))
    }
}

/// Reads pairs of `:mode mode old new status` and a path.
fn read(answer: &[u8]) -> Vec<Theirs> {
    let text = String::from_utf8_lossy(answer);
    let mut tokens = text.split('\0');
    let mut changes = Vec::new();
    while let (Some(meta), Some(path)) = (tokens.next(), tokens.next()) {
        let mut blobs =
            meta.split(' ').skip(2).map(|id| (!id.bytes().all(|digit| digit == b'0')).then(|| id.to_owned()));
        let (Some(before), Some(after)) = (blobs.next(), blobs.next()) else { continue };
        changes.push(Theirs { path: path.into(), before, after });
    }
    changes
}
