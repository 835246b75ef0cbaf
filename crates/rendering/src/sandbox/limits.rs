//! What else bounds the process. Every function is called between fork and exec, and only makes system calls.

use std::io;
use std::os::fd::RawFd;

use nix::errno::Errno;
use nix::libc;
use nix::sys::prctl;
use nix::sys::resource::{Resource, setrlimit};
use nix::sys::signal::Signal;
use nix::unistd::{Pid, getppid, setsid};

use crate::run::Limits;

/// CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH: without them root does not read what the application's user owns.
const TO_READ: u32 = 0b110;
const CAPABILITY_VERSION: u32 = 0x2008_0522;

/// A session of its own: no terminal, and nobody's process group.
pub(super) fn session(parent: Pid) -> io::Result<()> {
    setsid()?;
    if getppid() == parent { Ok(()) } else { Err(Errno::ECANCELED.into()) }
}

/// No descriptor is inherited but the three standard ones and `report`.
#[allow(unsafe_code)]
pub(super) fn inherit_only(report: RawFd) -> io::Result<()> {
    // SAFETY: plain numbers. What std has opened to report a failed exec stays open until exec.
    let marked = unsafe { libc::syscall(libc::SYS_close_range, 3_u32, u32::MAX, libc::CLOSE_RANGE_CLOEXEC) };
    if marked != 0 {
        // Before Linux 5.11: one by one, as far as a process usually gets.
        for descriptor in 3..4096 {
            // SAFETY: a descriptor that is not open is only refused.
            unsafe { libc::fcntl(descriptor, libc::F_SETFD, libc::FD_CLOEXEC) };
        }
    }
    // SAFETY: plain numbers.
    let kept = unsafe { libc::fcntl(report, libc::F_SETFD, 0) };
    if kept == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// Memory and time; and where memory runs out all the same, this process is the one that the kernel ends.
pub(super) fn resources(limits: Limits) -> io::Result<()> {
    first_to_go();
    let seconds = limits.time.as_secs() + 1;
    for (resource, most) in
        [(Resource::RLIMIT_CORE, 0), (Resource::RLIMIT_CPU, seconds), (Resource::RLIMIT_AS, limits.memory)]
    {
        let allowed = nix::sys::resource::getrlimit(resource)?.1;
        let most = most.min(allowed);
        setrlimit(resource, most, most)?;
    }
    Ok(())
}

/// Where `/proc` is not there, the kernel chooses by size.
#[allow(unsafe_code)]
fn first_to_go() {
    const SCORE: &[u8] = b"1000";
    // SAFETY: the path ends with a zero; as many bytes are written as there are.
    unsafe {
        let file = libc::open(c"/proc/self/oom_score_adj".as_ptr(), libc::O_WRONLY | libc::O_CLOEXEC);
        if file >= 0 {
            libc::write(file, SCORE.as_ptr().cast(), SCORE.len());
            libc::close(file);
        }
    }
}

#[repr(C)]
struct Header {
    version: u32,
    pid: i32,
}

#[repr(C)]
#[derive(Clone, Copy, Default)]
struct Capabilities {
    effective: u32,
    permitted: u32,
    inheritable: u32,
}

/// Root's powers are gone, but for reading, and no program brings them back.
#[allow(unsafe_code)]
pub(super) fn no_privileges() -> io::Result<()> {
    prctl::set_no_new_privs()?;
    let mut header = Header { version: CAPABILITY_VERSION, pid: 0 };
    let mut held = [Capabilities::default(); 2];
    // SAFETY: this version of the header goes with two of the others.
    let asked = unsafe { libc::syscall(libc::SYS_capget, &raw mut header, held.as_mut_ptr()) };
    if asked != 0 {
        return Err(io::Error::last_os_error());
    }
    let kept = held[0].permitted & TO_READ;
    let lower = Capabilities { effective: kept, permitted: kept, inheritable: 0 };
    let left = [lower, Capabilities::default()];
    // SAFETY: as above.
    let done = unsafe { libc::syscall(libc::SYS_capset, &raw const header, left.as_ptr()) };
    if done == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// Whatever ends the parent ends this process. After the powers are gone: the kernel forgets it where they change.
pub(super) fn end_with(parent: Pid) -> io::Result<()> {
    prctl::set_pdeathsig(Signal::SIGKILL)?;
    if getppid() == parent { Ok(()) } else { Err(Errno::ECANCELED.into()) }
}
