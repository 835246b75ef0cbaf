//! Environment variables that are missing, by what the libraries say that read settings.

use super::traceback::Traceback;

/// What is said where something is not there.
const ABSENT: [&str; 16] = [
    "not set",
    "unset",
    "not found",
    "not defined",
    "undefined",
    "not present",
    "missing",
    "required",
    "must be set",
    "must be defined",
    "must be provided",
    "set the ",
    "please set",
    "need to set",
    "does not exist",
    "could not find",
];

/// The variables whose absence an exception tells of by its class and words; `below` are the lines that follow.
pub(super) fn missing(class: &str, words: &str, below: &[&str], traceback: &Traceback<'_>) -> Vec<String> {
    let one = match class.rsplit('.').next().unwrap_or(class) {
        "UndefinedValueError" => words.split_once(" not found").map(|(name, _)| name.to_owned()),
        "KeyError" => of_starlette(words),
        "MissingEnvValueError" => Some(words.to_owned()),
        "ValidationError" => return of_pydantic(words, below, traceback),
        _ => in_words(words),
    };
    one.into_iter().collect()
}

/// `Environment variable "X" not set`, `Set the X environment variable`, and what people write like it.
pub(super) fn in_words(words: &str) -> Option<String> {
    let lower = words.to_lowercase();
    let about =
        ["environment variable", "env variable", "env var", "envvar"].iter().find_map(|term| lower.find(term))?;
    if lower.contains("invalid") || !ABSENT.iter().any(|absent| lower.contains(absent)) {
        return None;
    }
    let quoted = || words.get(about..)?.split(['"', '\'', '`']).nth(1).filter(|name| is_a_name(name));
    let mut names = words.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|word| is_variable_like(word));
    let plain = || names.clone().find(|name| name.contains('_')).or_else(|| names.next());
    quoted().or_else(plain).map(str::to_owned)
}

/// `sh: 1: X: parameter not set`, `bash: line 1: X: unbound variable`.
pub(super) fn in_shell(line: &str) -> Option<String> {
    const ENDS: [&str; 4] =
        [": unbound variable", ": parameter not set", ": parameter not set or null", ": parameter null or not set"];
    let before = ENDS.iter().find_map(|end| line.strip_suffix(end))?;
    before.rsplit_once(": ").map(|(_, name)| name).filter(|name| is_a_name(name)).map(str::to_owned)
}

/// `KeyError: "Config 'X' is missing, and has no default."`
fn of_starlette(words: &str) -> Option<String> {
    let (name, rest) = words.trim_matches('"').strip_prefix("Config '")?.split_once('\'')?;
    rest.starts_with(" is missing").then(|| name.to_owned())
}

/// The fields of a settings class that nothing gives a value: each on a line, and below it what is wrong.
fn of_pydantic(words: &str, below: &[&str], traceback: &Traceback<'_>) -> Vec<String> {
    let Some((_, class)) = words.split_once(" for ").filter(|(count, _)| count.contains("validation error")) else {
        return Vec::new();
    };
    let class = class.to_lowercase();
    // Other classes are validated by pydantic, too.
    let is_settings = match () {
        () if traceback.passes("pydantic_settings") || traceback.passes("env_settings.py") => true,
        () if traceback.passes("/pydantic/") => false,
        () => ["setting", "config", "env"].iter().any(|part| class.contains(part)),
    };
    if !is_settings {
        return Vec::new();
    }
    let pairs = below.iter().zip(below.iter().skip(1)).take(200);
    let is_missing = |what: &str| what.trim().to_lowercase().starts_with("field required");
    pairs
        .take_while(|(field, _)| !field.trim().is_empty())
        .filter(|(_, what)| is_missing(what))
        .map(|(field, _)| of_field(field.trim()))
        .collect()
}

/// The variable that a field is read from: its name in capitals, unless it is one inside another.
fn of_field(field: &str) -> String {
    if field.contains('.') { field.to_owned() } else { field.to_uppercase() }
}

/// Whether a name is one that people give to variables of the environment.
pub(super) fn is_variable_like(name: &str) -> bool {
    let is_upper = name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
    is_upper && name.len() > 1 && name.starts_with(|c: char| c.is_ascii_uppercase() || c == '_')
}

/// Whether the environment may hold it at all, in whatever letters.
fn is_a_name(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// What is said of them.
pub(super) fn sentence(names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("'{name}'")).collect();
    match quoted.as_slice() {
        [name] => format!("the environment variable {name} is not set"),
        names => format!("the environment variables {} are not set", names.join(", ")),
    }
}
