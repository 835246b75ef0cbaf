//! The settings of a command line that a command which is shown to somebody needs again.

use std::ffi::OsString;

use super::{SETTINGS, Setting};

/// The words that give a setting as a flag, of those that `subcommand` uses; how to log is not among them.
pub fn repeated(words: &[OsString], subcommand: &str) -> Vec<String> {
    let words = words.iter().skip(1).map(|word| word.to_string_lossy().into_owned());
    // What follows is the start command's.
    let mut words = words.take_while(|word| word != "--");
    let uses = |setting: &Setting| {
        setting.section != "Output" && (setting.commands.is_empty() || setting.commands.contains(&subcommand))
    };
    let mut given = Vec::new();
    while let Some(word) = words.next() {
        let Some((setting, is_whole)) = setting_in(&word) else { continue };
        let value = if is_whole { None } else { words.next() };
        if uses(setting) {
            given.extend([word].into_iter().chain(value).map(without_password));
        }
    }
    given
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
    use super::repeated;
    use std::ffi::OsString;

    fn words(line: &str, command: &str) -> String {
        repeated(&line.split(' ').map(OsString::from).collect::<Vec<_>>(), command).join(" ")
    }

    #[test]
    fn settings_are_repeated_that_the_command_uses() {
        assert_eq!(words("x check -c a.ini --name=two -dmigrations", "fix"), "-c a.ini --name=two -dmigrations");
        assert_eq!(words("x run --mode wait --upgrade-timeout 5s --target a", "check"), "--target a");
        assert_eq!(words("x run --upgrade-timeout 5s --target a", "run"), "--upgrade-timeout 5s --target a");
        assert_eq!(words("x run --retry-authentication --log debug -- -c b.ini", "run"), "--retry-authentication");
        assert_eq!(words("x --configure y", "run"), "");
    }

    #[test]
    fn a_password_is_not_repeated() {
        let given = |url: &str| words(&format!("x check --database-url {url}"), "check");
        assert_eq!(given("postgresql://u:p@h/d"), "--database-url postgresql://u@h/d");
        assert_eq!(given("postgresql://u:p@q@h/d"), "--database-url postgresql://u@h/d");
        assert_eq!(
            given("postgresql://h/d?user=u&password=p"),
            "--database-url 'postgresql://h/d?user=u'".replace('\'', "")
        );
        assert_eq!(given("sqlite:///a.db"), "--database-url sqlite:///a.db");
    }
}
