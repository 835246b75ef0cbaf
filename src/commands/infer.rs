//! `infer`: which revision the live schema is at, from what the migrations do, and why.

use std::collections::BTreeSet;

use clap::Args;
use serde_json::{Value, json};

use super::files::Files;
use super::output::{Format, print, print_json};
use super::session::Session;
use crate::error::Error;
use crate::help::{Advice, Command, Note};
use crate::prose::advice;
use crate::reconcile::{Comparison, rows_after, unread_lines, which_of};
use history::RevisionGraph;
use schema::RevisionFacts;
use schema::evidence::{Claim, Inference, Verdict, contradicted, holding, most_telling_first, name};

/// What the time before the first revision is called.
const BASE: &str = "base";

/// Sentences of each kind that the text shows; JSON has them all.
const SHOWN: usize = 8;

/// What `infer` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Show what speaks for and against this revision, fact by fact, and what of it could not be read
    #[arg(long, value_name = "REV")]
    explain: Option<String>,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Prints which revision the schema is at.
pub async fn infer_revision(session: &Session, arguments: &Arguments) -> Result<(), Error> {
    let (mut files, database) = session.both_sides().await?;
    let looked = session.compare(&files, &database, &[], arguments.explain.is_some()).await;
    database.close().await;
    let compared = looked?;
    // Only headers have been read so far: reading the whole of them says what is wrong, and where.
    if compared.effects.iter().any(|effects| effects.broken) {
        files.read_whole()?;
        return Err(Error::NotInferred { help: Command::levelhead("check").into() });
    }
    if let Some(symbol) = &arguments.explain {
        return explain(&files, &compared, symbol, arguments.format);
    }
    let mut answers = vec![(None, Answer::of(&files, &compared))];
    for (name, url) in session.config.further_databases()? {
        let database = session.open_at(&url).await?;
        let compared = session.compare(&files, &database, &[], false).await;
        database.close().await;
        answers.push((Some(name), Answer::of(&files, &compared?)));
    }
    show(&answers, arguments.format)?;
    match answers.into_iter().find_map(|(_, answer)| answer.leads_on) {
        None => Ok(()),
        Some(help) => Err(Error::NotInferred { help }),
    }
}

/// Where one database is, in both formats.
struct Answer {
    text: String,
    document: Value,
    /// What leads on where no one revision is named.
    leads_on: Option<Advice>,
}

impl Answer {
    fn of(files: &Files, compared: &Comparison) -> Self {
        let Comparison { ids, effects, inference, .. } = compared;
        let settled = inference.settled(|at| effects[at].nothing);
        // Beside a fork the last of several revisions is not the only row.
        let rows = |position: usize| rows_after(&files.graph, ids[..position].iter()).unwrap_or_default();
        Self {
            text: text(inference, ids, settled, &rows),
            document: document(inference, ids, settled.map(rows)),
            leads_on: settled.is_none().then(|| leads_on(&inference.verdict, effects, ids)),
        }
    }
}

/// Prints the answers: that of DATABASE_URL, and those of the further databases under their names.
fn show(answers: &[(Option<&str>, Answer)], format: Format) -> Result<(), Error> {
    let (first, further) = (&answers[0].1, &answers[1..]);
    match format {
        Format::Json => {
            let mut document = first.document.clone();
            let named = further.iter().map(|(name, answer)| {
                let mut document = answer.document.clone();
                document["name"] = json!(name);
                document
            });
            if !further.is_empty() {
                document["databases"] = named.collect();
            }
            print_json(document)
        }
        Format::Text => {
            let named = further.iter().map(|(name, answer)| format!("\n{}: {}", name.unwrap_or_default(), answer.text));
            print(&(first.text.clone() + &named.collect::<String>()))
        }
    }
}

/// What leads on from where no one revision is named.
fn leads_on(verdict: &Verdict, effects: &[RevisionFacts], ids: &[String]) -> Advice {
    let candidates = group(verdict, ids);
    let unread = match verdict {
        Verdict::Run(first, last) => effects[*first..*last].iter().any(|facts| facts.tape.has_schema_unread()),
        _ => true,
    };
    match (verdict, candidates.as_slice()) {
        (Verdict::HalfApplied(_) | Verdict::Doubtful(..), [first, ..]) => {
            Command::levelhead("infer --explain").with(first).and("this shows every fact for and against it")
        }
        (Verdict::Exact(_) | Verdict::Run(..) | Verdict::Ambiguous(_), _) => which_of(&candidates, unread),
        (Verdict::Ahead(_), [only]) => {
            Advice::note("a newer release has probably upgraded this database; deploy it again")
                .and(Note::way("if none has", Command::levelhead("stamp --purge").with(only)))
        }
        _ => Command::levelhead("verify").and("this shows which database DATABASE_URL names"),
    }
}

