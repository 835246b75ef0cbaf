//! A revision in Alembic's own words, so that eyes and scripts are at home.

use history::{Node, RevisionGraph};

/// What a line holds beside the id.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Line {
    /// ` (label)`.
    pub(super) labels: bool,
    /// `, message`.
    pub(super) message: bool,
    /// `parent -> `.
    pub(super) parents: bool,
    /// ` (branchpoint)` and ` (mergepoint)`.
    pub(super) tree: bool,
    /// ` (current)`.
    pub(super) is_current: bool,
}

impl Line {
    /// One line without its end.
    pub(super) fn of(self, node: &Node) -> String {
        let revision = &node.revision;
        let mut text = match (self.parents, &revision.depends_on[..]) {
            (false, _) => revision.id.clone(),
            (true, []) => format!("{} -> {}", parents(node), revision.id),
            (true, depends_on) => format!("{} ({}) -> {}", parents(node), depends_on.join(", "), revision.id),
        };
        if self.labels && !node.labels().is_empty() {
            text += &format!(" ({})", node.labels().join(", "));
        }
        text += match (node.is_head(), node.is_real_head()) {
            (_, true) => " (head)",
            (true, false) => " (effective head)",
            (false, false) => "",
        };
        text += if self.is_current { " (current)" } else { "" };
        if self.tree {
            text += if node.is_branch_point() { " (branchpoint)" } else { "" };
            text += if node.is_merge_point() { " (mergepoint)" } else { "" };
        }
        if self.message {
            text += &format!(", {}", revision.message());
        }
        text
    }
}

/// The several lines of `show` and of every `--verbose`.
pub(super) fn entry(graph: &RevisionGraph, node: &Node, is_current: bool) -> String {
    let revision = &node.revision;
    let mark = |holds: bool, text: &'static str| if holds { text } else { "" };
    let mut text = format!(
        "Rev: {}{}{}{}{}\n",
        revision.id,
        mark(node.is_head(), " (head)"),
        mark(node.is_branch_point(), " (branchpoint)"),
        mark(node.is_merge_point(), " (mergepoint)"),
        mark(is_current, " (current)"),
    );
    text += &format!("{}: {}\n", if node.is_merge_point() { "Merges" } else { "Parent" }, parents(node));
    if !revision.depends_on.is_empty() {
        text += &format!("Also depends on: {}\n", revision.depends_on.join(", "));
    }
    if node.is_branch_point() {
        let children: Vec<&str> = graph.children(node).map(|child| child.revision.id.as_str()).collect();
        text += &format!("Branches into: {}\n", children.join(", "));
    }
    if !node.labels().is_empty() {
        text += &format!("Branch names: {}\n", node.labels().join(", "));
    }
    let docstring: Vec<String> = revision.docstring.lines().map(|line| format!("    {line}")).collect();
    text += &format!("Path: {}\n\n{}\n", revision.path.display(), docstring.join("\n"));
    text
}

fn parents(node: &Node) -> String {
    match &node.revision.down_revision[..] {
        [] => "<base>".to_owned(),
        parents => parents.join(", "),
    }
}
