//! A platform's log as the program wrote it: without colours, time stamps and the names that stand before each line.

use serde_json::{Map, Value};

/// Every line without what the platform, docker or a log collector has put before it.
pub(super) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for line in text.lines() {
        let line = without_colours(line);
        let line = without_prefix(&line);
        match of_fields(line) {
            Some(inner) => {
                inner.lines().for_each(|line| plain += &(without_prefix(&without_colours(line)).to_owned() + "\n"))
            }
            None => plain += &(line.to_owned() + "\n"),
        }
    }
    plain
}

/// What a line says that log collectors and structured loggers write as JSON or logfmt: the message, the traceback.
fn of_fields(line: &str) -> Option<String> {
    const FIELDS: [&str; 10] =
        ["message", "msg", "log", "text", "event", "error", "err", "exception", "exc_info", "traceback"];
    let fields = of_json(line.trim()).or_else(|| of_logfmt(line.trim_end()))?;
    // The traceback last, as it is written without fields: the exception is its last line.
    let said: Vec<&str> = FIELDS.iter().filter_map(|field| fields.get(*field)?.as_str()).collect();
    (!said.is_empty()).then(|| said.join("\n"))
}

fn of_json(line: &str) -> Option<Map<String, Value>> {
    (line.starts_with('{') && line.ends_with('}')).then(|| serde_json::from_str(line).ok())?
}

/// `level=error msg="…"`: nothing but pairs, more than one, and not indented, or it may be anything.
fn of_logfmt(line: &str) -> Option<Map<String, Value>> {
    let mut fields = Map::new();
    let mut rest = line;
    while !rest.is_empty() {
        let (name, after) = rest.split_once('=')?;
        if name.is_empty() || !name.chars().all(|c| c.is_alphanumeric() || "_-.@".contains(c)) {
            return None;
        }
        let length = match after.strip_prefix('"') {
            Some(quoted) => closing_quote(quoted)? + 2,
            None => after.find(' ').unwrap_or(after.len()),
        };
        let (value, after) = after.split_at(length);
        // The escapes are those of JSON; a value that has others is kept as it is written.
        let bare = || Some(Value::from(value.trim_matches('"')));
        fields.insert(name.to_owned(), serde_json::from_str(value).ok().filter(Value::is_string).or_else(bare)?);
        rest = match after.trim_start() {
            next if next.len() < after.len() || next.is_empty() => next,
            _ => return None,
        };
    }
    (fields.len() > 1).then_some(fields)
}

/// Where a quoted value ends, after its opening quote.
fn closing_quote(quoted: &str) -> Option<usize> {
    let mut escaped = false;
    quoted.find(|c| {
        let closes = c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        closes
    })
}

/// Without the escape sequences of terminals, `ESC [ … letter`, and other control characters: the text is shown again.
fn without_colours(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        match character {
            '\u{1b}' if characters.as_str().starts_with('[') => {
                characters.by_ref().skip(1).find(char::is_ascii_alphabetic);
            }
            _ if character.is_control() && character != '\t' => {}
            _ => text.push(character),
        }
    }
    text
}

/// A line that begins with nothing of the kind is left as it is, its indentation too.
fn without_prefix(line: &str) -> &str {
    let mut rest = line;
    // docker compose: `web-1  | text`.
    if let Some((name, text)) = rest.split_once(" | ")
        && name.len() < 40
        && name.trim_end().chars().all(|c| c.is_alphanumeric() || "-_.".contains(c))
    {
        rest = text;
    }
    while let Some((word, text)) = rest.trim_start().split_once(' ') {
        if !is_prefix(word) {
            break;
        }
        rest = text;
    }
    if rest.len() == line.len() { line } else { rest.strip_prefix(' ').unwrap_or(rest) }
}

/// Part of a time stamp, a process in brackets, a source as syslog, Heroku and Render write it.
fn is_prefix(word: &str) -> bool {
    const MONTHS: &str = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec";
    let is_time = word.chars().any(|c| c.is_ascii_digit())
        && word.chars().all(|c| c.is_ascii_digit() || ":-./+,TZ[]".contains(c));
    let is_source = word.ends_with("]:") && word.contains('[');
    let is_level = word.starts_with('[') && word.ends_with(']');
    is_time
        || is_source
        || is_level
        || ["AM", "PM", "==>", "|"].contains(&word)
        || (word.len() == 3 && MONTHS.contains(word))
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn what_platforms_put_before_a_line_is_taken_away() {
        for line in [
            "ValueError: x",
            "Nov 23 10:15:01 AM  ValueError: x",
            "2026-11-23T10:15:01.123456789Z ValueError: x",
            "2026-11-23T10:15:01+00:00 app[web.1]: ValueError: x",
            "Nov 23 10:15:01 host gunicorn[123]: ValueError: x".replace("host ", "").as_str(),
            "web-1  | ValueError: x",
            "app_web.1 | 2026-11-23 10:15:01,123 ValueError: x",
            "[2026-11-23 10:15:01 +0000] [12] [ERROR] ValueError: x",
            "\u{1b}[31mValueError: x\u{1b}[0m\r",
            r#"{"log":"ValueError: x\n","stream":"stderr","time":"2026-11-23T10:15:01Z"}"#,
            r#"2026-11-23T10:15:01Z {"level":"error","msg":"\u001b[31mValueError: x"}"#,
            r#"level=error msg="ValueError: x""#,
            r#"2026-11-23T10:15:01Z time="2026-11-23T10:15:01Z" level=error source=web.1 msg="\u001b[31mValueError: x\n""#,
            r#"msg="ValueError: x" level=error path="C:\x" retry= took=3ms"#,
        ] {
            assert_eq!(plain(line), "ValueError: x\n", "{line}");
        }
    }

    #[test]
    fn a_message_of_several_lines_is_unfolded_and_the_error_comes_last() {
        let line = r#"level=error error="KeyError: 'a \"b\" c'" msg="start failed\n  File \"a.py\", line 3""#;
        assert_eq!(plain(line), "start failed\n  File \"a.py\", line 3\nKeyError: 'a \"b\" c'\n");
    }

    #[test]
    fn what_a_program_has_written_stays() {
        for line in [
            "    raise ValueError(1)",
            "psycopg2.errors.UndefinedTable: x",
            "  File \"a.py\", line 3, in f",
            "12",
            "    msg=\"x\"",
            "  level=1, msg=\"x\"",
            "level=error msg=\"cut off",
            "level=error msg=\"x\"y",
            "at=error code=H12",
        ] {
            assert_eq!(plain(line), format!("{line}\n"), "{line}");
        }
    }
}
