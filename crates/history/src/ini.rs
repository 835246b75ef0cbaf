//! `alembic.ini` as Python's `configparser` reads it, interpolation included. Source of the grammar: the standard
//! library's `configparser.ConfigParser`, in its default, strict form.

use std::collections::{BTreeMap, HashSet};
use std::fmt;

/// What is wrong with a configuration file or one of its values.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IniError {
    /// A line before the first `[section]`; a byte order mark counts.
    #[error("line {line}: there is no [section] above it")]
    NoSection {
        /// Counted from 1.
        line: usize,
    },
    /// Neither a section, nor `key = value`, nor an indented continuation.
    #[error("line {line}: '{text}' is neither a section nor an option with a value")]
    NotAnOption {
        /// Counted from 1.
        line: usize,
        /// The line.
        text: String,
    },
    /// A section that has been there already.
    #[error("line {line}: section [{section}] already exists")]
    DuplicateSection {
        /// Counted from 1.
        line: usize,
        /// Its name.
        section: String,
    },
    /// An option that its section has already.
    #[error("line {line}: option '{option}' in section [{section}] already exists")]
    DuplicateOption {
        /// Counted from 1.
        line: usize,
        /// The section.
        section: String,
        /// The option, lowercased.
        option: String,
    },
    /// A `%` that is neither `%%` nor `%(name)s`, or a name that there is not.
    #[error("the value of '{option}' cannot be interpolated: {reason}")]
    Interpolation {
        /// The option.
        option: String,
        /// What is wrong with it, without the value: it may hold a password.
        reason: String,
    },
}

type Options = BTreeMap<String, String>;

/// A parsed file: options by section, not yet interpolated.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Ini {
    sections: BTreeMap<String, Options>,
    defaults: Options,
}

impl Ini {
    /// Parses a file; `here` is the value of `%(here)s`.
    pub(super) fn parse(text: &str, here: &str) -> Result<Self, IniError> {
        let mut parser = Parser::default();
        for (index, line) in text.lines().enumerate() {
            parser.line(index + 1, line)?;
        }
        let mut ini = parser.ini;
        let values = ini.sections.values_mut().chain([&mut ini.defaults]).flat_map(Options::values_mut);
        values.for_each(|value| value.truncate(value.trim_end().len()));
        ini.defaults.entry("here".to_owned()).or_insert_with(|| here.to_owned());
        Ok(ini)
    }

    /// An option of a section or of `[DEFAULT]`, interpolated; `None` without the section.
    pub(super) fn get(&self, section: &str, option: &str) -> Result<Option<String>, IniError> {
        let Some(own) = self.sections.get(section) else { return Ok(None) };
        let raw = |name: &str| own.get(name).or_else(|| self.defaults.get(name)).map(String::as_str);
        match raw(option) {
            Some(value) => interpolate(option, value, &raw).map(Some),
            None => Ok(None),
        }
    }

    /// Sets an option, as it would be written.
    pub(super) fn set(&mut self, section: &str, option: &str, value: &str) {
        self.sections.entry(section.to_owned()).or_default().insert(option.to_owned(), value.to_owned());
    }

    /// Leaves nothing in a section, and makes it where there is none.
    pub(super) fn empty(&mut self, section: &str) {
        self.sections.insert(section.to_owned(), Options::new());
    }
}

/// A file that says the same wherever it lies: `here` stands in it.
impl fmt::Display for Ini {
    fn fmt(&self, text: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sections = self.sections.iter().map(|(name, options)| (name.as_str(), options));
        for (name, options) in [("DEFAULT", &self.defaults)].into_iter().chain(sections) {
            writeln!(text, "[{name}]")?;
            for (option, value) in options {
                writeln!(text, "{option} = {}", value.replace('\n', "\n    "))?;
            }
        }
        Ok(())
    }
}

/// How much text one value stands for at most: ten deep, a few names in each value would be gigabytes.
const LONGEST: usize = 1 << 20;

