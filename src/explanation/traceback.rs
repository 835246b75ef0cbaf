//! Python's tracebacks: where an exception was raised, and what it was raised from.

/// One frame, as two lines of a traceback show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Frame<'a> {
    file: &'a str,
    line: &'a str,
    function: &'a str,
    /// The line of code; empty where Python has not shown it.
    source: &'a str,
}

/// How an exception came out of the one that stands before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Link {
    /// Not at all: it is the first.
    Alone,
    /// `raise … from` it.
    From,
    /// While that one was handled.
    WhileHandling,
}

/// What stands above an exception.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Traceback<'a> {
    /// Outermost first.
    frames: Vec<Frame<'a>>,
    pub(super) link: Link,
}

impl<'a> Traceback<'a> {
    /// The traceback that ends above the line `at`; `is_exception` tells where another one has ended.
    pub(super) fn above(lines: &[&'a str], at: usize, is_exception: fn(&str) -> bool) -> Self {
        let mut traceback = Self { frames: Vec::new(), link: Link::Alone };
        for number in (0..at).rev() {
            let line = lines[number];
            if line.trim_start().starts_with("Traceback (most recent call last)") {
                traceback.link =
                    lines[..number].iter().rev().find(|line| !line.trim().is_empty()).map_or(Link::Alone, link);
                break;
            }
            if is_exception(line) || link(&line) != Link::Alone {
                break;
            }
            traceback.frames.extend(frame(lines, number));
        }
        traceback.frames.reverse();
        traceback
    }

    /// Where the exception was raised.
    pub(super) fn innermost(&self) -> Option<&Frame<'a>> {
        self.frames.last()
    }

    /// Whether any frame is in a file with this in its path.
    pub(super) fn passes(&self, path: &str) -> bool {
        self.frames.iter().any(|frame| frame.file.contains(path))
    }

    /// The last line of the application's own code: neither Python's nor a package's.
    pub(super) fn place(&self) -> Option<String> {
        self.frames.iter().rev().find(|frame| frame.is_own()).map(Frame::place)
    }

    /// Whether the application's own code raises this while it handles the exception before, mostly to say it in its own words.
    pub(super) fn says_it_again(&self) -> bool {
        match self.link {
            Link::Alone => false,
            Link::From => true,
            Link::WhileHandling => self.innermost().is_some_and(|frame| frame.source.starts_with("raise ")),
        }
    }
}

/// What a line between two tracebacks says.
fn link(line: &&str) -> Link {
    match () {
        () if line.contains("above exception was the direct cause of the following exception") => Link::From,
        () if line.contains("handling of the above exception, another exception occurred") => Link::WhileHandling,
        () => Link::Alone,
    }
}

/// `File "…", line 3, in f`, and the line of code below.
fn frame<'a>(lines: &[&'a str], at: usize) -> Option<Frame<'a>> {
    let (file, rest) = lines[at].trim().strip_prefix("File \"")?.split_once("\", line ")?;
    let (line, function) = rest.split_once(", in ")?;
    let source = lines.get(at + 1).filter(|below| below.starts_with([' ', '\t'])).map_or("", |below| below.trim());
    let source = if source.starts_with("File \"") { "" } else { source };
    Some(Frame { file, line, function, source })
}

