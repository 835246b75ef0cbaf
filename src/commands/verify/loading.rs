//! How the application is loaded: as its server does it, else as `flask` does.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use crate::commands::files::Files;
use crate::config::Config;
use crate::migrations::layout::Flavour;
use crate::process::program::{self, Program};

/// How the application is loaded.
pub(super) struct Loading {
    pub(super) interpreter: PathBuf,
    /// What the loader is told.
    pub(super) words: Vec<OsString>,
    /// What is loaded, for people.
    pub(super) what: String,
}

impl Loading {
    /// As the start command loads it, else as `flask` does; `None` where neither is known.
    pub(super) fn of(config: &Config, start: Option<&Program>, files: Option<&Files>) -> Option<Self> {
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
