//! Gathering evidence: the only place where the interpreter meets the disk.

use std::path::{Path, PathBuf};

use super::files::Files;
use crate::database::Database;
use crate::error::Error;
use crate::evidence::infer;
use crate::interpreter::{Checkout, Effects, Script, Setting, read};
use crate::migrations::Step;
use crate::migrations::layout::Layout;
use crate::reconcile::Evidence;
use crate::schema::Schema;

/// Files beside the migrations, by absolute path.
struct Disk {
    roots: Vec<PathBuf>,
}

impl Checkout for Disk {
    fn text(&self, path: &str) -> Option<String> {
        let bytes = std::fs::read(path).ok()?;
        crate::python::decode(&bytes).ok().map(|text| text.into_owned())
    }

    fn roots(&self) -> Vec<String> {
        self.roots.iter().map(|root| root.to_string_lossy().into_owned()).collect()
    }
}

/// The revisions in upgrade order, with what each of them does.
pub(super) struct History {
    pub(super) ids: Vec<String>,
    pub(super) effects: Vec<Effects>,
}

impl History {
    /// Reads what the migrations do, on the database at hand, and the schema that they are held against.
    pub(super) async fn look(files: &Files, database: &Database) -> Result<(Self, Schema), Error> {
        let table = files.version_table()?;
        let schema = database.schema(table).await?;
        let version_table = match &table.schema {
            Some(namespace) if *namespace != schema.default_schema => format!("{namespace}.{}", table.name),
            _ => table.name.clone(),
        };
        let setting =
            Setting { dialect: database.dialect(), default_schema: schema.default_schema.clone(), version_table };
        Ok((Self::read(files, "heads", &setting)?, schema))
    }

    /// What the schema proves.
    pub(super) fn weigh(self, schema: &Schema) -> Evidence {
        const REASONS: usize = 3;
        let inference = infer(&self.effects, schema);
        let reasons = inference.holds.iter().take(REASONS).map(|claim| claim.sentence(&self.ids)).collect();
        let idle = self.effects.iter().map(|effects| effects.nothing).collect();
        Evidence { order: self.ids, idle, inference, reasons }
    }

    /// Reads what the migrations up to `target` do.
    pub(super) fn read(files: &Files, target: &str, setting: &Setting) -> Result<Self, Error> {
        let mut ids = Vec::new();
        let mut scripts = Vec::new();
        for step in files.graph.upgrade_steps(&[], target)? {
            let Step::Upgrade(id) = &step else { continue };
            let Some(node) = files.graph.get(id) else { continue };
            let path = std::path::absolute(&node.revision.path)?;
            let bytes = std::fs::read(&path)?;
            let text = crate::python::decode(&bytes).map(|text| text.into_owned()).unwrap_or_default();
            ids.push(node.revision.id.clone());
            scripts.push(Script { path: path.to_string_lossy().into_owned(), text });
        }
        let disk = Disk { roots: roots(&files.layout)? };
        Ok(Self { ids, effects: read(&scripts, &disk, setting) })
    }
}

/// Where imports may start: the working folder, then the folders around the migrations.
fn roots(layout: &Layout) -> Result<Vec<PathBuf>, Error> {
    const AROUND: usize = 4;
    let here = std::path::absolute(Path::new("."))?;
    let script = std::path::absolute(&layout.script_location)?;
    let mut roots = vec![here.clone(), here.join("src")];
    roots.extend(script.ancestors().take(AROUND).map(Path::to_path_buf));
    Ok(roots)
}
