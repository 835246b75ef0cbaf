//! Exceptions that no driver and no library has a name for: what one means is decided by where it was raised.

use super::traceback::Traceback;
use super::{Cause, Failure, variables};

/// Python's classes for what is wrong with the code itself; their words are names out of it.
const FAULTS: [&str; 9] = [
    "AttributeError",
    "ImportError",
    "IndexError",
    "KeyError",
    "ModuleNotFoundError",
    "NameError",
    "NotImplementedError",
    "TypeError",
    "UnboundLocalError",
];
/// Names of the database's URL, which have a cause of their own.
const URLS: [&str; 4] = ["DATABASE_URL", "DATABASE_URI", "SQLALCHEMY_DATABASE_URL", "SQLALCHEMY_DATABASE_URI"];

/// The class of the exception that a line at the left margin names, as a traceback ends.
pub(super) fn class(line: &str) -> Option<&str> {
    let name = line.split(':').next()?;
    let is_a_class = name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '.');
    let last = name.rsplit('.').next()?;
    let is_an_exception = last.ends_with("Error")
        || last.ends_with("Exception")
        || ["gaierror", "ImproperlyConfigured", "UnknownConfiguration"].contains(&last);
    (is_a_class && is_an_exception && last.len() > "Error".len()).then_some(name)
}

/// What the exception on the line `at` means.
pub(super) fn at(lines: &[&str], at: usize) -> Option<Failure> {
    let line = lines[at].trim_end();
    let name = class(line)?;
    let traceback = Traceback::above(lines, at, |line| class(line).is_some());
    let words = line[name.len()..].trim_start_matches(':').trim();
    let missing = variables::missing(name, words, &lines[at + 1..], &traceback);
    let mut failure = match name {
        _ if !missing.is_empty() => of_variables(&missing),
        "KeyError" => of_key(line, key(words), &traceback),
        _ => of_frames(name, line, &traceback)
            .or_else(|| of_validation(line, &lines[at + 1..]))
            .unwrap_or_else(|| of_class(name, line)),
    };
    failure.place = traceback.place();
    failure.says_it_again = traceback.says_it_again();
    Some(failure)
}

/// Variables that the environment does not have.
pub(super) fn of_variables(missing: &[String]) -> Failure {
    let cause = if missing == [URLS[0]] { Cause::NO_URL } else { Cause::MISSING_VARIABLE };
    Failure::new(cause, variables::sentence(missing))
}

/// The text that was looked up, as `repr()` writes it; other keys than texts are none.
fn key(words: &str) -> Option<&str> {
    let words = words.strip_prefix('b').unwrap_or(words);
    let quote = words.chars().next().filter(|c| ['\'', '"'].contains(c))?;
    words.strip_prefix(quote)?.strip_suffix(quote).filter(|key| !key.is_empty())
}

/// What an exception means by where it was raised alone.
fn of_frames(name: &str, line: &str, traceback: &Traceback<'_>) -> Option<Failure> {
    let frame = traceback.innermost()?;
    let is_none = line.contains("'NoneType'");
    if let Some(name) = frame.asked_for().filter(|_| is_none) {
        return Some(of_variables(&[name.to_owned()]));
    }
    Some(match name {
        _ if is_none && frame.is_about_a_url() => Failure::new(Cause::NO_URL, line),
        "AssertionError" if frame.is_in("alembic/runtime/migration.py", "autocommit_block") => {
            Failure::new(Cause::AUTOCOMMIT_BLOCK, "AssertionError in autocommit_block()")
        }
        // The words hold a piece of the URL.
        "ValueError" if frame.is_in("sqlalchemy/engine/url.py", "") => {
            Failure::new(Cause::BAD_URL, "ValueError: the port in the URL is no number")
        }
        "FileNotFoundError" if frame.is_in("logging/config.py", "fileConfig") => {
            Failure::new(Cause::NO_MIGRATIONS, line)
        }
        _ if name.ends_with("TimeoutError") && (traceback.passes("/asyncpg/") || traceback.passes("/psycopg")) => {
            Failure::new(Cause::TIMED_OUT, line)
        }
        _ => return None,
    })
}

