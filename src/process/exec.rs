//! Exec: the one place that replaces the process. The program finds everything as levelhead found it.

use std::convert::Infallible;
use std::ffi::{CStr, CString, OsStr, c_char};
use std::io;
use std::os::unix::ffi::OsStrExt;

use nix::errno::Errno;
use nix::unistd::execve;

use super::program::{Program, ProgramError, SHELL};
use super::signals;

/// The variable that tells the application, and the upgrade command, not to upgrade on their own.
pub const SKIP_DB_UPGRADE: &str = "SKIP_DB_UPGRADE";

/// What levelhead becomes.
#[derive(Debug)]
pub struct Successor {
    /// The start command.
    pub program: Program,
    /// DATABASE_URL, where it was understood in another way than it is written.
    pub database_url: Option<String>,
}

/// Becomes the start command: same PID, same descriptors, same environment but for [`SKIP_DB_UPGRADE`], which stays as it is
/// where its value `is_yes`, and for white space at the end of DATABASE_URL. Returns only on failure.
pub fn exec(Successor { program, database_url }: &Successor, is_yes: fn(&str) -> bool) -> ProgramError {
    let failed = |source| ProgramError::of_execve(&program.file, source);
    let words: Result<Vec<CString>, _> = program.words.iter().map(|word| c_string(word)).collect();
    let (Ok(words), Ok(file)) = (words, c_string(program.file.as_os_str())) else {
        return failed(io::Error::from(io::ErrorKind::InvalidInput));
    };
    let mut environment = with_upgrade_skipped(inherited_environment(), is_yes);
    if let Some(url) = database_url {
        replace(&mut environment, "DATABASE_URL", url);
    }
    signals::restore_for_exec();
    let Err(answer): nix::Result<Infallible> = execve(&file, &words, &environment);
    if answer == Errno::ENOEXEC && program.is_for_the_shell() {
        let through_the_shell: Vec<CString> =
            [SHELL.to_owned(), file].into_iter().chain(words.into_iter().skip(1)).collect();
        let Err(answer): nix::Result<Infallible> = execve(SHELL, &through_the_shell, &environment);
        return failed(answer.into());
    }
    failed(answer.into())
}

fn c_string(text: &OsStr) -> Result<CString, std::ffi::NulError> {
    CString::new(text.as_bytes())
}

/// The environment block as the kernel handed it over, byte for byte: std's own view drops entries without `=`.
#[allow(unsafe_code)]
fn inherited_environment() -> Vec<CString> {
    unsafe extern "C" {
        static environ: *const *const c_char;
    }
    let mut entries = Vec::new();
    // SAFETY: `environ` is null or an array of strings that ends with a null pointer; levelhead never changes it.
    unsafe {
        let mut entry = environ;
        while !entry.is_null() && !(*entry).is_null() {
            entries.push(CStr::from_ptr(*entry).to_owned());
            entry = entry.add(1);
        }
    }
    entries
}

/// Sets a variable in its place, where it is set.
fn replace(environment: &mut [CString], name: &str, value: &str) {
    let is_it = |entry: &&mut CString| {
        entry.to_bytes().strip_prefix(name.as_bytes()).is_some_and(|rest| rest[..].starts_with(b"="))
    };
    if let (Some(entry), Ok(new)) = (environment.iter_mut().find(is_it), CString::new(format!("{name}={value}"))) {
        *entry = new;
    }
}

/// Sets SKIP_DB_UPGRADE=true in its place, or at the end where it was not set. A yes in another spelling stays: the
/// application may know no other.
fn with_upgrade_skipped(mut environment: Vec<CString>, is_yes: fn(&str) -> bool) -> Vec<CString> {
    let skip = CString::new(format!("{SKIP_DB_UPGRADE}=true")).expect("has no NUL byte");
    let name = format!("{SKIP_DB_UPGRADE}=");
    match environment.iter_mut().find(|entry| entry.to_bytes().starts_with(name.as_bytes())) {
        Some(entry) if str::from_utf8(&entry.to_bytes()[name.len()..]).is_ok_and(is_yes) => {}
        Some(entry) => *entry = skip,
        None => environment.push(skip),
    }
    environment
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(entries: &[&str]) -> Vec<String> {
        let entries = entries.iter().map(|entry| CString::new(*entry).unwrap()).collect();
        with_upgrade_skipped(entries, |value| value == "Yes")
            .into_iter()
            .map(|entry| entry.into_string().unwrap())
            .collect()
    }

    #[test]
    fn skip_db_upgrade_is_the_only_change() {
        assert_eq!(after(&["A=1", "odd", "A=2"]), ["A=1", "odd", "A=2", "SKIP_DB_UPGRADE=true"]);
        assert_eq!(after(&["SKIP_DB_UPGRADE=Yes"]), ["SKIP_DB_UPGRADE=Yes"]);
        assert_eq!(after(&["SKIP_DB_UPGRADE=0", "B="]), ["SKIP_DB_UPGRADE=true", "B="]);
        assert_eq!(after(&["SKIP_DB_UPGRADES=0"]), ["SKIP_DB_UPGRADES=0", "SKIP_DB_UPGRADE=true"]);
    }
}
