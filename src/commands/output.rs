//! A command's data on standard output. Everything else goes to the log.

use std::io::{ErrorKind, Write};

use clap::ValueEnum;
use serde::Serialize;
use serde_json::{Value, json};

use crate::error::Error;
use history::Node;

/// The version of every JSON shape, as `docs/json.md` describes them.
const JSON_VERSION: u32 = 2;

/// How a reading command prints.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Lines for a person
    #[default]
    Text,
    /// One JSON document, described in docs/json.md
    Json,
}

/// How a command prints what is also shown on a page: in a ticket, on a pull request.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum PageFormat {
    /// Lines for a person
    #[default]
    Text,
    /// One JSON document, described in docs/json.md
    Json,
    /// Markdown, for a ticket, a pull request or a summary page
    Markdown,
}

/// Prints text as it is. A reader that has gone away is no error.
pub fn print(text: &str) -> Result<(), Error> {
    let mut stdout = std::io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Error::Output(error)),
        _ => Ok(()),
    }
}

/// Prints one document; `fields` join the version.
pub(super) fn print_json(fields: impl Serialize) -> Result<(), Error> {
    print(&in_json(fields))
}

/// One document; `fields` join the version.
pub(super) fn in_json(fields: impl Serialize) -> String {
    let mut document = json!({ "version": JSON_VERSION });
    if let (Some(document), Ok(Value::Object(fields))) = (document.as_object_mut(), serde_json::to_value(fields)) {
        document.extend(fields);
    }
    format!("{document:#}\n")
}

/// A revision as every command's JSON shows it.
pub(super) fn revision(node: &Node) -> Value {
    let revision = &node.revision;
    json!({
        "id": revision.id,
        "down_revision": revision.down_revision,
        "depends_on": revision.depends_on,
        "branch_labels": node.labels().iter().map(|label| &**label).collect::<Vec<&str>>(),
        "message": revision.message(),
        "path": revision.path,
        "is_head": node.is_head(),
        "is_effective_head": node.is_head() && !node.is_real_head(),
        "is_branch_point": node.is_branch_point(),
        "is_merge_point": node.is_merge_point(),
    })
}

/// Revisions as every command's JSON shows them.
pub(super) fn revisions<'a>(nodes: impl IntoIterator<Item = &'a Node>) -> Value {
    nodes.into_iter().map(revision).collect()
}
