//! `merge --interactive`: shows the fork, what each side does and where they meet, and does what is chosen.

use std::io::IsTerminal;

use console::Term;
use tracing::{info, warn};

use super::sides::Sides;
use super::{Arguments, create, plan, report};
use crate::commands::files::Files;
use crate::commands::history::screen_of;
use crate::commands::prompt::ask;
use crate::commands::session::Session;
use crate::config::{Config, ConfigError};
use crate::drawing::{Drawing, terminal};
use crate::error::{Error, MergeError};
use crate::prose::paragraph;
use crate::reconcile::list;
use crate::revision_file::{as_typed, rebase, write};
use crate::version_control::Repository;
use history::{Node, Revision, RevisionGraph};
use schema::evidence::{Branch, name};
use schema::{Subject, TableSubject};

/// What a side changes that is shown of one revision.
const SHOWN: usize = 6;

/// What can be done about a fork.
enum Choice<'a> {
    Merge,
    /// The first revision of one side gets the other side's head as its `down_revision`.
    Rebase {
        first: &'a Node,
        onto: &'a Node,
        bytes: Vec<u8>,
        text: Vec<u8>,
    },
    Nothing,
}

/// Asks, and does it. Until the last answer nothing is written: Ctrl-C changes nothing.
pub(super) async fn guide(
    session: &Session,
    files: &Files,
    heads: &[&Node],
    arguments: &Arguments,
) -> Result<(), Error> {
    if !(std::io::stdin().is_terminal() && std::io::stderr().is_terminal()) {
        return Err(MergeError::NoTerminal.into());
    }
    let screen = Term::stderr();
    let graph = &files.graph;
    let config = &session.config;
    let sides = Sides::read(config, files, heads)?;
    let rows = known_rows(session, files).await;
    let own: Vec<Branch<'_>> = (0..heads.len()).map(|side| sides.own(side)).collect();
    show_fork(config, graph, &own, rows.as_deref().ok(), &screen)?;
    show_sides(config, files, heads, &own, &screen)?;
    report(&sides.overlaps(), &sides.unread());

    let mut choices = vec![Choice::Merge];
    match (heads, &rows) {
        ([_, _], Err(why)) => info!("neither side can be put after the other: {why}"),
        ([one, other], Ok(rows)) => {
            for (side, onto) in [(0, other), (1, one)] {
                match rebased(graph, &own[side], onto, rows) {
                    Ok(choice) => choices.push(choice),
                    Err(why) => info!("{} cannot be put after {}: {why}", heads[side].revision.id, onto.revision.id),
                }
            }
        }
        _ => {}
    }
    choices.push(Choice::Nothing);
    let mut menu = String::from("\n");
    for (number, choice) in choices.iter().enumerate() {
        menu += &paragraph(&words(choice, heads), &format!("  {}  ", number + 1), "     ");
    }
    screen.write_str(&menu)?;
    let count = choices.len();
    let chosen = loop {
        match ask(&format!("What shall be done [{count}]"))?.as_deref() {
            None | Some("") => break count,
            Some(answer) => match answer.parse() {
                Ok(number) if (1..=count).contains(&number) => break number,
                _ => screen.write_line(&format!("a number from 1 to {count}"))?,
            },
        }
    };
    match choices.swap_remove(chosen - 1) {
        Choice::Nothing => {
            info!("nothing is changed");
            Ok(())
        }
        Choice::Merge => {
            let ids: Vec<String> = heads.iter().map(|head| head.revision.id.clone()).collect();
            let suggested = arguments.message.clone().unwrap_or_else(|| format!("merge {}", list(&ids)));
            let Some(message) = ask(&format!("Message [{suggested}]"))? else {
                info!("nothing is changed");
                return Ok(());
            };
            let message = if message.is_empty() { suggested } else { message };
            let plan = plan(graph, heads, message, arguments)?;
            create(config, files, &plan, false).map(|_| ())
        }
        Choice::Rebase { first, onto, bytes, text } => {
            let path = as_typed(&first.revision.path);
            let failed = |source| MergeError::Write { path: path.clone(), source };
            write::replace(&path, &bytes, &text).map_err(failed)?;
            info!("{} follows {} now: {}", first.revision.id, onto.revision.id, path.display());
            warn!("a database that has {} already must be told: levelhead check", first.revision.id);
            Ok(())
        }
    }
}

/// The rows of the database at hand; or why they do not tell what has been applied. A merge needs no database.
async fn known_rows(session: &Session, files: &Files) -> Result<Vec<String>, String> {
    match session.url() {
        Err(ConfigError::NoDatabaseUrl { .. }) => {
            return Err("DATABASE_URL is not set, so it is unknown whether it was applied".to_owned());
        }
        url => url.map_err(|error| error.to_string())?,
    };
    let look = async {
        let table = files.version_table()?;
        let database = session.open().await?;
        let rows = database.version_rows(table).await?;
        let tables = if rows.revisions().is_empty() { database.tables(table).await? } else { Vec::new() };
        database.close().await;
        Ok::<_, Error>((rows.revisions().to_vec(), tables))
    };
    match look.await {
        Ok((rows, tables)) if tables.is_empty() => Ok(rows),
        Ok(_) => Err("the database has tables but no version row, so it is unknown what was applied".to_owned()),
        Err(error) => Err(format!("the database does not tell what has been applied: {error}")),
    }
}

