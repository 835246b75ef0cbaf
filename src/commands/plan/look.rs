//! What `plan` knows: the plan of `run` on a live database, or the files alone.

use foresight::{Answered, Ground, Question};
use history::Node;
use schema::{Dialect, Schema, Tape};

use super::foresee::{Foreseen, Foresight, Judged};
use crate::commands::check::server;
use crate::commands::evidence::{History, tapes_on};
use crate::commands::files::Files;
use crate::commands::look::{Depth, Look};
use crate::commands::session::Session;
use crate::error::Error;
use crate::reconcile::Upgrade;
use database::Database;
use database::survey::Count;

/// The oldest server that is supported: the rules of a database that nobody has asked.
const OLDEST: u32 = 12;
/// Rows that break something are counted up to here.
const BOUND: u64 = 1_000;
/// So many revisions of one upgrade have their rows asked; more are a database that is made from nothing.
const MOST_QUESTIONS: usize = 200;

/// What `run` would do.
pub(super) struct Outlook {
    /// Which database.
    pub(super) database: Option<String>,
    /// The server and its version.
    pub(super) server: Option<String>,
    /// The current revisions.
    pub(super) current: Vec<String>,
    /// Changes of the current revisions, each with its reason.
    pub(super) changes: Vec<(String, String)>,
    /// Why `run` would stop.
    pub(super) obstacle: Option<crate::reconcile::Obstacle>,
    /// The pending revisions.
    pub(super) revisions: Vec<Foreseen>,
}

/// Looks at the database as `run` does, and at what is pending.
pub(super) async fn online(session: &Session, files: &Files, sql: bool) -> Result<Outlook, Error> {
    let database = session.open().await?;
    let seen = look(session, files, &database, sql).await;
    database.close().await;
    seen
}

async fn look(session: &Session, files: &Files, database: &Database, sql: bool) -> Result<Outlook, Error> {
    let goal = files.goal(&session.config)?;
    let look = session.look_closely(files, database, &goal, Depth::Schema).await?;
    let mut outlook = Outlook {
        database: Some(session.url()?.to_string()),
        server: Some(server(database)),
        current: look.rows.revisions().to_vec(),
        changes: Vec::new(),
        obstacle: look.plan.as_ref().err().map(|obstacle| (**obstacle).clone()),
        revisions: Vec::new(),
    };
    let Ok(plan) = &look.plan else { return Ok(outlook) };
    outlook.changes = changes(&look);
    if let Some(upgrade) = &plan.upgrade {
        let mut revisions = foresee(session, files, database, &look, upgrade, sql).await?;
        if let Some(schema) = &look.schema {
            ask(database, schema, &mut revisions).await?;
        }
        outlook.revisions = revisions;
    }
    Ok(outlook)
}

/// Changes of the version table with what speaks for them.
fn changes(look: &Look) -> Vec<(String, String)> {
    let Ok(plan) = &look.plan else { return Vec::new() };
    let proven = look.findings.iter().find(|finding| finding.proof().is_some());
    let reason = proven.map_or_else(
        || look.position().to_string(),
        |finding| {
            let first = finding.proof().and_then(|proof| proof.reasons.first().cloned()).unwrap_or_default();
            if first.is_empty() { finding.to_string() } else { first }
        },
    );
    let widening = plan.widen.map(|width| {
        (format!("widening version_num to {width} characters"), "an id of a revision is longer".to_owned())
    });
    widening.into_iter().chain(plan.changes.iter().map(|change| (change.to_string(), reason.clone()))).collect()
}

/// What an upgrade will do to this database, as far as its catalogue tells: one more round trip.
pub(in crate::commands) async fn foresee(
    session: &Session,
    files: &Files,
    database: &Database,
    look: &Look,
    upgrade: &Upgrade,
    sql: bool,
) -> Result<Vec<Foreseen>, Error> {
    let Some(schema) = look.schema.clone() else { return Ok(Vec::new()) };
    let survey = database.survey().await?;
    let tapes = tapes_on(files, &upgrade.pending, schema.clone(), database.dialect())?;
    let answer = if sql { Some(session.rendering(files, database.dialect()).await) } else { None };
    let mut foresight = Foresight::on(Ground::of(database.dialect(), OLDEST, schema), Some(&survey));
    let mut revisions = Vec::new();
    for (id, tape) in upgrade.pending.iter().zip(&tapes) {
        let Some(node) = files.graph.get(id) else { continue };
        let rendered = answer.map(|answer| answer.of(id));
        let text = rendered.as_ref().and_then(|rendered| rendered.as_ref().ok());
        let not_rendered = match &rendered {
            Some(Err(why)) => Some(why.clone()),
            Some(Ok(sql)) => sql.doubt(),
            None => None,
        };
        let steps = foresight.revision(tape, text);
        revisions.push(Foreseen { not_rendered, ..foreseen(node, tape, steps) });
    }
    Ok(revisions)
}

