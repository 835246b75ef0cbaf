//! Standard streams that were closed when levelhead started stay closed for the program that it becomes.

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, fcntl, open};
use nix::sys::stat::Mode;
use std::os::fd::{BorrowedFd, IntoRawFd};

/// Puts `/dev/null` where a standard stream is closed, so that no socket can take its number and be written to as if it
/// were standard error. Close-on-exec gives the closed stream back to the program.
#[allow(unsafe_code)]
pub fn occupy_closed_streams() {
    for number in 0..=2 {
        // SAFETY: the descriptor is only asked about; EBADF is an answer.
        let stream = unsafe { BorrowedFd::borrow_raw(number) };
        if fcntl(stream, FcntlArg::F_GETFD) == Err(Errno::EBADF)
            // The lowest free number is the closed one, since they are visited in order.
            && let Ok(null) = open("/dev/null", OFlag::O_RDWR | OFlag::O_CLOEXEC, Mode::empty())
        {
            let _ = null.into_raw_fd();
        }
    }
}
