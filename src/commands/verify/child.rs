//! A child process with a deadline, which must not write: what it says, and how it ends.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::Command;
use tokio::time::timeout;

use crate::process::exec::SKIP_DB_UPGRADE;

/// How long its last words may take to arrive.
const FAREWELL: Duration = Duration::from_secs(1);
/// What makes Python say where it is: its faulthandler, which the program has to register, then KeyboardInterrupt, whose
/// traceback shows the lines, too, but which may be caught, or not be raised while something else than Python waits.
const WHERE_ARE_YOU: [Signal; 2] = [Signal::SIGUSR2, Signal::SIGINT];
/// How much of each stream is kept.
const LONGEST: u64 = 1 << 20;

/// What came of it.
pub(super) struct Ended {
    /// `None`: it was still running at the deadline, and was killed.
    pub(super) status: Option<ExitStatus>,
    pub(super) stdout: String,
    pub(super) stderr: String,
}

/// Runs a Python program given as text. Its upgrade is skipped, its bytecode is not kept, and what it asks of PostgreSQL
/// through libpq is read-only unless it says otherwise.
pub(super) async fn python<'a>(
    interpreter: &Path,
    program: &str,
    arguments: impl IntoIterator<Item = &'a OsStr>,
    libpq_options: Option<&OsStr>,
    limit: Duration,
) -> std::io::Result<Ended> {
    let mut options = libpq_options.map(OsStr::to_owned).unwrap_or_default();
    options.push(" -cdefault_transaction_read_only=on");
    let mut command = Command::new(interpreter);
    command.arg("-c").arg(program).args(arguments);
    command.env(SKIP_DB_UPGRADE, "true").env("PYTHONDONTWRITEBYTECODE", "1").env("PGOPTIONS", options);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0).kill_on_drop(true);
    let mut child = command.spawn()?;
    let group = child.id().and_then(|id| id.try_into().ok()).map(Pid::from_raw);
    let (mut stdout, mut stderr) = (child.stdout.take(), child.stderr.take());
    let (mut said, mut complained) = (Vec::new(), Vec::new());
    let status = {
        let ending = async {
            let reading = async { tokio::join!(read(&mut stdout, &mut said), read(&mut stderr, &mut complained)) };
            let mut reading = std::pin::pin!(reading);
            tokio::select! {
                biased;
                status = child.wait() => {
                    // What it has started may keep the streams open: its own end counts.
                    let _ = timeout(FAREWELL, &mut reading).await;
                    status
                }
                _ = &mut reading => child.wait().await,
            }
        };
        let mut ending = std::pin::pin!(ending);
        match timeout(limit, &mut ending).await {
            Ok(status) => Some(status?),
            Err(_) => {
                if let Some(leader) = group {
                    let _ = WHERE_ARE_YOU.map(|signal| kill(leader, signal));
                }
                let _ = timeout(FAREWELL, &mut ending).await;
                None
            }
        }
    };
    if let Some(group) = group {
        // Its group may hold what it has started; that it is gone already is no error.
        let _ = killpg(group, Signal::SIGKILL);
    }
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ok(Ended { status, stdout: text(&said), stderr: text(&complained) })
}

/// Reads all, and keeps the beginning: whoever floods a stream must not be kept waiting for a reader.
async fn read(stream: &mut Option<impl AsyncRead + Unpin>, into: &mut Vec<u8>) {
    let Some(stream) = stream else { return };
    let _ = (&mut *stream).take(LONGEST).read_to_end(into).await;
    let _ = tokio::io::copy(stream, &mut tokio::io::sink()).await;
}
