//! What a shell is told to start, `sh -c 'exec gunicorn --bind 0.0.0.0:$PORT app:app'`, where that is one plain command.

use std::ffi::{OsStr, OsString};
use std::path::Path;

/// What `sh -c SCRIPT` hands to the shell; `None` for every other program.
pub(super) fn script(words: &[OsString]) -> Option<&str> {
    let shell = Path::new(words.first()?).file_name().and_then(OsStr::to_str)?;
    if !["sh", "ash", "bash", "dash", "ksh", "zsh"].contains(&shell) {
        return None;
    }
    let mut options = words[1..].iter().map(|word| word.to_str());
    let mut is_command = false;
    while let Some(word) = options.next()? {
        match word.strip_prefix('-') {
            Some(long) if long.starts_with('-') => {}
            Some(letters) => {
                is_command |= letters.contains('c');
                // `-o pipefail`
                if letters.ends_with('o') {
                    options.next()?;
                }
            }
            None => return is_command.then_some(word),
        }
    }
    None
}

/// The words of the script's only command, as the shell would hand them to the program; or why they cannot be told.
pub(super) fn command(script: &str, variable: impl Fn(&str) -> Option<String>) -> Result<Vec<OsString>, String> {
    let mut reader = Reader { rest: script.trim(), words: Vec::new(), word: None, variable };
    reader.read()?;
    let mut words = reader.words;
    if words.first().is_some_and(|word| word == "exec") {
        words.remove(0);
    }
    match words.first() {
        None => Err("the shell is told nothing".to_owned()),
        Some(first) if first.split_once('=').is_some_and(|(name, _)| is_name(name)) => {
            Err("the shell sets a variable of its own".to_owned())
        }
        Some(_) => Ok(words.into_iter().map(OsString::from).collect()),
    }
}

fn is_name(text: &str) -> bool {
    !text.starts_with(|c: char| c.is_ascii_digit())
        && !text.is_empty()
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Reads a script by POSIX's rules for quotes and parameters.
struct Reader<'a, V> {
    rest: &'a str,
    words: Vec<String>,
    /// The word that is being read, once it has begun.
    word: Option<String>,
    variable: V,
}

impl<V: Fn(&str) -> Option<String>> Reader<'_, V> {
    fn next(&mut self) -> Option<char> {
        let character = self.rest.chars().next()?;
        self.rest = &self.rest[character.len_utf8()..];
        Some(character)
    }

    fn push(&mut self, text: &str) {
        self.word.get_or_insert_default().push_str(text);
    }

    fn end_word(&mut self) {
        self.words.extend(self.word.take());
    }

    fn read(&mut self) -> Result<(), String> {
        while let Some(character) = self.next() {
            match character {
                ' ' | '\t' => self.end_word(),
                '#' if self.word.is_none() => {
                    self.rest = self.rest.find('\n').map_or("", |end| &self.rest[end..]);
                }
                '\'' => {
                    let (quoted, rest) = self.rest.split_once('\'').ok_or_else(not_closed)?;
                    self.rest = rest;
                    self.push(quoted);
                }
                '"' => self.read_quoted()?,
                '\\' => match self.next() {
                    Some('\n') | None => {}
                    Some(escaped) => self.push(escaped.encode_utf8(&mut [0; 4])),
                },
                '$' => {
                    let value = self.read_parameter()?;
                    let fields: Vec<&str> = value.split_ascii_whitespace().collect();
                    // Unquoted, a value is split into words, and an empty one is none.
                    for (number, field) in fields.into_iter().enumerate() {
                        if number > 0 {
                            self.end_word();
                        }
                        self.push(field);
                    }
                }
                '`' => return Err(substituted()),
                '<' | '>' => return Err("the shell redirects what it starts".to_owned()),
                ';' | '&' | '|' | '(' | ')' | '\n' => {
                    return Err("the shell is told more than one plain command".to_owned());
                }
                _ => self.push(character.encode_utf8(&mut [0; 4])),
            }
        }
        self.end_word();
        Ok(())
    }

    fn read_quoted(&mut self) -> Result<(), String> {
        self.push("");
        loop {
            match self.next().ok_or_else(not_closed)? {
                '"' => return Ok(()),
                '`' => return Err(substituted()),
                '$' => {
                    let value = self.read_parameter()?;
                    self.push(&value);
                }
                '\\' => match self.next().ok_or_else(not_closed)? {
                    '\n' => {}
                    escaped @ ('$' | '`' | '"' | '\\') => self.push(escaped.encode_utf8(&mut [0; 4])),
                    other => self.push(&format!("\\{other}")),
                },
                other => self.push(other.encode_utf8(&mut [0; 4])),
            }
        }
    }

    /// The value after a `$`.
    fn read_parameter(&mut self) -> Result<String, String> {
        if self.rest.starts_with('(') {
            return Err(substituted());
        }
        if let Some(after) = self.rest.strip_prefix('{') {
            let (inside, rest) = after.split_once('}').ok_or_else(not_closed)?;
            self.rest = rest;
            let (name, default) = match inside.find([':', '-']).map(|end| inside.split_at(end)) {
                None => (inside, None),
                Some((name, rule)) => match (rule.strip_prefix(":-"), rule.strip_prefix('-')) {
                    (Some(default), _) | (None, Some(default)) => (name, Some(default)),
                    _ => return Err(format!("the shell works ${{{inside}}} out")),
                },
            };
            if !is_name(name) || default.is_some_and(|text| text.contains(['$', '`', '\'', '"', '\\'])) {
                return Err(format!("the shell works ${{{inside}}} out"));
            }
            let value = (self.variable)(name);
            let is_default = value.as_deref().is_none_or(|value| value.is_empty() && inside.contains(":-"));
            return Ok(match default {
                Some(default) if is_default => default.to_owned(),
                _ => value.unwrap_or_default(),
            });
        }
        let length = self.rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at(length);
        if is_name(name) {
            self.rest = rest;
            return Ok((self.variable)(name).unwrap_or_default());
        }
        match self.rest.chars().next() {
            Some(special) if special.is_ascii_digit() || "@*#?$!-".contains(special) => {
                Err(format!("the shell works ${special} out"))
            }
            _ => Ok("$".to_owned()),
        }
    }
}