/// A `KeyError`: of the environment, of Alembic's map of the revisions, or of any dictionary of the application.
fn of_key(line: &str, key: Option<&str>, traceback: &Traceback<'_>) -> Failure {
    let Some(key) = key else { return of_class("KeyError", line) };
    let is_id_like = !key.contains(char::is_whitespace);
    let failure = match traceback.innermost() {
        Some(frame) if frame.is_environ(key) => of_variables(&[key.to_owned()]),
        _ if URLS.contains(&key) => Failure::new(Cause::NO_URL, line),
        Some(frame) if frame.is_alembics_map() && is_id_like => Failure::new(Cause::MISSING_PARENT, lost_revision(key)),
        Some(frame) if key == "url" && frame.is_in("sqlalchemy/engine/create.py", "engine_from_config") => {
            Failure::new(Cause::NO_URL, "KeyError: 'url'")
        }
        Some(_) if traceback.passes("logging/config.py") => Failure::new(Cause::LOGGING_SECTIONS, line),
        Some(_) => of_class("KeyError", line),
        // The line alone: the key's form is all there is.
        None if variables::is_variable_like(key) => Failure::new(Cause::PERHAPS_VARIABLE, line),
        None if is_made_by_alembic(key) => Failure::new(Cause::MISSING_PARENT, lost_revision(key)),
        None if says_nothing_secret(line) => Failure::new(Cause::MISSING_KEY, line),
        None => Failure::new(Cause::UNKNOWN, "KeyError"),
    };
    Failure { key: Some(key.to_owned()), is_bare: traceback.innermost().is_none(), ..failure }
}

/// A revision that another one follows, and that no file has.
pub(super) fn lost_revision(id: &str) -> String {
    format!("no file has the revision '{id}', which another one follows")
}

/// Twelve digits of a hexadecimal number.
fn is_made_by_alembic(key: &str) -> bool {
    key.len() == 12 && key.chars().all(|c| matches!(c, '0'..='9' | 'a'..='f'))
}

/// By its class; its words are kept unless they may hold a password.
fn of_class(name: &str, line: &str) -> Failure {
    let is_fault = FAULTS.contains(&name) && line.len() > name.len();
    match says_nothing_secret(line) {
        true if is_fault => Failure::new(Cause::FAULT, line),
        true => Failure::new(Cause::UNKNOWN, line.trim_end_matches(':')),
        false => Failure::new(Cause::UNKNOWN, name),
    }
}

/// What a class of the settings refuses: the first field and why, without the value.
fn of_validation(line: &str, below: &[&str]) -> Option<Failure> {
    let name = class(line).filter(|name| name.ends_with("ValidationError") && line.contains("validation error"))?;
    let last = name.rsplit('.').next()?;
    let words =
        [below.first()?.trim(), below.get(1)?.trim()].map(|words| words.split(" [type=").next().unwrap_or(words));
    let message = format!("{last}{}: {}: {}", &line[name.len()..], words[0], words[1]);
    says_nothing_secret(&message).then(|| Failure::new(Cause::FAULT, message))
}

/// No URL, which may hold a password.
fn says_nothing_secret(line: &str) -> bool {
    !line.contains("://") && !line.contains('@')
}

#[cfg(test)]
mod tests {
    use crate::explanation::{Cause, Explanation};
    use crate::help::Help;

    /// A traceback of these frames, innermost last, each a file, a function and a line of code.
    fn raised(frames: &[(&str, &str, &str)], exception: &str) -> String {
        let frames = frames.iter().map(|(file, function, source)| {
            let source =
                if source.is_empty() { String::new() } else { format!("    {source}\n    {}\n", "^".repeat(9)) };
            format!("  File \"{file}\", line 7, in {function}\n{source}")
        });
        format!("Traceback (most recent call last):\n{}{exception}\n", frames.collect::<String>())
    }

