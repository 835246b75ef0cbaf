//! Lines of a log that tell of no error, whatever stands in them.

/// What begins a line that belongs to an error: its statement, values and details, which may hold any words.
const BESIDE: [&str; 8] = ["[SQL:", "[parameters:", "DETAIL:", "HINT:", "CONTEXT:", "STATEMENT:", "LINE ", "QUERY:"];
/// How many lines of a statement are shown at most.
const LONGEST: usize = 400;
/// What servers say once they serve.
const STARTED: [&str; 6] = [
    "Application startup complete",
    "Listening at: ",
    "Booting worker with pid",
    "Running on http",
    "Serving on http",
    "Uvicorn running on ",
];

/// For each line whether it is only beside an error: what it was about, and code that a traceback shows.
pub(super) fn beside(lines: &[&str]) -> Vec<bool> {
    let mut beside = vec![false; lines.len()];
    let (mut until, mut end) = (0, 0);
    for (at, line) in lines.iter().enumerate() {
        let text = line.trim_start();
        if at >= until && (text.starts_with("[SQL:") || text.starts_with("[parameters:")) {
            // The next bracket, which may have been found before: no line is looked at twice for it.
            let from = at.max(end);
            end = lines[from..]
                .iter()
                .position(|line| line.trim_end().ends_with(']'))
                .map_or(lines.len(), |of| from + of);
            until = if end < lines.len().min(at + LONGEST) { end } else { at } + 1;
        }
        beside[at] = at < until || BESIDE.iter().any(|begin| text.starts_with(begin)) || is_code(lines, at);
    }
    beside
}

/// A line of code, as it stands below its frame.
fn is_code(lines: &[&str], at: usize) -> bool {
    let above = at.checked_sub(1).map_or("", |above| lines[above].trim_start_matches(['>', ' ']));
    lines[at].starts_with([' ', '\t']) && above.starts_with("File \"") && above.contains(", in ")
}

/// Whether the line is a warning, as Python writes one: `file:3: SAWarning: …`.
pub(super) fn is_warning(line: &str) -> bool {
    line.match_indices("Warning: ").any(|(at, _)| line[..at].ends_with(|c: char| c.is_ascii_alphanumeric()))
}

/// Whether the exception of the line was raised where nothing could come of it, while Python tidied up.
pub(super) fn is_ignored(lines: &[&str], at: usize) -> bool {
    let mut above = lines[..at].iter().rev().take(LONGEST).skip_while(|line| line.starts_with([' ', '\t']));
    above.next().is_some_and(|line| line.starts_with("Traceback (most recent call last)"))
        && above.next().is_some_and(|line| line.starts_with("Exception ignored "))
}

/// Whether a class is neither Python's nor of a library that words of ours are known of.
pub(super) fn is_of_the_application(class: &str) -> bool {
    const KNOWN: [&str; 24] = [
        "sqlalchemy",
        "alembic",
        "flask",
        "flask_migrate",
        "flask_sqlalchemy",
        "werkzeug",
        "gunicorn",
        "click",
        "socket",
        "ssl",
        "asyncio",
        "configparser",
        "builtins",
        "subprocess",
        "psycopg",
        "psycopg2",
        "asyncpg",
        "pg8000",
        "sqlite3",
        "aiosqlite",
        "concurrent",
        "multiprocessing",
        "pydantic_settings",
        "environs",
    ];
    class
        .split_once('.')
        .is_some_and(|(module, _)| module.starts_with(|c: char| c.is_ascii_lowercase()) && !KNOWN.contains(&module))
}

/// The last line that says that a server serves.
pub(super) fn last_start(lines: &[&str]) -> Option<usize> {
    lines.iter().rposition(|line| STARTED.iter().any(|sign| line.contains(sign)))
}

/// Whether the database's own log says this, or psql: neither is the program that has ended.
pub(super) fn is_servers(line: &str) -> bool {
    ["FATAL:  ", "ERROR:  ", "PANIC:  "].iter().any(|severity| line.starts_with(severity))
}

#[cfg(test)]
mod tests {
    use super::{beside, is_ignored, is_warning};

    #[test]
    fn a_statement_ends_with_its_bracket() {
        let text =
            "IntegrityError: x\n[SQL: INSERT INTO a\nVALUES ('KeyError: x')\n]\n[parameters: ('y',)]\nKeyError: 'z'";
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(beside(&lines), [false, true, true, true, true, false]);
    }

    #[test]
    fn what_is_ignored_stands_below_its_own_line() {
        let text = "ValueError: a\nException ignored in: <f>\nTraceback (most recent call last):\n  File \"a.py\", line 3, in f\nRuntimeError: b";
        let lines: Vec<&str> = text.lines().collect();
        assert!(is_ignored(&lines, 4) && !is_ignored(&lines, 0));
        assert!(is_warning("a.py:3: SAWarning: x") && !is_warning("ValueError: Warning: x"));
    }
}
