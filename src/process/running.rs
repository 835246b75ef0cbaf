//! The upgrade while it runs: a group of its own under a supervisor, with the terminal where there is one.

use std::ffi::OsStr;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::UnixStream as Line;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use nix::sys::signal::{SigSet, Signal, killpg};
use nix::unistd::Pid;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

use super::exec::SKIP_DB_UPGRADE;
use super::program::{ProgramError, SHELL};
use super::relay::Ends;
use super::signals::Watch;
use super::supervisor::{self, CONTINUE, END, STOPPED};
use super::terminal::Terminal;
use super::upgrade::{Task, UpgradeError};

/// How long the upgrade may take to end after SIGTERM. Together with the kill it stays under the 30 s that platforms
/// leave a container by default.
const GRACE: Duration = Duration::from_secs(10);
/// How long to wait before an upgrade goes on that was stopped where levelhead itself cannot be.
const BREATH: Duration = Duration::from_millis(250);

/// What a service manager addresses to the start command, not to the upgrade.
const ADDRESSED_TO_THE_APPLICATION: [&str; 6] =
    ["NOTIFY_SOCKET", "LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES", "WATCHDOG_USEC", "WATCHDOG_PID"];

/// Why nobody waits for the upgrade any longer.
pub(super) enum Ended {
    /// It has ended.
    Alone(ExitStatus),
    /// levelhead was asked to end.
    Asked(Signal),
}

/// An upgrade that runs. Dropped, it is ended.
pub(super) struct Running {
    /// The supervisor, which ends as the upgrade does.
    child: Child,
    /// The supervisor's group, and the upgrade's.
    pub(super) group: Pid,
    /// To the supervisor, until it is to kill.
    line: Option<UnixStream>,
    terminal: Option<Lent>,
}

impl Running {
    pub(super) fn start(task: &Task<'_>, watch: &mut Watch, ends: Ends) -> Result<Self, UpgradeError> {
        let command = || task.program.command_line();
        let io = |source| UpgradeError::Io { command: command(), source };
        let (ours, theirs) = Line::pair().map_err(io)?;
        ours.set_nonblocking(true).map_err(io)?;
        let found = SigSet::thread_get_mask().map_err(|errno| io(errno.into()))?;
        let terminal = Terminal::open().map(|terminal| Lent::new(terminal, found));
        if terminal.is_some() {
            watch.include_suspension();
        }
        let shared = terminal.as_ref().map(|lent| Arc::clone(&lent.terminal));
        let mut command = told(task, ends);
        let before_exec = before_exec(watch, found, theirs, ours.as_raw_fd(), shared, task.sockets);
        #[allow(unsafe_code)]
        // SAFETY: only async-signal-safe calls between fork and exec.
        unsafe {
            command.pre_exec(before_exec)
        };
        let child = command.spawn().map_err(|source| ProgramError::of_execve(&task.program.file, source))?;
        let group = Pid::from_raw(child.id().and_then(|id| id.try_into().ok()).expect("has not been waited for"));
        let line = Some(UnixStream::from_std(ours).map_err(io)?);
        Ok(Self { child, group, line, terminal })
    }

    /// Waits for the upgrade, or for a signal that asks levelhead to end. What stops one of the two stops both.
    pub(super) async fn wait(&mut self, watch: &Watch) -> io::Result<Ended> {
        loop {
            tokio::select! {
                status = self.child.wait() => return Ok(Ended::Alone(status?)),
                signal = watch.arrived() => match signal {
                    // The supervisor says so where it has worked.
                    Signal::SIGTSTP => drop(killpg(self.group, Signal::SIGTSTP)),
                    signal => return Ok(Ended::Asked(signal)),
                },
                () = stopped(&mut self.line) => {
                    watch.suspend();
                    sleep(BREATH).await;
                    self.say(CONTINUE).await;
                }
            }
        }
    }

