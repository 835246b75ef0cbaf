//! How this program was called, so that a command of its own works from where it is printed: by the same name, with the same
//! settings.

use std::ffi::OsString;
use std::fmt;
use std::sync::{LazyLock, OnceLock};

use crate::config::{SETTINGS, Setting};

/// The words of the command line; set once, at the start.
static WORDS: OnceLock<Vec<OsString>> = OnceLock::new();

/// What they say, for whoever shows a command: a start that says nothing does not ask.
static CALLED: LazyLock<Option<Caller>> = LazyLock::new(|| WORDS.get().map(|words| Caller::of(words)));

#[derive(Debug)]
struct Caller {
    /// As a shell finds it: a name on the PATH, or a path.
    program: String,
    /// Settings that were given as flags, each with the words that gave it.
    given: Vec<(&'static Setting, Vec<String>)>,
}

/// Remembers the command line. Without it, commands are shown as `levelhead` alone.
pub fn remember(words: &[OsString]) {
    // A second time would be another program in the same process: a test.
    let _ = WORDS.set(words.to_vec());
}

/// One of this program's commands, as a shell takes it. The settings stand behind the first word, before what is given to it.
pub(super) fn write(f: &mut fmt::Formatter<'_>, arguments: &[String]) -> fmt::Result {
    let caller = CALLED.as_ref();
    f.write_str(&shell_words::quote(caller.map_or("levelhead", |caller| &caller.program)))?;
    let Some((command, rest)) = arguments.split_first() else { return Ok(()) };
    write!(f, " {command}")?;
    let settings = caller.map(|caller| caller.for_command(command)).unwrap_or_default();
    settings.iter().chain(rest).try_for_each(|word| write!(f, " {}", shell_words::quote(word)))
}

impl Caller {
    fn of(words: &[OsString]) -> Self {
        let mut words = words.iter().map(|word| word.to_string_lossy().into_owned());
        let program = words.next().filter(|word| !word.is_empty()).unwrap_or_else(|| "levelhead".to_owned());
        // What follows is the start command's.
        let mut words = words.take_while(|word| word != "--");
        let mut given = Vec::new();
        while let Some(word) = words.next() {
            let Some((setting, is_whole)) = setting_in(&word) else { continue };
            let value = if is_whole { None } else { words.next() };
            given.push((setting, [word].into_iter().chain(value).map(without_password).collect()));
        }
        Self { program, given }
    }

    /// Those that the command uses; how to log is not among them.
    fn for_command(&self, command: &str) -> Vec<String> {
        let uses = |setting: &Setting| {
            setting.section != "Output" && (setting.commands.is_empty() || setting.commands.contains(&command))
        };
        self.given.iter().filter(|(setting, _)| uses(setting)).flat_map(|(_, words)| words.clone()).collect()
    }
}

/// The setting that a word gives, and whether its value is in the same word.
fn setting_in(word: &str) -> Option<(&'static Setting, bool)> {
    SETTINGS.iter().find_map(|setting| {
        let rest = match word.strip_prefix("--") {
            Some(long) => long.strip_prefix(setting.flag),
            None => word.strip_prefix('-').and_then(|short| short.strip_prefix(setting.short?)),
        }?;
        let is_long = word.starts_with("--");
        match rest {
            // A switch takes its value only behind a sign of equality.
            "" => Some((setting, setting.value == "BOOL")),
            rest if is_long && !rest.starts_with('=') => None,
            _ => Some((setting, true)),
        }
    })
}

/// A URL's password is nothing for a log: PGPASSWORD may hold it.
fn without_password(word: String) -> String {
    let Some((start, rest)) = word.split_once("://") else { return word };
    let (place, query) = rest.split_once('?').map_or((rest, ""), |(place, query)| (place, query));
    let place = match place.rsplit_once('@') {
        Some((user, host)) => format!("{}@{host}", user.split(':').next().unwrap_or_default()),
        None => place.to_owned(),
    };
    let query: Vec<&str> = query.split('&').filter(|part| !part.is_empty() && !part.contains("password=")).collect();
    let mark = if query.is_empty() { "" } else { "?" };
    format!("{start}://{place}{mark}{}", query.join("&"))
}

#[cfg(test)]
mod tests {
    use super::Caller;
    use std::ffi::OsString;

    fn called(line: &str) -> Caller {
        Caller::of(&line.split(' ').map(OsString::from).collect::<Vec<_>>())
    }

    #[test]
    fn settings_are_repeated_that_the_command_uses() {
        let words = |line: &str, command: &str| called(line).for_command(command).join(" ");
        assert_eq!(words("x check -c a.ini --name=two -dmigrations", "fix"), "-c a.ini --name=two -dmigrations");
        assert_eq!(words("x run --mode wait --upgrade-timeout 5s --target a", "check"), "--target a");
        assert_eq!(words("x run --upgrade-timeout 5s --target a", "run"), "--upgrade-timeout 5s --target a");
        assert_eq!(words("x run --retry-authentication --log debug -- -c b.ini", "run"), "--retry-authentication");
        assert_eq!(words("x --configure y", "run"), "");
    }

    #[test]
    fn a_password_is_not_repeated() {
        let given = |url: &str| called(&format!("x check --database-url {url}")).for_command("check").join(" ");
        assert_eq!(given("postgresql://u:p@h/d"), "--database-url postgresql://u@h/d");
        assert_eq!(given("postgresql://u:p@q@h/d"), "--database-url postgresql://u@h/d");
        assert_eq!(
            given("postgresql://h/d?user=u&password=p"),
            "--database-url 'postgresql://h/d?user=u'".replace('\'', "")
        );
        assert_eq!(given("sqlite:///a.db"), "--database-url sqlite:///a.db");
        assert_eq!(called("./levelhead check").program, "./levelhead");
    }
}
