//! Files that ship with the migrations: where they are, counted from `__file__` or a package, and what stands in
//! them. A path is what [`Checkout`](super::Checkout) calls one; no other is known, and no folder is listed.

use std::cell::RefCell;
use std::rc::Rc;

use super::Interpreter;
use super::spec::Arguments;
use super::value::Value;

/// A path, or something that was read at one.
#[derive(Debug)]
pub(super) enum Shipped {
    /// A file's or a folder's path in the checkout.
    Path(String),
    /// One that is counted from a folder that packages are imported from.
    Loose(String),
    /// An open file: what is in it, until it is read.
    Open(RefCell<Option<Content>>),
    /// What was read of one that was opened as bytes.
    Bytes(Rc<str>),
}

#[derive(Debug)]
pub(super) struct Content {
    text: Rc<str>,
    bytes: bool,
}

impl Content {
    fn value(self) -> Value {
        if self.bytes { value(Shipped::Bytes(self.text)) } else { Value::Str(self.text) }
    }
}

fn value(shipped: Shipped) -> Value {
    Value::Shipped(Rc::new(shipped))
}

/// A module's `__file__`.
pub(super) fn file(path: &str) -> Value {
    value(Shipped::Path(path.to_owned()))
}

/// Whether a function of Python's library only finds or reads files.
pub(super) fn only_finds(name: &str) -> bool {
    const NAMES: [&str; 11] = [
        "codecs.open",
        "importlib.resources.as_file",
        "importlib.resources.files",
        "importlib.resources.open_text",
        "importlib.resources.read_binary",
        "importlib.resources.read_text",
        "io.open",
        "pathlib.Path",
        "pathlib.PurePath",
        "pkg_resources.resource_string",
        "pkgutil.get_data",
    ];
    NAMES.contains(&name)
}

/// Whether all is known of a method of a path or of an open file.
pub(super) fn is_known_method(name: &str) -> bool {
    const NAMES: [&str; 16] = [
        "absolute",
        "as_posix",
        "close",
        "decode",
        "exists",
        "expanduser",
        "is_file",
        "joinpath",
        "open",
        "read",
        "read_bytes",
        "read_text",
        "readlines",
        "resolve",
        "with_name",
        "with_suffix",
    ];
    NAMES.contains(&name)
}

