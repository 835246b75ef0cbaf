//! What the driver's process may do: read files, compute, and say what it found. It reaches no network, writes no file, starts
//! and signals no other process.
//!
//! The filter of system calls is what holds it everywhere. Landlock, where the kernel has it, holds files as well, whatever
//! system call reaches them; only with it may `/dev/null` be written to, which many libraries do.

#[cfg(target_os = "linux")]
mod landlock;
#[cfg(target_os = "linux")]
mod limits;
#[cfg(target_os = "linux")]
mod seccomp;

use thiserror::Error;

/// What this kernel gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sandbox {
    /// What keeps files from being written.
    pub files: Files,
}

/// What keeps files from being written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Files {
    /// Landlock, in this version of its interface, and the filter of system calls.
    Landlock(u32),
    /// The filter of system calls alone.
    Filter,
}

/// Why there is no sandbox, without which nothing is rendered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Unconfined {
    /// Only Linux has what it takes.
    #[error("a sandbox needs Linux")]
    NotLinux,
    /// The filter's numbers are those of a processor.
    #[error("a sandbox needs an x86-64 or 64-bit ARM processor")]
    Processor,
    /// The kernel, or what stands around this process, has no filters for system calls.
    #[error("this kernel filters no system calls (seccomp)")]
    NoFilter,
}

impl Sandbox {
    /// What this kernel gives, without changing anything.
    ///
    /// # Errors
    /// Where it does not give enough.
    #[cfg(target_os = "linux")]
    pub fn of_this_kernel() -> Result<Self, Unconfined> {
        if !cfg!(any(target_arch = "x86_64", target_arch = "aarch64")) {
            return Err(Unconfined::Processor);
        }
        if !seccomp::is_available() {
            return Err(Unconfined::NoFilter);
        }
        let files = landlock::version().map_or(Files::Filter, Files::Landlock);
        Ok(Self { files })
    }

    /// There is none.
    ///
    /// # Errors
    /// Always.
    #[cfg(not(target_os = "linux"))]
    pub fn of_this_kernel() -> Result<Self, Unconfined> {
        Err(Unconfined::NotLinux)
    }
}

/// Confines what `command` will start. `report` is the one descriptor beyond the three standard ones that it inherits.
#[cfg(target_os = "linux")]
#[allow(unsafe_code)]
pub(crate) fn confine(
    command: &mut std::process::Command,
    sandbox: Sandbox,
    limits: crate::run::Limits,
    report: std::os::fd::RawFd,
) -> std::io::Result<()> {
    use std::os::unix::process::CommandExt;

    let rules = match sandbox.files {
        Files::Landlock(version) => Some(landlock::Rules::new(version)?),
        Files::Filter => None,
    };
    let mut filter = seccomp::Filter::new(sandbox.files);
    let parent = nix::unistd::getpid();
    // SAFETY: only system calls between fork and exec; everything that is allocated was allocated before.
    unsafe {
        command.pre_exec(move || {
            limits::session(parent)?;
            limits::inherit_only(report)?;
            limits::resources(limits)?;
            limits::no_privileges()?;
            limits::end_with(parent)?;
            if let Some(rules) = &rules {
                rules.apply()?;
            }
            filter.apply()
        });
    }
    Ok(())
}
