//! A process between levelhead and the upgrade: what the upgrade has started ends with levelhead, however levelhead ends.
//!
//! The kernel tells a process of its parent's death, and nothing of it to that process' children. So the child that std forks
//! goes on as a supervisor, and its own child becomes the upgrade. It leads the upgrade's group, but takes part in nothing: all
//! signals are blocked. It adopts what the upgrade leaves behind, shares the connection or the file that holds the lock, so
//! that the lock is free only when the upgrade has ended, and ends as the upgrade does. All of it runs between fork and exec:
//! nothing here may allocate.

#![allow(unsafe_code)]

use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};
use std::time::Duration;

use nix::errno::Errno;
use nix::fcntl::{OFlag, open};
use nix::libc;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::prctl;
use nix::sys::signal::{SigHandler, SigSet, Signal, kill, killpg, signal};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use nix::sys::stat::{Mode, SFlag, fstat};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::{ForkResult, Pid, fork, getpgid, getpid, getppid, read, write};
use socket2::SockRef;

use super::terminal::Terminal;

/// What levelhead tells the supervisor: to let the upgrade end.
pub(super) const END: u8 = b'e';
/// That levelhead itself was continued.
pub(super) const CONTINUE: u8 = b'c';
/// What the supervisor tells levelhead: that the terminal has stopped the upgrade.
pub(super) const STOPPED: u8 = b's';

/// How long the upgrade may take to end where levelhead was killed.
const ORPHANS_GRACE: Duration = Duration::from_secs(1);
/// How long killed processes may take to disappear.
const REAPING: Duration = Duration::from_secs(5);
const ROUND: Duration = Duration::from_millis(5);
/// Below it each descriptor is looked at, above it all are closed.
const FIRST_OF_MANY: RawFd = 1024;

/// Returns in the child that is to become the upgrade, and never in the process that calls it. `line` leads to levelhead, whose
/// end of it is `far_end`; std has made this process the leader of a group.
pub(super) fn stand_between(line: BorrowedFd, far_end: RawFd, terminal: Option<&Terminal>) -> io::Result<()> {
    let group = getpid();
    let signals = SigSet::all();
    signals.thread_block()?;
    let signals = SignalFd::with_flags(&signals, SfdFlags::SFD_NONBLOCK | SfdFlags::SFD_CLOEXEC)?;
    prctl::set_child_subreaper(true)?;
    if let Some(terminal) = terminal {
        terminal.lend_to(group);
    }
    // SAFETY: neither process does more than system calls before it execs or exits.
    match unsafe { fork() }? {
        ForkResult::Parent { child: upgrade } => {
            let kept = [line.as_raw_fd(), signals.as_raw_fd(), terminal.map_or(-1, |it| it.file().as_raw_fd())];
            close_what_others_wait_for(&kept, far_end);
            let supervisor = Supervisor { line, signals, terminal, group, upgrade, asked: false };
            end_as(supervisor.until_the_upgrade_ends())
        }
        ForkResult::Child => {
            if terminal.is_some_and(|terminal| !terminal.can_be_lent()) {
                // Nobody could ever continue what the terminal stops here: it is refused instead.
                for stop in [Signal::SIGTTIN, Signal::SIGTTOU] {
                    // SAFETY: no handler is installed.
                    unsafe { signal(stop, SigHandler::SigIgn) }?;
                }
            }
            prctl::set_pdeathsig(Signal::SIGKILL)?;
            if getppid() == group { Ok(()) } else { Err(Errno::ECANCELED.into()) }
        }
    }
}

/// Pipes, whose readers wait for their end, and ports, which the next start wants. Connections and locked files stay open.
fn close_what_others_wait_for(kept: &[RawFd], far_end: RawFd) {
    let is_awaited = |number: RawFd| {
        // SAFETY: the descriptor is only asked about; EBADF is an answer.
        let file = unsafe { BorrowedFd::borrow_raw(number) };
        let is_pipe = |mode| SFlag::from_bits_truncate(mode) & SFlag::S_IFMT == SFlag::S_IFIFO;
        fstat(file).is_ok_and(|stat| is_pipe(stat.st_mode)) || SockRef::from(&file).is_listener().unwrap_or(false)
    };
    for number in (3..FIRST_OF_MANY).filter(|number| !kept.contains(number)) {
        if number == far_end || is_awaited(number) {
            // SAFETY: nothing in this process uses it from here on.
            unsafe { libc::close(number) };
        }
    }
    let first = kept.iter().fold(FIRST_OF_MANY, |first, number| first.max(number + 1));
    // SAFETY: as above.
    unsafe { libc::syscall(libc::SYS_close_range, first, libc::c_uint::MAX, 0) };
}

struct Supervisor<'a> {
    line: BorrowedFd<'a>,
    signals: SignalFd,
    terminal: Option<&'a Terminal>,
    group: Pid,
    upgrade: Pid,
    /// Whether the upgrade has been asked to end.
    asked: bool,
}

