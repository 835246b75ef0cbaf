//! The drawing on a terminal, read back: what a person can follow with a finger has to be the graph.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::support::Levelhead;
use crate::support::screen::{Seen, fits, screen};

/// What a revision of a history follows.
#[derive(Debug, Clone, Default)]
struct Follows {
    parents: Vec<String>,
    dependencies: Vec<String>,
}

/// A history of many branches: each revision has a parent among the open ends, or merges two of them; of `depending` revisions
/// one depends on any earlier one as well.
fn history(seed: u64, revisions: usize, branches: usize, depending: usize) -> Vec<(String, Follows)> {
    // A generator of Lehmer's, so that the history is the same each time.
    let mut state = seed;
    let mut random = |below: usize| {
        state = state * 48_271 % 2_147_483_647;
        state as usize % below
    };
    let mut ends: Vec<String> = Vec::new();
    let mut all: Vec<(String, Follows)> = Vec::new();
    for number in 0..revisions {
        let id = format!("{number:04}{:08x}", random(1 << 30));
        let parents = match (ends.len(), random(10)) {
            (0, _) => Vec::new(),
            (open, 0 | 1) if open < branches => vec![ends[random(open)].clone()],
            (open, 2) if open > 2 => vec![ends.swap_remove(random(open)), ends.swap_remove(random(open - 1))],
            (open, _) => vec![ends.swap_remove(random(open))],
        };
        let mut follows = Follows { parents, dependencies: Vec::new() };
        if depending > 0 && number > 0 && random(depending) == 0 {
            let earlier = all[random(number)].0.clone();
            if !follows.parents.contains(&earlier) {
                follows.dependencies.push(earlier);
            }
        }
        ends.push(id.clone());
        all.push((id, follows));
    }
    all
}

/// Writes the files of a history.
fn write(folder: &Path, history: &[(String, Follows)]) {
    fs::create_dir_all(folder.join("mig/versions")).unwrap();
    fs::write(folder.join("alembic.ini"), "[alembic]\nscript_location = mig\n").unwrap();
    fs::write(folder.join("mig/env.py"), "").unwrap();
    let tuple = |ids: &[String]| ids.iter().map(|id| format!("'{id}',")).collect::<String>();
    for (id, follows) in history {
        let (parents, dependencies) = (tuple(&follows.parents), tuple(&follows.dependencies));
        let text = format!(
            "\"\"\"a message that is long enough to need more than the eighty columns of a terminal\"\"\"\n\
             revision = '{id}'\ndown_revision = ({parents})\ndepends_on = ({dependencies})\n\
             def upgrade(): pass\ndef downgrade(): pass\n"
        );
        fs::write(folder.join(format!("mig/versions/{id}.py")), text).unwrap();
    }
}

/// Everything that each revision follows.
fn expected(history: &[(String, Follows)]) -> BTreeMap<String, BTreeSet<String>> {
    let all = |follows: &Follows| follows.parents.iter().chain(&follows.dependencies).cloned().collect();
    history.iter().map(|(id, follows)| (id.clone(), all(follows))).collect()
}

/// The parents of each revision, found by following the lines downwards. A line turns at most twice: where it leaves its
/// child's lane and where it joins its parent's, and is straight in between.
fn followed(drawing: &str) -> BTreeMap<String, BTreeSet<String>> {
    let grid: Vec<Vec<char>> = drawing.lines().map(|line| line.chars().collect()).collect();
    let at = |row: usize, column: usize| grid.get(row).and_then(|line| line.get(column)).copied().unwrap_or(' ');
    let is_mark = |c: char| matches!(c, '●' | '○');
    let mark = |line: &[char]| line.iter().position(|c| is_mark(*c));
    let id = |line: &[char]| -> Option<String> {
        mark(line)?;
        line.split(|c| *c == ' ')
            .map(|word| word.iter().collect::<String>())
            .find(|word| word.len() == 12 && word.is_ascii())
    };
    let mut found = BTreeMap::new();
    for (row, line) in grid.iter().enumerate() {
        let (Some(child), Some(column)) = (id(line), mark(line)) else { continue };
        let mut parents = BTreeSet::new();
        // Each way on, from above; to the side only where the line leaves the mark.
        let mut ways = vec![(row + 1, column, 0)];
        while let Some((row, column, turned)) = ways.pop() {
            assert!(turned <= 2, "the line from {child} is not straight at line {row}:\n{drawing}");
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
                ways.push((row + 1, column, turned));
            }
            for to_the_left in [true, false].into_iter().filter(|way| turns(*way)) {
                let mut column = column;
                loop {
                    column = if to_the_left { column - 1 } else { column + 1 };
                    match at(row, column) {
                        // Behind a line that only passes, and past a corner that others turn at.
                        '─' | '│' | '┴' => {}
                        '╮' | '╭' | '├' | '┤' => {
                            ways.push((row + 1, column, turned + 1));
                            break;
                        }
                        // What leaves turns down; this is another line, which comes from above and joins.
                        '╯' | '╰' if leaves => break,
                        '┬' | '┼' => ways.push((row + 1, column, turned + 1)),
                        other => panic!("line {row} leads to {other:?}:\n{drawing}"),
                    }
                }
            }
        }
        found.insert(child, parents);
    }
    found
}

