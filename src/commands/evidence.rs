//! Gathering evidence: the only place where the interpreter meets the disk.

use std::collections::HashMap;
use std::sync::Arc;

use super::disk::Disk;
use super::files::Files;
use super::leftovers::leftovers;
use super::render::Answer;
use crate::config::Config;
use crate::error::Error;
use crate::reconcile::{Comparison, Material, Reading};
use database::Database;
use history::{Node, Step, read_source};
use migration::{Rendered, Script, read, read_downgrade, read_on, read_with};
use schema::{Dialect, RevisionFacts, Schema, Setting, Tape, revision_facts};
use version_table::VersionTable;

/// What each revision does, given those before it.
fn facts<'s>(
    scripts: impl IntoIterator<Item = &'s Script> + Send,
    disk: &Disk,
    setting: &Setting,
) -> std::io::Result<Vec<RevisionFacts>> {
    Ok(revision_facts(read(scripts, disk, setting)?, setting))
}

/// The revisions in upgrade order, with what each of them does.
pub(super) struct History {
    pub(super) ids: Vec<String>,
    pub(super) effects: Vec<RevisionFacts>,
}

impl History {
    /// Reads what the migrations do where there is no database: as on PostgreSQL with its usual schema.
    pub(super) fn offline(files: &Files) -> Result<Self, Error> {
        let version_table = files.version_table()?.to_string();
        let dialect = Dialect::PostgreSql;
        let setting = Setting { dialect, default_schema: dialect.usual_schema().to_owned(), version_table };
        Self::up_to(files, "heads", &setting)
    }

    /// Reads what each migration does by itself, as if nothing had been there before it.
    pub(super) fn each_alone(files: &Files, setting: &Setting) -> Result<Self, Error> {
        let ids = order(files, "heads")?;
        let disk = Disk::around(&files.layout.script_location)?;
        let each = scripts(files, &ids)?.into_iter().map(|script| facts([&script], &disk, setting));
        let effects = each.collect::<Result<Vec<_>, _>>()?.concat();
        Ok(Self { ids, effects })
    }

    /// Where the migrations run, as far as that is known without asking a database: the URL tells its dialect, else it is
    /// PostgreSQL's.
    pub(super) fn setting(config: &Config, files: &Files) -> Setting {
        let dialect = config.database_url().map_or(Dialect::PostgreSql, |url| url.dialect());
        // Alembic's own table is in no migration, whatever it is called.
        let version_table = files.version_table().map(ToString::to_string).unwrap_or_default();
        Setting { dialect, default_schema: dialect.usual_schema().to_owned(), version_table }
    }

    /// Reads what the downgrade of one revision does, on the schema that its upgrade leaves.
    pub(super) fn downgrade_of(files: &Files, id: &str, setting: &Setting) -> Result<Tape, Error> {
        // It comes last: whatever it needs is before it.
        let scripts = scripts(files, &order(files, id)?)?;
        Ok(read_downgrade(&scripts, &Disk::around(&files.layout.script_location)?, setting)?)
    }

    /// Reads what the migrations up to `target` do, each after those that it needs.
    pub(super) fn up_to(files: &Files, target: &str, setting: &Setting) -> Result<Self, Error> {
        let ids = order(files, target)?;
        let effects = facts(&scripts(files, &ids)?, &Disk::around(&files.layout.script_location)?, setting)?;
        Ok(Self { ids, effects })
    }
}

/// What these revisions do to a database that holds this schema, in their order.
pub(super) fn tapes_on(files: &Files, ids: &[String], schema: Schema, dialect: Dialect) -> Result<Vec<Tape>, Error> {
    let setting = setting(dialect, &schema.default_schema, files.version_table()?);
    Ok(read_on(schema, &scripts(files, ids)?, &Disk::around(&files.layout.script_location)?, &setting)?)
}

/// What Alembic has rendered of the revisions, by the paths of their files.
type Renderings = HashMap<String, Rendered>;

