//! A file that Python could not load, as it is here.

use std::path::Path;

use crate::commands::disk::Disk;
use crate::explanation::{Cause, Explanation};
use migration::Checkout;

/// What the file is like.
pub(super) enum Broken {
    /// It holds the marks of a merge conflict.
    Conflict,
    /// It cannot be read, from this line on.
    Unreadable(Option<usize>),
    /// It can be read, as a later Python does.
    Readable,
}

/// The file that the explanation is about, where it is the only one of its name below this folder.
pub(super) fn broken(explanation: &Explanation) -> Option<Broken> {
    let place = explanation.place.as_deref().filter(|_| explanation.cause == Cause::BROKEN_FILE)?;
    let (name, _) = place.rsplit_once(':')?;
    let disk = Disk::around(Path::new(".")).ok()?;
    let modules = disk.modules();
    let mut named = modules.iter().filter(|path| Path::new(path).file_name().is_some_and(|file| file == name));
    let (Some(path), None) = (named.next(), named.next()) else { return None };
    let text = disk.text(path)?;
    Some(match python::parse(&text) {
        _ if text.lines().any(|line| line.starts_with("<<<<<<< ") || line.starts_with(">>>>>>> ")) => Broken::Conflict,
        Err(error) => Broken::Unreadable(error.line()),
        Ok(_) => Broken::Readable,
    })
}
