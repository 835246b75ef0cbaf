//! The files that a migration's imports may reach.

use std::io;
use std::path::{Path, PathBuf};

use history::read_source;
use migration::Checkout;

/// The files beside the migrations, by absolute path.
pub struct Disk {
    roots: Vec<PathBuf>,
}

impl Disk {
    /// Imports start in the working folder, and in the folders around the migrations.
    ///
    /// # Errors
    /// Where there is no working folder.
    pub fn around(script_location: &Path) -> io::Result<Self> {
        const AROUND: usize = 4;
        let here = std::path::absolute(Path::new("."))?;
        let script = std::path::absolute(script_location)?;
        let mut roots = vec![here.clone(), here.join("src")];
        roots.extend(script.ancestors().take(AROUND).map(Path::to_path_buf));
        Ok(Self { roots })
    }
}

impl Checkout for Disk {
    fn text(&self, path: &str) -> Option<String> {
        let bytes = read_source(Path::new(path)).ok()?;
        python::decode(&bytes).ok().map(|text| text.into_owned())
    }

    fn roots(&self) -> Vec<String> {
        self.roots.iter().map(|root| root.to_string_lossy().into_owned()).collect()
    }

    fn modules(&self) -> Vec<String> {
        self.roots.first().map(|root| modules_in(root)).unwrap_or_default()
    }
}

/// Python files in a folder and below, as many as an application has of its own.
fn modules_in(root: &Path) -> Vec<String> {
    const DEEPEST: usize = 6;
    const MOST: usize = 5_000;
    const OTHERS: [&str; 5] = ["node_modules", "site-packages", "tests", "venv", "env"];
    let (mut found, mut folders) = (Vec::new(), vec![(root.to_path_buf(), 0)]);
    while let Some((folder, depth)) = folders.pop() {
        let mut entries: Vec<_> = std::fs::read_dir(folder).into_iter().flatten().flatten().collect();
        entries.sort_by_key(std::fs::DirEntry::file_name);
        for entry in entries {
            let name = entry.file_name().to_string_lossy().into_owned();
            let Ok(kind) = entry.file_type() else { continue };
            if kind.is_dir() && depth < DEEPEST && !name.starts_with('.') && !OTHERS.contains(&name.as_str()) {
                folders.push((entry.path(), depth + 1));
            } else if kind.is_file() && name.ends_with(".py") {
                found.push(entry.path().to_string_lossy().into_owned());
            }
        }
        if found.len() > MOST {
            break;
        }
    }
    found
}
