//! The drawing as a picture that needs nothing else: no script, no font, light and dark.

use std::fmt::Write;

use super::{Drawing, Edge, Row, State};

/// Pixels between rows, between lanes, and around everything.
const ROW: usize = 34;
const LANE: usize = 24;
const MARGIN: usize = 20;
/// Roughly the width of a character, for the width of the picture and of the badges.
const CHARACTER: usize = 8;
/// The same of an id, which is in bold monospace.
const ID_CHARACTER: usize = 9;

/// The picture, later revisions above earlier ones.
pub fn render(drawing: &Drawing<'_>) -> String {
    let text_at = MARGIN + drawing.lanes.max(1) * LANE + 4;
    let widest =
        drawing.rows.iter().map(width).chain(drawing.strangers.iter().map(|s| s.len() * CHARACTER + 280)).max();
    let width = text_at + widest.unwrap_or(0) + MARGIN;
    let count = drawing.rows.len() + drawing.strangers.len();
    let height = 2 * MARGIN + count.max(1) * ROW;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
         role=\"img\" aria-label=\"revision history\">\n{STYLE}<rect class=\"ground\" width=\"100%\" height=\"100%\"/>\n"
    );
    for (number, stranger) in drawing.strangers.iter().enumerate() {
        let y = MARGIN + ROW / 2 + number * ROW;
        let x = MARGIN + LANE / 2;
        let _ = writeln!(svg, "<circle class=\"stranger\" cx=\"{x}\" cy=\"{y}\" r=\"6\"/>");
        let _ = write!(svg, "<text class=\"id\" x=\"{text_at}\" y=\"{}\">{}</text>", y + 5, escaped(stranger));
        let after = text_at + stranger.chars().count() * ID_CHARACTER + 10;
        badge(&mut svg, after, y, "database; in no file", "lost");
        svg.push('\n');
    }
    let canvas = Canvas { top: MARGIN + ROW / 2 + drawing.strangers.len() * ROW };
    for edge in &drawing.edges {
        canvas.line(&mut svg, drawing, edge);
    }
    for (number, row) in drawing.rows.iter().enumerate() {
        canvas.revision(&mut svg, number, row, text_at);
    }
    svg + "</svg>\n"
}

struct Canvas {
    top: usize,
}

impl Canvas {
    fn x(&self, lane: usize) -> usize {
        MARGIN + LANE / 2 + lane * LANE
    }

    fn y(&self, row: usize) -> usize {
        self.top + row * ROW
    }

    /// Down from the child into the lane, along it, and out of it into the parent.
    fn line(&self, svg: &mut String, drawing: &Drawing<'_>, edge: &Edge) {
        let (child, parent) = (&drawing.rows[edge.child], &drawing.rows[edge.parent]);
        let (mut x, mut y) = (self.x(child.lane), self.y(edge.child));
        let mut path = format!("M{x} {y}");
        let mut go = |to_x: usize, to_y: usize| {
            if to_x == x {
                let _ = write!(path, "V{to_y}");
            } else {
                let middle = usize::midpoint(y, to_y);
                let _ = write!(path, "C{x} {middle} {to_x} {middle} {to_x} {to_y}");
            }
            (x, y) = (to_x, to_y);
        };
        go(self.x(edge.lane), self.y(edge.child + 1));
        if edge.parent > edge.child + 1 {
            go(self.x(edge.lane), self.y(edge.parent - 1));
        } else if edge.lane != parent.lane {
            // Neighbours: one bend is enough.
            path.truncate(path.find(['V', 'C']).unwrap_or(path.len()));
            (x, y) = (self.x(child.lane), self.y(edge.child));
            let to_x = self.x(parent.lane);
            let (to_y, middle) = (self.y(edge.parent), usize::midpoint(y, self.y(edge.parent)));
            let _ = write!(path, "C{x} {middle} {to_x} {middle} {to_x} {to_y}");
            let _ = writeln!(svg, "<path class=\"{}\" d=\"{path}\"/>", class(edge));
            return;
        }
        go(self.x(parent.lane), self.y(edge.parent));
        let _ = writeln!(svg, "<path class=\"{}\" d=\"{path}\"/>", class(edge));
    }