fn foreseen(node: &Node, tape: &Tape, steps: Vec<super::foresee::Step>) -> Foreseen {
    let mut unread: Vec<(u32, String)> = tape
        .unread
        .iter()
        .map(|unread| (unread.line, format!("{unread} (may change {})", unread.kind.words())))
        .collect();
    if tape.misread && unread.is_empty() {
        unread.push((1, "a construct that is not followed".to_owned()));
    }
    Foreseen {
        id: node.revision.id.clone(),
        message: node.revision.message().to_owned(),
        path: node.revision.path.clone(),
        steps,
        unread,
        not_rendered: None,
    }
}

/// Asks the rows what may break a step, where they are there to be asked.
async fn ask(database: &Database, schema: &Schema, revisions: &mut [Foreseen]) -> Result<(), Error> {
    let mut asked: Vec<&mut Judged> = Vec::new();
    for step in revisions.iter_mut().flat_map(|revision| &mut revision.steps) {
        for judged in &mut step.deeds {
            let made_here = judged.deed.touches.iter().any(|touch| touch.made_here);
            match &judged.deed.question {
                Some(question) if !made_here && is_answerable(question, schema) && asked.len() < MOST_QUESTIONS => {
                    asked.push(judged);
                }
                Some(_) if !made_here => {
                    judged.answer = Some(Answered::Unanswered("an earlier step makes what it is about".to_owned()));
                    judged.judge();
                }
                _ => {}
            }
        }
    }
    let questions: Vec<String> =
        asked.iter().filter_map(|judged| Some(judged.deed.question.as_ref()?.count(BOUND))).collect();
    let counts = database.count(&questions).await?;
    for (judged, count) in asked.into_iter().zip(counts) {
        let Some(question) = judged.deed.question.clone() else { continue };
        judged.answer = Some(answered(&question, count));
        if let (Some(Answered::Fine), true) = (&judged.answer, question.trouble == foresight::Trouble::Present) {
            judged.extent.rows = Some(0);
            judged.extent.bytes = Some(0);
        }
        judged.judge();
    }
    Ok(())
}

/// Whether everything that a question reads is there already.
fn is_answerable(question: &Question, schema: &Schema) -> bool {
    question.needs.iter().all(|(table, columns)| {
        schema.tables.get(table).is_some_and(|held| columns.iter().all(|column| held.column(column).is_some()))
    })
}

fn answered(question: &Question, count: Count) -> Answered {
    match count {
        Count::Rows(0) => Answered::Fine,
        Count::Rows(rows) => {
            let number = if rows >= BOUND { format!("at least {BOUND}") } else { rows.to_string() };
            let noun = match (question.counts_rows(), rows) {
                (false, _) => "",
                (true, 1) => "row ",
                (true, _) => "rows ",
            };
            Answered::Broken(format!("{number} {noun}{}", question.words(rows != 1)))
        }
        Count::Unanswered(why) => Answered::Unanswered(why),
    }
}

/// The files alone: each revision of `only`, or every one, on the schema that those before it leave, as if its tables were large.
pub(in crate::commands) fn offline(files: &Files, only: Option<&[String]>) -> Result<Vec<Foreseen>, Error> {
    let history = History::offline(files)?;
    let dialect = Dialect::PostgreSql;
    let schema = Schema { default_schema: dialect.usual_schema().to_owned(), ..Schema::default() };
    let mut foresight = Foresight::on(Ground::of(dialect, OLDEST, schema), None);
    let mut revisions = Vec::new();
    for (id, facts) in history.ids.iter().zip(&history.effects) {
        let Some(node) = files.graph.get(id) else { continue };
        if only.is_some_and(|only| !only.contains(id)) {
            foresight.pass(&facts.tape);
            continue;
        }
        let steps = foresight.revision(&facts.tape, None);
        // Another deploy may have run the one before, and rows may have come since.
        foresight.forget_what_was_made();
        revisions.push(foreseen(node, &facts.tape, steps));
    }
    Ok(revisions)
}
