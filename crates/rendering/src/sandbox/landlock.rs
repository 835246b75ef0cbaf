//! Landlock: no file is written but `/dev/null`, no TCP port is bound or reached, no process outside is signalled.
//!
//! <https://docs.kernel.org/userspace-api/landlock.html>

use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::ptr;

use nix::libc;

const WRITE_FILE: u64 = 1 << 1;
/// Removing and making, of every kind, bits 4 to 12.
const REMOVE_AND_MAKE: u64 = 0x1ff0;
/// Linking and renaming between folders, since version 2.
const REFER: u64 = 1 << 13;
/// Since version 3.
const TRUNCATE: u64 = 1 << 14;
/// Binding and connecting, since version 4.
const TCP: u64 = 0b11;
/// Abstract sockets and signals, since version 6.
const SCOPES: u64 = 0b11;
const PATH_BENEATH: libc::c_int = 1;
const ASK_VERSION: libc::c_uint = 1;

#[repr(C)]
struct Handled {
    files: u64,
    network: u64,
    scoped: u64,
}

#[repr(C, packed)]
struct Beneath {
    allowed: u64,
    parent: i32,
}

/// The version of its interface, where the kernel has it.
#[allow(unsafe_code)]
pub(super) fn version() -> Option<u32> {
    // SAFETY: with this flag nothing is read.
    let answer =
        unsafe { libc::syscall(libc::SYS_landlock_create_ruleset, ptr::null::<Handled>(), 0_usize, ASK_VERSION) };
    u32::try_from(answer).ok().filter(|version| *version > 0)
}

/// Rules that are made, and hold nobody yet.
pub(super) struct Rules(OwnedFd);

impl Rules {
    #[allow(unsafe_code)]
    pub(super) fn new(version: u32) -> io::Result<Self> {
        let truncate = if version >= 3 { TRUNCATE } else { 0 };
        let refer = if version >= 2 { REFER } else { 0 };
        let handled = Handled { files: WRITE_FILE | REMOVE_AND_MAKE | refer | truncate, network: TCP, scoped: SCOPES };
        // A kernel that does not know the later fields is not told of them.
        let size: usize = match version {
            ..4 => 8,
            4..6 => 16,
            _ => 24,
        };
        // SAFETY: as many bytes are read as there are.
        let made = unsafe { libc::syscall(libc::SYS_landlock_create_ruleset, &raw const handled, size, 0) };
        let descriptor = i32::try_from(made).map_err(io::Error::other)?;
        if descriptor < 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: it was just made, and is nobody else's.
        let rules = Self(unsafe { OwnedFd::from_raw_fd(descriptor) });
        rules.allow_null_device(WRITE_FILE | truncate)?;
        Ok(rules)
    }

    #[allow(unsafe_code)]
    fn allow_null_device(&self, allowed: u64) -> io::Result<()> {
        let device = File::open("/dev/null")?;
        let rule = Beneath { allowed, parent: device.as_raw_fd() };
        // SAFETY: the rule is read as what it is.
        let added =
            unsafe { libc::syscall(libc::SYS_landlock_add_rule, self.0.as_raw_fd(), PATH_BENEATH, &raw const rule, 0) };
        if added == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
    }

    /// From here on they hold this process, for good. One system call.
    #[allow(unsafe_code)]
    pub(super) fn apply(&self) -> io::Result<()> {
        // SAFETY: plain numbers.
        let done = unsafe { libc::syscall(libc::SYS_landlock_restrict_self, self.0.as_raw_fd(), 0) };
        if done == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
    }
}
