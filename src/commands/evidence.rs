//! Gathering evidence: the only place where the interpreter meets the disk.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::files::Files;
use crate::database::Database;
use crate::error::Error;
use crate::evidence::{contradicted, infer, lacking, most_telling_first, standing};
use crate::interpreter::{Checkout, Effects, Script, Setting, read};
use crate::migrations::Step;
use crate::migrations::layout::Layout;
use crate::reconcile::{Evidence, InvalidIndex};
use crate::schema::{Dialect, Schema, Subject, TableSubject};

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
    /// How many of them, from the first on, the version rows claim.
    claimed: usize,
}

impl History {
    /// Reads what the migrations do, on the database at hand, and the schema that they are held against. The revisions
    /// that `rows` claim come first.
    pub(super) async fn look(files: &Files, database: &Database, rows: &[String]) -> Result<(Self, Schema), Error> {
        let table = files.version_table()?;
        let schema = database.schema(table).await?;
        let version_table = match &table.schema {
            Some(namespace) if *namespace != schema.default_schema => format!("{namespace}.{}", table.name),
            _ => table.name.clone(),
        };
        let setting =
            Setting { dialect: database.dialect(), default_schema: schema.default_schema.clone(), version_table };
        Ok((Self::read(files, &setting, rows)?, schema))
    }

    /// What the schema proves.
    pub(super) fn weigh(self, schema: &Schema) -> Evidence {
        let inference = infer(&self.effects, schema);
        let standing = standing(&self.effects, schema, &inference, self.claimed);
        let idle = self.effects.iter().map(|effects| effects.nothing).collect();
        let may_change_data = self.effects.iter().map(|effects| effects.data || !effects.opaque.is_empty()).collect();
        Evidence {
            idle,
            may_change_data,
            claimed: self.claimed,
            inference,
            standing,
            lacking: lacking(&self.effects, schema),
            invalid_indexes: invalid_indexes(schema, &self.effects[self.claimed..]),
            order: self.ids,
        }
    }

    /// What contradicts that the revisions which the rows claim are applied, and no other; in words, the most telling first.
    pub(super) fn contradictions(&self, schema: &Schema) -> Vec<String> {
        let mut claims = contradicted(&self.effects, schema, self.claimed);
        most_telling_first(&mut claims, self.claimed);
        claims.iter().map(|claim| claim.sentence(&self.ids)).collect()
    }

    /// Reads what the migrations do where there is no database: as on PostgreSQL with its usual schema.
    pub(super) fn offline(files: &Files) -> Result<Self, Error> {
        let version_table = files.version_table()?.to_string();
        let setting = Setting { dialect: Dialect::PostgreSql, default_schema: "public".to_owned(), version_table };
        Self::read(files, &setting, &[])
    }

    fn read(files: &Files, setting: &Setting, rows: &[String]) -> Result<Self, Error> {
        // A row that no file has claims nothing that could be looked for.
        let applied = files.graph.applied(rows).unwrap_or_default();
        let applied: BTreeSet<&str> = applied.into_iter().map(|node| node.revision.id.as_str()).collect();
        let order = order(files, "heads")?;
        // What is applied is closed under "needs", so that it may come first.
        let (first, then): (Vec<String>, Vec<String>) = order.into_iter().partition(|id| applied.contains(id.as_str()));
        Self::of(files, setting, first.len(), [first, then].concat())
    }

    /// Reads what the migrations up to `target` do, each after those that it needs.
    pub(super) fn up_to(files: &Files, target: &str, setting: &Setting) -> Result<Self, Error> {
        Self::of(files, setting, 0, order(files, target)?)
    }

    fn of(files: &Files, setting: &Setting, claimed: usize, order: Vec<String>) -> Result<Self, Error> {
        let mut ids = Vec::new();
        let mut scripts = Vec::new();
        for id in &order {
            let Some(node) = files.graph.get(id) else { continue };
            let path = std::path::absolute(&node.revision.path)?;
            let bytes = std::fs::read(&path)?;
            let text = crate::python::decode(&bytes).map(|text| text.into_owned()).unwrap_or_default();
            ids.push(node.revision.id.clone());
            scripts.push(Script { path: path.to_string_lossy().into_owned(), text });
        }
        let disk = Disk { roots: roots(&files.layout)? };
        Ok(Self { ids, effects: read(&scripts, &disk, setting), claimed })
    }
}

/// The indexes of a schema that are not valid, and whether a revision of `pending` makes them.
fn invalid_indexes(schema: &Schema, pending: &[Effects]) -> Vec<InvalidIndex> {
    let mut found = Vec::new();
    for (table, held) in &schema.tables {
        for (name, _) in held.indexes.iter().filter(|(_, index)| !index.valid) {
            let subject = Subject::Table(table.clone(), TableSubject::Index(name.clone()));
            let makes = |effects: &Effects| effects.changes.iter().any(|(what, now)| *what == subject && now.is_some());
            // An index is in its table's schema.
            let name = match table.rsplit_once('.') {
                Some((namespace, _)) => format!("{namespace}.{name}"),
                None => name.clone(),
            };
            found.push(InvalidIndex { name, pending: pending.iter().any(makes) });
        }
    }
    found
}

/// The revisions up to `target` in Alembic's order.
fn order(files: &Files, target: &str) -> Result<Vec<String>, Error> {
    let steps = files.graph.upgrade_steps(&[], target)?;
    Ok(steps.into_iter().filter_map(|step| if let Step::Upgrade(id) = step { Some(id) } else { None }).collect())
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
