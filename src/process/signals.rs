//! Signals before exec.
//!
//! Outside an upgrade and the dump of a reset nothing is intercepted: a signal ends levelhead as it would end any program,
//! the server rolls back, and there is no handler that could swallow a signal in the instant before exec. Only PID 1, for
//! which the kernel drops signals that are left to their default, gets a handler that exits with 128 + n. While one of the
//! two runs, signals are watched, so that the child and its children end first, and no half of a file stays.

#![allow(unsafe_code)]

use std::io;
use std::os::fd::AsRawFd;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::Duration;

use nix::libc;
use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, Signal, sigaction};
use nix::unistd::{Pid, getpid};
use tokio::net::unix::pipe::{Receiver, Sender, pipe};

/// The signals that ask a program to end.
const ENDING: [Signal; 4] = [Signal::SIGTERM, Signal::SIGINT, Signal::SIGQUIT, Signal::SIGHUP];

/// How long the signals of one Ctrl-C may be apart.
const ONE_PRESS: Duration = Duration::from_millis(300);

/// What SIGPIPE did when levelhead was started.
static SIGPIPE_AT_START: OnceLock<SigAction> = OnceLock::new();
/// The first signal that arrived while somebody watched; 0 for none.
static ARRIVED: AtomicI32 = AtomicI32::new(0);
/// The write end of the pipe that wakes the watcher; -1 while nobody watches.
static WAKE: AtomicI32 = AtomicI32::new(-1);

/// Whether the kernel treats this process as the init of its PID namespace.
fn is_init() -> bool {
    getpid().as_raw() == 1
}

fn set(signal: Signal, handler: SigHandler) -> nix::Result<SigAction> {
    let action = SigAction::new(handler, SaFlags::SA_RESTART, SigSet::empty());
    // SAFETY: the handlers of this module call nothing but async-signal-safe functions.
    unsafe { sigaction(signal, &action) }
}

fn restore(signal: Signal, action: &SigAction) {
    // SAFETY: the action was in force before, so whatever it calls was installed by whoever started this process, or here.
    let _ = unsafe { sigaction(signal, action) };
}

/// Installs `handler`, except where the signal was ignored: `nohup` is to go on working.
fn set_unless_ignored(signal: Signal, handler: SigHandler) -> Option<SigAction> {
    let previous = set(signal, handler).ok()?;
    if matches!(previous.handler(), SigHandler::SigIgn) {
        restore(signal, &previous);
        return None;
    }
    Some(previous)
}

/// Called once, first thing: a broken log pipe does not end levelhead, and PID 1 can be ended at all.
pub fn prepare() {
    if let Ok(previous) = set(Signal::SIGPIPE, SigHandler::SigIgn) {
        let _ = SIGPIPE_AT_START.set(previous);
    }
    if is_init() {
        for signal in ENDING {
            let _ = set_unless_ignored(signal, SigHandler::Handler(exit_at_once));
        }
    }
}

/// Puts back what [`prepare`] changed and exec would not: an ignored signal stays ignored across exec, a handler does
/// not. Async-signal-safe, so that a forked child may call it.
pub fn restore_for_exec() {
    if let Some(previous) = SIGPIPE_AT_START.get() {
        restore(Signal::SIGPIPE, previous);
    }
}

/// Ends this process as `signal` would have ended it. PID 1 cannot die of a signal and exits with 128 + n.
pub fn die_of(signal: Signal) -> i32 {
    if !is_init() {
        let _ = set(signal, SigHandler::SigDfl);
        let _ = nix::sys::signal::raise(signal);
    }
    128 + signal as i32
}

extern "C" fn exit_at_once(number: libc::c_int) {
    // SAFETY: _exit is async-signal-safe.
    unsafe { libc::_exit(128 + number) }
}

extern "C" fn note(number: libc::c_int) {
    if number != Signal::SIGTSTP as libc::c_int {
        let _ = ARRIVED.compare_exchange(0, number, Ordering::SeqCst, Ordering::SeqCst);
    }
    let errno = nix::errno::Errno::last_raw();
    // SAFETY: write is async-signal-safe; the descriptor is the watcher's pipe, or -1, which is EBADF.
    unsafe { libc::write(WAKE.load(Ordering::SeqCst), number.to_le_bytes().as_ptr().cast(), 1) };
    nix::errno::Errno::set_raw(errno);
}

