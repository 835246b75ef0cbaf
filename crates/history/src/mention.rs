//! Whether the revision files speak of a table at all, without reading what they say of it.

use memchr::memmem;

use super::files::read_source;
use super::graph::RevisionGraph;
use super::node::Node;

/// Whether some revision file names one of these tables, as a word. The first revisions are asked first: they have made most
/// of what is old.
pub fn mentions_any(graph: &RevisionGraph, tables: &[String]) -> bool {
    let is_first = |node: &&Node| node.revision.is_base();
    let (first, others) = (graph.iter().filter(is_first), graph.iter().filter(|node| !is_first(node)));
    !tables.is_empty()
        && first.chain(others).any(|node| {
            let Ok(text) = read_source(&node.revision.path) else { return false };
            tables.iter().any(|table| is_in(&text, table))
        })
}

fn is_in(text: &[u8], name: &str) -> bool {
    !name.is_empty() && memmem::find_iter(text, name).any(|at| is_word(text, at, at + name.len()))
}

/// Whether what stands there is no part of a longer name.
fn is_word(text: &[u8], start: usize, end: usize) -> bool {
    let is_letter = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    !is_letter(start.checked_sub(1).and_then(|before| text.get(before))) && !is_letter(text.get(end))
}

#[cfg(test)]
mod tests {
    use super::super::revision::Revision;
    use super::*;

    #[test]
    fn a_table_is_mentioned_where_its_whole_name_stands() {
        let folder = tempfile::tempdir().unwrap();
        let node = |id: &str, parent: &[&str], text: &str| {
            let path = folder.path().join(format!("{id}.py"));
            std::fs::write(&path, text).unwrap();
            let down_revision = parent.iter().map(|parent| (*parent).to_owned()).collect();
            Revision { id: id.to_owned(), down_revision, path, ..Revision::default() }
        };
        let first = node("a", &[], "op.create_table('order_lines')");
        let second = node("b", &["a"], "op.execute(\"DROP TABLE stock.crates\")");
        let graph = RevisionGraph::new([first, second]).unwrap();
        for (tables, expected) in [
            (&[][..], false),
            (&[""][..], false),
            (&["order"][..], false),
            (&["lines"][..], false),
            (&["invoices", "order_lines"][..], true),
            (&["crates"][..], true),
        ] {
            let tables: Vec<String> = tables.iter().map(|table| (*table).to_owned()).collect();
            assert_eq!(mentions_any(&graph, &tables), expected, "{tables:?}");
        }
    }
}
