//! Writes down everything that a program inherits, to the file that its first argument names: what a wrapper must not
//! change. Without Rust's own start-up, which would change some of it.
#![no_main]
#![allow(unsafe_code)]

use std::ffi::{CStr, OsStr, c_char, c_int};
use std::fmt::Write as _;
use std::fs;
use std::os::unix::ffi::OsStrExt;

use nix::libc;

/// The C entry point.
///
/// # Safety
/// Called by the C runtime alone.
#[unsafe(no_mangle)]
unsafe extern "C" fn main(argc: c_int, argv: *const *const c_char) -> c_int {
    unsafe extern "C" {
        static environ: *const *const c_char;
    }
    // SAFETY: both arrays are the C runtime's.
    let (arguments, environment) = unsafe { (strings(argv), strings(environ)) };
    let mut state = String::new();
    descriptors(&mut state);
    for argument in &arguments {
        let _ = writeln!(state, "argument {}", argument.escape_ascii());
    }
    for variable in &environment {
        let _ = writeln!(state, "variable {}", variable.escape_ascii());
    }
    status(&mut state);
    numbers(&mut state);
    let _ = write!(state, "limits {}", fs::read_to_string("/proc/self/limits").unwrap_or_default());
    let _ = writeln!(state, "folder {:?}", fs::read_link("/proc/self/cwd").ok());
    let target = arguments.get(1).map(|name| OsStr::from_bytes(name).to_owned());
    let written = target.map(|target| fs::write(target, state));
    c_int::from(argc < 2 || !matches!(written, Some(Ok(()))))
}

/// # Safety
/// `array` ends with a null pointer.
unsafe fn strings(mut array: *const *const c_char) -> Vec<Vec<u8>> {
    let mut strings = Vec::new();
    // SAFETY: by the caller's promise.
    unsafe {
        while !(*array).is_null() {
            strings.push(CStr::from_ptr(*array).to_bytes().to_vec());
            array = array.add(1);
        }
    }
    strings
}

fn descriptors(state: &mut String) {
    for number in 0..256 {
        // SAFETY: asking about a descriptor harms none; EBADF is an answer.
        let (descriptor, file) = unsafe { (libc::fcntl(number, libc::F_GETFD), libc::fcntl(number, libc::F_GETFL)) };
        if descriptor != -1 {
            let link = fs::read_link(format!("/proc/self/fd/{number}"));
            let _ = writeln!(state, "descriptor {number} flags {descriptor} {file:o} {link:?}");
        }
    }
}

fn status(state: &mut String) {
    const LINES: [&str; 15] = [
        "Umask",
        "Uid",
        "Gid",
        "Groups",
        "Threads",
        "SigPnd",
        "ShdPnd",
        "SigBlk",
        "SigIgn",
        "SigCgt",
        "CapInh",
        "CapPrm",
        "CapEff",
        "NoNewPrivs",
        "Seccomp",
    ];
    for line in fs::read_to_string("/proc/self/status").unwrap_or_default().lines() {
        if LINES.iter().any(|name| line.split(':').next() == Some(name)) {
            let _ = writeln!(state, "status {line}");
        }
    }
}

fn numbers(state: &mut String) {
    let (mut subreaper, mut death_signal): (c_int, c_int) = (-1, -1);
    let mut timers = Vec::new();
    // SAFETY: plain system calls into local variables.
    unsafe {
        let _ = writeln!(state, "pid {} parent {}", libc::getpid(), libc::getppid());
        let terminal = libc::tcgetpgrp(0) == libc::getpgrp();
        let _ = writeln!(state, "leads its group {}", libc::getpgrp() == libc::getpid());
        let _ = writeln!(state, "leads its session {}", libc::getsid(0) == libc::getpid());
        let _ = writeln!(state, "in the terminal's foreground {terminal}");
        libc::prctl(libc::PR_GET_CHILD_SUBREAPER, &mut subreaper);
        libc::prctl(libc::PR_GET_PDEATHSIG, &mut death_signal);
        for which in [libc::ITIMER_REAL, libc::ITIMER_VIRTUAL, libc::ITIMER_PROF] {
            let mut timer: libc::itimerval = std::mem::zeroed();
            libc::getitimer(which, &mut timer);
            timers.push((timer.it_value.tv_sec, timer.it_value.tv_usec));
        }
        let children = libc::waitpid(-1, std::ptr::null_mut(), libc::WNOHANG);
        let errno = std::io::Error::last_os_error().raw_os_error();
        let _ = writeln!(state, "children {children} {}", errno == Some(libc::ECHILD));
        let _ = writeln!(state, "priority {}", libc::getpriority(libc::PRIO_PROCESS, 0));
        let _ = writeln!(state, "dumpable {}", libc::prctl(libc::PR_GET_DUMPABLE));
        let _ = writeln!(state, "timer slack {}", libc::prctl(libc::PR_GET_TIMERSLACK));
    }
    let _ = writeln!(state, "subreaper {subreaper} death signal {death_signal} timers {timers:?}");
}
