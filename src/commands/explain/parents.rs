//! Whether a key that was not found is a revision: the files at hand tell.

use crate::commands::files::Files;
use crate::config::Config;
use crate::error::Error;
use crate::explanation::Explanation;
use history::{Problem, RevisionGraph};

/// The explanation of a `KeyError`, held against the files; unchanged where there are none, or where they do not tell.
pub(super) fn held_against(config: &Config, explanation: Explanation) -> Explanation {
    let explanation = explanation.held_against_the_folder(crate::error::is_module_here);
    let Some(key) = explanation.key() else { return explanation };
    match Files::read(config) {
        // The text is from where the file was missing.
        Ok(files) if is_known(&files.graph, key) => explanation.of_a_revision(true),
        Ok(files) if !files.graph.is_empty() => explanation.where_every_parent_is_there(),
        Err(Error::Read(error)) if error.problems.iter().any(|problem| is_missing(problem, key)) => {
            explanation.of_a_revision(false)
        }
        _ => explanation,
    }
}

/// Whether a file has this revision.
fn is_known(graph: &RevisionGraph, key: &str) -> bool {
    graph.get(key).is_some()
}

/// Whether a file follows this revision, and none has it.
fn is_missing(problem: &Problem, key: &str) -> bool {
    matches!(problem, Problem::MissingParent { missing, .. } if missing == key)
}
