//! Whether the application can be imported, tried in a child process that must not write.

use std::ffi::OsString;
use std::os::unix::process::ExitStatusExt;
use std::time::Duration;

use nix::sys::signal::Signal;
use serde::Deserialize;

use super::child::{self, Ended};
use super::loading::Loading;
use super::traceback::{last_lines, standstill};
use crate::config::Config;
use crate::explanation::{Cause, Explanation};
use crate::help::Advice;
use crate::help::Help;
use crate::report::Check;
use database::url::DatabaseUrl;

/// Loads the application and says what it is configured for.
const LOADER: &str = include_str!("application.py");

/// What the loader answers.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Facts {
    /// SQLALCHEMY_DATABASE_URI.
    pub(super) url: Option<String>,
    /// Where gunicorn will listen.
    #[serde(default)]
    pub(super) addresses: Vec<String>,
    /// What gunicorn says of an address that it cannot read.
    pub(super) refused: Option<String>,
}

impl Loading {
    /// Imports it, and answers what it is configured for.
    pub(super) async fn check(&self, config: &Config, url: Option<&DatabaseUrl>, limit: Duration) -> (Check, Facts) {
        const NAME: &str = "application";
        let words = self.words.iter().map(OsString::as_os_str);
        let options = config.surroundings.libpq_options.as_deref();
        let ended = match child::python(&self.interpreter, LOADER, words, options, limit).await {
            Ok(ended) => ended,
            Err(error) => {
                let python = self.interpreter.display();
                let next = "make the virtualenv anew where it now is: python3 -m venv DIR";
                return (Check::fail(NAME, format!("cannot start {python}: {error}"), next), Facts::default());
            }
        };
        let Ended { status, stdout, stderr } = ended;
        let password = match url {
            Some(DatabaseUrl::Postgres(url)) => url.password.as_ref().map(|password| password.expose()),
            _ => None,
        };
        let last = last_lines(&stderr, password);
        let Some(status) = status else {
            let text = format!("{} was not imported within {} s", self.what, limit.as_secs());
            let last = standstill(&stderr, password);
            let next = match last.as_slice() {
                [] => Advice::note("to see what it waits for, use py-spy dump"),
                _ => Advice::note("do at the first request, or with a timeout, what it was doing above").and(format!(
                    "if it is only slow, add --import-timeout {}",
                    limit.as_secs().saturating_mul(4).max(60)
                )),
            };
            return (Check { detail: last, ..Check::fail(NAME, text, next) }, Facts::default());
        };
        if status.success() {
            // The loader's last act is its answer: without it the application ended the process before.
            let Ok(facts) = serde_json::from_str(stdout.trim()) else {
                let text = format!("{} ends the process while it is imported, with exit code 0", self.what);
                let next = "look for sys.exit() and os._exit() in what it imports";
                return (Check { detail: last, ..Check::fail(NAME, text, next) }, Facts::default());
            };
            return (Check::pass(NAME, format!("{} can be imported", self.what)), facts);
        }
        if let (Some(signal), None) = (status.signal(), Explanation::of(&stderr)) {
            let name = Signal::try_from(signal).map_or_else(|_| format!("signal {signal}"), |name| name.to_string());
            let text = format!("{} was ended by {name} while it was imported", self.what);
            let next = match signal {
                nix::libc::SIGKILL => {
                    "give it more memory, or import less: that is how the system ends what takes too much"
                }
                _ => {
                    "reinstall the package whose native code its last line above calls, for this Python and this machine"
                }
            };
            return (Check { detail: last, ..Check::fail(NAME, text, next) }, Facts::default());
        }
        (Check { detail: last, ..self.failed(&stderr) }, Facts::default())
    }

    fn failed(&self, stderr: &str) -> Check {
        const NAME: &str = "application";
        // A pooler that takes no options never let it write, and never will let this look at it.
        if stderr.contains("unsupported startup parameter") {
            let text = format!("{} connects while it is imported, through a pooler that takes no options", self.what);
            return Check::warn(NAME, text, "connect at the first request, not at the import");
        }
        let unknown = "read its last lines above: they name the cause";
        let Some(explanation) = Explanation::of(stderr) else {
            return Check::fail(NAME, format!("{} cannot be imported", self.what), unknown);
        };
        if explanation.cause == Cause::READ_ONLY {
            let text = format!("{} writes to the database while it is imported", self.what);
            return Check::warn(NAME, text, "take create_all() out of the application: the migrations make the tables");
        }
        let next = match explanation.help() {
            _ if explanation.cause == Cause::UNKNOWN => unknown.into(),
            // To verify is what is being done.
            help => help.unless("verify", unknown),
        };
        Check::fail(NAME, format!("{} cannot be imported: {explanation}", self.what), next)
    }
}
