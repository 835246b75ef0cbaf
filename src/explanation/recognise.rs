//! Recognising errors in what an upgrade or a start has said, a line at a time.

use super::causes::Sign;
use super::exception::{self, class, lost_revision};
use super::said::Said;
use super::{Cause, Failure, lines, network, python, variables};

/// Modules that are drivers of databases.
const DRIVERS: &[&str] = &[
    "psycopg2",
    "psycopg",
    "asyncpg",
    "pg8000",
    "psycopg2cffi",
    "MySQLdb",
    "pymysql",
    "mysql",
    "aiosqlite",
    "pysqlite3",
];
const NO_MODULE: &str = "No module named ";

/// Every error that the lines tell of, with its line.
pub(super) fn failures(lines: &[&str]) -> impl Iterator<Item = (usize, Failure)> {
    let beside = lines::beside(lines);
    let own = |at: usize| lines[at].starts_with("levelhead: ");
    let all = (0..lines.len()).filter(move |at| !beside[*at] && !own(*at));
    all.filter_map(|at| Some((at, failure(lines, at)?))).filter(|(at, _)| !lines::is_ignored(lines, *at))
}

/// The error that the line `at` tells of; of an exception that nothing else is known of, also by what stands above it.
fn failure(lines: &[&str], at: usize) -> Option<Failure> {
    let line = lines[at];
    if lines::is_warning(line) {
        return of_files(line).map(|(cause, message)| Failure::new(cause, message));
    }
    let of_database = |line: &str| Said::in_line(line).and_then(Said::failure);
    let new = |(cause, message): (Cause, String)| Failure::new(cause, message);
    of_database(line)
        .or_else(|| of_database(&wrapped(lines, at)?))
        .map(new)
        .or_else(|| network::other_server(lines, at))
        .or_else(|| python::of_another_version(lines, at))
        .or_else(|| by_text(&unwrapped(lines, at)).map(new))
        .or_else(|| exception::at(lines, at))
        .or_else(|| variable(line))
}

/// What Alembic warns of while it reads the files.
fn of_files(line: &str) -> Option<(Cause, String)> {
    let lost = missing_parent(line).map(|message| (Cause::MISSING_PARENT, message));
    let twice = || twice(line).map(|message| (Cause::DUPLICATE_REVISION, message));
    lost.or_else(twice).or_else(|| label(line).map(|message| (Cause::LABEL_CLASH, message)))
}

/// A line of Alembic with what it has broken off at the terminal's width.
fn unwrapped(lines: &[&str], at: usize) -> String {
    let is_alembics = ["FAILED: ", "[alembic.util.messaging]"].iter().any(|mark| lines[at].contains(mark));
    let rest = lines[at + 1..]
        .iter()
        .take(8)
        .take_while(|line| is_alembics && line.starts_with("  ") && !line.contains("FAILED: "));
    rest.fold(lines[at].to_owned(), |all, line| format!("{all} {}", line.trim()))
}

/// A driver's exception that a narrow terminal or log has broken in two.
fn wrapped(lines: &[&str], at: usize) -> Option<String> {
    let (line, next) = (lines[at], lines.get(at + 1)?);
    let is_a_database =
        class(line).is_some_and(|name| name.contains("sqlalchemy.exc.")) || Said::in_line(line).is_some();
    let goes_on = !next.trim().is_empty() && !next.starts_with([' ', '[', '(']) || next.starts_with('(');
    (is_a_database && goes_on).then(|| format!("{line} {next}"))
}

/// A variable that a shell misses, or that a program tells of without a traceback.
fn variable(line: &str) -> Option<Failure> {
    let of_program = || variables::in_words(line.split_once("Error: ").or_else(|| line.split_once("ERROR: "))?.1);
    variables::in_shell(line).or_else(of_program).map(|name| exception::of_variables(&[name]))
}

/// The words of the server, of libpq or of SQLite alone, as people copy them. Only for a text that is nothing else: in the line of a log
/// they may be anybody's.
pub(super) fn bare(text: &str) -> Option<Failure> {
    let words = text.trim();
    if words.contains('\n') {
        return None;
    }
    if let Some(name) = variables::in_words(words) {
        return Some(exception::of_variables(&[name]));
    }
    let (cause, words) = Said::in_line(words).unwrap_or_else(|| Said::alone(words)).failure()?;
    Some(Failure::new(cause, words))
}

/// What a value is that is too long: a revision's id, by the statement; where none is shown, perhaps by the width that Alembic
/// gives its column.
pub(super) fn too_long(output: &str, message: &str) -> Cause {
    let is_shown = output.contains("[SQL: ") || output.contains("STATEMENT: ");
    match () {
        () if output.contains("SET version_num=") || output.contains("(version_num)") => Cause::REVISION_TOO_LONG,
        () if !is_shown && message.contains("character varying(32)") => Cause::PERHAPS_REVISION_TOO_LONG,
        () => Cause::VALUE_TOO_LONG,
    }
}

