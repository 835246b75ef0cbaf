//! What can be seen of an upgrade from outside while it runs: what it says has begun, and its connections.

use std::cell::{Cell, RefCell};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use nix::unistd::Pid;

use super::sockets;

/// What has begun, and how long it took.
pub type Timed = (String, Duration);

/// What is seen of an upgrade. Whoever runs it writes, whoever watches reads.
#[derive(Debug)]
pub struct Shown {
    since: Instant,
    /// The process above all of it, while it runs.
    top: Cell<Option<Pid>>,
    begun: RefCell<Vec<(String, Instant)>>,
    ends: RefCell<Vec<SocketAddr>>,
}

impl Default for Shown {
    fn default() -> Self {
        Self { since: Instant::now(), top: Cell::default(), begun: RefCell::default(), ends: RefCell::default() }
    }
}

impl Shown {
    /// For how long it has been running.
    pub fn age(&self) -> Duration {
        self.since.elapsed()
    }

    /// What it said last that it has begun, and for how long that has been going on.
    pub fn under_way(&self) -> Option<Timed> {
        self.begun.borrow().last().map(|(what, when)| (what.clone(), when.elapsed()))
    }

    /// This side's ends of every connection that has been seen.
    pub fn ends(&self) -> Vec<SocketAddr> {
        self.look_at_sockets();
        self.ends.borrow().clone()
    }

    /// Notes the connections that it has now: once it has ended, nothing tells.
    pub(super) fn look_at_sockets(&self) {
        let found = self.top.get().map(sockets::below).unwrap_or_default();
        let mut ends = self.ends.borrow_mut();
        for end in found {
            if !ends.contains(&end) {
                ends.push(end);
            }
        }
    }

    pub(super) fn runs(&self, top: Option<Pid>) {
        self.top.set(top);
    }

    pub(super) fn begins(&self, what: String) {
        self.begun.borrow_mut().push((what, Instant::now()));
    }

    /// What has begun, in its order, each until the next one did, or until now.
    pub(super) fn timed(&self) -> Vec<Timed> {
        let begun = self.begun.borrow();
        let ends = begun.iter().skip(1).map(|(_, when)| *when).chain([Instant::now()]);
        begun.iter().zip(ends).map(|((what, when), end)| (what.clone(), end.saturating_duration_since(*when))).collect()
    }
}
