//! A program that is read wrongly, with all taken away that has no part in it.

use super::runs::{Figures, differences};

/// Blocks of lines are taken away as long as it is read wrongly without them.
pub(crate) fn shrunk(program: &str, seed: u64, difference: &str) -> String {
    let (mut program, mut difference) = (program.to_owned(), difference.to_owned());
    'again: loop {
        let candidates: Vec<String> = smaller(&program).into_iter().filter(|text| parses(text)).collect();
        // In order, several at once: whoever is the first wins.
        for batch in candidates.chunks(40) {
            if let Some((found, how)) = differences(batch, seed, &mut Figures::default()).into_iter().next() {
                (program, difference) = (found, how);
                continue 'again;
            }
        }
        return format!("{program}\n  {difference}");
    }
}

fn parses(text: &str) -> bool {
    text.contains("def upgrade") && python::parse(text).is_ok()
}

/// The program without one statement, and with one statement's body in its place.
fn smaller(program: &str) -> Vec<String> {
    let lines: Vec<&str> = program.lines().collect();
    let depth = |line: &str| line.len() - line.trim_start().len();
    let mut all = Vec::new();
    for at in 0..lines.len() {
        let own = depth(lines[at]);
        let end = (at + 1..lines.len()).find(|&other| depth(lines[other]) <= own).unwrap_or(lines.len());
        let without: Vec<&str> = lines[..at].iter().chain(&lines[end..]).copied().collect();
        all.push(without.join("\n"));
        if end > at + 1 {
            let inner = lines[at + 1..end].iter().map(|line| line.get(4..).unwrap_or_default());
            let lifted: Vec<&str> = lines[..at].iter().copied().chain(inner).chain(lines[end..].iter().copied()).collect();
            all.push(lifted.join("\n"));
            let passed: Vec<String> = lines[..=at].iter().map(ToString::to_string).chain([format!("{}pass", " ".repeat(own + 4))]).chain(lines[end..].iter().map(ToString::to_string)).collect();
            all.push(passed.join("\n"));
        }
    }
    all.retain(|text| text.len() < program.len());
    all.sort_by_key(String::len);
    all
}
