//! The invariants of docs/architecture.md, held against the sources.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn sources(folder: &str) -> Vec<(String, String)> {
    let mut files = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push((name(&path), fs::read_to_string(&path).unwrap()));
            }
        }
    }
    assert!(!files.is_empty(), "nothing in {folder}");
    files
}

fn name(path: &Path) -> String {
    path.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap().display().to_string()
}

/// No line of code below `folder` may hold any of `words`.
#[track_caller]
fn none_of(folder: &str, words: &[&str], but: &[&str]) {
    for (file, text) in sources(folder) {
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        for (line, word) in code.flat_map(|line| words.iter().map(move |word| (line, word))) {
            assert!(
                but.contains(&file.as_str()) || !line.contains(word),
                "{file} must not use {word}: {}",
                line.trim()
            );
        }
    }
}

/// A crate's dependencies among this workspace's are the arrows of docs/architecture.md, and no others.
#[test]
fn the_arrows_between_the_crates_are_those_of_the_architecture() {
    let arrows: [(&str, &[&str]); 9] = [
        ("cure", &["schema"]),
        ("database", &["schema", "version-table"]),
        ("foresight", &["schema"]),
        ("history", &["python", "version-table"]),
        ("migration", &["python", "schema"]),
        ("python", &[]),
        ("rendering", &[]),
        ("schema", &[]),
        ("version-table", &[]),
    ];
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("crates");
    let mut crates: Vec<String> =
        fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    crates.sort_unstable();
    assert_eq!(crates, arrows.map(|(name, _)| name));
    for (name, expected) in arrows {
        let manifest: toml::Table = fs::read_to_string(folder.join(name).join("Cargo.toml")).unwrap().parse().unwrap();
        let dependencies = manifest["dependencies"].as_table().unwrap().iter();
        let own: Vec<&str> =
            dependencies.filter(|(_, value)| value.get("path").is_some()).map(|(name, _)| name.as_str()).collect();
        assert_eq!(own, expected, "crates/{name}");
    }
}

/// The modules right below `src/`, each with those of them that it uses: as `crate::X`, alone or in braces.
fn uses_between_modules() -> BTreeMap<String, BTreeSet<String>> {
    let of = |file: &str| file["src/".len()..].split(['/', '.']).next().unwrap().to_owned();
    let sources = sources("src");
    let roots = ["src/lib.rs", "src/main.rs"];
    let sources = || sources.iter().filter(|(file, _)| !roots.contains(&file.as_str()));
    let mut uses: BTreeMap<_, BTreeSet<_>> = sources().map(|(file, _)| (of(file), BTreeSet::new())).collect();
    let names: BTreeSet<String> = uses.keys().cloned().collect();
    for (file, text) in sources() {
        let module = of(file);
        let code: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
        let code = code.join("\n");
        // What the file of a module right below the crate calls `super` is the crate.
        let is_the_module = file.matches('/').count() == 1 || *file == format!("src/{module}/mod.rs");
        let to_the_crate = if is_the_module { &["crate::", "super::"][..] } else { &["crate::"] };
        for path in to_the_crate.iter().flat_map(|word| code.split(word).skip(1)) {
            let meant = match path.strip_prefix('{') {
                Some(braced) => braced.split_once("};").map_or(braced, |(within, _)| within),
                None => path.split(|sign: char| !sign.is_alphanumeric() && sign != '_').next().unwrap(),
            };
            let words = meant.split(|sign: char| !sign.is_alphanumeric() && sign != '_');
            let used = words.filter(|word| *word != module && names.contains(*word)).map(str::to_owned);
            uses.get_mut(&module).unwrap().extend(used);
        }
    }
    uses
}

/// Takes away what uses nothing that is left, again and again; what stays leads back to itself.
#[test]
fn no_module_leads_back_to_itself() {
    let mut left = uses_between_modules();
    assert!(left["cli"].contains("commands") && left["error"].contains("process"), "uses are not found: {left:?}");
    loop {
        let done: Vec<String> =
            left.iter().filter(|(_, uses)| uses.is_empty()).map(|(module, _)| module.clone()).collect();
        if done.is_empty() {
            break;
        }
        left.retain(|module, _| !done.contains(module));
        left.values_mut().for_each(|uses| uses.retain(|module| !done.contains(module)));
    }
    assert!(left.is_empty(), "these modules of src/ lead back to themselves, or to those that do: {left:?}");
}