/// Replaces `%(name)s` and `%%`; the replacement is interpolated in turn, ten deep.
pub(super) fn interpolate<'a>(
    option: &str,
    value: &str,
    raw: &dyn Fn(&str) -> Option<&'a str>,
) -> Result<String, IniError> {
    let mut left = LONGEST;
    interpolated(option, value, raw, 1, &mut left)
}

fn interpolated<'a>(
    option: &str,
    value: &str,
    raw: &dyn Fn(&str) -> Option<&'a str>,
    depth: usize,
    left: &mut usize,
) -> Result<String, IniError> {
    let refuse = |reason: String| IniError::Interpolation { option: option.to_owned(), reason };
    if depth > 10 {
        return Err(refuse("it is nested more than ten deep".to_owned()));
    }
    let too_long = || refuse("what its names stand for is longer than a mebibyte".to_owned());
    *left = left.checked_sub(value.len() + 1).ok_or_else(too_long)?;
    let mut text = String::with_capacity(value.len());
    let mut rest = value;
    while let Some((before, after)) = rest.split_once('%') {
        text.push_str(before);
        if let Some(after) = after.strip_prefix('%') {
            text.push('%');
            rest = after;
        } else if let Some((name, after)) = after.strip_prefix('(').and_then(|rest| rest.split_once(")s")) {
            let name = name.to_lowercase();
            let inner = raw(&name).ok_or_else(|| refuse(format!("there is no option '{name}'")))?;
            text.push_str(&interpolated(option, inner, raw, depth + 1, left)?);
            rest = after;
        } else {
            return Err(refuse("'%' must be followed by '%' or '(name)s'; write %% for a percent sign".to_owned()));
        }
    }
    text.push_str(rest);
    Ok(text)
}

#[derive(Default)]
struct Parser {
    ini: Ini,
    section: Option<String>,
    /// Options that the file itself set, by section.
    set: HashSet<(String, String)>,
    option: Option<String>,
    indent: usize,
}

impl Parser {
    fn line(&mut self, number: usize, line: &str) -> Result<(), IniError> {
        let value = line.trim();
        if value.starts_with(['#', ';']) {
            return Ok(());
        }
        if value.is_empty() {
            if let Some(open) = self.open_value() {
                open.push('\n');
            }
            return Ok(());
        }
        let indent = line.len() - line.trim_start().len();
        if indent > self.indent
            && let Some(open) = self.open_value()
        {
            open.push('\n');
            open.push_str(value);
            return Ok(());
        }
        self.indent = indent;
        match value.strip_prefix('[').and_then(|rest| rest.rsplit_once(']')) {
            Some((name, _)) if !name.is_empty() => self.open_section(number, name),
            _ => self.open_option(number, value),
        }
    }

    fn options(&mut self) -> Option<&mut Options> {
        match self.section.as_deref()? {
            "DEFAULT" => Some(&mut self.ini.defaults),
            section => self.ini.sections.get_mut(section),
        }
    }

    fn open_value(&mut self) -> Option<&mut String> {
        let option = self.option.clone()?;
        self.options()?.get_mut(&option)
    }

    fn open_section(&mut self, line: usize, name: &str) -> Result<(), IniError> {
        if name != "DEFAULT" && self.ini.sections.insert(name.to_owned(), Options::new()).is_some() {
            return Err(IniError::DuplicateSection { line, section: name.to_owned() });
        }
        self.section = Some(name.to_owned());
        self.option = None;
        Ok(())
    }

    fn open_option(&mut self, line: usize, text: &str) -> Result<(), IniError> {
        let section = self.section.clone().ok_or(IniError::NoSection { line })?;
        let (name, value) = match text.split_once(['=', ':']) {
            Some((name, value)) if !name.trim().is_empty() => (name.trim_end().to_lowercase(), value.trim()),
            _ => return Err(IniError::NotAnOption { line, text: first_word(text) }),
        };
        if !self.set.insert((section.clone(), name.clone())) {
            return Err(IniError::DuplicateOption { line, section, option: name });
        }
        if let Some(options) = self.options() {
            options.insert(name.clone(), value.to_owned());
        }
        self.option = Some(name);
        Ok(())
    }
}

