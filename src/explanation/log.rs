//! A platform's log as the program wrote it: without colours, time stamps and the names that stand before each line.

/// Every line without what the platform, docker or a log collector has put before it.
pub(super) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for line in text.lines() {
        let line = without_colours(line);
        let line = without_prefix(&line);
        match of_json(line) {
            Some(inner) => {
                inner.lines().for_each(|line| plain += &(without_prefix(&without_colours(line)).to_owned() + "\n"))
            }
            None => plain += &(line.to_owned() + "\n"),
        }
    }
    plain
}

/// What a line says that is a JSON object, as log collectors and structured loggers write them: the message, the traceback.
fn of_json(line: &str) -> Option<String> {
    const FIELDS: [&str; 9] = ["message", "msg", "log", "text", "event", "error", "exception", "exc_info", "traceback"];
    let line = line.trim();
    if !line.starts_with('{') || !line.ends_with('}') {
        return None;
    }
    let object: serde_json::Map<String, serde_json::Value> = serde_json::from_str(line).ok()?;
    // The traceback last, as it is written without JSON: the exception is its last line.
    let said: Vec<&str> = FIELDS.iter().filter_map(|field| object.get(*field)?.as_str()).collect();
    (!said.is_empty()).then(|| said.join("\n"))
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
        ] {
            assert_eq!(plain(line), "ValueError: x\n", "{line}");
        }
    }

    #[test]
    fn what_a_program_has_written_stays() {
        for line in
            ["    raise ValueError(1)", "psycopg2.errors.UndefinedTable: x", "  File \"a.py\", line 3, in f", "12"]
        {
            assert_eq!(plain(line), format!("{line}\n"), "{line}");
        }
    }
}