/// While this lives, a signal that asks to end is noted instead of obeyed.
pub struct Watch {
    wake: Receiver,
    /// Kept open for the handler.
    _sender: Sender,
    replaced: Vec<(Signal, SigAction)>,
    child: Option<SigAction>,
}

impl Watch {
    /// Starts to watch. Needs a tokio runtime with its I/O driver.
    pub fn start() -> io::Result<Self> {
        let (sender, wake) = pipe()?;
        ARRIVED.store(0, Ordering::SeqCst);
        WAKE.store(sender.as_raw_fd(), Ordering::SeqCst);
        let watched = |signal| Some((signal, set_unless_ignored(signal, SigHandler::Handler(note))?));
        let replaced = ENDING.into_iter().filter_map(watched).collect();
        // Where SIGCHLD is ignored the kernel reaps children itself and their exit code is lost.
        let child = set(Signal::SIGCHLD, SigHandler::SigDfl).ok();
        Ok(Self { wake, _sender: sender, replaced, child })
    }

    /// Watches for Ctrl-Z, too: whoever watches is to [`suspend`](Self::suspend) this process when it is time.
    pub fn include_suspension(&mut self) {
        let previous = set_unless_ignored(Signal::SIGTSTP, SigHandler::Handler(note));
        self.replaced.extend(previous.map(|previous| (Signal::SIGTSTP, previous)));
    }

    /// Waits for a signal. The first that asks to end is answered from then on.
    pub async fn arrived(&self) -> Signal {
        match noted() {
            Some(signal) => signal,
            None => self.next().await,
        }
    }

    /// Waits for another Ctrl-C. What somebody passes on to this process as well is no other.
    pub async fn pressed_again(&self) {
        tokio::time::sleep(ONE_PRESS).await;
        while self.wake.try_read(&mut [0; 8]).is_ok() {}
        while !matches!(self.next().await, Signal::SIGINT | Signal::SIGQUIT) {}
    }

    async fn next(&self) -> Signal {
        let mut number = [0];
        loop {
            if self.wake.readable().await.is_err() {
                // Without a driver nothing can wake the watcher; the signal is then seen by `stop`.
                std::future::pending::<()>().await;
            }
            if self.wake.try_read(&mut number).is_ok()
                && let Ok(signal) = Signal::try_from(i32::from(number[0]))
            {
                return signal;
            }
        }
    }

    /// Stops this process and the rest of its group as the terminal would. Returns when it goes on: at once where nobody could
    /// continue it, for then the kernel does not stop it.
    pub fn suspend(&self) {
        let previous = set(Signal::SIGTSTP, SigHandler::SigDfl);
        let _ = nix::sys::signal::kill(Pid::from_raw(0), Signal::SIGTSTP);
        if let Ok(previous) = previous {
            restore(Signal::SIGTSTP, &previous);
        }
    }

    /// Puts everything back, for a forked child: an ignored SIGCHLD would survive its exec as the default.
    pub fn restore_child_action(&self) -> impl Fn() + Send + Sync + 'static {
        let child = self.child;
        move || {
            restore_for_exec();
            if let Some(action) = &child {
                restore(Signal::SIGCHLD, action);
            }
        }
    }

    /// Stops watching. A signal that arrived until this very moment is returned, never swallowed; the next one does what
    /// it did before.
    pub fn stop(self) -> Option<Signal> {
        drop(self);
        noted()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        for (signal, action) in self.replaced.iter().map(|(signal, action)| (*signal, action)) {
            restore(signal, action);
        }
        if let Some(action) = &self.child {
            restore(Signal::SIGCHLD, action);
        }
        WAKE.store(-1, Ordering::SeqCst);
    }
}

fn noted() -> Option<Signal> {
    Signal::try_from(ARRIVED.load(Ordering::SeqCst)).ok()
}