fn by_text(line: &str) -> Option<(Cause, String)> {
    if class(line).is_some_and(lines::is_of_the_application) {
        return None;
    }
    let found = Cause::signs().find_map(|(cause, sign)| match sign {
        Sign::Found(message) => Some((cause, message(line)?)),
        _ => None,
    });
    found.or_else(|| {
        Cause::texts(line).find_map(|(cause, sign)| {
            let sentence = match sign {
                Sign::Text(text) => &line[line.find(text)?..],
                Sign::Line(text) if line.contains(text) => line.rsplit("] ").next().unwrap_or(line),
                _ => return None,
            };
            Some((cause, first_sentence(sentence).to_owned()))
        })
    })
}

/// The line from a word on.
fn from(line: &str, word: &str) -> Option<String> {
    line.find(word).map(|at| line[at..].to_owned())
}

/// A row that is an ancestor of another one.
pub(super) fn overlap(line: &str) -> Option<String> {
    from(line, "Requested revision ").filter(|_| line.contains(" overlaps with other requested revisions "))
}

/// What Alembic warns of while it reads the files: a parent that is not there.
pub(super) fn missing_parent(line: &str) -> Option<String> {
    if !line.contains(" referenced from ") || !line.ends_with("is not present") {
        return None;
    }
    let missing = from(line, "Revision ")?;
    missing.split_whitespace().nth(1).map(lost_revision)
}

/// What Alembic warns of: an id that is there twice.
pub(super) fn twice(line: &str) -> Option<String> {
    from(line, "Revision ").filter(|_| line.ends_with("is present more than once"))
}

/// What Alembic warns of: a label that is taken.
pub(super) fn label(line: &str) -> Option<String> {
    from(line, "Branch name ").filter(|_| line.contains(" already used by revision "))
}

/// `No module named 'x'`, and whether it is a database's driver.
fn no_module(line: &str, of_driver: bool) -> Option<String> {
    let words = from(line, NO_MODULE)?;
    let module = words[NO_MODULE.len()..].trim_matches(['\'', '"', ' ']);
    let is_driver = DRIVERS.contains(&module.split('.').next().unwrap_or(module));
    // SQLAlchemy's bridge has a cause of its own.
    let is_another = line.contains("greenlet library") || line.contains("couldn't import psycopg ");
    (is_driver == of_driver && !is_another).then_some(words)
}

/// psycopg 3, which is not installed.
pub(super) fn psycopg(line: &str) -> Option<String> {
    driver(line).filter(|words| words.ends_with("'psycopg'"))
}

/// A driver of a database that is not installed.
pub(super) fn driver(line: &str) -> Option<String> {
    no_module(line, true)
}

/// Any other module that is not there.
pub(super) fn module(line: &str) -> Option<String> {
    no_module(line, false)
}

/// Python's own exception of one of these classes, which the line is of and nothing else.
fn of_class(line: &str, classes: &[&str]) -> Option<String> {
    (!line.contains(NO_MODULE) && classes.contains(&class(line)?)).then(|| line.to_owned())
}

/// A file that Python cannot load.
pub(super) fn unloadable(line: &str) -> Option<String> {
    of_class(line, &["SyntaxError", "IndentationError", "TabError"])
}

/// A name that a module does not have.
pub(super) fn import(line: &str) -> Option<String> {
    of_class(line, &["ImportError"]).filter(|line| line.contains("cannot import name "))
}

/// Flask-Migrate, where the application does not initialise it.
pub(super) fn extension(line: &str) -> Option<String> {
    of_class(line, &["KeyError"]).filter(|line| line.ends_with("'migrate'"))
}

/// A host that has no address.
pub(super) fn host(line: &str) -> Option<String> {
    of_class(line, &["socket.gaierror"])
}

/// `sh: 1: flask: not found`, `bash: line 1: flask: command not found`, `zsh: command not found: flask`,
/// `/usr/bin/env: 'python': No such file or directory`.
pub(super) fn command(line: &str) -> Option<String> {
    let of_shell = || line.strip_suffix(": not found").filter(|before| is_a_shells(before));
    let last = || Some(line.strip_suffix(": command not found").or_else(of_shell)?.rsplit_once(": ")?.1);
    let of_zsh = || Some(line.split_once(": command not found: ")?.1);
    let of_env = || line.split_once("env: ")?.1.strip_suffix(": No such file or directory");
    let name = last().or_else(of_zsh).or_else(of_env)?.trim_matches(['\'', '‘', '’', '"']);
    let is_a_name = !name.is_empty() && !name.contains(char::is_whitespace) && !name.contains('\\');
    is_a_name.then(|| format!("{name}: command not found"))
}

