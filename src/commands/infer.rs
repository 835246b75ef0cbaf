//! `infer`: which revision the live schema is at, from what the migrations do, and why.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::files::{Files, open};
use super::output::{Format, print, print_json};
use crate::config::Config;
use crate::error::Error;
use crate::evidence::{Inference, Verdict, contradicted, infer, name};
use crate::interpreter::{Checkout, Effects, Script, Setting, read};
use crate::migrations::Step;
use crate::migrations::layout::Layout;
use crate::process::liveness::Liveness;
use crate::schema::Schema;

/// Sentences of each kind that the text shows; JSON has them all.
const SHOWN: usize = 8;

/// What `infer` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Show how this revision fares, fact by fact
    #[arg(long, value_name = "REV")]
    explain: Option<String>,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

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

/// The revisions in upgrade order with what each of them does.
struct Evidence {
    ids: Vec<String>,
    effects: Vec<Effects>,
}

impl Evidence {
    fn gather(files: &Files, setting: &Setting) -> Result<Self, Error> {
        let mut ids = Vec::new();
        let mut scripts = Vec::new();
        for step in files.graph.upgrade_steps(&[], "heads")? {
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

/// Prints which revision the schema is at.
pub async fn infer_revision(config: &Config, arguments: &Arguments) -> Result<(), Error> {
    let files = Files::read(config)?;
    let table = files.version_table()?;
    let database = open(config, &config.database_url()?, &Liveness::new(None)).await?;
    let answer = database.schema(table).await;
    let dialect = database.dialect();
    database.close().await;
    let schema = answer?;
    let version_table = match &table.schema {
        Some(namespace) if *namespace != schema.default_schema => format!("{namespace}.{}", table.name),
        _ => table.name.clone(),
    };
    let setting = Setting { dialect, default_schema: schema.default_schema.clone(), version_table };
    let evidence = Evidence::gather(&files, &setting)?;
    if let Some(symbol) = &arguments.explain {
        return explain(&files, &evidence, &schema, symbol, arguments.format);
    }
    let inference = infer(&evidence.effects, &schema);
    match arguments.format {
        Format::Text => print(&text(&inference, &evidence.ids))?,
        Format::Json => print_json(document(&inference, &evidence.ids))?,
    }
    match inference.verdict {
        Verdict::Exact(_) | Verdict::Run(..) | Verdict::BeforeFirst => Ok(()),
        _ => Err(Error::NotInferred),
    }
}

/// The name of a position: the revision that it comes after.
fn at(position: usize, ids: &[String]) -> String {
    position.checked_sub(1).and_then(|at| ids.get(at)).cloned().unwrap_or_else(|| "base".to_owned())
}

fn group(verdict: &Verdict, ids: &[String]) -> Vec<String> {
    let positions: Vec<usize> = match verdict {
        Verdict::Exact(position) | Verdict::HalfApplied(position) => vec![*position],
        Verdict::Run(first, last) | Verdict::Doubtful(first, last) => (*first..=*last).collect(),
        Verdict::Ambiguous(positions) => positions.clone(),
        Verdict::BeforeFirst => vec![0],
        Verdict::Ahead => vec![ids.len()],
        Verdict::Foreign => Vec::new(),
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
        Verdict::Ahead => format!("the schema holds all of {first}, and more that no revision explains"),
        Verdict::Foreign => "the schema and the migrations have no table in common".to_owned(),
        Verdict::HalfApplied(position) => {
            format!("the schema is at {first}, with {} partly applied", at(position + 1, ids))
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

fn document(inference: &Inference, ids: &[String]) -> serde_json::Value {
    let verdict = match inference.verdict {
        Verdict::Exact(_) => "exact",
        Verdict::Run(..) => "run",
        Verdict::Ambiguous(_) => "ambiguous",
        Verdict::BeforeFirst => "before-first",
        Verdict::Ahead => "ahead",
        Verdict::Foreign => "foreign",
        Verdict::HalfApplied(_) => "half-applied",
        Verdict::Doubtful(..) => "doubtful",
    };
    json!({
        "verdict": verdict,
        "revisions": group(&inference.verdict, ids),
        "for": inference.holds.iter().map(|claim| claim.sentence(ids)).collect::<Vec<_>>(),
        "against": inference.contradicted.iter().map(|claim| claim.sentence(ids)).collect::<Vec<_>>(),
        "unexplained": inference.unexplained.iter().map(name).collect::<Vec<_>>(),
    })
}

fn explain(files: &Files, evidence: &Evidence, schema: &Schema, symbol: &str, format: Format) -> Result<(), Error> {
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
