//! The drawing on a terminal, beside one line a revision, as `git log --graph` has it.

use console::{Style, measure_text_width};

use super::{Drawing, Row, State};

/// Which neighbours a cell is joined with.
const UP: u8 = 1;
const DOWN: u8 = 2;
const LEFT: u8 = 4;
const RIGHT: u8 = 8;

/// The character for each set of neighbours.
const LINES: [char; 16] = [' ', '╵', '╷', '│', '╴', '╯', '╮', '┤', '╶', '╰', '╭', '├', '─', '┴', '┬', '┼'];

/// The colours of the lanes, in the 256 that every terminal has; each lane differs from those beside it.
const COLOURS: [u8; 6] = [1, 2, 3, 4, 5, 6];

/// Where the picture is shown.
#[derive(Debug, Clone, Copy, Default)]
pub struct Screen {
    /// Columns that a line may take: one that is wrapped would break the drawing. `None`: any number.
    pub width: Option<usize>,
    /// Whether lanes are told apart by colour.
    pub colour: bool,
}

/// A screen, and how far apart the lanes are on it.
#[derive(Debug, Clone, Copy)]
struct Pen {
    screen: Screen,
    /// Whether there is a column between two lanes. Without it lanes are harder to follow, but need half the room.
    is_spaced: bool,
}

/// One place of a line.
#[derive(Debug, Clone, Copy, Default)]
struct Cell {
    links: u8,
    /// The lane of the line that runs across, and whether it ends here instead of passing behind.
    across: usize,
    is_end: bool,
}

/// The picture, later revisions above earlier ones.
pub fn render(drawing: &Drawing<'_>, screen: Screen) -> String {
    let mut text = String::new();
    let pen = Pen::for_drawing(drawing, screen);
    for stranger in &drawing.strangers {
        text += &format!("✗ {stranger} (database; in no file)\n");
    }
    // Which row each lane leads down to.
    let mut lanes: Vec<Option<usize>> = vec![None; drawing.lanes];
    for (number, row) in drawing.rows.iter().enumerate() {
        let mut joining = cells(&lanes);
        let others: Vec<usize> = ending(&lanes, number).filter(|&lane| lane != row.lane).collect();
        for &lane in &others {
            joining[lane].links &= !DOWN;
            connect(&mut joining, lane, row.lane, lane);
        }
        if !others.is_empty() {
            text += &format!("{}\n", pen.line(&joining, None));
        }
        lanes.iter_mut().filter(|end| **end == Some(number)).for_each(|end| *end = None);

        text += &format!("{}\n", pen.revision(&cells(&lanes), row));

        let mut forking = cells(&lanes);
        let mut is_forked = false;
        for edge in drawing.edges.iter().filter(|edge| edge.child == number) {
            lanes[edge.lane] = Some(edge.parent);
            forking[edge.lane].links |= DOWN;
            if edge.lane == row.lane {
                forking[edge.lane].links |= UP;
            } else {
                is_forked = true;
                connect(&mut forking, row.lane, edge.lane, edge.lane);
                forking[row.lane].links |= UP;
            }
        }
        if is_forked {
            text += &format!("{}\n", pen.line(&forking, None));
        }
    }
    text
}

fn ending(lanes: &[Option<usize>], row: usize) -> impl Iterator<Item = usize> {
    lanes.iter().enumerate().filter(move |(_, end)| **end == Some(row)).map(|(lane, _)| lane)
}

fn cells(lanes: &[Option<usize>]) -> Vec<Cell> {
    let cell = |end: &Option<usize>| Cell { links: if end.is_some() { UP | DOWN } else { 0 }, ..Cell::default() };
    lanes.iter().map(cell).collect()
}

/// A line to the side from one lane to another, in the colour of `lane`.
fn connect(cells: &mut [Cell], from: usize, to: usize, lane: usize) {
    let (left, right) = (from.min(to), from.max(to));
    for (at, cell) in cells.iter_mut().enumerate().take(right + 1).skip(left) {
        cell.links |= match at {
            at if at == left => RIGHT,
            at if at == right => LEFT,
            _ => LEFT | RIGHT,
        };
        cell.across = lane;
        cell.is_end |= at == left || at == right;
    }
}

