//! `infer`: which revision the live schema is at, from what the migrations do, and why.

use clap::Args;
use serde_json::json;

use super::evidence::History;
use super::files::{Files, open};
use super::output::{Format, print, print_json};
use crate::config::Config;
use crate::error::Error;
use crate::evidence::{Claim, Inference, Verdict, contradicted, infer, name};
use crate::process::liveness::Liveness;
use crate::schema::Schema;

/// Sentences of each kind that the text shows; JSON has them all.
const SHOWN: usize = 8;

/// What `infer` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Show what contradicts this revision, and what of it could not be read
    #[arg(long, value_name = "REV")]
    explain: Option<String>,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Prints which revision the schema is at.
pub async fn infer_revision(config: &Config, arguments: &Arguments) -> Result<(), Error> {
    let files = Files::read(config)?;
    let database = open(config, &config.database_url()?, &Liveness::new(None)).await?;
    let looked = History::look(&files, &database, &[]).await;
    database.close().await;
    let (evidence, schema) = looked?;
    if let Some(symbol) = &arguments.explain {
        return explain(&files, &evidence, &schema, symbol, arguments.format);
    }
    let inference = infer(&evidence.effects, &schema);
    match arguments.format {
        Format::Text => print(&text(&inference, &evidence.ids))?,
        Format::Json => print_json(document(&inference, &evidence.ids))?,
    }
    match inference.verdict {
        Verdict::Exact(_) | Verdict::BeforeFirst => Ok(()),
        // Later members that do nothing make no difference; any other is a question for a person.
        Verdict::Run(first, last) if evidence.effects[first..last].iter().all(|effect| effect.nothing) => Ok(()),
        _ => Err(Error::NotInferred),
    }
}

/// The name of a position: the revision that it comes after.
fn at(position: usize, ids: &[String]) -> String {
    position.checked_sub(1).and_then(|at| ids.get(at)).cloned().unwrap_or_else(|| "base".to_owned())
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

fn headline(verdict: &Verdict, ids: &[String]) -> String {
    let names = group(verdict, ids);
    let (first, last) = (names.first().cloned().unwrap_or_default(), names.last().cloned().unwrap_or_default());
    match verdict {
        Verdict::Exact(_) => format!("the schema is at {first}"),
        Verdict::Run(..) => {
            format!("the schema is at one of {} revisions that it cannot tell apart, {first} to {last}", names.len())
        }
        Verdict::Ambiguous(_) => format!("the schema fits several revisions equally well: {}", names.join(", ")),
        Verdict::BeforeFirst => "the schema is older than the first revision".to_owned(),
        Verdict::Ahead(_) => format!("the schema holds all of {first}, and more that no revision explains"),
        Verdict::Foreign => "the schema and the migrations have no table in common".to_owned(),
        Verdict::HalfApplied(position) => {
            format!("the schema is at {}, with {first} partly applied", at(*position, ids))
        }
        Verdict::Doubtful(..) => format!("the schema is nearest to {first}, but contradicts it"),
    }
}

fn text(inference: &Inference, ids: &[String]) -> String {
    let mut text = headline(&inference.verdict, ids) + "\n";
    let mut list = |title: &str, lines: Vec<String>| {
        if lines.is_empty() {
            return;
        }
        text.push_str(&format!("\n{title}:\n"));
        lines.iter().take(SHOWN).for_each(|line| text.push_str(&format!("  {line}\n")));
        if lines.len() > SHOWN {
            text.push_str(&format!("  and {} more\n", lines.len() - SHOWN));
        }
    };
    list("for it", inference.holds.iter().map(|claim| claim.sentence(ids)).collect());
    list("against it", inference.contradicted.iter().map(|claim| claim.sentence(ids)).collect());
    list("explained by no revision", inference.unexplained.iter().map(name).collect());
    text
}

fn claims(claims: &[Claim], ids: &[String]) -> Vec<serde_json::Value> {
    let one = |claim: &Claim| json!({ "text": claim.sentence(ids), "revision": claim.by.and_then(|by| ids.get(by)) });
    claims.iter().map(one).collect()
}

fn document(inference: &Inference, ids: &[String]) -> serde_json::Value {
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
        "holds": claims(&inference.holds, ids),
        "contradicted": claims(&inference.contradicted, ids),
        "unexplained": inference.unexplained.iter().map(name).collect::<Vec<_>>(),
    })
}

fn explain(files: &Files, evidence: &History, schema: &Schema, symbol: &str, format: Format) -> Result<(), Error> {
    for node in files.graph.resolve(symbol)? {
        let id = &node.revision.id;
        let Some(number) = evidence.ids.iter().position(|held| held == id) else { continue };
        let against = contradicted(&evidence.effects, schema, number + 1);
        let against: Vec<String> = against.iter().map(|claim| claim.sentence(&evidence.ids)).collect();
        let effects = &evidence.effects[number];
        match format {
            Format::Json => {
                print_json(json!({ "revision": id, "against": against, "unreadable": effects.opaque }))?;
            }
            Format::Text => {
                let mut text = match against.len() {
                    0 => format!("nothing contradicts {id}\n"),
                    count => format!("{count} facts contradict {id}:\n"),
                };
                against.iter().for_each(|line| text.push_str(&format!("  {line}\n")));
                effects.opaque.iter().for_each(|reason| text.push_str(&format!("not followed: {reason}\n")));
                print(&text)?;
            }
        }
    }
    Ok(())
}
