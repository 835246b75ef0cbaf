//! A history of a few lines, for what the large ones do not have: each body beside the SQL that the database gets for it.

use std::fs;
use std::path::PathBuf;

use tempfile::TempDir;

use super::history;

/// A folder with migrations, one after the other, named `r1`, `r2`, …
pub struct Small {
    folder: TempDir,
    count: usize,
}

impl Small {
    /// Writes a migration for each body, given without its indentation.
    pub fn new(bodies: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for file in history::SHARED {
            fs::copy(history::root().join(file), folder.path().join(file)).unwrap();
        }
        fs::create_dir_all(folder.path().join("small/versions")).unwrap();
        let mut small = Self { folder, count: 0 };
        for body in bodies {
            small.add(body);
        }
        small
    }

    /// Adds a migration after the last.
    pub fn add(&mut self, body: &str) {
        let parent = match self.count {
            0 => "None".to_owned(),
            count => format!("\"r{count}\""),
        };
        self.count += 1;
        self.write(&format!("r{}", self.count), &parent, body);
    }

    /// Adds a migration after a given one.
    pub fn branch(&self, parent: &str, revision: &str, body: &str) {
        self.write(revision, &format!("\"{parent}\""), body);
    }

    fn write(&self, revision: &str, parent: &str, body: &str) {
        let body = body.replace('\n', "\n    ");
        let text = format!(
            "import sqlalchemy as sa\nfrom alembic import op\nfrom sqlalchemy.dialects import postgresql\n\n\
             revision = \"{revision}\"\ndown_revision = {parent}\n\n\ndef upgrade():\n    {body}\n"
        );
        fs::write(self.checkout().join("versions").join(format!("{revision}.py")), text).unwrap();
    }

    /// Where levelhead is run.
    pub fn checkout(&self) -> PathBuf {
        self.folder.path().join("small")
    }
}