    fn of(text: &str) -> Explanation {
        Explanation::of(text).unwrap_or_else(|| panic!("{text} is not explained"))
    }

    fn is_missing(text: &str, names: &str, place: Option<&str>) {
        let explanation = of(text);
        assert_eq!(explanation.cause, Cause::MISSING_VARIABLE, "{text}: {explanation}");
        assert_eq!(explanation.place.as_deref(), place, "{text}");
        assert!(
            explanation.help().to_string().starts_with(&format!("note: set {names} where")),
            "{text}: {}",
            explanation.help()
        );
        assert!(explanation.to_string().contains(names.split(", ").next().unwrap()), "{text}: {explanation}");
    }

    const ALEMBIC: (&str, &str, &str) = (
        "/v/lib/python3.12/site-packages/alembic/script/base.py",
        "run_env",
        "util.load_python_file(self.dir, 'env.py')",
    );
    const ENV_PY: (&str, &str, &str) = ("/srv/depot/migrations/env.py", "<module>", "import depot.settings");

    #[test]
    fn a_variable_is_missing_where_the_environment_was_asked() {
        for python in ["<frozen os>", "/usr/lib/python3.8/os.py", "C:\\Python\\Lib\\os.py"] {
            for source in ["SECRET = os.environ['SECRET_KEY']", "return environ[name]", ""] {
                let text = raised(
                    &[
                        ALEMBIC,
                        ENV_PY,
                        ("/srv/depot/settings/base.py", "<module>", source),
                        (python, "__getitem__", ""),
                    ],
                    "KeyError: 'SECRET_KEY'",
                );
                for prefix in ["", "web-1  | ", "2026-11-23T10:15:01.5Z app[web.1]: "] {
                    let text: String = text.lines().map(|line| format!("{prefix}{line}\n")).collect();
                    is_missing(&text, "SECRET_KEY", Some("/srv/depot/settings/base.py:7"));
                }
            }
        }
        // In lower case, like a revision's id, and in a migration.
        let migration = ("/srv/migrations/versions/a1_begin.py", "upgrade", "owner = os.environ['d4c3f6a5b7e8']");
        let asked = ("<frozen os>", "__getitem__", "");
        is_missing(
            &raised(&[ALEMBIC, migration, asked], "KeyError: 'd4c3f6a5b7e8'"),
            "d4c3f6a5b7e8",
            Some("a1_begin.py:7"),
        );
        let popped = [ENV_PY, ("<frozen _collections_abc>", "pop", ""), asked];
        is_missing(&raised(&popped, "KeyError: 'depot_host'"), "depot_host", Some("/srv/depot/migrations/env.py:7"));
    }

    #[test]
    fn a_dictionarys_key_is_neither_a_variable_nor_a_revision() {
        for (source, exception) in [
            ("host = HOSTS[os.environ['STAGE']]", "KeyError: 'PRODUCTION'"),
            ("key = app.config['SECRET_KEY']", "KeyError: 'SECRET_KEY'"),
            ("name = names['d4c3f6a5b7e8']", "KeyError: 'd4c3f6a5b7e8'"),
            ("name = names[7]", "KeyError: 7"),
            ("name = nmae", "NameError: name 'nmae' is not defined. Did you mean: 'name'?"),
            ("f(1)", "TypeError: f() takes 0 positional arguments but 1 was given"),
            ("op.tables", "AttributeError: module 'alembic.op' has no attribute 'tables'"),
        ] {
            let explanation = of(&raised(&[ALEMBIC, ENV_PY, ("/srv/depot/app.py", "create_app", source)], exception));
            assert_eq!((explanation.cause, explanation.key()), (Cause::FAULT, None), "{explanation}");
            assert_eq!(explanation.to_string(), format!("/srv/depot/app.py:7: {exception}"));
            assert_eq!(explanation.help().to_string(), "note: correct the code: /srv/depot/app.py:7");
        }
        let secret = of(&raised(&[ENV_PY], "KeyError: 'postgresql://u:hunter2@h/d'"));
        assert!(secret.cause == Cause::UNKNOWN && !secret.to_string().contains("hunter2"), "{secret}");
    }

