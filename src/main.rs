//! The program: `main(argc, argv)`, without Rust's own start-up.
//!
//! Rust's runtime would ignore SIGPIPE and open closed standard streams, and both would be inherited by the program that
//! levelhead becomes. Without it the process reaches `exec` as it was started.
#![no_main]

use std::ffi::{CStr, OsStr, OsString, c_char, c_int};
use std::os::unix::ffi::OsStrExt;

/// The C entry point. Arguments are taken from `argv`, since a static musl binary without Rust's start-up has no
/// `std::env::args_os`.
#[allow(unsafe_code)]
#[unsafe(no_mangle)]
extern "C" fn main(argc: c_int, argv: *const *const c_char) -> c_int {
    let arguments: Vec<OsString> = (0..usize::try_from(argc).unwrap_or(0))
        // SAFETY: the C runtime hands over `argc` pointers to NUL-terminated strings that live as long as the process.
        .map(|index| unsafe { CStr::from_ptr(*argv.add(index)) })
        .map(|argument| OsStr::from_bytes(argument.to_bytes()).to_owned())
        .collect();
    levelhead::start(&arguments)
}
