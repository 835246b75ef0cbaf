//! The application: whether its start command can be executed, whether it imports, and which database it means.

use std::ffi::{OsStr, OsString};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;

use super::Arguments;
use super::child::{self, Ended};
use crate::commands::files::Files;
use crate::config::Config;
use crate::database::url::DatabaseUrl;
use crate::explanation::{Cause, Explanation};
use crate::migrations::layout::Flavour;
use crate::process::program::{self, Program, without_password};
use crate::report::{Check, Outcome};

/// Loads the application and says what it is configured for.
const LOADER: &str = include_str!("application.py");
/// Lines of a traceback that are shown.
const SHOWN: usize = 6;

/// What the loader answers.
#[derive(Debug, Default, Deserialize)]
struct Facts {
    /// SQLALCHEMY_DATABASE_URI.
    url: Option<String>,
    /// Where gunicorn will listen.
    #[serde(default)]
    addresses: Vec<String>,
}

pub(super) async fn checks(
    config: &Config,
    arguments: &Arguments,
    files: Option<&Files>,
    url: Option<&DatabaseUrl>,
) -> Vec<Check> {
    let mut checks = Vec::new();
    let start = match arguments.command.as_slice() {
        [] => None,
        words => {
            let found = program::find(words, config.path.as_deref());
            match found.and_then(|program| program::check(&program).map(|()| program)) {
                Ok(program) => {
                    let detail = vec![program.file.display().to_string()];
                    checks.push(Check { detail, ..Check::pass("start-command", program.command_line()) });
                    Some(program)
                }
                Err(error) => {
                    checks.push(Check::fail("start-command", error.to_string(), error.next()));
                    None
                }
            }
        }
    };
    let mut facts = Facts::default();
    if let (false, Some(loading)) = (arguments.no_import, Loading::of(config, start.as_ref(), files)) {
        let limit = Duration::from_secs(arguments.import_timeout);
        let (check, said) = loading.check(config, url, limit).await;
        checks.push(check);
        facts = said;
        checks.extend(listens(config, &facts));
    }
    if let Some(url) = url {
        checks.extend(alembic_ini(config, files, url));
        checks.extend(facts.url.as_deref().map(|text| configured(config, text, url)));
    }
    checks
}

/// How the application is loaded.
struct Loading {
    interpreter: PathBuf,
    words: Vec<OsString>,
    /// What is loaded, for people.
    what: String,
}

impl Loading {
    /// As the start command loads it, else as `flask` does; `None` where neither is known.
    fn of(config: &Config, start: Option<&Program>, files: Option<&Files>) -> Option<Self> {
        if let Some(start) = start {
            let server = start.file.file_name().and_then(OsStr::to_str).unwrap_or_default();
            let module = || start.words[1..].iter().find(|word| is_module(word));
            let words = match server {
                "gunicorn" => [OsString::from("gunicorn")].into_iter().chain(start.words.iter().cloned()).collect(),
                "flask" => vec!["flask".into()],
                _ => vec!["module".into(), module()?.clone()],
            };
            let what = match server {
                "flask" => "the application of FLASK_APP".to_owned(),
                _ => module().map_or_else(|| start.command_line(), |word| word.display().to_string()),
            };
            return Some(Self { interpreter: python_of(&start.file), words, what });
        }
        let is_flask = files.is_some_and(|files| files.layout.flavour == Flavour::FlaskMigrate);
        if !is_flask && config.surroundings.flask_app.is_none() {
            return None;
        }
        let flask = program::find(&["flask".into()], config.path.as_deref()).ok()?;
        let what = match &config.surroundings.flask_app {
            Some(name) => format!("FLASK_APP={}", name.display()),
            None => "the application that flask finds here".to_owned(),
        };
        Some(Self { interpreter: python_of(&flask.file), words: vec!["flask".into()], what })
    }

    async fn check(&self, config: &Config, url: Option<&DatabaseUrl>, limit: Duration) -> (Check, Facts) {
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
        let last = last_lines(&stderr, url);
        let Some(status) = status else {
            let text = format!("{} was not imported within {} s", self.what, limit.as_secs());
            let next = "see what it waits for: py-spy dump, or faulthandler.dump_traceback_later() in its first line";
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
            let text = format!("{} ended by signal {signal} while it was imported", self.what);
            let next = "python3 -X faulthandler -c 'import MODULE', to see where";
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
        if explanation.cause == Cause::ReadOnly {
            let text = format!("{} writes to the database while it is imported", self.what);
            return Check::warn(NAME, text, "take create_all() out of the application: the migrations make the tables");
        }
        let next = match explanation.next() {
            // To verify is what is being done.
            next if explanation.cause == Cause::Unknown || next.starts_with("stillhead verify") => unknown.to_owned(),
            next => next,
        };
        Check::fail(NAME, format!("{} cannot be imported: {explanation}", self.what), next)
    }
}

/// `package.module:name`, with or without a call; no option, no address and no file.
fn is_module(word: &OsStr) -> bool {
    let Some((module, name)) = word.to_str().and_then(|word| word.split_once(':')) else { return false };
    let is_dotted = |text: &str| {
        !text.is_empty()
            && text.split('.').all(|part| !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || c == '_'))
    };
    is_dotted(module)
        && is_dotted(name.split('(').next().unwrap_or_default())
        && !module.chars().all(|c| c.is_ascii_digit() || c == '.')
}

/// The Python that a script of a virtualenv runs with.
fn python_of(script: &Path) -> PathBuf {
    let beside = script.parent().map(|folder| folder.join("python")).filter(|python| python.exists());
    let named = || program::interpreter(script).filter(|name| name.contains("python")).map(PathBuf::from);
    beside.or_else(named).unwrap_or_else(|| "python3".into())
}

