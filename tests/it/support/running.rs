//! A levelhead that runs, and what it says meanwhile.

use std::fs;
use std::io::{BufRead, BufReader, Lines, Read};
use std::path::Path;
use std::process::{Child, ChildStderr};
use std::time::{Duration, Instant};

use super::{Levelhead, Outcome};

/// Killed when it is dropped.
pub struct Running {
    child: Child,
    lines: Lines<BufReader<ChildStderr>>,
    said: String,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Running {
    pub fn start(levelhead: Levelhead) -> Self {
        let mut child = levelhead.spawn();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        Self { child, lines, said: String::new() }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Reads on until a line holds `text`, and answers the line.
    #[track_caller]
    pub fn until(&mut self, text: &str) -> String {
        for line in self.lines.by_ref() {
            let line = line.unwrap();
            self.said.push_str(&line);
            self.said.push('\n');
            if line.contains(text) {
                return line;
            }
        }
        panic!("{text:?} was never said:\n{}", self.said);
    }

    /// Kills it outright.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Waits for its end.
    pub fn outcome(mut self) -> Outcome {
        let mut stdout = String::new();
        self.child.stdout.take().unwrap().read_to_string(&mut stdout).unwrap();
        for line in self.lines.by_ref() {
            self.said.push_str(&line.unwrap());
            self.said.push('\n');
        }
        Outcome { status: self.child.wait().unwrap(), stdout, stderr: std::mem::take(&mut self.said) }
    }
}

/// Waits for `condition`, for up to a minute.
#[track_caller]
pub fn eventually(what: &str, mut condition: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !condition() {
        assert!(Instant::now() < deadline, "never: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// An upgrade command that creates `begun` in `folder`, waits there for `go`, and then runs the application's own.
pub fn held_back(folder: &Path) -> String {
    let script = folder.join("held-back.sh");
    let text = "touch begun; echo held-$((40 + 2)) >&2; until [ -e go ]; do sleep 0.05; done; exec flask db upgrade\n";
    fs::write(&script, text).unwrap();
    format!("sh {}", script.display())
}

/// What an upgrade that is held back says.
pub const HELD: &str = "held-42";

/// Lets it go on.
pub fn let_go(folder: &Path) {
    fs::write(folder.join("go"), "").unwrap();
}