/// Enough of a line to find it: what follows may be a password.
fn first_word(text: &str) -> String {
    match text.split_once(char::is_whitespace) {
        Some((first, _)) => format!("{first} …"),
        None if text.contains("://") => "…".to_owned(),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_options_take_no_longer_each_and_no_value_grows_without_end() {
        let many: String = (0..50_000).map(|number| format!("key{number} = {number}\n")).collect();
        let ini = Ini::parse(&format!("[alembic]\n{many}last = 1\n"), "/etc").unwrap();
        assert_eq!(ini.get("alembic", "last"), Ok(Some("1".to_owned())));
        let doubled: String = (0..9).map(|at| format!("k{at} = {}\n", format!("%(k{})s", at + 1).repeat(20))).collect();
        for last in ["", "x"] {
            let ini = Ini::parse(&format!("[alembic]\n{doubled}k9 = {last}\n"), "/etc").unwrap();
            let refused = ini.get("alembic", "k0").unwrap_err().to_string();
            assert!(refused.ends_with("longer than a mebibyte"), "{refused}");
        }
    }

    #[test]
    fn values_are_what_configparser_says() {
        let text = "\
; a comment
[DEFAULT]
root = /srv
name = default

[alembic]
Script_Location : %(here)s/mig   ; no inline comment
sqlalchemy.url = postgresql://u:p%40@h/db
percent = 100%%
chain = %(ROOT)s/%(name)s
name = own
locations =
    a
    # not part of it
    b

    c
  deeper = one
  two = 2
empty =
eq = a = b : c
[alembic:extra] trailing
x = [y]
";
        let ini = Ini::parse(text, "/etc").unwrap();
        let get = |option: &str| ini.get("alembic", option).unwrap();
        let is = |option: &str, value: &str| assert_eq!(get(option).as_deref(), Some(value), "{option}");
        is("script_location", "/etc/mig   ; no inline comment");
        is("percent", "100%");
        is("chain", "/srv/own");
        is("root", "/srv");
        is("here", "/etc");
        is("locations", "\na\nb\n\nc\ndeeper = one\ntwo = 2");
        is("empty", "");
        is("eq", "a = b : c");
        assert_eq!(get("missing"), None);
        assert!(matches!(ini.get("alembic", "sqlalchemy.url"), Err(IniError::Interpolation { .. })));
        assert_eq!(ini.get("alembic:extra", "x").unwrap().as_deref(), Some("[y]"));
        assert_eq!(ini.get("Alembic", "root").unwrap(), None);
        assert_eq!(ini.get("DEFAULT", "root").unwrap(), None);
        assert_eq!(Ini::parse(&ini.to_string(), "/elsewhere").unwrap(), ini);
    }

    #[test]
    fn what_configparser_refuses_is_refused_on_its_line() {
        let error = |text: &str| Ini::parse(text, "/").unwrap_err();
        assert_eq!(error("\u{feff}[alembic]\na = 1"), IniError::NoSection { line: 1 });
        assert_eq!(error("a = 1\n[alembic]"), IniError::NoSection { line: 1 });
        assert!(matches!(error("[alembic]\nnovalue\n"), IniError::NotAnOption { line: 2, .. }));
        assert!(matches!(error("[alembic]\n= 1\n"), IniError::NotAnOption { line: 2, .. }));
        assert!(matches!(error("[a]\nx=1\nX=2\n"), IniError::DuplicateOption { line: 3, .. }));
        assert!(matches!(error("[a]\nx=1\n[a]\n"), IniError::DuplicateSection { line: 3, .. }));
        let circle = Ini::parse("[a]\nx = %(y)s\ny = %(x)s\n", "/").unwrap();
        assert!(matches!(circle.get("a", "x"), Err(IniError::Interpolation { .. })));
        let missing = Ini::parse("[a]\nx = %(y)s\nz = 5 %d\n", "/").unwrap();
        assert!(missing.get("a", "x").unwrap_err().to_string().contains("'y'"));
        assert!(missing.get("a", "z").is_err());
    }
}
