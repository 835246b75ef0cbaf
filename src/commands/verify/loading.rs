//! How the application is loaded: as its server does it, else as `flask` does.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use crate::commands::files::Files;
use crate::config::Config;
use crate::process::program::{self, Program};
use history::layout::Flavour;

/// How the application is loaded.
pub(super) struct Loading {
    pub(super) interpreter: PathBuf,
    /// What the loader is told.
    pub(super) words: Vec<OsString>,
    /// What is loaded, for people.
    pub(super) what: String,
}

impl Loading {
    /// As a start command loads it; `None` where it does not say which module that is.
    pub(super) fn of_server(start: &Program) -> Option<Self> {
        let name = |word: &OsStr| Path::new(word).file_name().and_then(OsStr::to_str).unwrap_or_default().to_owned();
        let mut server = name(start.file.as_os_str());
        let mut words = start.words.clone();
        let is_python = server.starts_with("python");
        let interpreter = if is_python { start.file.clone() } else { python_of(&start.file) };
        if is_python && words.get(1).is_some_and(|word| word == "-m") && words.len() > 2 {
            words.drain(..2);
            server = name(&words[0]);
        }
        let module = words[1..].iter().find(|word| is_module(word));
        let shown = |word: &OsString| word.display().to_string();
        let (words, what) = match server.as_str() {
            "gunicorn" => {
                let what = module.map_or_else(|| start.command_line(), shown);
                ([OsString::from("gunicorn")].into_iter().chain(words).collect(), what)
            }
            "flask" => match app_option(&words) {
                Some(name) => (vec!["flask".into(), name.into()], format!("flask --app {name}")),
                None => (vec!["flask".into()], "the application of FLASK_APP".to_owned()),
            },
            _ => (vec!["module".into(), module?.clone()], module.map(shown)?),
        };
        Some(Self { interpreter, words, what })
    }

    /// As `flask` loads it, which is what the upgrade of Flask-Migrate does.
    pub(super) fn of_flask(config: &Config, files: Option<&Files>) -> Option<Self> {
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

/// What `flask --app NAME` names.
fn app_option(words: &[OsString]) -> Option<&str> {
    let words: Vec<&str> = words.iter().filter_map(|word| word.to_str()).collect();
    let place = words.iter().position(|word| ["--app", "-A"].contains(word));
    place
        .and_then(|place| words.get(place + 1).copied())
        .or_else(|| words.iter().find_map(|word| word.strip_prefix("--app=")))
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
