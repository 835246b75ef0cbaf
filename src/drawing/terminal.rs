//! The drawing on a terminal, beside one line a revision.

use super::{Drawing, Row, State};

/// Which neighbours a cell is joined with.
const UP: u8 = 1;
const DOWN: u8 = 2;
const LEFT: u8 = 4;
const RIGHT: u8 = 8;

/// The character for each set of neighbours.
const LINES: [char; 16] = [' ', '╵', '╷', '│', '╴', '╯', '╮', '┤', '╶', '╰', '╭', '├', '─', '┴', '┬', '┼'];

/// The picture, later revisions above earlier ones.
pub fn render(drawing: &Drawing<'_>) -> String {
    let mut text = String::new();
    for stranger in &drawing.strangers {
        text += &format!("✗ {stranger} (database; in no file)\n");
    }
    // Which row each lane leads down to.
    let mut lanes: Vec<Option<usize>> = vec![None; drawing.lanes];
    for (number, row) in drawing.rows.iter().enumerate() {
        let mut joining = cells(&lanes);
        let others: Vec<usize> = ending(&lanes, number).filter(|&lane| lane != row.lane).collect();
        for &lane in &others {
            joining[lane] &= !DOWN;
            connect(&mut joining, lane, row.lane);
        }
        if !others.is_empty() {
            push_line(&mut text, &joining);
        }
        lanes.iter_mut().filter(|end| **end == Some(number)).for_each(|end| *end = None);

        let mut here: String = cells(&lanes).iter().enumerate().map(|(lane, &cell)| pair(lane, row, cell)).collect();
        here.truncate(here.trim_end().len());
        text += &format!("{here:<width$} {}\n", words(row), width = 2 * drawing.lanes - 1);

        let before = cells(&lanes);
        let mut forking = before.clone();
        let mut is_forked = false;
        for edge in drawing.edges.iter().filter(|edge| edge.child == number) {
            lanes[edge.lane] = Some(edge.parent);
            forking[edge.lane] |= DOWN;
            if edge.lane == row.lane {
                forking[edge.lane] |= UP;
            } else {
                is_forked = true;
                connect(&mut forking, row.lane, edge.lane);
                forking[row.lane] |= UP;
            }
        }
        if is_forked {
            push_line(&mut text, &forking);
        }
    }
    text
}

fn ending(lanes: &[Option<usize>], row: usize) -> impl Iterator<Item = usize> {
    lanes.iter().enumerate().filter(move |(_, end)| **end == Some(row)).map(|(lane, _)| lane)
}

fn cells(lanes: &[Option<usize>]) -> Vec<u8> {
    lanes.iter().map(|end| if end.is_some() { UP | DOWN } else { 0 }).collect()
}

/// A line to the side from one lane to another.
fn connect(cells: &mut [u8], from: usize, to: usize) {
    let (left, right) = (from.min(to), from.max(to));
    cells[left] |= RIGHT;
    cells[right] |= LEFT;
    cells[left + 1..right].iter_mut().for_each(|cell| *cell |= LEFT | RIGHT);
}

fn push_line(text: &mut String, cells: &[u8]) {
    let line: String =
        cells.iter().flat_map(|&cell| [LINES[usize::from(cell)], if cell & RIGHT == 0 { ' ' } else { '─' }]).collect();
    *text += line.trim_end();
    text.push('\n');
}

fn pair(lane: usize, row: &Row<'_>, cell: u8) -> String {
    let mark = match (lane == row.lane, row.state) {
        (false, _) => LINES[usize::from(cell)],
        (true, State::Pending) => '○',
        (true, State::Unasked | State::Applied) => '●',
    };
    format!("{mark} ")
}

fn words(row: &Row<'_>) -> String {
    let mut text = row.node.revision.id.clone();
    let labels = row.node.labels().join(", ");
    let point = [(row.node.is_branch_point(), "branchpoint"), (row.node.is_merge_point(), "mergepoint")];
    let marks = [(!labels.is_empty()).then_some(labels.as_str()), row.head(), row.is_current.then_some("current")];
    for mark in marks.into_iter().flatten().chain(point.into_iter().filter(|(is, _)| *is).map(|(_, name)| name)) {
        text += &format!(" ({mark})");
    }
    if row.message().is_empty() { text } else { format!("{text} {}", row.message()) }
}
