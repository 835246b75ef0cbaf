//! Reading the headers of all revision files, beside something else that is waited for.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use super::files::{BUFFER, ReadError, linked, read_file, read_some, separate_problems};
use super::graph::RevisionGraph;
use super::layout::Layout;
use super::listing::list;
use super::problem::Problem;
use super::reader::Reader;
use super::revision::Revision;

/// How many files are read before others get their turn: some 50 µs. A number, not a time, so that a start counts as many
/// instructions everywhere.
const FILES_AT_ONCE: usize = 8;

/// Below this many files for each thread, another one costs more than it saves: threads that open files in one process wait for
/// each other.
const FILES_PER_THREAD: usize = 128;

/// Headers that are being read: what orders the revisions. Functions are not parsed, so an error inside one goes unnoticed: for
/// who asks whether there is anything to do, and for who reads the whole of each file anyway.
///
/// On the thread of the caller, who decides when to go on; long histories on all cores. Where the rest is not wanted, the other
/// threads read to their end, or to that of the process: they change nothing.
pub struct Headers {
    files: Arc<[PathBuf]>,
    reader: Reader,
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
        // To count the cores is to read half a dozen files of the kernel's.
        Self::with(layout, || thread::available_parallelism().map_or(1, usize::from))
    }

    fn with(layout: &Layout, cores: impl FnOnce() -> usize) -> Self {
        let (files, problems) = list(layout);
        let files: Arc<[PathBuf]> = files.into();
        let reader = Reader::of(layout);
        let threads = match files.len() / FILES_PER_THREAD {
            0 | 1 => 1,
            many => many.min(cores()),
        };
        let each = files.len().div_ceil(threads);
        let (mut own, mut others) = (0..files.len(), Vec::new());
        while own.len() > each {
            let (files, chunk, reader) = (files.clone(), own.end - each..own.end, reader.clone());
            let work = move || read_some(&files[chunk], |bytes, path| reader.read_header(bytes, path));
            // Where no more threads are allowed, this one does it.
            let Ok(other) = thread::Builder::new().name("headers".to_owned()).spawn(work) else { break };
            others.push(other);
            own.end -= each;
        }
        let results = Vec::with_capacity(own.len());
        Self { files, reader, own, buffer: Vec::with_capacity(BUFFER), results, problems, others }
    }

    /// Reads a few more, if any are left. Answers whether there still are.
    pub fn read_more(&mut self) -> bool {
        for at in self.own.by_ref().take(FILES_AT_ONCE) {
            let read = |bytes: &[u8], path: &Path| self.reader.read_header(bytes, path);
            self.results.push(read_file(&self.files[at], read, &mut self.buffer));
        }
        !self.own.is_empty()
    }

    /// Reads what is left, and links all of them.
    pub fn link(mut self) -> Result<RevisionGraph, ReadError> {
        while self.read_more() {}
        for other in self.others.into_iter().rev() {
            self.results.append(&mut other.join().expect("a reader does not panic"));
        }
        let (revisions, problems) = separate_problems(self.results, self.problems);
        linked(revisions, problems)
    }
}

#[cfg(test)]
mod tests {
    use super::super::files::read;
    use super::super::layout::{Search, locate};
    use super::*;

    fn write(folder: &tempfile::TempDir, count: usize) -> Layout {
        let versions = folder.path().join("versions");
        std::fs::create_dir(&versions).unwrap();
        std::fs::write(folder.path().join("env.py"), "").unwrap();
        for at in 0..count {
            let parent = if at == 0 { "None".to_owned() } else { format!("'r{}'", at - 1) };
            let text = format!("revision = 'r{at}'\ndown_revision = {parent}\n\n\ndef upgrade():\n    pass\n");
            std::fs::write(versions.join(format!("{at:04}.py")), text).unwrap();
        }
        let search = Search { migrations: Some(folder.path().to_owned()), ..Search::default() };
        locate(&search).unwrap()
    }

    fn ids(graph: &RevisionGraph) -> Vec<&str> {
        graph.iter().map(|node| node.revision.id.as_str()).collect()
    }

    #[test]
    fn whoever_reads_them_they_stand_in_load_order() {
        for count in [0, 1, FILES_AT_ONCE + 1, FILES_PER_THREAD, 2 * FILES_PER_THREAD, 5 * FILES_PER_THREAD + 1] {
            let folder = tempfile::tempdir().unwrap();
            let layout = write(&folder, count);
            for cores in [1, 2, 3] {
                let mut headers = Headers::with(&layout, || cores);
                headers.read_more();
                assert_eq!(ids(&headers.link().unwrap()), ids(&read(&layout).unwrap()), "{count} {cores}");
            }
        }
    }

    #[test]
    fn what_is_wrong_anywhere_is_said_in_load_order() {
        let folder = tempfile::tempdir().unwrap();
        let layout = write(&folder, 5 * FILES_PER_THREAD);
        for broken in [3, 5 * FILES_PER_THREAD - 1] {
            std::fs::write(layout.version_locations[0].join(format!("{broken:04}.py")), "revision = 1\n").unwrap();
        }
        let error = Headers::with(&layout, || 3).link().unwrap_err();
        assert_eq!(error.problems.len(), 2);
        assert_eq!(Err(error.problems), read(&layout).map(drop).map_err(|error| error.problems));
    }
}
