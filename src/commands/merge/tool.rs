//! The command that merges, derived from the one that upgrades: the same program, configuration and application.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use crate::config::Config;
use history::layout::{Flavour, Layout};

/// Alembic's options before the subcommand that take a value.
const ALEMBIC: &[&str] = &["-c", "--config", "-n", "--name", "-x"];
/// Flask's options before `db` that take a value.
const FLASK: &[&str] = &["-A", "--app", "-e", "--env-file"];
/// Flask-Migrate's options, before and after `upgrade`, that take a value.
const FLASK_DB: &[&str] = &["-d", "--directory", "-x", "--x-arg", "--tag"];

/// `alembic merge` or `flask db merge`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tool {
    flavour: Flavour,
    before: Vec<OsString>,
    /// What names the configuration: `-c FILE` or `-d FOLDER`.
    files: Vec<OsString>,
    after: Vec<OsString>,
}

impl Tool {
    /// The configured upgrade command's, where it is Alembic's or Flask-Migrate's; else that of the files' layout.
    pub(super) fn of(config: &Config, layout: &Layout) -> Self {
        let configured: Option<Vec<OsString>> =
            config.upgrade_command.as_ref().map(|words| words.iter().map(OsString::from).collect());
        let derived = configured.and_then(|words| Self::from_upgrade(&words));
        derived.unwrap_or_else(|| Self::of_layout(layout))
    }

    fn of_layout(layout: &Layout) -> Self {
        let words = layout.upgrade_command("heads");
        Self::from_upgrade(&words).expect("the upgrade command of a layout is Alembic's or Flask-Migrate's")
    }

    /// Finds the tool behind whatever starts it: `poetry run`, `python -m`, a folder.
    fn from_upgrade(words: &[OsString]) -> Option<Self> {
        words.iter().enumerate().find_map(|(at, word)| match Path::new(word).file_name()?.to_str()? {
            "alembic" => Self::alembic(words, at + 1),
            "flask" => Self::flask(words, at + 1),
            _ => None,
        })
    }

    fn alembic(words: &[OsString], at: usize) -> Option<Self> {
        let (options, rest) = options(&words[at..], ALEMBIC);
        if rest.first()? != "upgrade" {
            return None;
        }
        let (files, others): (Vec<_>, Vec<_>) = options.into_iter().partition(|option| names(option, "-c", "--config"));
        let mut after = others.concat();
        after.push("merge".into());
        Some(Self { flavour: Flavour::Alembic, before: words[..at].to_vec(), files: files.concat(), after })
    }

    fn flask(words: &[OsString], at: usize) -> Option<Self> {
        let (_, group) = options(&words[at..], FLASK);
        let (_, own) = options(group.strip_prefix(&["db".into()][..])?, FLASK_DB);
        let mut rest = own.strip_prefix(&["upgrade".into()][..])?;
        let mut before = words[..words.len() - rest.len() - 1].to_vec();
        before.push("merge".into());
        let mut files = Vec::new();
        // Options may stand after the revision, too.
        while !rest.is_empty() {
            let (options, left) = options(rest, FLASK_DB);
            files.extend(options.into_iter().filter(|option| names(option, "-d", "--directory")).flatten().cloned());
            rest = left.get(1..).unwrap_or_default();
        }
        Some(Self { flavour: Flavour::FlaskMigrate, before, files, after: Vec::new() })
    }

    /// The whole command.
    pub(super) fn words(&self, arguments: &[OsString]) -> Vec<OsString> {
        [&self.before[..], &self.files, &self.after, arguments].concat()
    }

    /// The same with the configuration of a copy: an ini file of Alembic's, beside `toml`, or a folder of Flask-Migrate's.
    pub(super) fn of_copy(&self, copy: &Path, toml: Option<&Path>) -> Self {
        let option = match self.flavour {
            Flavour::Alembic => "-c",
            Flavour::FlaskMigrate => "-d",
        };
        let files = [Some(copy), toml].into_iter().flatten().flat_map(|file| [option.into(), file.into()]).collect();
        Self { files, ..self.clone() }
    }

