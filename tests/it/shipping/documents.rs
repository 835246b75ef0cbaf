//! The documents: what they tell people to run is run, what they name is there.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use ::levelhead::cli::program;

use crate::support::application::REVISIONS;
use crate::support::{Application, Backend, Levelhead, levelhead, python};

const PROJECT: &str = env!("CARGO_MANIFEST_DIR");

/// The pages: README, CONTRIBUTING and docs/, each with its text.
fn pages() -> Vec<(PathBuf, String)> {
    let mut paths = vec![PathBuf::from(PROJECT).join("README.md"), PathBuf::from(PROJECT).join("CONTRIBUTING.md")];
    for folder in ["docs", "docs/findings"] {
        let entries = fs::read_dir(Path::new(PROJECT).join(folder)).unwrap();
        paths.extend(entries.map(|entry| entry.unwrap().path()).filter(|path| path.extension().is_some()));
    }
    assert!(paths.len() > 10, "{paths:?}");
    paths.into_iter().map(|path| (path.clone(), fs::read_to_string(&path).unwrap())).collect()
}

/// Fenced blocks, each with its info string.
fn blocks(text: &str) -> Vec<(String, String)> {
    let mut blocks = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(info) = line.strip_prefix("```") {
            let body = lines.by_ref().take_while(|line| *line != "```").map(|line| line.to_owned() + "\n").collect();
            blocks.push((info.to_owned(), body));
        }
    }
    blocks
}

/// The shop in the state that a block's info string asks for.
fn application(state: &str) -> Application {
    let at = |revision| Application::at(Backend::Sqlite, revision);
    match state {
        "" => at("head"),
        "behind" => at(REVISIONS[1]),
        "unversioned" => {
            let shop = at(REVISIONS[1]);
            shop.database.sql("DROP TABLE alembic_version");
            shop
        }
        other => panic!("no such state: sh {other}; a block is `sh`, `sh behind`, `sh unversioned` or `sh norun`"),
    }
}

#[test]
fn every_shell_block_is_run_or_says_that_it_is_not() {
    let mut count = 0;
    for (path, text) in pages() {
        for (info, script) in blocks(&text) {
            let mut words = info.split(' ');
            let state = match (words.next(), words.next()) {
                (Some("sh"), Some("norun")) => continue,
                (Some("sh"), state) => state.unwrap_or_default(),
                (Some("bash" | "shell" | "console" | ""), _) => {
                    panic!("{}: a block without a language", path.display())
                }
                _ => continue,
            };
            let shop = application(state);
            let folder = levelhead::binary().parent().unwrap().display().to_string();
            let mut shell = Command::new("sh");
            shell.args(["-euc", &script]).env_clear().env("PATH", format!("{folder}:{}", python::path()));
            shell.env("DATABASE_URL", shop.database.url()).env("FLASK_APP", "app").env("PYTHONDONTWRITEBYTECODE", "1");
            let output = shell.current_dir(shop.folder()).output().unwrap();
            assert!(output.status.success(), "{}:\n{script}{output:#?}", path.display());
            count += 1;
        }
    }
    assert!(count >= 5, "only {count} blocks are run");
}

#[test]
fn the_commands_that_are_named_are_there() {
    let known: BTreeSet<String> = program().get_subcommands().map(|command| command.get_name().to_owned()).collect();
    for (path, text) in pages() {
        // In code, that is; prose has levelhead as a word.
        for rest in text.split("`levelhead ").skip(1) {
            let word: String = rest.chars().take_while(|c| c.is_ascii_lowercase()).collect();
            let is_known = known.contains(&word) || word.is_empty();
            assert!(is_known, "{} names `levelhead {word}`, which is not there", path.display());
        }
    }
}

/// The picture of the README is drawn from the screens that are kept of real runs.
#[test]
fn the_picture_shows_what_a_real_run_has_shown() {
    let script = Path::new(PROJECT).join("docs/picture.py");
    let output = Command::new(python::binaries().join("python")).arg(script).arg("--check").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn links_lead_somewhere() {
    for (path, text) in pages() {
        for (_, rest) in text.match_indices("](").map(|(at, _)| text.split_at(at + 2)) {
            let link = rest.split(')').next().unwrap();
            if link.starts_with("http") {
                continue;
            }
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = if file.is_empty() { path.clone() } else { path.parent().unwrap().join(file) };
            assert!(target.exists(), "{}: {link} leads nowhere", path.display());
            if !anchor.is_empty() {
                let page = fs::read_to_string(&target).unwrap();
                assert!(page.lines().any(|line| slug(line).as_deref() == Some(anchor)), "{}: {link}", path.display());
            }
        }
    }
}

/// A heading's anchor, as GitHub makes it.
fn slug(line: &str) -> Option<String> {
    let heading = line.strip_prefix('#')?.trim_start_matches('#').trim();
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    Some(kept.collect::<String>().to_lowercase().replace(' ', "-"))
}

#[test]
fn help_and_configuration_name_the_same_variables() {
    let variables = |text: &str| -> BTreeSet<String> {
        let words = text.split(|c: char| !(c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_'));
        let own = words.filter(|word| word.starts_with("LEVELHEAD_") && word.len() > "LEVELHEAD_".len());
        own.map(str::to_owned).collect()
    };
    let help = Levelhead::new(&["run", "--help"]).run().success().stdout.clone();
    let page = fs::read_to_string(Path::new(PROJECT).join("docs/CONFIGURATION.md")).unwrap();
    assert_eq!(variables(&help), variables(&page));
    // A table's row has the flag beside the variable.
    for line in page.lines().filter(|line| line.starts_with("| `LEVELHEAD_")) {
        let flag = line.split("`--").nth(1).unwrap().split(['`', ' ']).next().unwrap();
        assert!(help.contains(&format!("--{flag}")), "--{flag} is no flag: {line}");
    }
}
