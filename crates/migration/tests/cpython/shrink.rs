//! A program that is read wrongly, with all taken away that has no part in it.

use super::runs::{Figures, differences};

/// What is taken away: lines from here to there, and how far what then follows moves to the left, up to where.
#[derive(Clone, Copy)]
struct Cut {
    from: usize,
    to: usize,
    lifted_to: usize,
}

/// Statements are taken away as long as it is read wrongly without them.
pub(crate) fn shrunk(program: &str, seed: u64, difference: &str) -> String {
    let (mut program, mut difference) = (program.to_owned(), difference.to_owned());
    let wrong = |programs: &[String]| differences(programs, seed, &mut Figures::default());
    loop {
        let lines: Vec<String> = program.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect();
        let cuts = cuts(&lines);
        let alone: Vec<String> = cuts.iter().map(|cut| without(&lines, &[*cut])).collect();
        let found = wrong(&alone);
        let able: Vec<Cut> = cuts
            .iter()
            .zip(&alone)
            .filter(|(_, text)| found.iter().any(|(wrong, _)| wrong == *text))
            .map(|(cut, _)| *cut)
            .collect();
        // As many of them at once as can be.
        let mut together: Vec<String> = Vec::new();
        let mut many = able.len();
        while many > 0 {
            together.extend(able.chunks(many).map(|some| without(&lines, some)));
            many /= 2;
        }
        let least = wrong(&together).into_iter().min_by_key(|(text, _)| text.len());
        match least.filter(|(text, _)| text.len() < program.len()) {
            Some((text, how)) => (program, difference) = (text, how),
            None => return format!("{program}\n  {difference}"),
        }
    }
}

/// Each statement, and each head of a block whose body can stand alone.
fn cuts(lines: &[String]) -> Vec<Cut> {
    let mut all = Vec::new();
    for at in 0..lines.len() {
        let own = depth(&lines[at]);
        let to = (at + 1..lines.len()).find(|&other| depth(&lines[other]) <= own).unwrap_or(lines.len());
        if !lines[at].starts_with("def upgrade") {
            all.push(Cut { from: at, to, lifted_to: to });
            if to > at + 1 {
                all.push(Cut { from: at, to: at + 1, lifted_to: to });
            }
        }
    }
    all
}

fn depth(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

fn without(lines: &[String], cuts: &[Cut]) -> String {
    let mut kept = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        if cuts.iter().any(|cut| (cut.from..cut.to).contains(&at)) {
            continue;
        }
        let lifts = cuts.iter().filter(|cut| (cut.to..cut.lifted_to).contains(&at)).count();
        kept.push(line.get(4 * lifts..).unwrap_or_default().to_owned());
    }
    // What is left without a body has none to be followed.
    let mut whole: Vec<String> = Vec::new();
    for (at, line) in kept.iter().enumerate() {
        whole.push(line.clone());
        let opens = line.ends_with(':') && kept.get(at + 1).is_none_or(|next| depth(next) <= depth(line));
        if opens {
            whole.push(format!("{}    pass", &line[..depth(line)]));
        }
    }
    whole.join("\n")
}
