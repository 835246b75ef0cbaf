//! What is said where levelhead cannot go on: memory, threads or descriptors are at their limit where a library takes them for
//! granted, or the stack is too small. It ends with words and with 125, and not by a signal that says neither.

#![allow(unsafe_code)]

use std::panic::{PanicHookInfo, set_hook};
use std::ptr::addr_of_mut;

use nix::libc::{self, c_int, c_void, siginfo_t};
use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, Signal, sigaction};
use tracing::error;

/// "levelhead refused or failed", as `docs/exit-codes.md` has it.
const FAILED: c_int = 125;
/// What the handler may use, where the stack itself is at its end.
const SPARE: usize = 64 << 10;

static mut STACK: [u8; SPARE] = [0; SPARE];

/// Called once, first thing. Handlers are the process' own: exec and whatever is started find the default.
pub fn prepare() {
    set_hook(Box::new(said));
    let spare = libc::stack_t { ss_sp: addr_of_mut!(STACK).cast(), ss_flags: 0, ss_size: SPARE };
    // SAFETY: the memory is the program's and nobody else's.
    if unsafe { libc::sigaltstack(&raw const spare, std::ptr::null_mut()) } != 0 {
        return;
    }
    for signal in [Signal::SIGSEGV, Signal::SIGBUS, Signal::SIGABRT] {
        let handler = SigHandler::SigAction(shown);
        let action = SigAction::new(handler, SaFlags::SA_ONSTACK | SaFlags::SA_RESETHAND, SigSet::empty());
        // SAFETY: the handler is async-signal-safe.
        let previous = unsafe { sigaction(signal, &action) };
        if let Ok(previous) = previous
            && matches!(previous.handler(), SigHandler::SigIgn)
        {
            // SAFETY: it was in force before. What is ignored has to be so after exec.
            let _ = unsafe { sigaction(signal, &previous) };
        }
    }
}

/// A panic. Whatever was begun ends with this process: the server rolls back, the supervisor ends an upgrade.
fn said(panic: &PanicHookInfo<'_>) {
    let what = panic.payload_as_str().unwrap_or("without a message");
    let is_a_limit = ["os error 11)", "os error 12)", "os error 23)", "os error 24)", "code: 24", "code: 23"];
    if is_a_limit.iter().any(|code| what.contains(code)) {
        error!(note = "raise this container's limits on processes, memory and open files", "cannot go on: {what}");
    } else {
        let place = panic.location().map(|place| format!(" at {place}")).unwrap_or_default();
        error!(note = "this is a fault of levelhead's own: please report this line", "cannot go on: {what}{place}");
    }
    // SAFETY: it ends the process, and runs nothing.
    unsafe { libc::_exit(FAILED) }
}

/// The stack is at its end, or memory is: Rust's allocator aborts. A signal that somebody has sent does what it would have done.
extern "C" fn shown(signal: c_int, information: *mut siginfo_t, _: *mut c_void) {
    const STACK_WORDS: &[u8] = b"levelhead: error: cannot go on: the stack or the memory is too small\n\
        levelhead: note: raise this container's limits on memory and on the stack (ulimit -s)\n";
    const MEMORY_WORDS: &[u8] = b"levelhead: error: cannot go on: there is not enough memory\n\
        levelhead: note: raise this container's limit on memory (ulimit -v)\n";
    // SAFETY: only async-signal-safe functions, and the kernel's own description of the signal.
    unsafe {
        if (*information).si_code == libc::SI_USER {
            libc::raise(signal);
            return;
        }
        let words = if signal == libc::SIGABRT { MEMORY_WORDS } else { STACK_WORDS };
        libc::write(libc::STDERR_FILENO, words.as_ptr().cast(), words.len());
        libc::_exit(FAILED)
    }
}