/// The name of a position: the revision that it comes after.
fn at(position: usize, ids: &[String]) -> String {
    position.checked_sub(1).and_then(|at| ids.get(at)).cloned().unwrap_or_else(|| BASE.to_owned())
}

fn group(verdict: &Verdict, ids: &[String]) -> Vec<String> {
    let positions: Vec<usize> = match verdict {
        Verdict::Exact(position) => vec![*position],
        Verdict::HalfApplied(position) => vec![position + 1],
        Verdict::Run(first, last) | Verdict::Doubtful(first, last) => (*first..=*last).collect(),
        Verdict::Ambiguous(positions) => positions.clone(),
        Verdict::Ahead(position) => vec![*position],
        Verdict::BeforeFirst | Verdict::Foreign => Vec::new(),
    };
    positions.into_iter().map(|position| at(position, ids)).collect()
}

fn headline(verdict: &Verdict, ids: &[String], settled: Option<usize>, rows: &impl Fn(usize) -> Vec<String>) -> String {
    let names = group(verdict, ids);
    let (first, last) = (names.first().cloned().unwrap_or_default(), names.last().cloned().unwrap_or_default());
    let place = |position: usize| match rows(position) {
        rows if rows.is_empty() => BASE.to_owned(),
        rows => rows.join(", "),
    };
    match verdict {
        Verdict::Exact(position) => format!("the schema is at {}", place(*position)),
        Verdict::Run(..) if let Some(position) = settled => {
            format!("the schema is at {}; from {first} on nothing changes it", place(position))
        }
        Verdict::Run(..) => {
            format!("the schema is at one of {} revisions that it cannot tell apart, {first} to {last}", names.len())
        }
        Verdict::Ambiguous(_) => format!("the schema fits several revisions equally well: {}", names.join(", ")),
        Verdict::BeforeFirst => "the schema is older than the first revision".to_owned(),
        Verdict::Ahead(position) => {
            format!("the schema holds all of {}, and more that no revision explains", place(*position))
        }
        Verdict::Foreign => "the schema and the migrations have no table in common".to_owned(),
        Verdict::HalfApplied(position) => {
            format!("the schema is at {}, with {first} partly applied", place(*position))
        }
        Verdict::Doubtful(..) => format!("the schema is nearest to {first}, but contradicts it"),
    }
}

fn text(inference: &Inference, ids: &[String], settled: Option<usize>, rows: &impl Fn(usize) -> Vec<String>) -> String {
    let mut text = headline(&inference.verdict, ids, settled, rows) + "\n";
    let sentences = |claims: &[Claim]| claims.iter().map(|claim| claim.sentence(ids)).collect::<Vec<_>>();
    let named = |positions: &[usize]| positions.iter().map(|&before| ids[before].clone()).collect::<Vec<_>>();
    list(
        &mut text,
        "on other sides of a fork, applied or not, the schema does not show it",
        &named(&inference.open),
        SHOWN,
    );
    list(&mut text, "for it", &sentences(&inference.holds), SHOWN);
    list(&mut text, "against it", &sentences(&inference.contradicted), SHOWN);
    let unexplained: Vec<String> = inference.unexplained.iter().map(name).collect();
    list(&mut text, "explained by no revision", &unexplained, SHOWN);
    text
}

/// Adds lines under a title, no more than `shown` of them.
fn list(text: &mut String, title: &str, lines: &[String], shown: usize) {
    if lines.is_empty() {
        return;
    }
    text.push_str(&format!("\n{title}:\n"));
    lines.iter().take(shown).for_each(|line| text.push_str(&format!("  {line}\n")));
    if lines.len() > shown {
        text.push_str(&format!("  and {} more, all of them with --format json\n", lines.len() - shown));
    }
}

fn claims(claims: &[Claim], ids: &[String]) -> Vec<Value> {
    let one = |claim: &Claim| json!({ "text": claim.sentence(ids), "revision": claim.by.and_then(|by| ids.get(by)) });
    claims.iter().map(one).collect()
}

