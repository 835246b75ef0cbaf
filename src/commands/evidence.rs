//! Gathering evidence: the only place where the interpreter meets the disk.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::files::Files;
use super::leftovers::leftovers;
use super::render::Answer;
use crate::config::Config;
use crate::error::Error;
use crate::reconcile::{Evidence, InvalidIndex, Leftover};
use database::Database;
use history::layout::Layout;
use history::{Node, Step, read_source};
use migration::{Checkout, Rendered, Script, read_downgrade, read_on, read_with};
use schema::evidence::{
    Claim, Forked, Inference, Standing, Weighed, all_shown, contradicted, is_passable, lacking, line_of,
    most_telling_first, narrowed, standing,
};
use schema::{Dialect, Schema, Subject, TableSubject};
use schema::{RevisionFacts, Setting, Tape, Unread, revision_facts};
use version_table::VersionTable;

/// Files beside the migrations, by absolute path.
struct Disk {
    roots: Vec<PathBuf>,
}

impl Disk {
    /// Imports start in the working folder, and in the folders around the migrations.
    fn around(layout: &Layout) -> Result<Self, Error> {
        const AROUND: usize = 4;
        let here = std::path::absolute(Path::new("."))?;
        let script = std::path::absolute(&layout.script_location)?;
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

/// A revision's text, with what Alembic has rendered of it.
type Both = (Script, Option<Rendered>);

/// What each revision does, given those before it.
fn facts<'s>(
    scripts: impl IntoIterator<Item = &'s Both> + Send,
    disk: &Disk,
    setting: &Setting,
) -> std::io::Result<Vec<RevisionFacts>> {
    let each: Vec<_> = scripts.into_iter().map(|(script, rendered)| (script, rendered.as_ref())).collect();
    Ok(revision_facts(read_with(each, disk, setting)?, setting))
}

/// Texts of which nothing is rendered.
fn read_alone(scripts: Vec<Script>) -> Vec<Both> {
    scripts.into_iter().map(|script| (script, None)).collect()
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
        let disk = Disk::around(&files.layout)?;
        let each = read_alone(scripts(files, &ids)?).into_iter().map(|script| facts([&script], &disk, setting));
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
        Ok(read_downgrade(&scripts, &Disk::around(&files.layout)?, setting)?)
    }

    /// Reads what the migrations up to `target` do, each after those that it needs.
    pub(super) fn up_to(files: &Files, target: &str, setting: &Setting) -> Result<Self, Error> {
        let ids = order(files, target)?;
        let effects = facts(&read_alone(scripts(files, &ids)?), &Disk::around(&files.layout)?, setting)?;
        Ok(Self { ids, effects })
    }
}

/// What the migrations do, held against the live schema.
pub(super) struct Comparison {
    /// In the order that positions count in.
    pub(super) history: History,
    pub(super) schema: Schema,
    pub(super) inference: Inference,
    /// How many revisions, from the first on, the version rows claim.
    claimed: usize,
    /// Whether each head of the files is there for certain.
    heads_shown: bool,
    /// What of each revision could not be read, with file and line.
    unread: Vec<Vec<String>>,
    /// How the schema stands to what the rows claim.
    standing: Standing,
    /// As [`Evidence::passable`].
    passable: bool,
    /// As [`Evidence::edited`].
    edited: Vec<String>,
    leftovers: Vec<Leftover>,
}

impl Comparison {
    /// Reads what the migrations do on the database at hand, and its schema. The revisions that `rows` claim come first.
    pub(super) async fn look(files: &Files, database: &Database, rows: &[String]) -> Result<Self, Error> {
        Self::look_with(files, database, rows, None).await
    }

    /// As [`Self::look`], with what Alembic has rendered.
    pub(super) async fn look_with(
        files: &Files,
        database: &Database,
        rows: &[String],
        rendering: Option<&Answer>,
    ) -> Result<Self, Error> {
        let table = files.version_table()?;
        // A row that no file has claims nothing that could be looked for.
        let applied = files.graph.applied(rows).unwrap_or_default();
        let applied: BTreeSet<&str> = applied.into_iter().map(|node| node.revision.id.as_str()).collect();
        // What is applied is closed under "needs", so that it may come first.
        let (first, then): (Vec<String>, Vec<String>) =
            order(files, "heads")?.into_iter().partition(|id| applied.contains(id.as_str()));
        let claimed = first.len();
        let ids = [first, then].concat();
        let rendered = |id: &String| rendering.and_then(|rendering| rendering.for_reading(id));
        let scripts: Arc<[Both]> = scripts(files, &ids)?.into_iter().zip(ids.iter().map(rendered)).collect();
        let disk = Arc::new(Disk::around(&files.layout)?);
        // The migrations are read while the server gathers its answer, as if that named the usual schema.
        let usual = database.dialect().usual_schema();
        let usual = setting(database.dialect(), table.default_schema().unwrap_or(usual), table);
        let reading = tokio::task::spawn_blocking({
            let (scripts, disk, usual) = (scripts.clone(), disk.clone(), usual.clone());
            move || facts(scripts.iter(), &disk, &usual)
        });
        let schema = database.schema(table).await?;
        let straight = reading.await.unwrap_or_else(|stopped| std::panic::resume_unwind(stopped.into_panic()))?;
        let setting = setting(database.dialect(), &schema.default_schema, table);
        let straight = if setting == usual { straight } else { facts(scripts.iter(), &disk, &setting)? };
        let read_in = |order: &[usize]| facts(order.iter().map(|&place| &scripts[place]), &disk, &setting);
        let forked = Forked { needs: &needs(files, &ids), claimed, straight, read: &read_in };
        let Weighed { order, effects, inference } = forked.weigh(&schema)?;
        let standing = standing(&effects, &schema, &inference, claimed);
        let passable = match standing {
            Standing::Later { .. } | Standing::Half { .. } => {
                let pending: Vec<Script> = order[claimed..].iter().map(|&place| scripts[place].0.clone()).collect();
                is_passable(&read_on(schema.clone(), &pending, &*disk, &setting)?, &schema, &setting)
            }
            _ => false,
        };
        let ids: Vec<String> = order.into_iter().map(|place| ids[place].clone()).collect();
        let leftovers = leftovers(database, &schema, &effects[claimed..]).await?;
        let edited = edited_lines(files, &ids, &effects, &standing);
        let heads = files.graph.real_heads();
        let heads: Vec<usize> = (0..ids.len()).filter(|&place| heads.contains(&ids[place].as_str())).collect();
        let heads_shown = all_shown(&effects, &needs(files, &ids), &heads, &schema);
        let unread = ids.iter().zip(&effects).map(|(id, effects)| unread_lines(files, id, effects)).collect();
        let history = History { ids, effects };
        Ok(Self { history, schema, inference, claimed, heads_shown, unread, standing, passable, edited, leftovers })
    }