/// Whether what stands before a shell's words begins with its name, or its script's.
fn is_a_shells(before: &str) -> bool {
    before.split(": ").next().is_some_and(|program| program.ends_with("sh") && !program.contains(char::is_whitespace))
}

/// A port that is taken, as Python, gunicorn and uvicorn say it.
pub(super) fn address(line: &str) -> Option<String> {
    let at = line.find("ddress already in use")?.checked_sub(1)?;
    let lower = line.to_ascii_lowercase();
    let is_said = at == 0 || lower.contains("[errno ") || lower.contains("bind") || lower.contains("listen");
    is_said.then(|| line[at..].to_owned())
}

/// The old name of PostgreSQL's dialect.
pub(super) fn old_scheme(line: &str) -> Option<String> {
    let words = from(line, "Can't load plugin: sqlalchemy.dialects:postgres")?;
    (!words.contains(":postgresql")).then_some(words)
}

/// An asynchronous engine over a driver that is none: `The loaded 'psycopg2' is not async.`
pub(super) fn not_async(line: &str) -> Option<String> {
    from(line, "The loaded '").filter(|words| words.contains("is not async"))
}

/// What the kernel, the container or the platform says of a program that it has ended for its memory.
pub(super) fn killed(line: &str) -> Option<String> {
    const SIGNS: [&str; 6] = [
        "OOMKilled",
        "Error R15 (",
        "Memory cgroup out of memory",
        "Ran out of memory (used over",
        "Out of memory: Killed process",
        "was killed by the OOM killer",
    ];
    SIGNS.iter().find_map(|sign| from(line, sign))
}

/// psycopg 3 lists which of its bridges to libpq are missing.
pub(super) fn no_wrapper(line: &str) -> Option<String> {
    let is_it = line.starts_with("- couldn't import psycopg ") && line.contains(" implementation: ");
    is_it.then(|| "no pq wrapper available".to_owned())
}

/// A variable that the library environs does not take.
pub(super) fn bad_variable(line: &str) -> Option<String> {
    from(line, "Environment variable \"").filter(|words| words.contains("\" invalid: "))
}

/// A start script that the kernel or the shell cannot start.
pub(super) fn unstartable(line: &str) -> Option<String> {
    let ends = |end: &str| {
        line.len() >= end.len()
            && line.is_char_boundary(line.len() - end.len())
            && line[line.len() - end.len()..].eq_ignore_ascii_case(end)
    };
    let by_kernel = line.starts_with("exec ") && (ends(": no such file or directory") || ends("exec format error"));
    let by_shell =
        ends(".sh: permission denied") || line.contains("bad interpreter: ") || line.contains("\\r': No such file");
    let by_runtime = line.contains("exec: \"") && (ends("exec format error") || line.contains(": permission denied"));
    (by_kernel || by_shell || by_runtime).then(|| line.to_owned())
}

fn first_sentence(text: &str) -> &str {
    let end = [". ", "; ", ", found:"].iter().filter_map(|end| text.find(end)).min();
    text[..end.unwrap_or(text.len())].trim_end_matches('.')
}

/// The revision of the last line that says `Running upgrade A -> B, message`.
pub fn revision(output: &str) -> Option<String> {
    let (_, rest) = output.rsplit_once("Running upgrade ")?;
    let (_, after) = rest.lines().next()?.split_once("-> ")?;
    let revision = after.split(',').next()?.trim();
    (!revision.is_empty()).then(|| revision.to_owned())
}

/// The last line of a migration's own `upgrade` in a traceback; for a file that Python cannot read, that line.
pub(super) fn place(output: &str, cause: Cause) -> Option<String> {
    let frames = output.lines().rev().filter_map(|line| line.trim().strip_prefix("File \""));
    let is_it = |frame: &&str| match cause == Cause::BROKEN_FILE {
        true => !frame.contains(", in "),
        false => frame.ends_with(", in upgrade"),
    };
    frames.filter(|frame| is_it(frame) && !frame.contains("-packages/")).find_map(|frame| {
        let (path, rest) = frame.split_once("\", line ")?;
        let line = rest.split(',').next()?;
        Some(format!("{}:{line}", path.rsplit('/').next()?))
    })
}

/// Flask-Migrate tells of its errors through a logger that `env.py` may have switched off: then nothing follows.
pub(super) fn silence(output: &str) -> Option<Failure> {
    let last = output.lines().rev().find(|line| !line.trim().is_empty())?;
    let ends_there = last.contains("Will assume ") && last.contains("transactional DDL");
    ends_there.then(|| Failure::new(Cause::SILENCED, "nothing is said after Alembic's first lines"))
}