impl Supervisor<'_> {
    fn until_the_upgrade_ends(mut self) -> WaitStatus {
        loop {
            let mut ready =
                [PollFd::new(self.line, PollFlags::POLLIN), PollFd::new(self.signals.as_fd(), PollFlags::POLLIN)];
            let _ = poll(&mut ready, PollTimeout::NONE);
            let [said, signalled] = ready.map(|one| one.any().unwrap_or(false));
            if said {
                self.obey();
            }
            if signalled && let Some(status) = self.hear() {
                if self.asked {
                    self.kill_children();
                }
                return status;
            }
        }
    }

    /// Does what levelhead says; where it has let go of the line, or has died, all of the upgrade is ended.
    fn obey(&mut self) {
        let mut word = [0];
        match read(self.line, &mut word) {
            Ok(1) if word == [END] => self.ask(),
            Ok(1) => {
                self.terminal.map(|terminal| terminal.lend_to(self.group));
                self.wake();
            }
            Err(Errno::EINTR | Errno::EAGAIN) => {}
            _ => self.end(),
        }
    }

    /// Answers how the upgrade ended, once it has.
    fn hear(&self) -> Option<WaitStatus> {
        let mut ended = None;
        while let Ok(Some(info)) = self.signals.read_signal() {
            let from_the_terminal = info.ssi_code == libc::SI_KERNEL;
            match (i32::try_from(info.ssi_signo).ok().and_then(|number| Signal::try_from(number).ok()), self.terminal) {
                (Some(Signal::SIGCHLD), _) => ended = ended.or(self.reap()),
                (Some(key @ (Signal::SIGINT | Signal::SIGQUIT | Signal::SIGHUP)), Some(terminal))
                    if from_the_terminal =>
                {
                    terminal.pass_on(key);
                }
                _ => {}
            }
        }
        ended
    }

    fn reap(&self) -> Option<WaitStatus> {
        let mut ended = None;
        loop {
            match waitpid(None, Some(WaitPidFlag::WNOHANG | WaitPidFlag::WUNTRACED)) {
                Ok(status @ (WaitStatus::Exited(pid, _) | WaitStatus::Signaled(pid, ..))) if pid == self.upgrade => {
                    ended = Some(status);
                }
                Ok(WaitStatus::Stopped(pid, Signal::SIGTSTP | Signal::SIGTTIN | Signal::SIGTTOU))
                    if pid == self.upgrade =>
                {
                    self.stopped();
                }
                Ok(WaitStatus::StillAlive) | Err(_) => return ended,
                Ok(_) => {}
            }
        }
    }

    /// The terminal has stopped the upgrade. Where levelhead has come into the foreground meanwhile, it goes on there; else
    /// levelhead is to stop as well.
    fn stopped(&self) {
        let Some(terminal) = self.terminal.filter(|terminal| terminal.can_be_lent()) else { return };
        if terminal.lend_to(self.group) {
            self.wake();
        } else {
            terminal.take_back_from(Some(self.group));
            let _ = write(self.line, &[STOPPED]);
        }
    }

    fn wake(&self) {
        let _ = killpg(self.group, Signal::SIGCONT);
    }

    /// SIGTERM to all of the upgrade, which hears it even if it is stopped.
    fn ask(&mut self) {
        self.asked = true;
        let _ = killpg(self.group, Signal::SIGTERM);
        self.wake();
        each_child(|child| {
            if getpgid(Some(child)) != Ok(self.group) {
                let _ = kill(child, Signal::SIGTERM);
                let _ = kill(child, Signal::SIGCONT);
            }
        });
    }

    fn end(&mut self) -> ! {
        if !self.asked {
            self.ask();
            within(ORPHANS_GRACE, nobody_is_left);
        }
        self.kill_children();
        if let Some(terminal) = self.terminal {
            terminal.take_back_from(Some(self.group));
        }
        // This process is of the group.
        let _ = killpg(self.group, Signal::SIGKILL);
        exit(1)
    }

    /// What a killed child leaves behind becomes a child here, and is killed in the next round.
    fn kill_children(&self) {
        within(REAPING, || {
            each_child(|child| {
                let _ = kill(child, Signal::SIGKILL);
            });
            nobody_is_left()
        });
    }
}

/// Asks until the answer is yes or the time is up.
fn within(time: Duration, mut done: impl FnMut() -> bool) {
    for _ in 0..time.as_millis() / ROUND.as_millis() {
        if done() {
            return;
        }
        std::thread::sleep(ROUND);
    }
}

/// Reaps, and answers whether there is no child any more.
fn nobody_is_left() -> bool {
    loop {
        match waitpid(None, Some(WaitPidFlag::WNOHANG)) {
            Ok(WaitStatus::StillAlive) => return false,
            Ok(_) | Err(Errno::EINTR) => {}
            Err(_) => return true,
        }
    }
}

/// Calls `act` for each child of this process, as far as /proc is there to tell.
fn each_child(mut act: impl FnMut(Pid)) {
    let Ok(file) = open("/proc/thread-self/children", OFlag::O_RDONLY | OFlag::O_CLOEXEC, Mode::empty()) else {
        return;
    };
    let (mut number, mut chunk) = (0, [0; 1024]);
    while let Ok(length @ 1..) = read(&file, &mut chunk) {
        for byte in &chunk[..length] {
            match byte {
                b'0'..=b'9' => number = number * 10 + i32::from(byte - b'0'),
                _ if number > 0 => act(Pid::from_raw(std::mem::take(&mut number))),
                _ => {}
            }
        }
    }
}

/// Ends this process as the upgrade has ended.
fn end_as(status: WaitStatus) -> ! {
    match status {
        WaitStatus::Exited(_, code) => exit(code),
        WaitStatus::Signaled(_, number, _) => {
            // The upgrade has left its core, if any.
            let _ = prctl::set_dumpable(false);
            // SAFETY: no handler of this process is left behind.
            let _ = unsafe { signal(number, SigHandler::SigDfl) };
            let _ = nix::sys::signal::raise(number);
            let _ = SigSet::all().thread_unblock();
            exit(128 + number as i32)
        }
        _ => exit(1),
    }
}

fn exit(code: i32) -> ! {
    // SAFETY: async-signal-safe; nothing of levelhead's is to be run again.
    unsafe { libc::_exit(code) }
}