    #[test]
    fn a_revision_is_lost_where_alembic_looked_it_up() {
        let map = (
            "/v/lib/python3.12/site-packages/alembic/script/revision.py",
            "_revision_map",
            "down_revision = map_[downrev]",
        );
        let lost = of(&raised(&[ENV_PY, ALEMBIC, map], "KeyError: '0042'"));
        assert_eq!((lost.cause, lost.key()), (Cause::MISSING_PARENT, Some("0042")));
        let others = lost.where_every_parent_is_there();
        assert_eq!(others.cause, Cause::OTHER_FILES);
        assert!(!format!("{others} {}", others.help()).contains("follows"), "{others}");
        let warned = "UserWarning: Revision 0042 referenced from 0042 -> 0043 (head), x is not present\n";
        // A log that leaves out the frames of packages.
        let both = of(&format!("{warned}{}", raised(&[ENV_PY], "KeyError: '0042'")));
        assert_eq!((both.cause, both.key()), (Cause::MISSING_PARENT, None));
        let other =
            of(&format!("{warned}{}", raised(&[ENV_PY, ("<frozen os>", "__getitem__", "")], "KeyError: 'DEPOT'")));
        assert_eq!(other.cause, Cause::MISSING_VARIABLE);
    }

    #[test]
    fn a_line_alone_is_as_ambiguous_as_it_is() {
        let variable = of("KeyError: 'DEPOT_SECRET'");
        assert_eq!(variable.cause, Cause::PERHAPS_VARIABLE);
        assert!(variable.help().to_string().starts_with("note: set DEPOT_SECRET where"), "{}", variable.help());
        let id = of("KeyError: 'd4c3f6a5b7e8'");
        assert_eq!(
            id.clone().where_every_parent_is_there().to_string().split(": s").next(),
            Some("KeyError: 'd4c3f6a5b7e8'")
        );
        assert_eq!((id.cause, of("KeyError: 'abc123'").cause), (Cause::MISSING_PARENT, Cause::MISSING_KEY));
        for text in ["KeyError: 'abc123'", "KeyError: 'A1'"] {
            let of_files = of(text).of_a_revision(true);
            assert_eq!(of_files.cause, Cause::MISSING_PARENT);
            assert!(of_files.fill("{name}") == text[11..text.len() - 1], "{of_files}");
        }
        assert_eq!(of("KeyError: 'DATABASE_URL'").cause, Cause::NO_URL);
        assert_eq!(of("KeyError: 'DATABASE_USER'").cause, Cause::PERHAPS_VARIABLE);
    }

    #[test]
    fn libraries_say_it_in_words_of_their_own() {
        for (said, name) in [
            (
                "decouple.UndefinedValueError: DEPOT_SECRET not found. Declare it as envvar or define a default value.",
                "DEPOT_SECRET",
            ),
            ("environs.exceptions.EnvNotSetError: Environment variable \"DEPOT_SECRET\" not set", "DEPOT_SECRET"),
            ("environs.EnvError: Environment variable \"depot_secret\" not set", "depot_secret"),
            ("environ.compat.ImproperlyConfigured: Set the PORT environment variable", "PORT"),
            ("KeyError: \"Config 'DEPOT_SECRET' is missing, and has no default.\"", "DEPOT_SECRET"),
            (
                "RuntimeError: The environment variable 'DEPOT_SETTINGS' is not set and as such configuration could not be loaded.",
                "DEPOT_SETTINGS",
            ),
            ("ValueError: Missing required environment variable: DEPOT_SECRET", "DEPOT_SECRET"),
            ("ERROR [flask_migrate] Error: Set the DEPOT_SECRET environment variable", "DEPOT_SECRET"),
            ("bash: line 1: DEPOT_SECRET: unbound variable", "DEPOT_SECRET"),
            ("sh: 1: DEPOT_SECRET: parameter not set or null", "DEPOT_SECRET"),
            ("Environment variable \"DEPOT_SECRET\" not set", "DEPOT_SECRET"),
        ] {
            is_missing(said, name, None);
        }
        let shown = of(
            "environs.EnvValidationError: Environment variable \"PORT\" invalid: ['Missing data for required field.']",
        );
        assert_eq!(shown.cause, Cause::VARIABLE_VALUE);
    }