    /// SIGTERM to all of the upgrade, time to end, then SIGKILL. A second Ctrl-C shortens the time.
    pub(super) async fn stop(&mut self, watch: &Watch) -> io::Result<()> {
        // The supervisor may have been stopped along with its group.
        let _ = killpg(self.group, Signal::SIGCONT);
        self.say(END).await;
        tokio::select! {
            status = self.child.wait() => return status.map(drop),
            () = sleep(GRACE) => {}
            () = watch.pressed_again() => {}
        }
        self.line = None;
        if timeout(GRACE, self.child.wait()).await.is_err() {
            let _ = killpg(self.group, Signal::SIGKILL);
            self.child.wait().await?;
        }
        Ok(())
    }

    async fn say(&mut self, word: u8) {
        if let Some(line) = &mut self.line {
            // Where nobody is there any more, the end of the child says so.
            let _ = line.write_all(&[word]).await;
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(lent) = &self.terminal {
            lent.terminal.take_back_from(Some(self.group));
        }
    }
}

/// Resolves when the supervisor says that the upgrade was stopped.
async fn stopped(line: &mut Option<UnixStream>) {
    if let Some(line) = line {
        let mut word = [0];
        if line.read_exact(&mut word).await.is_ok() && word == [STOPPED] {
            return;
        }
    }
    std::future::pending().await
}

fn told(task: &Task<'_>, ends: Ends) -> Command {
    let program = task.program;
    let mut command = Command::new(&program.file);
    if program.is_for_the_shell() {
        command = Command::new(OsStr::from_bytes(SHELL.to_bytes()));
        command.arg(&program.file);
    }
    command.args(&program.words[1..]).stdin(Stdio::null()).process_group(0);
    command.stdout(ends.stdout).stderr(ends.stderr);
    command.env(SKIP_DB_UPGRADE, "true");
    for name in ADDRESSED_TO_THE_APPLICATION {
        command.env_remove(name);
    }
    if let Some(name) = task.application_name {
        command.env("PGAPPNAME", name);
    }
    if let Some(url) = task.database_url {
        command.env("DATABASE_URL", url);
    }
    command
}

/// What is done in the child before it becomes the upgrade. `found` are the signals that were blocked when levelhead was started.
fn before_exec(
    watch: &Watch,
    found: SigSet,
    line: Line,
    far_end: RawFd,
    terminal: Option<Arc<Terminal>>,
    sockets: RawFd,
) -> impl FnMut() -> io::Result<()> + Send + Sync + 'static {
    let restore = watch.restore_in_child();
    move || {
        supervisor::stand_between(line.as_fd(), far_end, terminal.as_deref())?;
        // Only now: the supervisor hears of its children's ends, whatever levelhead was started to ignore.
        restore();
        for number in 3..3 + sockets {
            close_on_exec(number);
        }
        // std clears the mask of a child; the upgrade is to find the one that levelhead was started with.
        Ok(found.thread_set_mask()?)
    }
}

#[allow(unsafe_code)]
fn close_on_exec(number: RawFd) {
    // SAFETY: only its flag is changed; EBADF is an answer.
    let file = unsafe { BorrowedFd::borrow_raw(number) };
    let _ = fcntl(file, FcntlArg::F_SETFD(FdFlag::FD_CLOEXEC));
}

/// The terminal while the upgrade may have it. levelhead goes on writing to it, and takes it back, from outside its foreground.
struct Lent {
    terminal: Arc<Terminal>,
    found: SigSet,
}

impl Lent {
    fn new(terminal: Terminal, found: SigSet) -> Self {
        let mut blocked = SigSet::empty();
        blocked.add(Signal::SIGTTOU);
        let _ = blocked.thread_block();
        Self { terminal: Arc::new(terminal), found }
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        // From a supervisor that never came to run the upgrade.
        self.terminal.take_back_from(None);
        let _ = self.found.thread_set_mask();
    }
}
