//! Reading the headers of all revision files, beside something else that is waited for.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use super::files::{BUFFER, ReadError, linked, read_file, read_some, sort_out};
use super::graph::RevisionGraph;
use super::header::read_header;
use super::layout::Layout;
use super::listing::list;
use super::problem::Problem;
use super::revision::Revision;

/// How many files are read before others get their turn: some 50 µs.
const FILES_AT_ONCE: usize = 8;

/// Below this many files for each of them, another thread costs more than it saves.
const FILES_PER_THREAD: usize = 128;

/// Headers that are being read: what orders the revisions. Functions are not parsed, so an error inside one goes unnoticed: for
/// who asks whether there is anything to do, and for who reads the whole of each file anyway.
///
/// On the thread of the caller, who decides when to go on: to start another for the few files that most histories have, and to be
/// woken by it, takes longer than to read them. Long histories are read on all cores.
pub struct Headers {
    files: Arc<[PathBuf]>,
    /// Those of them that this thread still has to read.
    own: Range<usize>,
    buffer: Vec<u8>,
    results: Vec<Result<Revision, Problem>>,
    problems: Vec<Problem>,
    /// Who reads those that come after, the last of them first.
    others: Vec<JoinHandle<Vec<Result<Revision, Problem>>>>,
}

impl Headers {
    /// Finds the files of a layout, and has other threads begin with those of a long history.
    pub fn of(layout: &Layout) -> Self {
        let (files, problems) = list(layout);
        let files: Arc<[PathBuf]> = files.into();
        let threads = match files.len() / FILES_PER_THREAD {
            0 | 1 => 1,
            // To count the cores is to read half a dozen files of the kernel's.
            many => many.min(thread::available_parallelism().map_or(1, usize::from)),
        };
        let each = files.len().div_ceil(threads);
        let (mut own, mut others) = (0..files.len(), Vec::new());
        while own.len() > each {
            let (files, chunk) = (files.clone(), own.end - each..own.end);
            let reader = thread::Builder::new().name("headers".to_owned());
            // Where no more threads are allowed, this one does it.
            let Ok(reader) = reader.spawn(move || read_some(&files[chunk], read_header)) else { break };
            others.push(reader);
            own.end -= each;
        }
        let results = Vec::with_capacity(own.len());
        Self { files, own, buffer: Vec::with_capacity(BUFFER), results, problems, others }
    }

    /// Reads a few more, if any are left. Answers whether there still are.
    pub fn go_on(&mut self) -> bool {
        for at in self.own.by_ref().take(FILES_AT_ONCE) {
            self.results.push(read_file(&self.files[at], read_header, &mut self.buffer));
        }
        !self.own.is_empty()
    }

    /// Reads what is left, and links all of them.
    pub fn link(mut self) -> Result<RevisionGraph, ReadError> {
        while self.go_on() {}
        for other in self.others.into_iter().rev() {
            self.results.append(&mut other.join().expect("a reader does not panic"));
        }
        let (revisions, problems) = sort_out(self.results, self.problems);
        linked(revisions, problems)
    }
}
