//! What others say, made fit for a line of levelhead's own: one line, nothing that moves a terminal's cursor, no password.
//!
//! An exception repeats the URL that it could not use, and a server what a trigger raises: both may be made to look like
//! levelhead's lines, or to carry what a log must not hold.

use std::borrow::Cow;

/// What stands where a password was.
const MASK: &str = "***";

/// Names of secrets before a `=` or a `:`, as drivers, libpq and dictionaries write them.
const SECRETS: [&str; 5] = ["password", "passwd", "pgpassword", "sslpassword", "pwd"];

/// One line without escape sequences and passwords.
pub fn plain(text: &str) -> String {
    without_passwords(&without_escapes(text)).into_owned()
}

/// Without the escape sequences of terminals and other characters that are not shown but obeyed; a line break is a space.
pub fn without_escapes(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.trim_end_matches(['\r', '\n']);
    while let Some(character) = rest.chars().next() {
        let after = &rest[character.len_utf8()..];
        rest = match character {
            '\u{1b}' => after_escape(after),
            '\u{9b}' => after_parameters(after),
            '\n' | '\u{85}' | '\u{2028}' | '\u{2029}' => {
                plain.push(' ');
                after
            }
            _ => {
                if character == '\t' || !is_obeyed(character) {
                    plain.push(character);
                }
                after
            }
        };
    }
    plain
}

/// Control characters, and those that turn the direction of what follows.
fn is_obeyed(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// What follows an escape sequence whose first character has been read. One that does not end is only its beginning.
fn after_escape(text: &str) -> &str {
    let Some(kind) = text.chars().next() else { return text };
    let rest = &text[kind.len_utf8()..];
    match kind {
        '[' => after_parameters(rest),
        // Strings, such as a window's title: up to a bell, or to `ESC \`.
        ']' | 'P' | 'X' | '^' | '_' => {
            let ends = [rest.find('\u{7}').map(|at| (at, 1)), rest.find("\u{1b}\\").map(|at| (at, 2))];
            ends.into_iter().flatten().min().map_or(rest, |(at, length)| &rest[at + length..])
        }
        ' '..='~' => {
            let rest = text.trim_start_matches(|c| matches!(c, ' '..='/'));
            rest.strip_prefix(|c| matches!(c, '0'..='~')).unwrap_or(rest)
        }
        _ => text,
    }
}

/// `ESC [`, parameters, a letter.
fn after_parameters(text: &str) -> &str {
    let rest = text.trim_start_matches(|c| matches!(c, ' '..='?'));
    rest.strip_prefix(|c| matches!(c, '@'..='~')).unwrap_or(rest)
}

/// The passwords of URLs and of `password=…` as three stars.
pub fn without_passwords(text: &str) -> Cow<'_, str> {
    let mut hidden: Vec<(usize, usize)> = in_urls(text).chain(in_settings(text)).collect();
    if hidden.is_empty() {
        return text.into();
    }
    hidden.sort_unstable();
    let (mut masked, mut done) = (String::with_capacity(text.len()), 0);
    for (from, to) in hidden {
        if from >= done {
            masked += &text[done..from];
            masked += MASK;
        }
        done = done.max(to);
    }
    (masked + &text[done..]).into()
}

/// From the `:` behind a user to the last `@` of the word: a password may hold an `@` that is not escaped. What is said of URLs
/// writes the word itself, `USER:PASSWORD@HOST`.
fn in_urls(text: &str) -> impl Iterator<Item = (usize, usize)> {
    text.match_indices("://").filter_map(|(at, scheme)| {
        let from = at + scheme.len();
        let word = text[from..].split(|c: char| c.is_whitespace() || "\"'`<>".contains(c)).next()?;
        let user = word.find([':', '@', '?'])?;
        let (password, at) = (user + 1, word.rfind('@')?);
        let is_secret = word[user..].starts_with(':') && password < at && !is_a_word(&word[password..at]);
        is_secret.then_some((from + password, from + at))
    })
}

/// `password=secret`, `'password': 'secret'`.
fn in_settings(text: &str) -> impl Iterator<Item = (usize, usize)> {
    let lower = text.to_ascii_lowercase();
    let found: Vec<(usize, usize)> = SECRETS
        .iter()
        .flat_map(|name| lower.match_indices(name).map(|(at, name)| at + name.len()).collect::<Vec<_>>())
        .filter_map(|end| {
            let rest = text[end..].trim_start_matches(['"', '\'']);
            let value = rest.trim_start().strip_prefix(['=', ':'])?.trim_start();
            let (value, length) = match value.chars().next()? {
                quote @ ('"' | '\'') => (&value[1..], value[1..].find(quote)?),
                // A sentence goes on after `the password:`.
                _ if !text[end..].starts_with('=') => return None,
                _ => (value, value.find(|c: char| c.is_whitespace() || "&;,)\"'".contains(c)).unwrap_or(value.len())),
            };
            let from = text.len() - value.len();
            (length > 0 && !is_a_word(&value[..length])).then_some((from, from + length))
        })
        .collect();
    found.into_iter()
}

/// What stands for a password where one is spoken of.
fn is_a_word(password: &str) -> bool {
    password == MASK || password.eq_ignore_ascii_case("password")
}

#[cfg(test)]
mod tests {
    use super::{plain, without_passwords};

    #[test]
    fn what_a_terminal_would_obey_is_taken_away() {
        for (text, expected) in [
            ("a\u{1b}[2J\u{1b}[1;31mb\u{1b}[0m", "ab"),
            ("a\u{1b}]0;title\u{7}b\u{1b}]8;;http://x\u{1b}\\c", "abc"),
            ("a\u{9b}31mb\u{1b}(Bc\u{1b}7d", "abcd"),
            ("a\nlevelhead: at head\r\n", "a levelhead: at head"),
            ("a\rb\u{8}\u{0}\u{7f}\tc", "ab\tc"),
            ("a\u{202e}b\u{2028}c\u{85}d", "ab c d"),
            ("a\u{1b}", "a"),
            ("a\u{1b}[", "a"),
            ("a\u{1b}]0;never ends", "a0;never ends"),
            ("naïve – “quoted” 表", "naïve – “quoted” 表"),
        ] {
            assert_eq!(plain(text), expected, "{text:?}");
        }
    }

    #[test]
    fn no_password_is_left() {
        for (text, expected) in [
            ("postgresql://u:Zq@h/d", "postgresql://u:***@h/d"),
            ("'postgresql+psycopg://u:Z@q/Z?q@h:1/d'", "'postgresql+psycopg://u:***@h:1/d'"),
            ("redis://:Zq@h and amqp://u:Zq@h", "redis://:***@h and amqp://u:***@h"),
            ("dsn: host=h password=Zq user=u", "dsn: host=h password=*** user=u"),
            ("postgresql://u@h/d?password=Zq&sslmode=require", "postgresql://u@h/d?password=***&sslmode=require"),
            ("PGPASSWORD=Zq", "PGPASSWORD=***"),
            ("connect(host='h', password='Z q')", "connect(host='h', password='***')"),
            ("{'password': 'Zq', 'port': 1}", "{'password': '***', 'port': 1}"),
        ] {
            assert_eq!(without_passwords(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_password_stays() {
        for text in [
            "postgresql://u@h/d",
            "http://h:80/x",
            "write it out: postgresql://USER:PASSWORD@HOST:PORT/NAME",
            "postgresql://u:***@h/d",
            "password authentication failed for user \"u\"",
            "the password: it is wrong",
            "git@github.com:a/b",
        ] {
            assert_eq!(without_passwords(text), text);
        }
    }
}