/// What is beneath the commands knows none of the words that are said about it, and no setting.
#[test]
fn processes_are_beneath_everything() {
    let uses = uses_between_modules();
    assert_eq!((&uses["process"], &uses["logging"]), (&BTreeSet::new(), &BTreeSet::new()));
}

#[test]
fn judging_is_pure() {
    let impure =
        ["std::fs", "std::env", "std::process", "std::net", "std::time", "tokio", "nix::", "rusqlite", "tracing"];
    for folder in [
        "src/help",
        "src/reconcile",
        "src/explanation",
        "crates/cure/src",
        "crates/schema/src",
        "crates/migration/src",
        "crates/foresight/src",
        "crates/version-table/src",
    ] {
        none_of(folder, &impure, &[]);
    }
}

#[test]
fn one_place_reads_the_environment_and_one_replaces_the_process() {
    none_of("src", &["env::var", "env::vars"], &["src/config/environment.rs"]);
    none_of("src", &[" execve("], &["src/process/exec.rs"]);
}

/// Every file and folder of the repository that is not made by building or running it, links not followed.
fn everything(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        if ["target", ".git", ".venv", "__pycache__"].iter().any(|made| entry.file_name() == *made) {
            continue;
        }
        found.push(entry.path());
        if entry.file_type().unwrap().is_dir() {
            everything(&entry.path(), found);
        }
    }
}

/// In two halves, so that this is no trace itself.
#[test]
fn the_old_name_is_gone() {
    let old = ["still", "head"].concat();
    let mut paths = Vec::new();
    everything(Path::new(env!("CARGO_MANIFEST_DIR")), &mut paths);
    assert!(paths.len() > 300, "only {} files", paths.len());
    for path in paths {
        let shown = name(&path);
        assert!(!shown.to_ascii_lowercase().contains(&old), "{shown} has the old name");
        if path.is_file() {
            let text = fs::read(&path).unwrap().to_ascii_lowercase();
            let text = String::from_utf8_lossy(&text);
            let line = text.find(&old).map(|at| text[..at].lines().count());
            assert!(line.is_none(), "{shown}:{} has the old name", line.unwrap());
        }
    }
}

/// Each library makes sense by itself: a README of some ten lines, and examples that end well.
#[test]
fn each_library_has_a_readme_and_examples_that_run() {
    let built = Path::new(env!("CARGO_BIN_EXE_levelhead")).parent().unwrap().join("examples");
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("crates")).unwrap() {
        let folder = entry.unwrap().path();
        let readme = fs::read_to_string(folder.join("README.md")).unwrap_or_default();
        assert!((5..=20).contains(&readme.lines().count()), "{}/README.md", folder.display());
        let examples =
            fs::read_dir(folder.join("examples")).unwrap_or_else(|_| panic!("no {}/examples", folder.display()));
        for example in examples {
            let name = example.unwrap().path().file_stem().unwrap().to_owned();
            let done = Command::new(built.join(&name)).output();
            let done = done.unwrap_or_else(|error| panic!("{name:?}: {error}: cargo build --workspace --examples"));
            assert!(done.status.success() && !done.stdout.is_empty(), "{name:?}: {done:?}");
        }
    }
}

#[test]
fn what_to_do_next_is_said_through_one_trait() {
    for folder in ["src", "crates"] {
        none_of(folder, &["fn next(&self) -> String", "fn next(self) -> &'static str", "fn next(&self) -> &str"], &[]);
    }
    // The libraries say what is so; what this program can do about it, it says itself.
    none_of(
        "crates",
        &["levelhead stamp", "levelhead restore", "levelhead fix", "levelhead check", "levelhead run"],
        &[],
    );
}

/// Long files are rooms that got crowded. One that has to be long says why in its first lines.
#[test]
fn no_file_is_long_without_a_reason() {
    for (file, text) in sources("src").into_iter().chain(sources("crates")) {
        let long = text.lines().count() > 400;
        let reason = text.lines().take(10).any(|line| line.contains("Long, since"));
        assert!(!long || reason || file.contains("/tests/"), "{file} has over 400 lines and does not say why");
    }
}