/// What each revision does, given those before it, as both readers have it.
fn facts_of_both<'s>(
    scripts: impl IntoIterator<Item = &'s Script> + Send,
    rendered: &Renderings,
    disk: &Disk,
    setting: &Setting,
) -> std::io::Result<Vec<RevisionFacts>> {
    let each: Vec<_> = scripts.into_iter().map(|script| (script, rendered.get(&script.path))).collect();
    Ok(revision_facts(read_with(each, disk, setting)?, setting))
}

/// Reads what the migrations do on the database at hand, and its schema. The revisions that `rows` claim come first.
pub(super) async fn compare(files: &Files, database: &Database, rows: &[String]) -> Result<Comparison, Error> {
    compare_with(files, database, rows, None).await
}

/// As [`compare`], together with what Alembic has rendered, where it was asked.
pub(super) async fn compare_with(
    files: &Files,
    database: &Database,
    rows: &[String],
    rendering: Option<&Answer>,
) -> Result<Comparison, Error> {
    let table = files.version_table()?;
    let ids = order(files, "heads")?;
    let scripts = scripts(files, &ids)?;
    let rendered = ids.iter().zip(&scripts);
    let rendered = rendered.filter_map(|(id, script)| Some((script.path.clone(), rendering?.for_reading(id)?)));
    let rendered: Arc<Renderings> = Arc::new(rendered.collect());
    let material = Material::new(&files.graph, ids.into_iter().zip(scripts).collect(), rows);
    let disk = Arc::new(Disk::around(&files.layout.script_location)?);
    // The migrations are read while the server gathers its answer, as if that named the usual schema.
    let usual = database.dialect().usual_schema();
    let usual = setting(database.dialect(), table.default_schema().unwrap_or(usual), table);
    let reading = tokio::task::spawn_blocking({
        let (scripts, rendered, disk, usual) =
            (material.scripts.clone(), rendered.clone(), disk.clone(), usual.clone());
        move || facts_of_both(scripts.iter(), &rendered, &disk, &usual)
    });
    let schema = database.schema(table).await?;
    let straight = reading.await.unwrap_or_else(|stopped| std::panic::resume_unwind(stopped.into_panic()))?;
    let setting = setting(database.dialect(), &schema.default_schema, table);
    let facts = |order: &[usize]| {
        facts_of_both(order.iter().map(|&place| &material.scripts[place]), &rendered, &disk, &setting)
    };
    let all: Vec<usize> = (0..material.scripts.len()).collect();
    let straight = if setting == usual { straight } else { facts(&all)? };
    let reading = Reading { checkout: &*disk, setting: &setting, straight, read: &facts };
    let compared = Comparison::new(&files.graph, &material, reading, schema)?;
    let mut compared = compared.seen_from(&std::env::current_dir().unwrap_or_default());
    compared.leftovers = leftovers(database, &compared.schema, compared.pending()).await?;
    Ok(compared)
}

pub(super) fn setting(dialect: Dialect, default_schema: &str, table: &VersionTable) -> Setting {
    Setting { dialect, default_schema: default_schema.to_owned(), version_table: table.seen_from(default_schema) }
}

/// The texts of revisions.
fn scripts(files: &Files, ids: &[String]) -> Result<Vec<Script>, Error> {
    let nodes = ids.iter().filter_map(|id| files.graph.get(id));
    let script = |node: &Node| {
        let path = std::path::absolute(&node.revision.path)?;
        let bytes = read_source(&path)?;
        let text = python::decode(&bytes).map(|text| text.into_owned()).unwrap_or_default();
        Ok(Script { path: path.to_string_lossy().into_owned(), text })
    };
    nodes.map(script).collect()
}

/// The revisions up to `target` in Alembic's order.
fn order(files: &Files, target: &str) -> Result<Vec<String>, Error> {
    let steps = files.graph.upgrade_steps(&[], target)?;
    Ok(steps.into_iter().filter_map(|step| if let Step::Upgrade(id) = step { Some(id) } else { None }).collect())
}