impl Frame<'_> {
    /// Whether this is the environment's own look-up of a variable. Where a log leaves Python's own frames out, the line of code
    /// tells.
    pub(super) fn is_environ(&self, key: &str) -> bool {
        self.is_os() && ["__getitem__", "__delitem__"].contains(&self.function) || looks_up(self.source, key)
    }

    /// Whether this is Python's module of the environment.
    fn is_os(&self) -> bool {
        self.file == "<frozen os>" || self.file.ends_with("/os.py") || self.file.ends_with("\\os.py")
    }

    /// Whether this is where Alembic links the revisions.
    pub(super) fn is_alembics_map(&self) -> bool {
        let file = self.file.replace('\\', "/");
        ["alembic/script/revision.py", "alembic/script/base.py"].iter().any(|end| file.ends_with(end))
    }

    /// Whether this is in a file whose path ends so, and in that function; an empty one stands for any.
    pub(super) fn is_in(&self, path: &str, function: &str) -> bool {
        self.file.replace('\\', "/").ends_with(path) && (function.is_empty() || self.function == function)
    }

    /// The variable that the line of code gets from the environment: `getenv('X')`, `environ.get('X')`.
    pub(super) fn asked_for(&self) -> Option<&str> {
        let (_, argument) = self.source.split_once("getenv(").or_else(|| self.source.split_once("environ.get("))?;
        let name = argument.strip_prefix(['\'', '"'])?.split(['\'', '"']).next()?;
        Some(name).filter(|name| !name.is_empty() && self.is_own())
    }

    /// Whether the line of code rewrites the URL of a database.
    pub(super) fn is_about_a_url(&self) -> bool {
        self.is_own()
            && ["postgres://", "postgresql://", "postgresql+"].iter().any(|scheme| self.source.contains(scheme))
    }

    /// The line of code; empty where Python has not shown it.
    pub(super) fn source(&self) -> &str {
        self.source
    }

    fn is_own(&self) -> bool {
        let file = self.file.replace('\\', "/");
        let of_python =
            self.is_os() || file.starts_with('<') || file.contains("-packages/") || file.contains("/lib/python");
        // What pip writes to start a program by its name.
        let is_starter = file.contains("/bin/") && !file.ends_with(".py");
        !of_python && !is_starter
    }

    /// File and line. A migration's name is enough, of other files there are many with the same one.
    fn place(&self) -> String {
        let mut parts = self.file.rsplit(['/', '\\']);
        let (name, folder) = (parts.next().unwrap_or(self.file), parts.next());
        let is_migration = folder == Some("versions") || self.function == "upgrade";
        format!("{}:{}", if is_migration { name } else { self.file }, self.line)
    }
}

/// Whether a line of code asks the environment for `key`, or for a name that is not written there.
fn looks_up(source: &str, key: &str) -> bool {
    source.split("environ[").skip(1).any(|index| {
        let name = index.strip_prefix(['\'', '"']);
        name.is_none_or(|name| name.strip_prefix(key).is_some_and(|rest| rest.starts_with(['\'', '"'])))
    })
}

#[cfg(test)]
mod tests {
    use super::{Link, Traceback, looks_up};

    fn above(text: &str) -> Traceback<'_> {
        let lines: Vec<&str> = text.lines().collect();
        Traceback::above(&lines, lines.len() - 1, |line| line.starts_with("KeyError"))
    }

    #[test]
    fn frames_are_read_with_and_without_marks_and_prefixes_that_took_the_indentation() {
        for text in [
            "Traceback (most recent call last):\n  File \"/srv/a.py\", line 3, in f\n    return environ[name]\n           ~~~~~~~^^^^^^\n  \
             File \"<frozen os>\", line 685, in __getitem__\nKeyError: 'X'",
            "Traceback (most recent call last):\n File \"/srv/a.py\", line 3, in f\n   return environ[name]\n \
             File \"/usr/lib/python3.8/os.py\", line 675, in __getitem__\n   raise KeyError(key) from None\nKeyError: 'X'",
        ] {
            let traceback = above(text);
            assert!(traceback.innermost().is_some_and(|frame| frame.is_environ("X")), "{traceback:?}");
            assert_eq!(traceback.place().as_deref(), Some("/srv/a.py:3"));
            assert_eq!(traceback.link, Link::Alone);
        }
    }

    #[test]
    fn only_the_frames_of_the_last_exception_count() {
        let text = "Traceback (most recent call last):\n  File \"/srv/a.py\", line 3, in f\nKeyError: 'X'\n\n\
                    During handling of the above exception, another exception occurred:\n\n\
                    Traceback (most recent call last):\n  File \"/srv/b.py\", line 9, in g\n    raise Odd(name)\nOdd: X";
        let traceback = above(text);
        assert_eq!((traceback.place().as_deref(), traceback.link), (Some("/srv/b.py:9"), Link::WhileHandling));
        assert!(traceback.says_it_again() && !traceback.passes("a.py"));
    }

    #[test]
    fn what_is_pythons_or_a_packages_is_not_the_applications_own() {
        let text = "Traceback (most recent call last):\n  File \"/srv/.venv/bin/alembic\", line 8, in <module>\n    sys.exit(main())\n  \
                    File \"/srv/.venv/lib/python3.12/site-packages/environ/environ.py\", line 520, in get\n  \
                    File \"<frozen _collections_abc>\", line 3, in pop\nKeyError: 'X'";
        assert_eq!(above(text).place(), None);
    }

    #[test]
    fn a_line_asks_for_the_name_that_stands_in_it() {
        assert!(looks_up("x = os.environ['A_B']", "A_B") && looks_up("x = environ[name]", "A_B"));
        assert!(!looks_up("x = HOSTS[os.environ['STAGE']]", "A_B") && !looks_up("x = os.environ['A']", "A_B"));
    }
}
