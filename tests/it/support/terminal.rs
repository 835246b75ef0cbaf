//! A terminal of 80 columns with levelhead in it, and somebody who reads and types.

use std::io::{Read, Write};
use std::os::fd::AsFd;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use super::Levelhead;

/// How many milliseconds nothing may appear: what is waited for and never comes fails, instead of hanging.
const PATIENCE: u16 = 60_000;

/// Killed when it is dropped.
pub struct Terminal {
    child: Child,
    output: ChildStdout,
    /// Everything that has been shown, without colours.
    pub shown: String,
    read: usize,
}

impl Terminal {
    pub fn start(levelhead: Levelhead) -> Self {
        Self::with(levelhead, |levelhead| format!("exec {levelhead}"))
    }

    /// With the script that `script` makes of levelhead's command line.
    pub fn with(levelhead: Levelhead, script: impl FnOnce(&str) -> String) -> Self {
        let inner = levelhead.env("NO_COLOR", "1").command();
        let words = std::iter::once(inner.get_program()).chain(inner.get_args());
        let line = shell_words::join(words.map(|word| word.to_str().unwrap()));
        // Tests that run in the background of a shell ignore Ctrl-C, and what they start would, too.
        let mut outer = Command::new("env");
        outer.args(["--default-signal=INT,QUIT", "script", "-qefc"]);
        outer.args([&format!("stty rows 24 cols 80; {}", script(&line)), "/dev/null"]);
        outer.env_clear().envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?)))).env("TERM", "xterm");
        outer.current_dir(inner.get_current_dir().unwrap()).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = outer.spawn().expect("env starts");
        let output = child.stdout.take().unwrap();
        Self { child, output, shown: String::new(), read: 0 }
    }

    /// Reads on until `text` appears, after what has been waited for before.
    #[track_caller]
    pub fn until(&mut self, text: &str) -> &mut Self {
        while !self.shown[self.read..].contains(text) {
            assert!(self.read_on(), "{text:?} never appeared:\n{}", self.shown);
        }
        self.read += self.shown[self.read..].find(text).unwrap() + text.len();
        self
    }

    /// Types.
    pub fn types(&mut self, text: &str) -> &mut Self {
        let stdin = self.child.stdin.as_mut().unwrap();
        stdin.write_all(text.as_bytes()).and_then(|()| stdin.flush()).unwrap();
        self
    }

    /// Waits for its end; a signal's is 128 and its number.
    pub fn end(mut self) -> (ExitStatus, String) {
        while self.read_on() {}
        (self.child.wait().unwrap(), std::mem::take(&mut self.shown))
    }

    fn read_on(&mut self) -> bool {
        let mut bytes = [0; 4096];
        let mut waiting = [PollFd::new(self.output.as_fd(), PollFlags::POLLIN)];
        if poll(&mut waiting, PollTimeout::from(PATIENCE)) == Ok(0) {
            let _ = self.child.kill();
            return false;
        }
        let count = self.output.read(&mut bytes).unwrap_or(0);
        self.shown += &String::from_utf8_lossy(&bytes[..count]).replace('\r', "");
        count > 0
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
