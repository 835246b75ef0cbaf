//! The drawing for Mermaid, which GitHub, GitLab and many editors show in Markdown.

use std::fmt::Write;

use super::{Drawing, Row, State};

/// The text of the flowchart, later revisions above earlier ones.
pub fn render(drawing: &Drawing<'_>) -> String {
    let mut text = String::from("flowchart BT\n");
    for (number, row) in drawing.rows.iter().enumerate() {
        let _ = writeln!(text, "  r{number}[\"{}\"]{}", label(row), class(row));
    }
    for (number, stranger) in drawing.strangers.iter().enumerate() {
        let _ = writeln!(text, "  x{number}[\"{}<br>database; in no file\"]:::stranger", escaped(stranger));
    }
    for edge in &drawing.edges {
        let arrow = if edge.is_dependency { "-.->" } else { "-->" };
        let _ = writeln!(text, "  r{} {arrow} r{}", edge.parent, edge.child);
    }
    text + "  classDef applied fill:#cfe8d5,stroke:#2f6b3f\n  \
            classDef current fill:#cfe8d5,stroke:#2f6b3f,stroke-width:4px\n  \
            classDef pending fill:#fff,stroke:#888,stroke-dasharray:4\n  \
            classDef stranger fill:#fff,stroke:#c00,stroke-width:2px\n"
}

fn label(row: &Row<'_>) -> String {
    let mut lines = vec![format!("<b>{}</b>", escaped(&row.node.revision.id))];
    lines.push(escaped(row.message()));
    lines.extend(row.head().map(str::to_owned));
    if !row.node.labels().is_empty() {
        lines.push(escaped(&format!("({})", row.node.labels().join(", "))));
    }
    if row.is_current {
        lines.push("database".to_owned());
    }
    lines.retain(|line| !line.is_empty());
    lines.join("<br>")
}

fn class(row: &Row<'_>) -> &'static str {
    match (row.is_current, row.state) {
        (true, _) => ":::current",
        (_, State::Applied) => ":::applied",
        (_, State::Pending) => ":::pending",
        (_, State::Unasked) => "",
    }
}

/// Mermaid's own entities; the text is inside quotation marks and shown as HTML.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '#' => safe.push_str("#35;"),
            '"' => safe.push_str("#quot;"),
            '<' => safe.push_str("#lt;"),
            '>' => safe.push_str("#gt;"),
            '&' => safe.push_str("#amp;"),
            '`' => safe.push_str("#96;"),
            c => safe.push(c),
        }
    }
    safe
}