impl Interpreter<'_> {
    /// A call of something in Python's library that finds or reads files; `None` where it is something else, or asks for a
    /// file that nobody knows.
    pub(super) fn find_shipped(&mut self, name: &str, arguments: &Arguments) -> Option<Value> {
        let all = &arguments.positional[..];
        if arguments.open {
            return None;
        }
        match (name, all) {
            ("os.path.abspath" | "os.path.realpath" | "os.path.normpath" | "os.fspath", [path])
            | ("importlib.resources.as_file", [path]) => path_of(path).map(|_| path.clone()),
            ("os.path.dirname", [path]) => Some(value(moved(path_of(path)?, "..")?)),
            ("os.path.basename", [path]) => Some(Value::str(last(path_of(path)?))),
            ("os.path.exists" | "os.path.isfile", [path]) => self.exists(path_of(path)?),
            ("os.path.join", [first, rest @ ..]) => joined(first, rest),
            ("pathlib.Path" | "pathlib.PurePath", [first, rest @ ..]) => joined(first, rest),
            ("importlib.resources.files", [package]) => Some(value(package_of(package)?)),
            ("importlib.resources.read_text", [package, rest @ ..]) => {
                self.read_whole(&joined(&value(package_of(package)?), rest)?, false)
            }
            ("importlib.resources.open_text", [package, rest @ ..]) => {
                self.open(&joined(&value(package_of(package)?), rest)?, &Arguments::default())
            }
            (
                "pkgutil.get_data" | "importlib.resources.read_binary" | "pkg_resources.resource_string",
                [package, rest @ ..],
            ) => self.read_whole(&joined(&value(package_of(package)?), rest)?, true),
            ("io.open" | "codecs.open", [path, rest @ ..]) => {
                self.open(path, &Arguments { positional: rest.to_vec(), ..arguments.clone() })
            }
            _ => None,
        }
    }

    /// `open(path, …)`, given what follows the path. A file that is written is no data of the database, but nothing is known of
    /// it from then on.
    pub(super) fn open(&mut self, path: &Value, arguments: &Arguments) -> Option<Value> {
        let mode = arguments.get(0, "mode").map_or(Some("r".into()), Value::text)?;
        let bytes = match &*mode {
            "r" | "rt" => false,
            "rb" => true,
            _ => {
                self.wrote_files = true;
                return None;
            }
        };
        let newline = arguments.keyword("newline").is_none();
        (arguments.positional.len() < 2 && newline && !arguments.open && is_utf8(arguments)).then_some(())?;
        let content = Content { text: self.text_at(path, bytes)?, bytes };
        Some(value(Shipped::Open(RefCell::new(Some(content)))))
    }

    fn read_whole(&mut self, path: &Value, bytes: bool) -> Option<Value> {
        Some(Content { text: self.text_at(path, bytes)?, bytes }.value())
    }

    fn text_at(&mut self, path: &Value, bytes: bool) -> Option<Rc<str>> {
        // Counted from the folder that the upgrade runs in, nobody knows which file it is.
        let text = self.text_of(path_of(path)?)?;
        self.spend(text.len());
        Some(if bytes || !text.contains('\r') { text } else { text.replace("\r\n", "\n").replace('\r', "\n") }.into())
    }

    fn text_of(&self, path: &Shipped) -> Option<String> {
        match path {
            _ if self.wrote_files => None,
            Shipped::Path(path) => self.checkout.text(path),
            Shipped::Loose(path) => self.roots.iter().find_map(|root| self.checkout.text(&below(root, path))),
            Shipped::Open(_) | Shipped::Bytes(_) => None,
        }
    }

    /// Whether a file is there; one that is not may be a folder, or not be in the checkout.
    fn exists(&self, path: &Shipped) -> Option<Value> {
        self.text_of(path).map(|_| Value::Bool(true))
    }

    pub(super) fn shipped_method(&mut self, object: &Value, shipped: &Shipped, name: &str, with: &Arguments) -> Value {
        let known = match shipped {
            Shipped::Path(_) | Shipped::Loose(_) => self.path_method(object, shipped, name, with),
            Shipped::Open(content) => open_method(content, name, with),
            Shipped::Bytes(text) if name == "decode" && is_utf8_or_none(with.get(0, "encoding")) => {
                Some(Value::Str(text.clone()))
            }
            Shipped::Bytes(_) => None,
        };
        known.unwrap_or(Value::Unknown)
    }

    fn path_method(&mut self, object: &Value, path: &Shipped, name: &str, with: &Arguments) -> Option<Value> {
        match (name, &with.positional[..]) {
            ("resolve" | "absolute" | "as_posix" | "expanduser", _) => Some(object.clone()),
            ("joinpath", parts) => joined(object, parts),
            ("with_name", [name]) => Some(value(moved(&moved(path, "..")?, &name.text()?)?)),
            ("with_suffix", [suffix]) => {
                let stem = last(path).rsplit_once('.').map_or(last(path), |(stem, _)| stem);
                Some(value(moved(&moved(path, "..")?, &format!("{stem}{}", suffix.text()?))?))
            }
            ("exists" | "is_file", []) => self.exists(path),
            ("read_text", []) if is_utf8(with) => self.read_whole(object, false),
            ("read_text", [encoding]) if is_utf8_or_none(Some(encoding)) => self.read_whole(object, false),
            ("read_bytes", []) => self.read_whole(object, true),
            ("open", _) => self.open(object, with),
            (other, _) => {
                self.wrote_files |= !is_known_method(other);
                None
            }
        }
    }
}

/// `path.parent` and its like; `None` for what is no property.
pub(super) fn attribute(shipped: &Shipped, name: &str) -> Option<Value> {
    let file = last(shipped);
    match (shipped, name) {
        (Shipped::Open(_) | Shipped::Bytes(_), _) => None,
        (_, "parent") => Some(moved(shipped, "..").map_or(Value::Unknown, value)),
        (_, "parents") => {
            let first = moved(shipped, "..");
            let all = std::iter::successors(first, |folder| moved(folder, ".."));
            Some(Value::list(all.map(value).collect()))
        }
        (_, "name") => Some(Value::str(file)),
        (_, "stem") => Some(Value::str(file.rsplit_once('.').map_or(file, |(stem, _)| stem))),
        (_, _) => None,
    }
}