fn not_closed() -> String {
    "the shell's script has a quote or brace that is not closed".to_owned()
}

fn substituted() -> String {
    "the shell puts another command's output into it".to_owned()
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::{command, script};

    #[test]
    fn a_script_is_what_follows_the_option() {
        let of = |words: &[&str]| script(&words.iter().map(OsString::from).collect::<Vec<_>>()).map(str::to_owned);
        assert_eq!(of(&["/bin/sh", "-c", "a b"]), Some("a b".to_owned()));
        assert_eq!(of(&["bash", "--norc", "-euo", "pipefail", "-c", "a", "b"]), Some("a".to_owned()));
        assert_eq!(of(&["sh", "-lc", "a"]), Some("a".to_owned()));
        for none in [&["sh"][..], &["sh", "start.sh"], &["sh", "-c"], &["python", "-c", "a"], &["sh", "--norc", "c"]] {
            assert_eq!(of(none), None, "{none:?}");
        }
    }

    /// The command of `script` where PORT is 8000, OPTIONS two words and EMPTY nothing.
    fn words(script: &str) -> Result<Vec<String>, String> {
        let variable = |name: &str| {
            let value = match name {
                "PORT" => "8000",
                "OPTIONS" => " --workers  2 ",
                "EMPTY" => "",
                _ => return None,
            };
            Some(value.to_owned())
        };
        Ok(command(script, variable)?.into_iter().map(|word| word.into_string().unwrap()).collect())
    }

    #[test]
    fn one_command_is_read_as_a_shell_reads_it() {
        for (script, expected) in [
            ("exec gunicorn 'app:create_app()' # serve\n", &["gunicorn", "app:create_app()"][..]),
            ("g -b 0.0.0.0:$PORT \"[::]:${PORT}\" '$PORT'", &["g", "-b", "0.0.0.0:8000", "[::]:8000", "$PORT"]),
            ("g $OPTIONS \"$OPTIONS\" $NONE \"$NONE\"", &["g", "--workers", "2", " --workers  2 ", ""]),
            ("g :${NONE:-80} :${EMPTY:-81} :${EMPTY-82} :${PORT:-83}", &["g", ":80", ":81", ":", ":8000"]),
            ("g a\\ b \\\n c \"\\$x\\y\" a\"b\"'c' $", &["g", "a b", "c", "$x\\y", "abc", "$"]),
        ] {
            assert_eq!(words(script).unwrap(), expected, "{script}");
        }
    }

    #[test]
    fn everything_else_is_not_guessed_at() {
        for (script, reason) in [
            ("flask db upgrade && gunicorn a:b", "more than one"),
            ("a; b", "more than one"),
            ("a\nb", "more than one"),
            ("(a)", "more than one"),
            ("a 2>&1", "redirects"),
            ("a $(b)", "another command's output"),
            ("a \"`b`\"", "another command's output"),
            ("A=1 b", "a variable of its own"),
            ("a $1", "$1"),
            ("a ${B:?}", "${B:?}"),
            ("a ${B:-$C}", "${B:-$C}"),
            ("a 'b", "not closed"),
            ("a \"b", "not closed"),
            ("a ${b", "not closed"),
            (" exec ", "told nothing"),
            ("", "told nothing"),
        ] {
            assert!(words(script).unwrap_err().contains(reason), "{script}: {:?}", words(script));
        }
    }
}
