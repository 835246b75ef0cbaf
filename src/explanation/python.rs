//! Code that is written for a later Python than the one that runs it, or for an earlier one.

use super::exception::class;
use super::traceback::Traceback;
use super::{Cause, Failure};

/// Modules that Python has got, and those that it has given up since 3.10.
const NEW_MODULES: [&str; 5] = ["tomllib", "zoneinfo", "graphlib", "annotationlib", "compression"];
const OLD_MODULES: [&str; 11] = [
    "distutils",
    "imp",
    "asyncore",
    "asynchat",
    "smtpd",
    "pkg_resources",
    "cgi",
    "crypt",
    "telnetlib",
    "pipes",
    "imghdr",
];
/// Names that modules of Python have got, and those that they have given up; an empty one stands for any.
const NEW_NAMES: [(&str, &[&str]); 8] = [
    ("enum", &["StrEnum", "ReprEnum", "verify", "member", "nonmember"]),
    ("typing", &[""]),
    ("datetime", &["UTC"]),
    ("itertools", &["batched", "pairwise"]),
    ("functools", &["cache", "cached_property"]),
    ("asyncio", &["timeout", "TaskGroup", "Runner", "to_thread"]),
    ("warnings", &["deprecated"]),
    ("types", &["UnionType", "NoneType", "GenericAlias"]),
];
const OLD_NAMES: [(&str, &[&str]); 4] = [
    (
        "collections",
        &["Mapping", "MutableMapping", "Sequence", "Iterable", "Callable", "Hashable", "MutableSet", "Set", "Sized"],
    ),
    ("inspect", &["getargspec", "formatargspec"]),
    ("pkgutil", &["ImpImporter", "find_loader"]),
    ("asyncio", &["coroutine"]),
];
/// Generic types that could not be subscripted before 3.9.
const GENERIC: [&str; 6] = ["list[", "dict[", "tuple[", "set[", "frozenset[", "type["];

/// The exception of the line `at`, where its words or the line of code single Python's version out.
pub(super) fn of_another_version(lines: &[&str], at: usize) -> Option<Failure> {
    let line = lines[at].trim_end();
    let (name, words) = (class(line)?, line.split_once(": ")?.1);
    let cause = match name {
        "SyntaxError" => is_new_syntax(words, source(lines, at)).then_some(Cause::PYTHON_TOO_OLD),
        "TypeError" => is_new_typing(lines, at, words).then_some(Cause::PYTHON_TOO_OLD),
        "ModuleNotFoundError" => of_module(words.strip_prefix("No module named '")?.strip_suffix('\'')?),
        "ImportError" => {
            let (name, module) = words.strip_prefix("cannot import name '")?.split_once("' from '")?;
            of_name(module.split('\'').next()?, name)
        }
        "AttributeError" => {
            let (module, name) = words.strip_prefix("module '")?.split_once("' has no attribute '")?;
            of_name(module, name.split('\'').next()?)
        }
        _ => None,
    };
    let traceback = Traceback::above(lines, at, |line| class(line).is_some());
    let place = traceback.place().or_else(|| place(lines, at));
    cause.map(|cause| Failure { place, ..Failure::new(cause, line) })
}

fn of_module(name: &str) -> Option<Cause> {
    let root = name.split('.').next().unwrap_or(name);
    let is_new = NEW_MODULES.contains(&root).then_some(Cause::PYTHON_TOO_OLD);
    is_new.or_else(|| OLD_MODULES.contains(&root).then_some(Cause::PYTHON_TOO_NEW))
}

fn of_name(module: &str, name: &str) -> Option<Cause> {
    let holds = |table: &[(&str, &[&str])]| {
        table.iter().any(|(of, names)| *of == module && names.iter().any(|one| one.is_empty() || *one == name))
    };
    let is_new = holds(&NEW_NAMES).then_some(Cause::PYTHON_TOO_OLD);
    is_new.or_else(|| holds(&OLD_NAMES).then_some(Cause::PYTHON_TOO_NEW))
}

/// `str | None` before 3.10, `list[str]` before 3.9.
fn is_new_typing(lines: &[&str], at: usize, words: &str) -> bool {
    let is_union = words.starts_with("unsupported operand type(s) for |: ")
        && [
            "'type' and 'NoneType'",
            "'type' and 'type'",
            "'_GenericAlias' and 'NoneType'",
            "'EnumMeta' and 'NoneType'",
            "'ABCMeta' and 'NoneType'",
        ]
        .iter()
        .any(|types| words.ends_with(types));
    let traceback = Traceback::above(lines, at, |line| class(line).is_some());
    let code = traceback.innermost().map_or("", |frame| frame.source());
    is_union || words == "'type' object is not subscriptable" && GENERIC.iter().any(|generic| code.contains(generic))
}

/// Whether a line that Python does not understand is right in a later one.
fn is_new_syntax(words: &str, source: &str) -> bool {
    let begins = |keyword: &str| source.split_whitespace().next() == Some(keyword);
    let has_parameters = |keyword: &str| {
        let name = source.trim_start_matches("async ").strip_prefix(keyword);
        name.is_some_and(|rest| rest.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_').starts_with('['))
    };
    match () {
        () if words.starts_with("f-string expression part cannot include a backslash") => true,
        () if begins("match") || begins("case") => source.ends_with(':') && !source.contains("= "),
        () if begins("type") => source.split_once(" = ").is_some_and(|(name, _)| name.split_whitespace().count() == 2),
        () => {
            source.starts_with("except*")
                || source.starts_with("except *")
                || has_parameters("def ")
                || has_parameters("class ")
        }
    }
}

/// Above a `SyntaxError`: the file's line, the line of code, and carets.
fn frame(lines: &[&str], at: usize) -> Option<usize> {
    let is_it = |at: &usize| lines[*at].trim_start().starts_with("File \"") && !lines[*at].contains(", in ");
    (at.saturating_sub(3)..at).rev().find(is_it)
}

/// The line of code that Python has shown.
fn source<'a>(lines: &[&'a str], at: usize) -> &'a str {
    frame(lines, at).filter(|frame| frame + 1 < at).map_or("", |frame| lines[frame + 1].trim())
}

/// The file and the line that Python has shown.
fn place(lines: &[&str], at: usize) -> Option<String> {
    let (path, line) = lines[frame(lines, at)?].trim().strip_prefix("File \"")?.split_once("\", line ")?;
    Some(format!("{}:{line}", path.rsplit('/').next()?))
}

#[cfg(test)]
mod tests {
    use super::is_new_syntax;

    #[test]
    fn what_a_later_python_reads_is_told_from_what_none_does() {
        for source in [
            "match kind:",
            "case [a, *_]:",
            "type Code = str",
            "except* ValueError:",
            "def first[T](all: list[T]) -> T:",
            "class Box[T]:",
        ] {
            assert!(is_new_syntax("invalid syntax", source), "{source}");
        }
        for source in ["<<<<<<< HEAD", "op.create_table(", "match = 3:", "type = (", "def f(a b):", "classes[0] = 1 2"]
        {
            assert!(!is_new_syntax("invalid syntax", source), "{source}");
        }
    }
}