fn document(inference: &Inference, ids: &[String], rows: Option<Vec<String>>) -> Value {
    let verdict = match inference.verdict {
        Verdict::Exact(_) => "exact",
        Verdict::Run(..) => "run",
        Verdict::Ambiguous(_) => "ambiguous",
        Verdict::BeforeFirst => "before-first",
        Verdict::Ahead(_) => "ahead",
        Verdict::Foreign => "foreign",
        Verdict::HalfApplied(_) => "half-applied",
        Verdict::Doubtful(..) => "doubtful",
    };
    json!({
        "verdict": verdict,
        "revisions": group(&inference.verdict, ids),
        "rows": rows,
        "holds": claims(&inference.holds, ids),
        "contradicted": claims(&inference.contradicted, ids),
        "open": inference.open.iter().map(|&before| &ids[before]).collect::<Vec<_>>(),
        "unexplained": inference.unexplained.iter().map(name).collect::<Vec<_>>(),
    })
}

/// The revision that a claim is about: who made it so, or who will.
fn about(claim: &Claim, effects: &[RevisionFacts]) -> Option<usize> {
    claim.by.or_else(|| effects.iter().position(|effects| effects.makes(&claim.subject)))
}

/// The revisions that are applied wherever this one is, and those that need it: other sides of a fork say nothing about it.
/// `ids` come in an order that an upgrade could apply them in.
fn kin<'a>(graph: &'a RevisionGraph, ids: &'a [String], id: &'a str) -> BTreeSet<&'a str> {
    let mut after = BTreeSet::from([id]);
    for node in ids.iter().filter_map(|id| graph.get(id)) {
        if graph.links(node).any(|(link, _)| after.contains(link.revision.id.as_str())) {
            after.insert(&node.revision.id);
        }
    }
    let before = graph.applied(&[id.to_owned()]).unwrap_or_default();
    after.extend(before.into_iter().map(|node| node.revision.id.as_str()));
    after
}

/// What to do about one revision, with what speaks against it or without.
fn about_one(id: &str, fits: bool) -> Advice {
    let record = Command::levelhead("fix").with(id);
    match fits {
        true => Note::way("to record it as the current revision", record).into(),
        false => Advice::note("by hand, create what is missing of it; or drop what is there of it, and keep its data")
            .and(Note::way("if all of it is there then", record))
            .and(Note::way("if nothing of it is there then", Command::levelhead("run"))),
    }
}

fn explain(files: &Files, compared: &Comparison, symbol: &str, format: Format) -> Result<(), Error> {
    let Comparison { ids, effects, schema, .. } = compared;
    for node in files.graph.resolve(symbol)? {
        let id = &node.revision.id;
        let Some(number) = ids.iter().position(|held| held == id) else { continue };
        let kin = kin(&files.graph, ids, id);
        let ordered = |mut claims: Vec<Claim>| {
            claims.retain(|claim| about(claim, effects).is_none_or(|by| kin.contains(ids[by].as_str())));
            most_telling_first(&mut claims, number + 1);
            // What the revision itself does says most about it.
            claims.sort_by_key(|claim| claim.by != Some(number));
            claims
        };
        let held = ordered(holding(effects, schema, number + 1));
        let against = ordered(contradicted(effects, schema, number + 1));
        let unreadable = unread_lines(&files.graph, id, &effects[number]);
        match format {
            Format::Json => print_json(json!({
                "revision": id,
                "for": claims(&held, ids),
                "against": claims(&against, ids),
                "unreadable": unreadable,
            }))?,
            Format::Text => {
                let mut text = match against.len() {
                    0 => format!("nothing contradicts {id}\n"),
                    1 => format!("1 fact contradicts {id}\n"),
                    count => format!("{count} facts contradict {id}\n"),
                };
                let sentences = |claims: &[Claim]| claims.iter().map(|claim| claim.sentence(ids)).collect::<Vec<_>>();
                let own = held.iter().filter(|claim| claim.by == Some(number)).count();
                list(&mut text, "for it", &sentences(&held), own.max(SHOWN));
                list(&mut text, "against it", &sentences(&against), usize::MAX);
                list(&mut text, "not followed", &unreadable, usize::MAX);
                print(&format!("{text}\n{}", advice(&about_one(id, against.is_empty()), "")))?;
            }
        }
    }
    Ok(())
}
