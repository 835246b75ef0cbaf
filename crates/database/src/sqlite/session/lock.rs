//! The lock of an SQLite database: an flock on a file beside it. The database file itself is not locked: SQLite's own locks
//! would be lost when another descriptor of it is closed.

use std::fs::{self, File};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::fcntl::{Flock, FlockArg};

use super::Session;
use crate::DatabaseError;
use crate::backend::{Later, Lock, Locking, at_once};
use crate::lock::Holder;

/// A locked file that is there only while the lock is held, or after a crash.
struct LockFile {
    path: PathBuf,
    _lock: Flock<File>,
}

impl LockFile {
    /// Takes the lock on `path`, or answers `None` where another process has it.
    fn try_take(path: PathBuf) -> std::io::Result<Option<Self>> {
        let file = File::options().create(true).truncate(false).write(true).open(&path)?;
        let lock = match Flock::lock(file, FlockArg::LockExclusiveNonblock) {
            Ok(lock) => lock,
            Err((_, Errno::EWOULDBLOCK)) => return Ok(None),
            Err((_, errno)) => return Err(errno.into()),
        };
        // The holder before removes the file before it unlocks: a lock on a file without a name excludes nobody.
        let named = fs::metadata(&path).is_ok_and(|metadata| {
            lock.metadata().is_ok_and(|locked| (locked.dev(), locked.ino()) == (metadata.dev(), metadata.ino()))
        });
        Ok(named.then_some(Self { path, _lock: lock }))
    }
}

fn whoever_locks(path: &Path) -> Holder {
    Holder { who: format!("the process that has locked {}", path.display()), age: None }
}

impl Lock for LockFile {
    fn release(self: Box<Self>) -> Later<'static, ()> {
        let _ = fs::remove_file(&self.path);
        at_once(())
    }
}

impl Session {
    pub(super) fn try_lock(self) -> Result<Locking, DatabaseError> {
        let file = self.lock_file();
        match LockFile::try_take(file.clone()) {
            Ok(Some(lock)) => Ok(Locking::Won(Box::new(lock))),
            Ok(None) => Ok(Locking::Lost(Box::new(self), Some(whoever_locks(&file)))),
            Err(source) => Err(DatabaseError::LockFile { file, source }),
        }
    }
}

/// Whether a process has locked the file. Creates nothing, and needs no right to write.
pub(super) fn holder(path: &Path) -> Option<Holder> {
    match Flock::lock(File::open(path).ok()?, FlockArg::LockSharedNonblock) {
        Err((_, Errno::EWOULDBLOCK)) => Some(whoever_locks(path)),
        _ => None,
    }
}