fn words(choice: &Choice<'_>, heads: &[&Node]) -> String {
    match choice {
        Choice::Merge => format!("merge: a new revision after {}", list(&ids(heads))),
        Choice::Rebase { first, onto, .. } => format!(
            "rebase: {} after {} instead of {} (one line of {})",
            first.revision.id,
            onto.revision.id,
            list(&first.revision.down_revision),
            as_typed(&first.revision.path).display(),
        ),
        Choice::Nothing => "nothing".to_owned(),
    }
}

fn ids(nodes: &[&Node]) -> Vec<String> {
    nodes.iter().map(|node| node.revision.id.clone()).collect()
}

/// The fork from where the sides part.
fn show_fork(
    config: &Config,
    graph: &RevisionGraph,
    own: &[Branch<'_>],
    rows: Option<&[String]>,
    screen: &Term,
) -> Result<(), Error> {
    let is_own = |id: &str| own.iter().any(|branch| branch.revisions.iter().any(|(own, _)| *own == id));
    let mut shown = graph.history(None, None, &[])?;
    shown.retain(|node| is_own(&node.revision.id) || graph.children(node).any(|child| is_own(&child.revision.id)));
    let applied = match rows {
        Some(rows) if rows.iter().all(|row| graph.get(row).is_some()) => Some(graph.applied(rows)?),
        _ => None,
    };
    let drawing = Drawing::new(graph, &shown, rows.unwrap_or_default(), applied.as_deref());
    Ok(screen.write_str(&terminal::render(&drawing, screen_of(config, screen)))?)
}

/// Each side with its authors and what it does.
fn show_sides(config: &Config, files: &Files, heads: &[&Node], own: &[Branch<'_>], screen: &Term) -> Result<(), Error> {
    let graph = &files.graph;
    let repository = Repository::of(&files.layout.script_location, config.path.as_deref()).ok();
    for (head, branch) in heads.iter().zip(own) {
        let mut text = format!("\nthe side of {}:\n", head.revision.id);
        for (id, effects) in &branch.revisions {
            let Some(node) = graph.get(id) else { continue };
            let commit = repository.as_ref().and_then(|repository| repository.last_commit(&node.revision.path));
            let who = commit.map(|commit| format!(", {} on {}", commit.author, commit.date)).unwrap_or_default();
            let message = node.revision.message().lines().next().unwrap_or_default();
            text += &paragraph(&format!("{id} {message}{who}"), "  ", "    ");
            let is_made = |table| {
                effects.changes.iter().any(|(subject, state)| {
                    matches!(subject, Subject::Table(made, TableSubject::Itself) if made == table) && state.is_some()
                })
            };
            let mut does: Vec<String> = effects
                .changes
                .iter()
                .filter(|(subject, _)| is_object(subject))
                // The columns of a new table go without saying.
                .filter(
                    |(subject, _)| !matches!(subject, Subject::Table(table, TableSubject::Column(_)) if is_made(table)),
                )
                .map(|(subject, state)| {
                    format!("{} {}", if state.is_some() { "makes" } else { "drops" }, name(subject))
                })
                .collect();
            does.sort();
            match does.len() {
                0 if effects.nothing => text += "    does nothing\n",
                0 => text += "    changes nothing that can be seen in the schema\n",
                _ => text += &paragraph(&shortened(&does), "    ", "    "),
            }
        }
        screen.write_str(&text)?;
    }
    Ok(())
}

/// What a person would name: a column's properties go without saying.
fn is_object(subject: &Subject) -> bool {
    match subject {
        Subject::Table(_, part) => matches!(
            part,
            TableSubject::Itself | TableSubject::Column(_) | TableSubject::Index(_) | TableSubject::Check(_)
        ),
        _ => true,
    }
}

fn shortened(does: &[String]) -> String {
    match does.len().checked_sub(SHOWN) {
        None | Some(0) => does.join(", "),
        Some(more) => format!("{}, and {more} more", does[..SHOWN].join(", ")),
    }
}

/// One side put after the other's head; or why it cannot be.
fn rebased<'a>(
    graph: &'a RevisionGraph,
    side: &Branch<'_>,
    onto: &'a Node,
    rows: &[String],
) -> Result<Choice<'a>, String> {
    let applied = graph.applied(rows).map_err(|_| "the database has a row that no file has".to_owned())?;
    let own = |id: &str| side.revisions.iter().any(|(own, _)| *own == id);
    if let Some(node) = applied.iter().find(|node| own(&node.revision.id)) {
        return Err(format!("the database has {} already", node.revision.id));
    }
    let mut first = side.revisions.iter().filter_map(|(id, _)| graph.get(id));
    let mut first = first.by_ref().filter(|node| !graph.links(node).any(|(parent, _)| own(&parent.revision.id)));
    let (Some(first), None) = (first.next(), first.next()) else {
        return Err("it begins in several places".to_owned());
    };
    let by_hand = || format!("change down_revision in {} by hand", as_typed(&first.revision.path).display());
    let bytes = std::fs::read(&first.revision.path).map_err(|error| error.to_string())?;
    let text = rebase(&bytes, &first.revision, &onto.revision.id).ok_or_else(by_hand)?;
    let revisions = graph.iter().map(|node| match node.revision.id == first.revision.id {
        true => Revision { down_revision: vec![onto.revision.id.clone()], ..node.revision.clone() },
        false => node.revision.clone(),
    });
    match RevisionGraph::new(revisions) {
        Ok(_) => Ok(Choice::Rebase { first, onto, bytes, text }),
        Err(problems) => Err(problems.first().map(ToString::to_string).unwrap_or_default()),
    }
}
