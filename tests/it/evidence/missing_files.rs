//! A database that is ahead of the files: the name of the last file would be a wrong one.

use std::fs;
use std::path::Path;

use super::alembic::{Replay, infer, on_each};
use super::answer::Answer;
use super::history::{self, History};

/// What is answered about a database at `head` when the files of its last `missing` states are not there.
fn without(history: &History, replay: &Replay, missing: usize) -> Answer {
    let folder = tempfile::tempdir().unwrap();
    for file in history::SHARED {
        fs::copy(history::root().join(file), folder.path().join(file)).unwrap();
    }
    let checkout = folder.path().join(history.name);
    let kept = history.states.len() - missing;
    let gone: Vec<String> = history.states[kept..].concat();
    copy(&history.folder(), &checkout, &gone);
    infer(&checkout, &replay.database)
}

fn copy(from: &Path, to: &Path, without: &[String]) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target, without);
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        if !without.iter().any(|revision| text.contains(&format!("\nrevision = \"{revision}\""))) {
            fs::write(target, text).unwrap();
        }
    }
}

/// Histories whose last states make something that no earlier revision mentions: a part of a table that they make is no proof of
/// anything, and a table is named.
#[test]
fn what_no_file_mentions_is_noticed() {
    for (name, missing) in
        [("bookshop", 8), ("choir", 2), ("garden", 4), ("museum", 3), ("tenants", 6), ("warehouse", 10)]
    {
        on_each(name, |history| {
            let mut replay = Replay::start(history);
            while replay.next().is_some() {}
            let answer = without(history, &replay, missing);
            let abstained = ["ahead", "doubtful", "ambiguous", "half-applied", "foreign"];
            let noticed = abstained.contains(&answer.verdict.as_str()) && !answer.settled;
            let deviations = answer.deviations();
            let named = !deviations.is_empty();
            // A whole table may be anybody's, and forbids no proof of the others; it is named all the same.
            let is_beside = deviations.lines().all(|line| line.starts_with("table "));
            if (noticed || is_beside) && named { Vec::new() } else { vec![answer.brief()] }
        });
    }
}
