//! The terminal, lent to the upgrade. The kernel stops whatever touches a terminal from outside its foreground group.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use nix::errno::Errno;
use nix::fcntl::{OFlag, open};
use nix::sys::signal::{Signal, kill, killpg};
use nix::sys::stat::Mode;
use nix::unistd::{Pid, getpgrp, tcgetpgrp, tcsetpgrp};

/// This process' terminal, and the group that it belongs to while nothing is lent. Whoever calls has blocked SIGTTOU, and
/// every method may be called between fork and exec.
pub(super) struct Terminal {
    file: OwnedFd,
    owner: Pid,
}

impl Terminal {
    /// `None` where this process has no terminal.
    pub(super) fn open() -> Option<Self> {
        let flags = OFlag::O_RDWR | OFlag::O_NOCTTY | OFlag::O_CLOEXEC;
        let file = open("/dev/tty", flags, Mode::empty()).ok()?;
        Some(Self { file, owner: getpgrp() })
    }

    /// Whether what is lent can be given back: inside a PID namespace, a group from outside has no number.
    pub(super) fn can_be_lent(&self) -> bool {
        self.owner.as_raw() != 0
    }

    pub(super) fn file(&self) -> BorrowedFd<'_> {
        self.file.as_fd()
    }

    fn foreground(&self) -> Option<Pid> {
        tcgetpgrp(&self.file).ok()
    }

    /// Whether `group` is in the foreground.
    pub(super) fn is_with(&self, group: Pid) -> bool {
        self.foreground() == Some(group)
    }

    /// Puts `group` into the foreground where this process' own was there. Answers whether it did.
    pub(super) fn lend_to(&self, group: Pid) -> bool {
        self.can_be_lent() && self.is_with(self.owner) && tcsetpgrp(&self.file, group).is_ok()
    }

    /// Takes it from `group`, and from any of which nobody is left.
    pub(super) fn take_back_from(&self, group: Option<Pid>) {
        let is_over = |now: Pid| Some(now) == group || killpg(now, None) == Err(Errno::ESRCH);
        if self.can_be_lent() && self.foreground().is_some_and(|now| now.as_raw() > 1 && is_over(now)) {
            let _ = tcsetpgrp(&self.file, self.owner);
        }
    }

    /// Passes a key on that the terminal sent to the group in the foreground, and would have sent to the owner's.
    pub(super) fn pass_on(&self, signal: Signal) {
        // To the group 1 would be to everybody.
        let _ = match self.owner.as_raw() {
            1 => kill(self.owner, signal),
            _ => killpg(self.owner, signal),
        };
    }
}
