//! A platform's log as the program wrote it: without colours, time stamps and the names that stand before each line.

use super::{fields, rich};
use crate::logging::plain::without_escapes;

/// Levels of Python's loggers below that of an error, as they are written.
const MILD: [&str; 4] = ["WARNING", "WARN", "INFO", "DEBUG"];

/// How many lines count: the end of a log tells why a program has ended.
const MOST_LINES: usize = 100_000;

/// A log as the program wrote it.
#[derive(Debug, Default)]
pub(super) struct Plain {
    pub(super) text: String,
    /// For each line whether a logger has written it that does not call it an error.
    mild: Vec<bool>,
}

impl Plain {
    /// Whether a logger has written the line that does not call it an error.
    pub(super) fn is_mild(&self, at: usize) -> bool {
        self.mild.get(at).copied().unwrap_or(false)
    }

    fn push(&mut self, line: &str) {
        let (line, is_mild) = without_prefix(line);
        self.text += line;
        self.text.push('\n');
        self.mild.push(is_mild || MILD.contains(&line.split([' ', ':']).next().unwrap_or_default()));
    }
}

/// The last lines of a long text.
fn end(text: &str) -> &str {
    let start = text.rmatch_indices('\n').nth(MOST_LINES).map_or(0, |(at, _)| at + 1);
    &text[start..]
}

/// Every line without what the platform, docker or a log collector has put before it, and every box without its frame.
pub(super) fn plain(text: &str) -> Plain {
    let mut plain = Plain::default();
    for line in end(text).lines() {
        let line = without_escapes(line);
        match fields::said(without_prefix(&line).0) {
            Some(inner) => inner.lines().for_each(|line| plain.push(&without_escapes(line))),
            None => plain.push(&line),
        }
    }
    // Of the lines of a box none has a level.
    if rich::is_it(&plain.text) { Plain { text: rich::unboxed(&plain.text), mild: Vec::new() } } else { plain }
}

/// The line without its prefix, and whether that holds a level below an error's. A line that begins with nothing of the kind is
/// left as it is, its indentation too.
fn without_prefix(line: &str) -> (&str, bool) {
    let mut rest = line;
    // GitHub's own client: job, step and the line, in columns.
    if let [_, _, text] = rest.splitn(3, '\t').collect::<Vec<_>>()[..]
        && text.starts_with(|c: char| c.is_ascii_digit())
    {
        rest = text;
    }
    // docker compose: `web-1  | text`.
    if let Some((name, text)) = rest.split_once(" | ").or_else(|| rest.strip_suffix(" |").map(|name| (name, "")))
        && name.len() < 40
        && !name.trim().is_empty()
        && name.trim_end().chars().all(|c| c.is_alphanumeric() || "-_.".contains(c))
    {
        rest = text;
    }
    rest = rest.strip_prefix("> ").unwrap_or(rest);
    let mut seen = Seen::default();
    loop {
        rest = rest.strip_prefix("##[error]").or_else(|| rest.strip_prefix("::error::")).unwrap_or(rest);
        rest = seen.logger(rest).or_else(|| seen.bracket(rest)).unwrap_or(rest);
        let Some((word, text)) = rest.trim_start().split_once(' ') else { break };
        if !seen.is_prefix(word, text) {
            break;
        }
        rest = text;
    }
    let rest = if rest.len() == line.len() { line } else { rest.strip_prefix(' ').unwrap_or(rest) };
    (rest, seen.mild)
}

/// Which words of a prefix have been there.
#[derive(Default)]
struct Seen {
    time: bool,
    source: bool,
    level: bool,
    /// A level below an error's.
    mild: bool,
}

