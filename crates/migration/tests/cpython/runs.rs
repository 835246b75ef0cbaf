//! Programs as CPython runs them and as they are read, and how the two differ.

use std::fmt;
use std::io::Write;
use std::process::{Command, Stdio};

use levelhead_migration::{NoFiles, Script, read};
use schema::operation::OperationKind;
use schema::{Dialect, Setting, Tape};

/// The operations of the runs of one program that came to their end.
pub(crate) type Runs = Vec<Vec<String>>;

/// What is read of one program.
#[derive(Debug)]
pub(crate) struct Read {
    /// Every operation, and whether it is stated for certain.
    pub(crate) stated: Vec<(String, bool)>,
    /// What is stated may be other than what is done.
    pub(crate) misread: bool,
    /// More may be done than is stated.
    pub(crate) doubted: bool,
    nothing: bool,
    /// Why, for whoever reads a failure.
    pub(crate) unread: Vec<String>,
}

/// How well something is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    /// All that is done, and nothing in doubt.
    Exact,
    /// Nothing wrong, and something is in doubt.
    Doubted,
}

/// Runs each program several times under CPython.
pub(crate) fn run(programs: &[String], times: usize, seed: u64) -> Vec<Runs> {
    let recorder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cpython/recorder.py");
    let mut python = Command::new("python3")
        .args(["-B", recorder, &times.to_string(), &seed.to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 runs");
    let mut input = python.stdin.take().expect("it has an input");
    input.write_all(programs.join("\0").as_bytes()).expect("it reads the programs");
    drop(input);
    let output = python.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{}", output.status);
    let mut runs = vec![Runs::new(); programs.len()];
    let text = String::from_utf8(output.stdout).expect("it writes text");
    for line in text.lines() {
        let mut parts = line.split('\t');
        let at: usize = parts.next().and_then(|at| at.parse().ok()).unwrap_or_else(|| panic!("{line:?}"));
        if parts.next() == Some("done") {
            let text = |part: &str| serde_json::from_str(&format!("\"{part}\"")).expect("it is JSON");
            runs[at].push(parts.map(text).collect());
        }
    }
    runs
}

/// Reads each program.
pub(crate) fn readings(programs: &[String]) -> Vec<Read> {
    let setting = Setting {
        dialect: Dialect::PostgreSql,
        default_schema: "public".to_owned(),
        version_table: "alembic_version".to_owned(),
    };
    let read_one = |program: &String| {
        let script = Script { path: "versions/a.py".to_owned(), text: program.clone() };
        summary(&read(&[script], &NoFiles, &setting).expect("there is memory").remove(0))
    };
    programs.iter().map(read_one).collect()
}

fn summary(tape: &Tape) -> Read {
    // It only says that something stands under a condition, which the operation itself says, too.
    let says_more = |what: &str| !what.starts_with("a condition that cannot be evaluated");
    let unread: Vec<String> = tape.unread.iter().map(|unread| unread.what.clone()).collect();
    Read {
        stated: tape
            .operations()
            .filter(|(operation, _)| !matches!(operation.kind, OperationKind::Unread(_) | OperationKind::Execute))
            .map(|(operation, certain)| (words(&operation.kind), certain))
            .collect(),
        misread: tape.misread,
        doubted: tape.misread || tape.fails || unread.iter().any(|what| says_more(what)),
        nothing: tape.nothing,
        unread,
    }
}

/// Stands for a name that is not known, and for all names that follow.
const UNKNOWN: &str = "?";
const REST: &str = "...";

/// An operation in the recorder's words.
fn words(kind: &OperationKind) -> String {
    let known = |name: &Option<String>| name.as_deref().unwrap_or(UNKNOWN).to_owned();
    let (word, mut names) = match kind {
        OperationKind::CreateTable { table, .. } => (
            "create_table",
            std::iter::once(&table.name).chain(table.columns.iter().map(|c| &c.name)).map(known).collect(),
        ),
        OperationKind::DropTable { table } => ("drop_table", vec![table.clone()]),
        OperationKind::RenameTable { from, to } => ("rename_table", vec![from.clone(), to.clone()]),
        OperationKind::AddColumn { table, column, .. } => ("add_column", vec![table.clone(), known(&column.name)]),
        OperationKind::DropColumn { table, column } => ("drop_column", vec![table.clone(), column.clone()]),
        OperationKind::CreateIndex { name, table, index, .. } => {
            let columns =
                index.columns.as_ref().map_or_else(|| vec![REST.to_owned()], |all| all.iter().map(known).collect());
            ("create_index", [vec![name.clone(), table.clone()], columns].concat())
        }
        OperationKind::DropIndex { name, .. } => ("drop_index", vec![known(name)]),
        other => return format!("{other:?}"),
    };
    names.insert(0, word.to_owned());
    names.join(" | ")
}

/// Whether an operation is one that is stated, of which parts may be unknown.
fn is_one_of(stated: &str, done: &str) -> bool {
    let (stated, done): (Vec<&str>, Vec<&str>) = (stated.split(" | ").collect(), done.split(" | ").collect());
    let open = stated.last() == Some(&REST);
    let named = &stated[..stated.len() - usize::from(open)];
    (open || named.len() == done.len())
        && named.len() <= done.len()
        && named.iter().zip(&done).all(|(stated, done)| **stated == *shortened(done) || *stated == UNKNOWN)
}

/// A name as the server keeps it.
fn shortened(name: &str) -> &str {
    const LONGEST: usize = 63;
    if name.len() > LONGEST { &name[..name.floor_char_boundary(LONGEST)] } else { name }
}

/// How what is read differs from what was done, if it does.
pub(crate) fn difference(read: &Read, runs: &Runs) -> Option<String> {
    let certain = || read.stated.iter().filter(|(_, certain)| *certain).map(|(words, _)| words);
    for done in runs {
        let mut left = done.iter();
        if !read.misread
            && let Some(wrong) = certain().find(|words| !left.any(|other| is_one_of(words, other)))
        {
            return Some(format!("stated, and not done (there): {wrong}\n  done: {done:?}\n  read: {read:?}"));
        }
        if !read.doubted
            && let Some(lost) =
                done.iter().find(|words| !read.stated.iter().any(|(stated, _)| is_one_of(stated, words)))
        {
            return Some(format!("done, and neither stated nor in doubt: {lost}\n  done: {done:?}\n  read: {read:?}"));
        }
        // Without any doubt it is stated as often as it is done.
        if !read.doubted && read.stated.iter().all(|(_, certain)| *certain) && read.stated.len() != done.len() {
            return Some(format!("done {} times\n  done: {done:?}\n  read: {read:?}", done.len()));
        }
        if read.nothing && !done.is_empty() {
            return Some(format!("it does something: {done:?}\n  read: {read:?}"));
        }
    }
    None
}

pub(crate) fn reading(read: &Read, runs: &Runs) -> Reading {
    let exact = !read.doubted
        && !runs.is_empty()
        && runs.iter().all(|done| read.stated.iter().map(|(words, _)| words).eq(done))
        && read.stated.iter().all(|(_, certain)| *certain);
    if exact { Reading::Exact } else { Reading::Doubted }
}

/// The programs among these that are read wrongly, and how.
pub(crate) fn differences(programs: &[String], seed: u64, figures: &mut Figures) -> Vec<(String, String)> {
    let runs = run(programs, 3, seed);
    let read = readings(programs);
    let mut wrong = Vec::new();
    for ((program, read), runs) in programs.iter().zip(&read).zip(&runs) {
        figures.count(read, runs);
        if let Some(difference) = difference(read, runs) {
            wrong.push((program.clone(), difference));
        }
    }
    wrong
}

/// What was seen of many programs.
#[derive(Debug, Default)]
pub(crate) struct Figures {
    programs: usize,
    ended: usize,
    operates: usize,
    exact: usize,
    doubted: usize,
    misread: usize,
    unread: usize,
    stated: usize,
    certain: usize,
}

impl Figures {
    fn count(&mut self, read: &Read, runs: &Runs) {
        self.programs += 1;
        self.ended += usize::from(!runs.is_empty());
        self.operates += usize::from(runs.iter().any(|done| !done.is_empty()));
        self.exact += usize::from(reading(read, runs) == Reading::Exact);
        self.doubted += usize::from(read.doubted);
        self.misread += usize::from(read.misread);
        self.unread += usize::from(!read.unread.is_empty());
        self.stated += read.stated.len();
        self.certain += read.stated.iter().filter(|(_, certain)| *certain && !read.misread).count();
    }

    /// Whether enough is stated for the test to mean something.
    pub(crate) fn is_telling(&self) -> bool {
        self.programs < 500 || (self.exact * 10 >= self.programs && self.operates * 2 >= self.programs)
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} programs: {} come to their end, {} of them change something; {} read exactly, {} doubted, {} misread, of {} something is unread; \
             {} operations stated, {} for certain",
            self.programs,
            self.ended,
            self.operates,
            self.exact,
            self.doubted,
            self.misread,
            self.unread,
            self.stated,
            self.certain
        )
    }
}
