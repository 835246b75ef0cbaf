//! A stack that is large enough, however small the one is that the process was started with.

use std::sync::{Mutex, PoisonError};
use std::thread;

use nix::sys::resource::{Resource, getrlimit};

/// What the work takes at most, several times over.
const ENOUGH: u64 = 4 << 20;
/// What most systems give a process.
const USUAL: usize = 8 << 20;

/// Works where the stack is large enough: here, or else on a thread of its own. Where there can be none, here all the same.
pub fn with_enough<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    if getrlimit(Resource::RLIMIT_STACK).is_ok_and(|(limit, _)| limit >= ENOUGH) {
        return work();
    }
    let work = Mutex::new(Some(work));
    let take = || work.lock().unwrap_or_else(PoisonError::into_inner).take();
    let done = thread::scope(|scope| {
        let thread = thread::Builder::new().stack_size(USUAL).spawn_scoped(scope, || take().map(|work| work()));
        thread.ok().and_then(|thread| thread.join().ok()).flatten()
    });
    // It was not taken where no thread was made, and is done where it was.
    done.or_else(|| take().map(|work| work())).expect("the work is done once")
}
