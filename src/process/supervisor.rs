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
use nix::libc::{self, c_int};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::prctl;
use nix::sys::resource::{Resource, getrlimit};
use nix::sys::signal::{SigHandler, SigSet, Signal, kill, killpg, signal};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use nix::sys::stat::{Mode, SFlag, fstat};
use nix::unistd::{ForkResult, Pid, fork, getpgid, getpid, getppid, read, write};
use socket2::{SockRef, Type};

use super::terminal::{Modes, Terminal};

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
/// As many as are closed one by one where the kernel does not close a range of them.
const MOST_DESCRIPTORS: u64 = 1 << 20;

/// Returns in the child that is to become the upgrade, and never in the process that calls it. `line` leads to levelhead, whose
/// end of it is `far_end`; std has made this process the leader of a group.
pub(super) fn stand_between(line: BorrowedFd, far_end: RawFd, terminal: Option<&Terminal>) -> io::Result<()> {
    let group = getpid();
    let signals = SigSet::all();
    signals.thread_block()?;
    let signals = SignalFd::with_flags(&signals, SfdFlags::SFD_NONBLOCK | SfdFlags::SFD_CLOEXEC)?;
    prctl::set_child_subreaper(true)?;
    let lent = terminal.filter(|terminal| terminal.lend_to(group));
    // SAFETY: neither process does more than system calls before it execs or exits.
    match unsafe { fork() }? {
        ForkResult::Parent { child: upgrade } => {
            let kept = [line.as_raw_fd(), signals.as_raw_fd(), terminal.map_or(-1, |it| it.file().as_raw_fd())];
            close_what_others_wait_for(&kept, far_end);
            // Whoever ends all that is called levelhead leaves it to this process to end the upgrade.
            let _ = prctl::set_name(c"supervisor");
            let modes = lent.and_then(Terminal::modes);
            let supervisor = Supervisor { line, signals, terminal, modes, group, upgrade, ended: None, asked: false };
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

/// Pipes, whose readers wait for their end, and ports, which the next start wants. Among them is what std waits on for the
/// exec: on Linux a socket of packets. Connections and locked files stay open.
fn close_what_others_wait_for(kept: &[RawFd], far_end: RawFd) {
    let is_awaited = |number: RawFd| {
        // SAFETY: the descriptor is only asked about; EBADF is an answer.
        let file = unsafe { BorrowedFd::borrow_raw(number) };
        let Ok(stat) = fstat(file) else { return false };
        match SFlag::from_bits_truncate(stat.st_mode) & SFlag::S_IFMT {
            SFlag::S_IFIFO => true,
            SFlag::S_IFSOCK => {
                let socket = SockRef::from(&file);
                socket.r#type().is_ok_and(|kind| kind == Type::SEQPACKET) || socket.is_listener().unwrap_or(false)
            }
            _ => false,
        }
    };
    // SAFETY: nothing in this process uses what is closed from here on.
    let close = |number| unsafe { libc::close(number) };
    let many = kept.iter().fold(FIRST_OF_MANY, |many, number| many.max(number + 1));
    for number in (3..many).filter(|number| !kept.contains(number)) {
        if number == far_end || is_awaited(number) {
            close(number);
        }
    }
    // SAFETY: as above.
    if unsafe { libc::syscall(libc::SYS_close_range, many, libc::c_uint::MAX, 0) } != 0 {
        // Linux before 5.9, or a filter of system calls.
        let limit = getrlimit(Resource::RLIMIT_NOFILE).map_or(0, |(limit, _)| limit.min(MOST_DESCRIPTORS));
        (many..RawFd::try_from(limit).unwrap_or(many)).for_each(|number| _ = close(number));
    }
}

struct Supervisor<'a> {
    line: BorrowedFd<'a>,
    signals: SignalFd,
    terminal: Option<&'a Terminal>,
    /// How the terminal was set when it was first lent.
    modes: Option<Modes>,
    group: Pid,
    upgrade: Pid,
    /// How the upgrade ended, once it has: what waitpid(2) answered.
    ended: Option<c_int>,
    /// Whether the upgrade has been asked to end.
    asked: bool,
}

impl Supervisor<'_> {
    /// Answers how it ended. Where it was asked to, whatever else it has started has to end as well.
    fn until_the_upgrade_ends(mut self) -> c_int {
        loop {
            let mut ready =
                [PollFd::new(self.line, PollFlags::POLLIN), PollFd::new(self.signals.as_fd(), PollFlags::POLLIN)];
            let _ = poll(&mut ready, PollTimeout::NONE);
            let [said, signalled] = ready.map(|one| one.any().unwrap_or(false));
            if said {
                self.obey();
            }
            let somebody_is_left = !signalled || self.hear();
            if let Some(status) = self.ended.filter(|_| !self.asked || !somebody_is_left) {
                if self.asked || status != 0 {
                    self.put_modes_back();
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
                self.lend();
                self.wake();
            }
            Err(Errno::EINTR | Errno::EAGAIN) => {}
            _ => self.end(),
        }
    }

    /// Answers whether a child is left.
    fn hear(&mut self) -> bool {
        let mut somebody_is_left = true;
        while let Ok(Some(info)) = self.signals.read_signal() {
            let from_the_terminal = info.ssi_code == libc::SI_KERNEL;
            match (i32::try_from(info.ssi_signo).ok().and_then(|number| Signal::try_from(number).ok()), self.terminal) {
                (Some(Signal::SIGCHLD), _) => somebody_is_left = self.reap(),
                (Some(key @ (Signal::SIGINT | Signal::SIGQUIT | Signal::SIGHUP)), Some(terminal))
                    if from_the_terminal =>
                {
                    terminal.pass_on(key);
                }
                _ => {}
            }
        }
        somebody_is_left
    }

    /// Answers whether a child is left.
    fn reap(&mut self) -> bool {
        let somebody_is_left = loop {
            match News::next() {
                News::Ended(pid, status) if pid == self.upgrade => self.ended = Some(status),
                News::Stopped(pid, libc::SIGTSTP | libc::SIGTTIN | libc::SIGTTOU) if pid == self.upgrade => {
                    self.stopped();
                }
                News::Ended(..) | News::Stopped(..) => {}
                News::None => break true,
                News::NobodyLeft => break false,
            }
        };
        if self.asked && self.ended.is_some() {
            // Those whom the upgrade leaves behind in groups of their own have not heard of it.
            self.ask_the_others();
        }
        somebody_is_left
    }

    /// The terminal has stopped the upgrade. Where levelhead has come into the foreground meanwhile, it goes on there, as it
    /// does to end; else levelhead is to stop as well.
    fn stopped(&mut self) {
        let Some(terminal) = self.terminal.filter(|terminal| terminal.can_be_lent()) else { return };
        if self.asked || self.lend() {
            self.wake();
        } else {
            terminal.take_back_from(Some(self.group));
            let _ = write(self.line, &[STOPPED]);
        }
    }

    fn lend(&mut self) -> bool {
        let Some(terminal) = self.terminal.filter(|terminal| terminal.lend_to(self.group)) else { return false };
        self.modes = self.modes.or_else(|| terminal.modes());
        true
    }

    /// An upgrade that has failed may have left the echo off. A terminal that somebody else has by now is left alone.
    fn put_modes_back(&self) {
        if let (Some(terminal), Some(modes)) = (self.terminal, &self.modes)
            && terminal.is_with(self.group)
        {
            terminal.set_modes(modes);
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
        self.ask_the_others();
    }

    fn ask_the_others(&self) {
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
        self.put_modes_back();
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
        match News::next() {
            News::None => return false,
            News::NobodyLeft => return true,
            News::Ended(..) | News::Stopped(..) => {}
        }
    }
}

/// What has happened to a child.
enum News {
    /// It ended, and waitpid(2) answered so: as it stands, for nix knows no real-time signals.
    Ended(Pid, c_int),
    /// A signal stopped it.
    Stopped(Pid, c_int),
    None,
    NobodyLeft,
}

impl News {
    fn next() -> Self {
        let mut status = 0;
        // SAFETY: `status` is there to be written to.
        match unsafe { libc::waitpid(-1, &raw mut status, libc::WNOHANG | libc::WUNTRACED) } {
            0 => Self::None,
            // Nothing interrupts a process that has blocked all signals.
            -1 => Self::NobodyLeft,
            pid if libc::WIFSTOPPED(status) => Self::Stopped(Pid::from_raw(pid), libc::WSTOPSIG(status)),
            pid => Self::Ended(Pid::from_raw(pid), status),
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
fn end_as(status: c_int) -> ! {
    if libc::WIFSIGNALED(status) {
        let number = libc::WTERMSIG(status);
        // The upgrade has left its core, if any.
        let _ = prctl::set_dumpable(false);
        // SAFETY: async-signal-safe calls on a local set. Only this signal is let through, whatever else is pending.
        unsafe {
            libc::signal(number, libc::SIG_DFL);
            libc::raise(number);
            let mut only = std::mem::zeroed();
            libc::sigemptyset(&raw mut only);
            libc::sigaddset(&raw mut only, number);
            libc::sigprocmask(libc::SIG_UNBLOCK, &raw const only, std::ptr::null_mut());
        }
        exit(128 + number)
    }
    exit(libc::WEXITSTATUS(status))
}

fn exit(code: i32) -> ! {
    // SAFETY: async-signal-safe; nothing of levelhead's is to be run again.
    unsafe { libc::_exit(code) }
}
