//! Prints the heads of a folder of revision files, or of two revisions of its own.

use std::error::Error;
use std::io::{self, Write};
use std::path::Path;

use levelhead_history::{RevisionGraph, read_revision};

fn main() -> Result<(), Box<dyn Error>> {
    let mut revisions = Vec::new();
    match std::env::args_os().nth(1) {
        Some(folder) => {
            for entry in std::fs::read_dir(folder)? {
                let path = entry?.path();
                if path.extension().is_some_and(|extension| extension == "py") {
                    revisions
                        .push(read_revision(&std::fs::read(&path)?, &path).map_err(|problem| problem.to_string())?);
                }
            }
        }
        None => {
            let texts =
                [("a.py", "revision = 'a'\ndown_revision = None"), ("b.py", "revision = 'b'\ndown_revision = 'a'")];
            for (path, text) in texts {
                let revision = read_revision(text.as_bytes(), Path::new(path));
                revisions.push(revision.map_err(|problem| problem.to_string())?);
            }
        }
    }
    let graph = RevisionGraph::new(revisions).map_err(|problems| format!("{problems:?}"))?;
    Ok(writeln!(io::stdout(), "{}", graph.heads().join("\n"))?)
}