/// Follows a drawing and holds what is found against the history.
#[track_caller]
fn holds(drawing: &str, history: &[(String, Follows)]) {
    let (found, expected) = (followed(drawing), expected(history));
    assert_eq!(found.len(), expected.len());
    for (id, parents) in &found {
        assert_eq!(Some(parents), expected.get(id), "{id} in\n{drawing}");
    }
}

fn graph(folder: &Path) -> Levelhead {
    Levelhead::new(&["history", "--graph"]).current_dir(folder).env("PATH", "/usr/bin:/bin")
}

#[test]
fn three_hundred_revisions_on_a_dozen_branches_can_be_followed() {
    let folder = tempfile::tempdir().unwrap();
    let history = history(20_261_123, 300, 12, 0);
    write(folder.path(), &history);
    holds(&graph(folder.path()).run().success().stdout, &history);
    let shown = screen(graph(folder.path()), Seen::OnATerminal);
    fits(&shown);
    assert!(shown.contains("^[[38;5;2m") && shown.contains('…'), "{shown}");
    let plain = screen(graph(folder.path()), Seen::WithoutColour);
    fits(&plain);
    assert!(!plain.contains("^["), "{plain}");
}

#[test]
fn any_history_can_be_followed_with_what_it_depends_on() {
    for (seed, revisions, branches) in [(3, 60, 4), (14, 60, 12), (159, 120, 8), (2_653, 120, 20), (58_979, 12, 3)] {
        let folder = tempfile::tempdir().unwrap();
        let history = history(seed, revisions, branches, 12);
        write(folder.path(), &history);
        holds(&graph(folder.path()).run().success().stdout, &history);
    }
}

#[test]
fn lanes_come_closer_where_an_id_would_not_fit_beside_them() {
    let folder = tempfile::tempdir().unwrap();
    // One revision that sixty follow, and one that merges them.
    let sides: Vec<String> = (0..60).map(|side| format!("side{side:08}")).collect();
    let follows = |parents: &[String]| Follows { parents: parents.to_vec(), dependencies: Vec::new() };
    let base = "base00000000".to_owned();
    let side = |id: &String| (id.clone(), follows(std::slice::from_ref(&base)));
    let begin = (base.clone(), Follows::default());
    let end = ("merge0000000".to_owned(), follows(&sides));
    let history: Vec<_> = std::iter::once(begin).chain(sides.iter().map(side)).chain([end]).collect();
    write(folder.path(), &history);
    let drawing = screen(graph(folder.path()), Seen::WithoutColour);
    fits(&drawing);
    holds(&drawing, &history);
    // In a log there is room.
    let drawing = graph(folder.path()).run().success().stdout.clone();
    assert!(drawing.contains("├─┬─┬"), "{drawing}");
    holds(&drawing, &history);
}

#[test]
fn a_label_stands_where_it_is_given_and_at_the_heads_that_it_reaches() {
    let folder = tempfile::tempdir().unwrap();
    let mut history: Vec<(String, Follows)> = Vec::new();
    for (id, parent) in [("base", None), ("left", Some("base")), ("left2", Some("left")), ("left3", Some("left2"))] {
        let parents = parent.into_iter().map(str::to_owned).collect();
        history.push((id.to_owned(), Follows { parents, dependencies: Vec::new() }));
    }
    history.push(("right".to_owned(), Follows { parents: vec!["base".to_owned()], dependencies: Vec::new() }));
    write(folder.path(), &history);
    let file = folder.path().join("mig/versions/left.py");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text + "branch_labels = ('shop',)\n").unwrap();
    let drawing = graph(folder.path()).run().success().stdout.clone();
    let labelled: Vec<&str> = drawing
        .lines()
        .filter(|line| line.contains("(shop)"))
        .filter_map(|line| line.split(' ').find(|word| word.starts_with("left")))
        .collect();
    assert_eq!(labelled, ["left3", "left"], "{drawing}");
}
