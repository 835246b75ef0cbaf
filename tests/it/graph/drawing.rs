//! The drawing on a terminal, read back: what a person can follow with a finger has to be the graph.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use crate::support::Stillhead;
use crate::support::screen::{Seen, fits, screen};

/// A history of many branches: each revision has a parent among the open ends, or merges two of them.
fn history(revisions: usize, branches: usize) -> Vec<(String, Vec<String>)> {
    // A generator of Lehmer's, so that the history is the same each time.
    let mut state = 20_261_123_u64;
    let mut random = |below: usize| {
        state = state * 48_271 % 2_147_483_647;
        state as usize % below
    };
    let mut ends: Vec<String> = Vec::new();
    let mut all = Vec::new();
    for number in 0..revisions {
        let id = format!("{number:04}{:08x}", random(1 << 30));
        let parents = match (ends.len(), random(10)) {
            (0, _) => Vec::new(),
            (open, 0 | 1) if open < branches => vec![ends[random(open)].clone()],
            (open, 2) if open > 2 => vec![ends.swap_remove(random(open)), ends.swap_remove(random(open - 1))],
            (open, _) => vec![ends.swap_remove(random(open))],
        };
        ends.push(id.clone());
        all.push((id, parents));
    }
    all
}

/// The parents of each revision, found by following the lines downwards.
fn followed(drawing: &str) -> BTreeMap<String, BTreeSet<String>> {
    let grid: Vec<Vec<char>> = drawing.lines().map(|line| line.chars().collect()).collect();
    let at = |row: usize, column: usize| grid.get(row).and_then(|line| line.get(column)).copied().unwrap_or(' ');
    let is_mark = |c: char| matches!(c, '●' | '○');
    let mark = |line: &[char]| line.iter().position(|c| is_mark(*c));
    let id = |line: &[char]| -> Option<String> {
        mark(line)?;
        line.split(|c| *c == ' ').map(|word| word.iter().collect::<String>()).find(|word| word.len() == 12)
    };
    let mut found = BTreeMap::new();
    for (row, line) in grid.iter().enumerate() {
        let (Some(child), Some(column)) = (id(line), mark(line)) else { continue };
        let mut parents = BTreeSet::new();
        // Each way on, from above; to the side only where the line leaves the mark.
        let mut ways = vec![(row + 1, column)];
        while let Some((row, column)) = ways.pop() {
            let character = at(row, column);
            if is_mark(character) {
                parents.extend(id(&grid[row]));
                continue;
            }
            let leaves = row > 0 && is_mark(at(row - 1, column));
            let turns = |to_the_left: bool| match character {
                '╯' | '┴' => to_the_left,
                '╰' => !to_the_left,
                '├' | '┼' | '┤' if leaves => {
                    (character != '┤' || to_the_left) && (character != '├' || !to_the_left)
                }
                _ => false,
            };
            if matches!(character, '│' | '├' | '┤' | '┼' | '╷') {
                ways.push((row + 1, column));
            }
            for to_the_left in [true, false].into_iter().filter(|way| turns(*way)) {
                let mut column = column;
                loop {
                    column = if to_the_left { column - 1 } else { column + 1 };
                    match at(row, column) {
                        // Behind a line that only passes, and past a corner that others turn at.
                        '─' | '│' | '┴' => {}
                        '╮' | '╭' | '├' | '┤' => {
                            ways.push((row + 1, column));
                            break;
                        }
                        // What leaves turns down; this is another line, which comes from above and joins.
                        '╯' | '╰' if leaves => break,
                        '┬' | '┼' => ways.push((row + 1, column)),
                        other => panic!("line {row} leads to {other:?}:\n{drawing}"),
                    }
                }
            }
        }
        found.insert(child, parents);
    }
    found
}

#[test]
fn three_hundred_revisions_on_a_dozen_branches_can_be_followed() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("mig/versions")).unwrap();
    fs::write(folder.path().join("alembic.ini"), "[alembic]\nscript_location = mig\n").unwrap();
    fs::write(folder.path().join("mig/env.py"), "").unwrap();
    let history = history(300, 12);
    for (id, parents) in &history {
        let parents: String = parents.iter().map(|parent| format!("'{parent}',")).collect();
        let text = format!(
            "\"\"\"a message that is long enough to need more than the eighty columns of a terminal\"\"\"\n\
             revision = '{id}'\ndown_revision = ({parents})\ndef upgrade(): pass\ndef downgrade(): pass\n"
        );
        fs::write(folder.path().join(format!("mig/versions/{id}.py")), text).unwrap();
    }
    let graph = || Stillhead::new(&["history", "--graph"]).current_dir(folder.path()).env("PATH", "/usr/bin:/bin");
    let drawing = graph().run().success().stdout.clone();
    let expected: BTreeMap<String, BTreeSet<String>> =
        history.into_iter().map(|(id, parents)| (id, parents.into_iter().collect())).collect();
    let found = followed(&drawing);
    assert_eq!(found.len(), 300);
    for (id, parents) in &found {
        assert_eq!(Some(parents), expected.get(id), "{id} in\n{drawing}");
    }
    let shown = screen(graph(), Seen::OnATerminal);
    fits(&shown);
    assert!(shown.contains("^[[38;5;2m") && shown.contains('…'), "{shown}");
    let plain = screen(graph(), Seen::WithoutColour);
    fits(&plain);
    assert!(!plain.contains("^["), "{plain}");
}
