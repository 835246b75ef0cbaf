//! Together the histories use everything that Alembic has.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use super::history;
use crate::support::python;

fn sources(folder: &Path, text: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, text);
        } else if path.extension().is_some_and(|extension| extension == "py") {
            text.push_str(&fs::read_to_string(path).unwrap());
        }
    }
}

/// The public names of a class, from Alembic itself.
fn methods(class: &str) -> Vec<String> {
    let program = format!("from alembic import operations as o\nprint(*(n for n in dir(o.{class}) if n[0] != '_'))");
    let output = Command::new(python::binaries().join("python")).args(["-c", &program]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().split_whitespace().map(str::to_owned).collect()
}

#[test]
fn every_folder_is_a_history_and_every_history_a_folder() {
    let folders = fs::read_dir(history::root()).unwrap().flatten().filter(|entry| entry.path().is_dir());
    let folders: BTreeSet<String> = folders.map(|entry| entry.file_name().into_string().unwrap()).collect();
    assert_eq!(folders, history::NAMES.iter().map(ToString::to_string).collect());
}

#[test]
fn every_operation_of_alembic_is_used() {
    let mut text = String::new();
    sources(&history::root(), &mut text);
    // Parts of Alembic's own works, and what a batch only inherits.
    let inner = ["context", "create_module_class_proxy", "implementation_for", "register_operation", "invoke"];
    let inherited = ["batch_alter_table", "get_bind", "get_context", "inline_literal", "run_async"];
    let missing = |class: &str, prefixes: &[&str], but: &[&str]| -> Vec<String> {
        let used = |name: &String| prefixes.iter().any(|prefix| text.contains(&format!("{prefix}.{name}(")));
        methods(class).into_iter().filter(|name| !but.contains(&name.as_str()) && !used(name)).collect()
    };
    assert_eq!(missing("Operations", &["op"], &inner), [""; 0]);
    assert_eq!(missing("BatchOperations", &["batch_op", "batch"], &[inner.as_slice(), &inherited].concat()), [""; 0]);
}
