//! `merge`: the revision that joins several heads, written by the application's own Alembic and read back.

mod alembic;
mod copy;
mod interactive;
mod sides;
mod tool;

use clap::Args;
use rand::random;
use serde_json::json;
use tracing::{info, warn};

use super::files::Files;
use super::output::{Format, print, print_json};
use super::session::Session;
use crate::config::Config;
use crate::error::{Error, MergeError};
use crate::reconcile::list;
use alembic::{Plan, Written};
use history::{Node, Revision, RevisionGraph};
use schema::evidence::Overlap;
use sides::Sides;

/// What `merge` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The heads to merge: ids or their beginnings, LABEL@head; all heads when left out
    #[arg(value_name = "REV")]
    revisions: Vec<String>,
    /// The message [default: "merge A, B"]
    #[arg(short, long)]
    message: Option<String>,
    /// A branch label for the new revision
    #[arg(long, value_name = "LABEL")]
    branch_label: Option<String>,
    /// The new revision's id, instead of a random one
    #[arg(long, value_name = "ID")]
    rev_id: Option<String>,
    /// Show the fork and ask: merge, put one side after the other, or nothing
    #[arg(short, long, conflicts_with_all = ["dry_run", "format"])]
    interactive: bool,
    /// Print the file and write nothing: Alembic works in a temporary copy, without post-write hooks
    #[arg(long)]
    dry_run: bool,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Writes the merge revision, and says first where the branches touch the same objects.
pub async fn merge(session: &Session, arguments: &Arguments) -> Result<(), Error> {
    let config = &session.config;
    let files = session.files()?;
    let heads = heads(&files.graph, &arguments.revisions)?;
    if let [only] = heads[..] {
        info!("{} is the only head: there is nothing to merge", only.revision.id);
        return match arguments.format {
            Format::Text => Ok(()),
            Format::Json => print_json(json!({ "revision": null, "written": false })),
        };
    }
    if let (true, Some(labels)) = (arguments.revisions.is_empty(), files.graph.separate_branches()) {
        warn!(
            "these heads are separate branches ({}), which `upgrade heads` upgrades without a merge; \
             `alembic revision --head LABEL@head` adds to one of them",
            labels.join(", ")
        );
    }
    if arguments.interactive {
        return interactive::guide(session, &files, &heads, arguments).await;
    }
    let ids: Vec<String> = heads.iter().map(|head| head.revision.id.clone()).collect();
    let message = arguments.message.clone().unwrap_or_else(|| format!("merge {}", list(&ids)));
    let plan = plan(&files.graph, &heads, message, arguments)?;
    let sides = Sides::read(config, &files, &heads)?;
    let overlap = sides.overlaps();
    report(&overlap, &sides.unread());
    let new = create(config, &files, &plan, arguments.dry_run)?;
    match arguments.format {
        Format::Json => print_json(document(&new, &overlap, &sides.unread(), !arguments.dry_run)),
        Format::Text if arguments.dry_run => print(&new.text),
        Format::Text => print(&format!("{}\n", new.revision.path.display())),
    }
}

/// The heads that are meant. Alembic's `heads` leaves out those that another revision depends on; a merge takes them too,
/// or there would be several heads still.
fn heads<'a>(graph: &'a RevisionGraph, symbols: &[String]) -> Result<Vec<&'a Node>, Error> {
    let all: Vec<&Node> = graph.iter().filter(|node| node.is_head()).collect();
    if symbols.is_empty() || symbols == ["heads"] {
        return Ok(all);
    }
    let names = || all.iter().map(|head| head.revision.id.clone()).collect::<Vec<_>>();
    let mut chosen: Vec<&Node> = Vec::new();
    for symbol in symbols {
        for node in graph.resolve(symbol)? {
            if let Some(next) = graph.children(node).next() {
                let (revision, followed_by) = (node.revision.id.clone(), next.revision.id.clone());
                return Err(MergeError::NotAHead { revision, followed_by, heads: names() }.into());
            }
            if chosen.iter().any(|other| other.revision.id == node.revision.id) {
                return Err(MergeError::NotSeveral { heads: names() }.into());
            }
            chosen.push(node);
        }
    }
    if chosen.len() < 2 && all.len() > 1 {
        return Err(MergeError::NotSeveral { heads: names() }.into());
    }
    Ok(chosen)
}

/// What the revision is to be, and whether the graph is sound with it.
fn plan(graph: &RevisionGraph, heads: &[&Node], message: String, arguments: &Arguments) -> Result<Plan, Error> {
    let parents: Vec<String> = heads.iter().map(|head| head.revision.id.clone()).collect();
    let id = arguments.rev_id.clone().unwrap_or_else(|| random_id(graph));
    let branch_label = arguments.branch_label.clone();
    let new = Revision {
        id: id.clone(),
        down_revision: parents.clone(),
        branch_labels: branch_label.iter().cloned().collect(),
        path: "the new file".into(),
        ..Revision::default()
    };
    let all = graph.iter().map(|node| node.revision.clone()).chain([new]);
    RevisionGraph::new(all).map_err(|problems| MergeError::Unfit { problems })?;
    Ok(Plan { id, message, branch_label, parents })
}

/// Twelve hexadecimal digits, as Alembic's own ids have.
fn random_id(graph: &RevisionGraph) -> String {
    loop {
        let id = format!("{:012x}", random::<u64>() >> 16);
        if graph.get(&id).is_none() {
            return id;
        }
    }
}

fn report(overlap: &Overlap, unread: &[(String, String)]) {
    for clash in &overlap.clashes {
        let ((first, one), (second, other)) = (&clash.first, &clash.second);
        warn!(
            "{}: {first} {one} it, {second} {other} it; a merge revision does not settle that, so correct one of them",
            clash.what
        );
    }
    if !overlap.shared_tables.is_empty() {
        info!("{}: changed on both sides, but nothing in it twice", list(&overlap.shared_tables));
    }
    for (id, reason) in unread {
        info!("not all of {id} could be read: {reason}");
    }
}

/// Has the file written, or shown.
fn create(config: &Config, files: &Files, plan: &Plan, dry_run: bool) -> Result<Written, Error> {
    let new = alembic::write(config, files, plan, dry_run)?;
    let hooks = files.layout.post_write_hooks().unwrap_or_default();
    if !dry_run {
        info!("merged {} into {}: {}", list(&plan.parents), plan.id, new.revision.path.display());
    } else if !hooks.is_empty() {
        warn!("the post-write hooks ({}) did not run on this text; they run on the file", hooks.join(", "));
    }
    Ok(new)
}

fn document(new: &Written, overlap: &Overlap, unread: &[(String, String)], written: bool) -> serde_json::Value {
    let touched = |(id, verb): &(String, &str)| json!({ "revision": id, "does": verb });
    let clashes = overlap
        .clashes
        .iter()
        .map(|clash| json!({ "what": clash.what, "by": [touched(&clash.first), touched(&clash.second)] }));
    json!({
        "revision": {
            "id": new.revision.id,
            "down_revision": new.revision.down_revision,
            "branch_labels": new.revision.branch_labels,
            "message": new.revision.message(),
            "path": new.revision.path,
        },
        "written": written,
        "text": new.text,
        "clashes": clashes.collect::<Vec<_>>(),
        "shared_tables": overlap.shared_tables,
        "unread": unread.iter().map(|(id, reason)| json!({ "revision": id, "text": reason })).collect::<Vec<_>>(),
    })
}