impl Seen {
    /// Part of a time stamp, a process in brackets, a source or a level as syslog, Heroku, Fly, Render, GitLab and loggers write
    /// them; `after` is what follows.
    fn is_prefix(&mut self, word: &str, after: &str) -> bool {
        const MONTHS: &str = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec";
        const LEVELS: [&str; 7] = ["ERROR", "CRITICAL", "WARNING", "WARN", "INFO", "DEBUG", "FATAL"];
        let is_time = word.chars().any(|c| c.is_ascii_digit())
            && word.chars().all(|c| c.is_ascii_digit() || ":-./+,TZ[]".contains(c));
        let is_source = word.contains('[') && (word.ends_with("]:") || word.ends_with(']'));
        let is_section =
            word.len() == 4 && word.ends_with(['O', 'E', '+']) && word.starts_with(|c: char| c.is_ascii_digit())
                || word.len() == 3 && word.ends_with(['O', 'E']) && word.starts_with(|c: char| c.is_ascii_digit());
        let is_level = LEVELS.contains(&word) && self.time;
        // The host that stands between the time and the process, a region between the process and the level, a logger's name.
        let next = after.trim_start().split(' ').next().unwrap_or_default();
        let is_host = self.time && !self.source && !word.ends_with(':') && next.contains('[') && next.ends_with("]:");
        let is_region = self.source && word.len() == 3 && next.starts_with('[') && next.contains(']');
        let is_mark = ["AM", "PM", "UTC", "==>", "|", "stderr", "stdout", "F"].contains(&word)
            || (self.level || self.time) && word == "-"
            || word.strip_prefix('#').is_some_and(|step| step.parse::<u32>().is_ok())
            || self.time && (word == "P" || word.starts_with("ecs/"));
        let is_logger =
            self.time && after.starts_with("- ") && word.chars().all(|c| c.is_alphanumeric() || "._:<>".contains(c));
        let is_month = word.len() == 3 && MONTHS.contains(word);
        self.time |= is_time;
        self.source |= is_source;
        self.level |= is_level;
        self.mild |= MILD.contains(&word.trim_matches(['[', ']'])) && (is_level || is_source);
        is_time || is_source || is_section || is_level || is_host || is_region || is_mark || is_logger || is_month
    }

    /// `[info]text`, as Fly writes it without a space between, behind the machine and the region.
    fn bracket<'a>(&mut self, line: &'a str) -> Option<&'a str> {
        let (level, text) = line.strip_prefix('[').filter(|_| self.source)?.split_once(']')?;
        let is_it = ["info", "warn", "error", "debug"].contains(&level) && !text.starts_with(' ');
        is_it.then_some(text)
    }

    /// `ERROR:app.db:text`, as Python's logging writes it unless told otherwise; `app.db: text` after a level.
    fn logger<'a>(&mut self, line: &'a str) -> Option<&'a str> {
        let (level, rest) = line.split_once(':')?;
        if !["ERROR", "CRITICAL", "WARNING", "INFO"].contains(&level) || rest.starts_with([' ', ':']) {
            return None;
        }
        let (name, text) = rest.split_once(':')?;
        let is_logger = !name.contains(' ');
        self.mild |= is_logger && MILD.contains(&level);
        is_logger.then_some(text)
    }
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
            assert_eq!(plain(line).text, "ValueError: x\n", "{line}");
        }
    }

    /// Each line takes its time, and no more for what stands around it.
    #[test]
    fn a_long_log_is_read_from_its_end() {
        let long = "KeyError: 'x'\n".repeat(super::MOST_LINES) + "ValueError: 1\n";
        assert_eq!(super::end(&long).lines().count(), super::MOST_LINES);
        assert_eq!(super::end("a\nb"), "a\nb");
    }

    #[test]
    fn a_message_of_several_lines_is_unfolded_and_the_error_comes_last() {
        let line = r#"level=error error="KeyError: 'a \"b\" c'" msg="start failed\n  File \"a.py\", line 3""#;
        assert_eq!(plain(line).text, "start failed\n  File \"a.py\", line 3\nKeyError: 'a \"b\" c'\n");
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
            assert_eq!(plain(line).text, format!("{line}\n"), "{line}");
        }
    }
}
