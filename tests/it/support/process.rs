//! Other processes, as /proc shows them.

use std::fs;

/// Whether a process is there and not merely waiting to be reaped.
pub fn is_running(pid: i32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit(')').next().and_then(|rest| rest.split_whitespace().next()).is_some_and(|state| state != "Z")
}

/// Whether a process ends. One that was killed may take a moment to notice on a busy machine.
pub fn ends(pid: i32) -> bool {
    (0..100).any(|_| {
        let ended = !is_running(pid);
        if !ended {
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        ended
    })
}

/// The children of a process.
pub fn children(pid: u32) -> Vec<i32> {
    let list = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap();
    list.split_whitespace().map(|child| child.parse().unwrap()).collect()
}
