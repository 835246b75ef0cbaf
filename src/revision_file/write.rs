//! Putting a file where it belongs: whole or not at all, and never over another.

use std::fs::{self, Permissions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use tempfile::{Builder, NamedTempFile};

/// Writes a new file, with the folders above it. `AlreadyExists` where something has that name.
pub fn create(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = folder_of(path);
    fs::create_dir_all(folder)?;
    // The process's umask takes away what it takes away from every new file.
    prepare(folder, bytes, Permissions::from_mode(0o666))?.persist_noclobber(path)?;
    sync(folder)
}

/// Replaces a file that holds `expected`; a file that has changed meanwhile is left alone.
pub fn replace(path: &Path, expected: &[u8], bytes: &[u8]) -> io::Result<()> {
    // Where the name is a link, the file that it leads to is the one that was read.
    let path = &path.canonicalize()?;
    let prepared = prepare(folder_of(path), bytes, Permissions::from_mode(0o666))?;
    if fs::read(path)? != expected {
        return Err(io::Error::new(ErrorKind::InvalidData, "it has changed meanwhile"));
    }
    prepared.as_file().set_permissions(fs::metadata(path)?.permissions())?;
    prepared.persist(path)?;
    sync(folder_of(path))
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A file beside the one to be, under a name that neither Alembic nor levelhead reads.
fn prepare(folder: &Path, bytes: &[u8], permissions: Permissions) -> io::Result<NamedTempFile> {
    let mut file = Builder::new().prefix(".levelhead-").suffix(".tmp").permissions(permissions).tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    Ok(file)
}

/// Makes the name last as the contents do.
fn sync(folder: &Path) -> io::Result<()> {
    fs::File::open(folder)?.sync_all()
}