/// The last lines of a traceback, without frames of packages, blank lines and marks, and without a password.
fn last_lines(stderr: &str, url: Option<&DatabaseUrl>) -> Vec<String> {
    let password = match url {
        Some(DatabaseUrl::Postgres(url)) => url.password.as_ref().map(|password| password.expose().to_owned()),
        _ => None,
    };
    let mut lines = Vec::new();
    let mut of_package = false;
    for line in stderr.lines() {
        match line.trim_start().strip_prefix("File \"") {
            Some(frame) => {
                of_package = frame.contains("-packages/") || frame.contains("/lib/python3") || frame.starts_with('<')
            }
            // The line of code below a frame, and the marks below that.
            None if line.starts_with("    ") => {}
            None => of_package = false,
        }
        if !of_package && !line.trim().trim_matches(['^', '~']).is_empty() {
            lines.push(line);
        }
    }
    let hidden = |line: &&str| {
        let line: String = line.chars().filter(|c| !c.is_control() || *c == '\t').take(300).collect();
        let line = without_password(&line);
        password
            .iter()
            .filter(|password| password.len() > 2)
            .fold(line, |line, password| line.replace(password.as_str(), "***"))
    };
    lines[lines.len().saturating_sub(SHOWN)..].iter().map(hidden).collect()
}

/// Whether gunicorn will listen where the platform looks.
fn listens(config: &Config, facts: &Facts) -> Option<Check> {
    const NAME: &str = "listens";
    if facts.addresses.is_empty() {
        return None;
    }
    let shown = facts.addresses.join(", ");
    let port = config.surroundings.port.as_deref().and_then(OsStr::to_str).map(|port| format!(":{}", port.trim()));
    let at_port = |address: &&String| port.as_ref().is_none_or(|port| address.ends_with(port.as_str()));
    let text = format!("gunicorn will listen at {shown}");
    let next = "gunicorn --bind 0.0.0.0:$PORT …, expanded by a shell, or leave --bind out";
    Some(match facts.addresses.iter().find(at_port) {
        None => Check::warn(NAME, format!("{text}, and PORT is another"), next),
        Some(address) if address.starts_with("127.") && port.is_some() => {
            Check::warn(NAME, format!("{text}, where nobody outside of this container reaches it"), next)
        }
        Some(_) => Check::pass(NAME, text),
    })
}

/// Whether `sqlalchemy.url` means the database of DATABASE_URL. `env.py` may replace it.
fn alembic_ini(config: &Config, files: Option<&Files>, url: &DatabaseUrl) -> Option<Check> {
    const NAME: &str = "alembic-ini";
    let files = files?;
    let text = files.layout.option("sqlalchemy.url").ok().flatten().filter(|text| !text.trim().is_empty())?;
    let env = std::fs::read_to_string(files.layout.script_location.join("env.py")).unwrap_or_default();
    let replaced = ["environ", "getenv", "set_main_option", "current_app"].iter().any(|word| env.contains(word));
    if text.starts_with("driver://") {
        let placeholder = "sqlalchemy.url in alembic.ini is Alembic's placeholder";
        return Some(match replaced {
            true => Check::pass(NAME, format!("{placeholder}, which env.py replaces")),
            false => Check::fail(
                NAME,
                placeholder,
                "read DATABASE_URL in env.py: stillhead explain 'sqlalchemy.dialects:driver'",
            ),
        });
    }
    let check = compared(config, NAME, "sqlalchemy.url in alembic.ini", &text, url);
    Some(match (check.outcome, replaced) {
        (Outcome::Fail, true) => {
            let text = format!("{}; env.py seems to replace it", check.text);
            Check::warn(NAME, text, "take sqlalchemy.url out of alembic.ini")
        }
        _ => check,
    })
}

fn configured(config: &Config, text: &str, url: &DatabaseUrl) -> Check {
    compared(config, "application-url", "SQLALCHEMY_DATABASE_URI of the application", text, url)
}

/// Holds a URL against DATABASE_URL: the same database, the same name elsewhere, or another one.
fn compared(config: &Config, name: &'static str, what: &str, text: &str, url: &DatabaseUrl) -> Check {
    let other = match config.read_url(text) {
        Ok(other) => other,
        Err(error) => return Check::warn(name, format!("{what} cannot be read: {error}"), error.next()),
    };
    let next = "let the application read DATABASE_URL, or correct one of the two";
    match (url, &other) {
        (DatabaseUrl::Postgres(ours), DatabaseUrl::Postgres(theirs)) if ours.database == theirs.database => {
            if ours.endpoints == theirs.endpoints {
                return Check::pass(name, format!("{what} names the database of DATABASE_URL"));
            }
            let text = format!("{what} names a database of that name on another host: {other}");
            Check::warn(name, text, next)
        }
        (DatabaseUrl::Sqlite(ours), DatabaseUrl::Sqlite(theirs)) if same_file(&ours.path, &theirs.path) => {
            Check::pass(name, format!("{what} names the file of DATABASE_URL"))
        }
        _ => Check::fail(name, format!("wrong-database: {what} names {other}, and DATABASE_URL {url}"), next),
    }
}

/// The same path, or, since Flask-SQLAlchemy looks in `instance/`, the same file there.
fn same_file(ours: &Path, theirs: &Path) -> bool {
    let instance = |path: &Path| Path::new("instance").join(path);
    ours == theirs || theirs.ends_with(instance(ours)) || ours.ends_with(instance(theirs)) || {
        let real = |path: &Path| std::fs::canonicalize(path).ok();
        real(ours).is_some() && real(ours) == real(theirs)
    }
}
