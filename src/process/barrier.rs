//! What stands in the way to a file: a folder that may not be entered, and who may.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::fmt;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Component, Path, PathBuf};

use nix::unistd::{AccessFlags, Gid, Group, Uid, User, access};

/// As many links as the kernel follows.
const MOST_LINKS: usize = 40;

/// A folder that this process may not enter.
#[derive(Debug)]
pub struct Barrier {
    /// The folder.
    pub folder: PathBuf,
    owner: Uid,
    group: Gid,
    mode: u32,
}

impl Barrier {
    /// The first on the way to `file`, along its links; `None` where there is none, or what stands there may not be seen.
    #[must_use]
    pub fn before(file: &Path) -> Option<Self> {
        let mut reached = std::env::current_dir().unwrap_or_default();
        let mut rest = names(file);
        let mut links = 0;
        while let Some(name) = rest.pop_front() {
            if reached.is_dir() && access(&reached, AccessFlags::X_OK).is_err() {
                return Self::at(reached);
            }
            // A root takes the place of what is there, as it does in a path.
            reached = if name == ".." { reached.parent().unwrap_or(&reached).to_owned() } else { reached.join(name) };
            if let Ok(target) = fs::read_link(&reached).and_then(|target| match links {
                ..MOST_LINKS => Ok(target),
                _ => Err(nix::errno::Errno::ELOOP.into()),
            }) {
                links += 1;
                reached.pop();
                let mut way = names(&target);
                way.append(&mut rest);
                rest = way;
            }
        }
        None
    }

    fn at(folder: PathBuf) -> Option<Self> {
        let found = fs::metadata(&folder).ok()?;
        let (owner, group) = (Uid::from_raw(found.uid()), Gid::from_raw(found.gid()));
        Some(Self { folder, owner, group, mode: found.mode() })
    }
}

fn names(path: &Path) -> VecDeque<OsString> {
    let all = path.components().filter(|component| *component != Component::CurDir);
    all.map(|component| component.as_os_str().to_owned()).collect()
}

fn account(id: Uid) -> String {
    User::from_uid(id).ok().flatten().map_or_else(|| format!("user {id}"), |user| user.name)
}

impl fmt::Display for Barrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} may not enter {}", account(Uid::effective()), self.folder.display())?;
        let group = || {
            let named = Group::from_gid(self.group).ok().flatten();
            named.map_or_else(|| format!("group {}", self.group), |group| format!("the group {}", group.name))
        };
        match self.mode & 0o110 {
            0o100 => write!(f, ", only {} may", account(self.owner)),
            0o010 => write!(f, ", only {} may", group()),
            0o110 => write!(f, ", only {} and {} may", account(self.owner), group()),
            _ => Ok(()),
        }
    }
}
