//! The drawing for Graphviz: `levelhead history --format dot | dot -Tsvg`.

use std::fmt::Write;

use super::{Drawing, Row, State};

/// The text of the graph, later revisions above earlier ones.
pub fn render(drawing: &Drawing<'_>) -> String {
    let mut text = String::from(
        "digraph revisions {\n  rankdir=BT;\n  node [shape=box, style=\"rounded,filled\", fillcolor=white, \
         fontname=\"Helvetica\"];\n",
    );
    for row in &drawing.rows {
        let _ = writeln!(text, "  {} [label={}{}];", quoted(id(row)), quoted(&label(row)), look(row));
    }
    for stranger in &drawing.strangers {
        let label = quoted(&format!("{stranger}\ndatabase; in no file"));
        let _ = writeln!(text, "  {} [label={label}, color=red];", quoted(stranger));
    }
    for edge in &drawing.edges {
        let (parent, child) = (id(&drawing.rows[edge.parent]), id(&drawing.rows[edge.child]));
        let style = if edge.is_dependency { " [style=dashed]" } else { "" };
        let _ = writeln!(text, "  {} -> {}{style};", quoted(parent), quoted(child));
    }
    text + "}\n"
}

fn id<'a>(row: &'a Row<'_>) -> &'a str {
    &row.node.revision.id
}

fn label(row: &Row<'_>) -> String {
    let mut lines = vec![id(row).to_owned(), row.message().to_owned()];
    lines.extend(row.head().map(str::to_owned));
    if !row.node.labels().is_empty() {
        lines.push(format!("({})", row.node.labels().join(", ")));
    }
    if row.is_current {
        lines.push("database".to_owned());
    }
    lines.retain(|line| !line.is_empty());
    lines.join("\n")
}

fn look(row: &Row<'_>) -> &'static str {
    match (row.is_current, row.state, row.head()) {
        (true, ..) => ", fillcolor=\"#cfe8d5\", penwidth=3",
        (_, State::Applied, _) => ", fillcolor=\"#cfe8d5\"",
        (_, State::Pending, _) => ", style=\"rounded,filled,dashed\"",
        (_, State::Unasked, Some(_)) => ", penwidth=2",
        (_, State::Unasked, None) => "",
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}