    #[test]
    fn the_fields_of_a_settings_class_are_variables() {
        let wrong = "  Field required [type=missing, input_value={}, input_type=dict]\n    For further information visit https://errors.pydantic.dev/2.14/v/missing\n";
        let said = |class: &str| {
            format!(
                "pydantic_core._pydantic_core.ValidationError: 2 validation errors for {class}\nsecret_key\n{wrong}depot_host\n{wrong}"
            )
        };
        is_missing(&said("Settings"), "SECRET_KEY, DEPOT_HOST", None);
        let package = |file| (file, "__init__", "super().__init__(**values)");
        let settings = [
            ENV_PY,
            package("/v/lib/python3.12/site-packages/pydantic_settings/main.py"),
            package("/v/lib/python3.12/site-packages/pydantic/main.py"),
        ];
        is_missing(
            &raised(&settings, &said("Depot")),
            "SECRET_KEY, DEPOT_HOST",
            Some("/srv/depot/migrations/env.py:7"),
        );
        for other in [said("Order"), raised(&[ENV_PY, settings[2]], &said("Settings"))] {
            assert_eq!(of(&other).cause, Cause::FAULT, "{other}");
        }
        let first = "pydantic.error_wrappers.ValidationError: 1 validation error for Settings\nsecret_key\n  field required (type=value_error.missing)\n";
        is_missing(first, "SECRET_KEY", None);
    }

    #[test]
    fn what_is_raised_to_tell_of_a_variable_again_hides_it_not() {
        let asked = raised(
            &[("/srv/depot/conf.py", "get", "return os.environ[name]"), ("<frozen os>", "__getitem__", "")],
            "KeyError: 'DEPOT'",
        );
        let in_package = raised(
            &[
                ("/v/lib/python3.12/site-packages/environ/environ.py", "get", "self.ENVIRON[name]"),
                ("<frozen os>", "__getitem__", ""),
            ],
            "KeyError: 'DEPOT'",
        );
        let handling = "\nDuring handling of the above exception, another exception occurred:\n\n";
        let from = "\nThe above exception was the direct cause of the following exception:\n\n";
        let raise = |source: &str| raised(&[ENV_PY, ("/srv/depot/conf.py", "get", source)], "depot.ConfigError: no");
        let own = Some("/srv/depot/conf.py:7");
        is_missing(&format!("{asked}{handling}{}", raise("raise Unconfigured(name)")), "DEPOT", own);
        is_missing(&format!("{asked}{from}{}", raise("self.fail()")), "DEPOT", own);
        let configured = raised(
            &[
                ENV_PY,
                ("/v/lib/python3.12/site-packages/environ/environ.py", "get", "raise ImproperlyConfigured(m) from exc"),
            ],
            "environ.compat.ImproperlyConfigured: Set the DEPOT environment variable",
        );
        is_missing(&format!("{in_package}{from}{configured}"), "DEPOT", Some("/srv/depot/migrations/env.py:7"));
        // What fails where the absence was handled is another matter; so is what is said later.
        let fallback = of(&format!(
            "{asked}{handling}{}",
            raised(&[("/srv/depot/conf.py", "get", "return FALLBACK['x']")], "KeyError: 'x'")
        ));
        assert_eq!((fallback.cause, fallback.message.as_str()), (Cause::FAULT, "KeyError: 'x'"));
        assert_eq!(of(&format!("{asked}{}", raise("raise Unconfigured(name)"))).cause, Cause::UNKNOWN);
    }
}