    /// What the schema proves.
    pub(super) fn evidence(self) -> Evidence {
        let Self { history, schema, inference, claimed, heads_shown, unread, standing, passable, edited, leftovers } =
            self;
        let History { ids, effects } = history;
        Evidence {
            idle: effects.iter().map(|effects| effects.nothing).collect(),
            schema_unread: effects.iter().map(|effects| effects.has_schema_unread()).collect(),
            may_change_data: effects.iter().map(|effects| effects.may_change_data()).collect(),
            claimed,
            standing,
            passable,
            edited,
            leftovers,
            inference,
            lacking: lacking(&effects, &schema),
            narrowed: narrowed(&effects, &schema),
            heads_shown,
            unread,
            invalid_indexes: invalid_indexes(&schema, &effects[claimed..]),
            order: ids,
        }
    }

    /// What contradicts that the revisions which the rows claim are applied, and no other; in words, the most telling first.
    pub(super) fn contradictions(&self) -> Vec<String> {
        let mut claims = contradicted(&self.history.effects, &self.schema, self.claimed);
        most_telling_first(&mut claims, self.claimed);
        claims.iter().map(|claim| claim.sentence(&self.history.ids)).collect()
    }
}

/// What of a revision could not be read, a line each, with file and line.
pub(super) fn unread_lines(files: &Files, id: &str, effects: &RevisionFacts) -> Vec<String> {
    let file = files.graph.get(id).map(|node| node.revision.path.display().to_string()).unwrap_or_default();
    let line = |unread: &Unread| format!("{file}:{}: {unread} (may change {})", unread.line, unread.kind.words());
    effects.unread.iter().map(line).collect()
}

/// What applied revisions would make that were edited afterwards, with file and line.
fn edited_lines(files: &Files, ids: &[String], effects: &[RevisionFacts], standing: &Standing) -> Vec<String> {
    let Standing::Agrees { edited, .. } = standing else { return Vec::new() };
    let line = |claim: &Claim| {
        let sentence = claim.sentence(ids);
        let by =
            claim.by.and_then(|by| Some((files.graph.get(&ids[by])?, line_of(&effects[by].tape, &claim.subject)?)));
        match by {
            Some((node, line)) => format!("{sentence} ({}:{line})", node.revision.path.display()),
            None => sentence,
        }
    };
    edited.iter().map(line).collect()
}

fn setting(dialect: Dialect, default_schema: &str, table: &VersionTable) -> Setting {
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

/// For each revision the places of those that it names.
fn needs(files: &Files, ids: &[String]) -> Vec<Vec<usize>> {
    let places: HashMap<&str, usize> = ids.iter().enumerate().map(|(place, id)| (id.as_str(), place)).collect();
    let nodes = ids.iter().filter_map(|id| files.graph.get(id));
    let of = |node| files.graph.links(node).filter_map(|(link, _)| places.get(link.revision.id.as_str()).copied());
    nodes.map(|node| of(node).collect()).collect()
}

/// The indexes of a schema that are not valid, and whether a revision of `pending` makes them.
fn invalid_indexes(schema: &Schema, pending: &[RevisionFacts]) -> Vec<InvalidIndex> {
    let mut found = Vec::new();
    for (table, held) in &schema.tables {
        for (name, _) in held.indexes.iter().filter(|(_, index)| !index.valid) {
            let subject = Subject::Table(table.clone(), TableSubject::Index(name.clone()));
            // An index is in its table's schema.
            let name = match table.rsplit_once('.') {
                Some((namespace, _)) => format!("{namespace}.{name}"),
                None => name.clone(),
            };
            found.push(InvalidIndex { name, pending: pending.iter().any(|effects| effects.makes(&subject)) });
        }
    }
    found
}

/// The revisions up to `target` in Alembic's order.
fn order(files: &Files, target: &str) -> Result<Vec<String>, Error> {
    let steps = files.graph.upgrade_steps(&[], target)?;
    Ok(steps.into_iter().filter_map(|step| if let Step::Upgrade(id) = step { Some(id) } else { None }).collect())
}