    fn revision(&self, svg: &mut String, number: usize, row: &Row<'_>, text_at: usize) {
        let (x, y) = (self.x(row.lane), self.y(number));
        let state = match row.state {
            State::Unasked => "plain",
            State::Applied => "applied",
            State::Pending => "pending",
        };
        if row.is_current {
            let _ = writeln!(svg, "<circle class=\"here\" cx=\"{x}\" cy=\"{y}\" r=\"10\"/>");
        }
        if row.node.is_branch_point() || row.node.is_merge_point() {
            let (left, top) = (x - 6, y - 6);
            let turn = format!("transform=\"rotate(45 {x} {y})\"");
            let _ = write!(svg, "<rect class=\"{state}\" x=\"{left}\" y=\"{top}\" width=\"12\" height=\"12\" {turn}/>");
        } else {
            let _ = write!(svg, "<circle class=\"{state}\" cx=\"{x}\" cy=\"{y}\" r=\"6\"/>");
        }
        let id = &row.node.revision.id;
        let _ = write!(svg, "<text class=\"id\" x=\"{text_at}\" y=\"{}\">{}</text>", y + 5, escaped(id));
        let mut at = text_at + id.chars().count() * ID_CHARACTER + 10;
        for (text, kind) in badges(row) {
            at = badge(svg, at, y, &text, kind);
        }
        let _ = writeln!(svg, "<text x=\"{at}\" y=\"{}\">{}</text>", y + 5, escaped(row.message()));
    }
}

fn class(edge: &Edge) -> &'static str {
    if edge.is_dependency { "line dependency" } else { "line" }
}

fn badges(row: &Row<'_>) -> Vec<(String, &'static str)> {
    let here = row.is_current.then(|| ("database".to_owned(), "database"));
    let head = row.head().map(|head| (head.to_owned(), "head"));
    let labels = row.node.labels().iter().map(|label| (label.to_string(), "label"));
    let point = if row.node.is_branch_point() { Some(("branch point".to_owned(), "point")) } else { None };
    let merge = if row.node.is_merge_point() { Some(("merge point".to_owned(), "point")) } else { None };
    here.into_iter().chain(head).chain(labels).chain(point).chain(merge).collect()
}

/// Draws a badge and answers where the next thing begins.
fn badge(svg: &mut String, x: usize, y: usize, text: &str, kind: &str) -> usize {
    let width = text.chars().count() * (CHARACTER - 1) + 12;
    let (top, middle) = (y - 9, x + width / 2);
    let _ = write!(
        svg,
        "<rect class=\"badge {kind}\" x=\"{x}\" y=\"{top}\" width=\"{width}\" height=\"18\" rx=\"9\"/>\
         <text class=\"small\" x=\"{middle}\" y=\"{}\">{}</text>",
        y + 4,
        escaped(text)
    );
    x + width + 6
}

fn width(row: &Row<'_>) -> usize {
    let texts = badges(row).iter().map(|(text, _)| text.chars().count() * (CHARACTER - 1) + 18).sum::<usize>();
    row.node.revision.id.chars().count() * ID_CHARACTER + row.message().chars().count() * CHARACTER + texts + 20
}

fn escaped(text: &str) -> String {
    let printable = text.chars().filter(|c| !c.is_control());
    printable.fold(String::with_capacity(text.len()), |mut safe, c| {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            c => safe.push(c),
        }
        safe
    })
}

const STYLE: &str = "\
<style>
  text { font: 14px ui-sans-serif, system-ui, sans-serif; fill: #222 }
  .id { font-family: ui-monospace, monospace; font-weight: 600 }
  .small { font-size: 12px; text-anchor: middle; fill: #222 }
  .ground { fill: #fff }
  .line { fill: none; stroke: #8a8f98; stroke-width: 2 }
  .dependency { stroke-dasharray: 4 4 }
  .plain { fill: #5b6cf0; stroke: #fff; stroke-width: 2 }
  .applied { fill: #2f8f4e; stroke: #fff; stroke-width: 2 }
  .pending { fill: #fff; stroke: #8a8f98; stroke-width: 2 }
  .stranger { fill: #fff; stroke: #c62828; stroke-width: 3 }
  .here { fill: none; stroke: #2f8f4e; stroke-width: 2 }
  .badge { fill: #e8eaf0 }
  .head { fill: #ffe08a }
  .database { fill: #bfe8cb }
  .label { fill: #d9ddff }
  .lost { fill: #ffc9c9 }
  @media (prefers-color-scheme: dark) {
    text:not(.small) { fill: #e6e6e6 }
    .ground { fill: #14171c }
    .plain, .applied { stroke: #14171c }
    .pending { fill: #14171c }
  }
</style>
";
