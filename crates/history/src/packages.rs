//! Finding an installed Python package on the file system, without importing it.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// The folder of a package, dotted name included, along `sys.path`.
pub(super) fn find(package: &str, python_path: &[PathBuf]) -> Option<PathBuf> {
    let relative: PathBuf = package.split('.').collect();
    let folders = || python_path.iter().map(|folder| folder.join(&relative));
    // A folder without __init__.py is only a package where no regular one is found.
    folders().find(|folder| folder.join("__init__.py").is_file()).or_else(|| folders().find(|folder| folder.is_dir()))
}

/// Where packages are installed: the virtualenv's `site-packages`, those beside the programs on `path`, and the system's, with
/// what their `.pth` files add.
pub(super) fn site_packages(virtual_env: Option<&Path>, path: Option<&OsStr>) -> Vec<PathBuf> {
    let programs = path.into_iter().flat_map(std::env::split_paths);
    let beside =
        programs.filter(|folder| folder.ends_with("bin")).filter_map(|folder| Some(folder.parent()?.to_owned()));
    let system = ["/usr/local", "/usr"].map(PathBuf::from);
    let mut prefixes: Vec<PathBuf> = Vec::new();
    for prefix in virtual_env.map(Path::to_owned).into_iter().chain(beside).chain(system) {
        if !prefixes.contains(&prefix) {
            prefixes.push(prefix);
        }
    }
    let mut found = Vec::new();
    for python in prefixes.iter().flat_map(|prefix| entries(&prefix.join("lib"))) {
        let is_python = python.file_name().is_some_and(|name| name.to_string_lossy().starts_with("python3"));
        for name in ["site-packages", "dist-packages"] {
            let folder = python.join(name);
            if is_python && folder.is_dir() {
                let added: Vec<PathBuf> = entries(&folder).iter().flat_map(|file| added_by(file, &folder)).collect();
                found.push(folder);
                found.extend(added);
            }
        }
    }
    found
}

/// The folders that a `.pth` file adds: its lines that are neither comments nor imports.
fn added_by(file: &Path, folder: &Path) -> Vec<PathBuf> {
    if file.extension().is_none_or(|extension| extension != "pth") {
        return Vec::new();
    }
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let lines = text.lines().map(str::trim_end).filter(|line| !line.is_empty() && !line.starts_with(['#']));
    let lines = lines.filter(|line| !line.starts_with("import ") && !line.starts_with("import\t"));
    lines.map(|line| folder.join(line)).filter(|folder| folder.is_dir()).collect()
}

/// What is in a folder, in order; nothing where it cannot be read.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> =
        std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    found.sort();
    found
}