    /// Which of the two it is.
    pub(super) fn flavour(&self) -> Flavour {
        self.flavour
    }
}

/// The options that `words` begin with, each with its value, and what follows them.
fn options<'a>(words: &'a [OsString], with_value: &[&str]) -> (Vec<&'a [OsString]>, &'a [OsString]) {
    let (mut found, mut rest) = (Vec::new(), words);
    while let Some(first) = rest.first().filter(|word| word.as_encoded_bytes().starts_with(b"-")) {
        let length = if with_value.iter().any(|name| first == name) { 2.min(rest.len()) } else { 1 };
        let (option, after) = rest.split_at(length);
        found.push(option);
        rest = after;
    }
    (found, rest)
}

/// Whether an option is this one: `-c X`, `-cX`, `--config X` or `--config=X`.
fn names(option: &[OsString], short: &str, long: &str) -> bool {
    let name = option.first().map(OsString::as_os_str).unwrap_or(OsStr::new("")).as_encoded_bytes();
    match name.strip_prefix(long.as_bytes()) {
        Some(value) => value.is_empty() || value.starts_with(b"="),
        None => name.starts_with(short.as_bytes()) && !name.starts_with(b"--"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merge(upgrade: &str) -> Option<String> {
        let words: Vec<OsString> = upgrade.split(' ').map(OsString::from).collect();
        let merge = Tool::from_upgrade(&words)?.words(&["a".into(), "b".into()]);
        Some(merge.iter().map(|word| word.to_str().unwrap()).collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn a_merge_is_derived_from_an_upgrade() {
        for (upgrade, expected) in [
            ("alembic upgrade heads", "alembic merge a b"),
            (
                "alembic -x t=1 -c a.ini -n two --raiseerr upgrade --sql head",
                "alembic -c a.ini -x t=1 -n two --raiseerr merge a b",
            ),
            (
                "alembic --config=a.ini -cpyproject.toml upgrade head",
                "alembic --config=a.ini -cpyproject.toml merge a b",
            ),
            ("alembic -n upgrade upgrade head", "alembic -n upgrade merge a b"),
            ("/venv/bin/python -m alembic upgrade head", "/venv/bin/python -m alembic merge a b"),
            ("uv run --with alembic /bin/alembic upgrade head", "uv run --with alembic /bin/alembic merge a b"),
            ("flask db upgrade", "flask db merge a b"),
            ("env X=1 flask --app shop db upgrade -d mig heads", "env X=1 flask --app shop db merge -d mig a b"),
            (
                "flask -A db db -d one -x t=1 upgrade head --directory=two -x t=2",
                "flask -A db db -d one -x t=1 merge --directory=two a b",
            ),
            ("flask db upgrade --sql --tag -d heads -d two", "flask db merge -d two a b"),
        ] {
            assert_eq!(merge(upgrade).as_deref(), Some(expected), "{upgrade}");
        }
        for other in [
            "alembic",
            "alembic -c",
            "alembic stamp head",
            "flask run",
            "flask db stamp",
            "./migrate.sh",
            "make upgrade",
            "",
        ] {
            assert_eq!(merge(other), None, "{other}");
        }
    }

    #[test]
    fn a_copy_takes_the_place_of_the_configuration() {
        let words: Vec<OsString> = "alembic -c a.ini -x t=1 upgrade head".split(' ').map(OsString::from).collect();
        let copy =
            Tool::from_upgrade(&words).unwrap().of_copy(Path::new("/t/a.ini"), Some(Path::new("pyproject.toml")));
        assert_eq!(copy.words(&[]), ["alembic", "-c", "/t/a.ini", "-c", "pyproject.toml", "-x", "t=1", "merge"]);
        let words: Vec<OsString> = "flask db -d a upgrade -d b".split(' ').map(OsString::from).collect();
        let copy = Tool::from_upgrade(&words).unwrap().of_copy(Path::new("/t"), None);
        assert_eq!(copy.words(&[]), ["flask", "db", "-d", "a", "merge", "-d", "/t"]);
    }
}