/// `path / name`, or `path + text`.
pub(super) fn joined(first: &Value, rest: &[Value]) -> Option<Value> {
    let mut path = moved(path_of(first)?, "")?;
    for part in rest {
        path = moved(&path, &part.text()?)?;
    }
    Some(value(path))
}

/// `folder + "/name.sql"`.
pub(super) fn extended(path: &Shipped, text: &str) -> Option<Value> {
    text.starts_with('/').then_some(())?;
    Some(value(moved(path, &text[1..])?))
}

/// The lines of an open file, which is at its end then; anything else stays what it is.
pub(super) fn lines(items: Value) -> Value {
    let Value::Shipped(shipped) = &items else { return items };
    let Shipped::Open(content) = &**shipped else { return items };
    taken(content).map_or(Value::Unknown, |text| Value::list(text.split_inclusive('\n').map(Value::str).collect()))
}

/// Somebody may have read it.
pub(super) fn doubt(shipped: &Shipped) {
    if let Shipped::Open(content) = shipped {
        content.replace(None);
    }
}

fn open_method(content: &RefCell<Option<Content>>, name: &str, with: &Arguments) -> Option<Value> {
    match (name, &with.positional[..]) {
        ("read", []) => content.take().map(Content::value),
        ("readlines", []) => {
            taken(content).map(|text| Value::list(text.split_inclusive('\n').map(Value::str).collect()))
        }
        ("close", []) => Some(Value::None),
        (_, _) => {
            content.replace(None);
            None
        }
    }
}

/// The text of a file that was opened as text, and is at its end then.
fn taken(content: &RefCell<Option<Content>>) -> Option<Rc<str>> {
    content.take().filter(|content| !content.bytes).map(|content| content.text)
}

fn path_of(value: &Value) -> Option<&Shipped> {
    match value {
        Value::Shipped(shipped) if !matches!(**shipped, Shipped::Open(_) | Shipped::Bytes(_)) => Some(shipped),
        _ => None,
    }
}

/// The folder of a package, by its dotted name or by the package itself.
fn package_of(package: &Value) -> Option<Shipped> {
    match package {
        Value::Module(module) => moved(&Shipped::Path(module.path.clone()), ".."),
        Value::Outside(name) => Some(Shipped::Loose(name.replace('.', "/"))),
        other => {
            let name = other.text().filter(|name| !name.contains('/'))?;
            Some(Shipped::Loose(name.replace('.', "/")))
        }
    }
}

/// Where a relative path leads from here; one that leads out of the checkout is not known.
fn moved(path: &Shipped, relative: &str) -> Option<Shipped> {
    if relative.starts_with('/') {
        return None;
    }
    match path {
        Shipped::Path(path) => Some(Shipped::Path(normal(&below(path, relative))?)),
        Shipped::Loose(path) => Some(Shipped::Loose(normal(&below(path, relative))?)),
        Shipped::Open(_) | Shipped::Bytes(_) => None,
    }
}

fn below(folder: &str, path: &str) -> String {
    if folder.is_empty() { path.to_owned() } else { format!("{}/{path}", folder.trim_end_matches('/')) }
}

/// A path without `.` and `..`.
fn normal(path: &str) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_none_or(|last| *last == "..") && !path.starts_with('/') => return None,
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    let start = if path.starts_with('/') { "/" } else { "" };
    Some(format!("{start}{}", parts.join("/")))
}

fn last(path: &Shipped) -> &str {
    match path {
        Shipped::Path(path) | Shipped::Loose(path) => path.rsplit('/').next().unwrap_or(path),
        Shipped::Open(_) | Shipped::Bytes(_) => "",
    }
}

fn is_utf8(arguments: &Arguments) -> bool {
    is_utf8_or_none(arguments.keyword("encoding"))
}

fn is_utf8_or_none(encoding: Option<&Value>) -> bool {
    let name = |value: &Value| value.text().map(|name| name.to_lowercase().replace(['-', '_'], ""));
    encoding.is_none_or(|value| {
        matches!(value, Value::None) || name(value).is_some_and(|name| name == "utf8" || name == "ascii")
    })
}