impl Pen {
    /// Lanes come closer where an id would not fit beside them any more.
    fn for_drawing(drawing: &Drawing<'_>, screen: Screen) -> Self {
        let id = drawing.rows.iter().map(|row| measure_text_width(&row.node.revision.id)).max().unwrap_or(0);
        let is_spaced = screen.width.is_none_or(|width| drawing.lanes * 2 + id <= width);
        Self { screen, is_spaced }
    }

    /// Lanes and what runs between them; `mark` stands in its lane instead of a line.
    fn line(self, cells: &[Cell], mark: Option<(usize, char)>) -> String {
        let used = |(lane, cell): (usize, &Cell)| cell.links != 0 || mark.is_some_and(|(at, _)| at == lane);
        let width = cells.iter().enumerate().rposition(used).map_or(0, |last| last + 1);
        let mut text = String::new();
        for (lane, cell) in cells.iter().enumerate().take(width) {
            let character = match (mark, cell.links & (LEFT | RIGHT)) {
                (Some((at, mark)), _) if at == lane => mark,
                // A line that only passes goes behind: it is not joined here.
                (_, across)
                    if self.is_spaced
                        && across == LEFT | RIGHT
                        && cell.links & (UP | DOWN) == UP | DOWN
                        && !cell.is_end =>
                {
                    '│'
                }
                _ => LINES[usize::from(cell.links)],
            };
            let is_across_alone = cell.links & (UP | DOWN) == 0;
            text += &self.coloured(character, if is_across_alone && cell.links != 0 { cell.across } else { lane });
            if !self.is_spaced {
                continue;
            }
            if cell.links & RIGHT != 0 {
                text += &self.coloured('─', cell.across.max(cells.get(lane + 1).map_or(0, |next| next.across)));
            } else if lane + 1 < width {
                text.push(' ');
            }
        }
        text
    }

    fn revision(self, cells: &[Cell], row: &Row<'_>) -> String {
        let mark = if row.state == State::Pending { '○' } else { '●' };
        let lanes = self.line(cells, Some((row.lane, mark)));
        let left = |width: usize| width.saturating_sub(measure_text_width(&lanes) + 1);
        // The id stays whole, even where it does not fit: it is to be copied.
        let room = self.screen.width.map(|width| left(width).max(measure_text_width(&row.node.revision.id)));
        let words = words(row);
        let words = room.map_or_else(|| words.clone(), |room| cut(&words, room));
        // What is cut was plain, so that a colour ends where it has begun.
        match words.split_once(' ') {
            Some((id, rest)) => format!("{lanes} {} {rest}", self.id(id, row)),
            None => format!("{lanes} {}", self.id(&words, row)),
        }
    }

    fn id(self, id: &str, row: &Row<'_>) -> String {
        let style = Style::new().force_styling(self.screen.colour).yellow();
        (if row.is_current { style.bold() } else { style }).apply_to(id).to_string()
    }

    fn coloured(self, character: char, lane: usize) -> String {
        let style = Style::new().force_styling(self.screen.colour).color256(COLOURS[lane % COLOURS.len()]);
        style.apply_to(character).to_string()
    }
}

/// As much of a text as fits, with a mark where something is missing.
fn cut(text: &str, room: usize) -> String {
    if measure_text_width(text) <= room {
        return text.to_owned();
    }
    // No room for anything beside the id.
    if room <= measure_text_width(text.split(' ').next().unwrap_or_default()) {
        return text.split(' ').next().unwrap_or_default().to_owned();
    }
    let mut kept = String::new();
    for c in text.chars() {
        kept.push(c);
        if measure_text_width(&kept) >= room {
            kept.pop();
            break;
        }
    }
    kept.trim_end().to_owned() + "…"
}

fn words(row: &Row<'_>) -> String {
    let mut text = row.node.revision.id.clone();
    // Alembic names the labels that reach a revision on each line; here a line leads from the one that has them to the head.
    let labels =
        if row.node.is_head() { row.node.labels().join(", ") } else { row.node.revision.branch_labels.join(", ") };
    let point = [(row.node.is_branch_point(), "branchpoint"), (row.node.is_merge_point(), "mergepoint")];
    let marks = [(!labels.is_empty()).then_some(labels.as_str()), row.head(), row.is_current.then_some("current")];
    for mark in marks.into_iter().flatten().chain(point.into_iter().filter(|(is, _)| *is).map(|(_, name)| name)) {
        text += &format!(" ({mark})");
    }
    if row.message().is_empty() { text } else { format!("{text} {}", row.message()) }
}
