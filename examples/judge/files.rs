//! The revisions of a checkout.

use std::path::Path;

use history::layout::{Layout, Search, locate};
use history::{RevisionGraph, Step, read_source};
use levelhead::commands::disk::Disk;
use migration::Script;

/// The revisions of a checkout, and what their imports may reach.
pub(super) struct Files {
    pub(super) layout: Layout,
    pub(super) graph: RevisionGraph,
    /// In Alembic's upgrade order.
    pub(super) revisions: Vec<(String, Script)>,
    pub(super) disk: Disk,
}

impl Files {
    /// Reads what is in `versions` and below, beside the `env.py` that is nearest.
    pub(super) fn read(versions: &Path) -> Result<Self, String> {
        let here = |folder: &'_ Path| folder.as_os_str().is_empty();
        let mut folders = versions.ancestors().map(|folder| if here(folder) { Path::new(".") } else { folder });
        let folder = folders.find(|folder| folder.join("env.py").is_file());
        let folder = folder.ok_or_else(|| format!("there is no env.py in or above {}", versions.display()))?;
        let search = Search { migrations: Some(folder.to_owned()), ..Search::default() };
        let mut layout = locate(&search).map_err(|error| error.to_string())?;
        // Some applications name their folders only at run time.
        layout.version_locations = vec![versions.to_owned()];
        layout.recursive = true;
        let graph = history::read(&layout).map_err(|error| error.to_string())?;
        let steps = graph.upgrade_steps(&[], "heads").map_err(|error| error.to_string())?;
        let ids = steps.into_iter().filter_map(|step| if let Step::Upgrade(id) = step { Some(id) } else { None });
        let revisions = ids.map(|id| Ok((script(&graph, &id)?, id))).map(|pair: std::io::Result<_>| {
            let (script, id) = pair?;
            Ok((id, script))
        });
        let revisions = revisions.collect::<std::io::Result<Vec<_>>>().map_err(|error| error.to_string())?;
        let disk = Disk::around(&layout.script_location).map_err(|error| error.to_string())?;
        Ok(Self { layout, graph, revisions, disk })
    }
}

fn script(graph: &RevisionGraph, id: &str) -> std::io::Result<Script> {
    let path = graph.get(id).map(|node| node.revision.path.clone()).unwrap_or_default();
    let path = std::path::absolute(path)?;
    let bytes = read_source(&path)?;
    let text = python::decode(&bytes).map(|text| text.into_owned()).unwrap_or_default();
    Ok(Script { path: path.to_string_lossy().into_owned(), text })
}
