//! Replays recorded catalogues: how often the evidence names the right revision.
//!
//! For each history a versions folder and a folder of catalogues, one after every revision, with `order.txt` in
//! Alembic's own upgrade order. Prints states, exact, within a run, abstained, wrong, and seconds. A tool for
//! development: it is not part of the binary.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a tool whose output is its purpose")]

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::time::Instant;

use database::postgres::catalogue;
use history::read_header;
use migration::{Checkout, Script, read};
use schema::evidence::{Forked, Standing, Verdict, Weighed, standing};
use schema::{Dialect, RevisionFacts, Setting, revision_facts};
use version_table::VersionTable;

const USAGE: &str = "usage: replay [--verbose] [--schema NAME] CHECKOUT VERSIONS CATALOGUES\n\
    CHECKOUT    the folder that imports are followed in\n\
    VERSIONS    the versions folder, relative to CHECKOUT\n\
    CATALOGUES  the folder with order.txt and one JSON file for each revision";

/// Files on disk.
struct Disk {
    root: PathBuf,
    versions: String,
}

impl Checkout for Disk {
    fn text(&self, path: &str) -> Option<String> {
        let bytes = std::fs::read(self.root.join(path)).ok()?;
        python::decode(&bytes).ok().map(|text| text.into_owned())
    }

    fn roots(&self) -> Vec<String> {
        let mut roots: Vec<String> =
            Path::new(&self.versions).ancestors().map(|folder| folder.to_string_lossy().into_owned()).collect();
        roots.reverse();
        roots.push("src".to_owned());
        roots
    }
}

#[derive(Default)]
struct Tally {
    states: usize,
    exact: usize,
    run: usize,
    abstained: usize,
    wrong: usize,
    /// States that would be refused although their version rows say the truth.
    refused: usize,
    /// States beside a fork with a side that the schema leaves open.
    open: usize,
}

fn main() {
    let mut verbose = false;
    let mut schema = None;
    let mut places = Vec::new();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--verbose" => verbose = true,
            "--schema" => schema = arguments.next(),
            _ => places.push(argument),
        }
    }
    let [checkout, versions, catalogues] = places.as_slice() else {
        eprintln!("{USAGE}");
        std::process::exit(2);
    };
    match replay(Path::new(checkout), versions, Path::new(catalogues), schema.as_deref().unwrap_or("public"), verbose) {
        Ok((tally, seconds)) => println!(
            "{:<50} states {:4} exact {:4} run {:4} abstained {:3} wrong {:2} refused {:2} open {:3} seconds {:.3} (reading {:.3})",
            format!("{checkout}/{versions}"),
            tally.states,
            tally.exact,
            tally.run,
            tally.abstained,
            tally.wrong,
            tally.refused,
            tally.open,
            seconds.0,
            seconds.1
        ),
        Err(message) => {
            eprintln!("{message}");
            std::process::exit(1);
        }
    }
}

fn replay(
    root: &Path,
    versions: &str,
    catalogues: &Path,
    default_schema: &str,
    verbose: bool,
) -> Result<(Tally, (f64, f64)), String> {
    let order = std::fs::read_to_string(catalogues.join("order.txt")).map_err(|error| format!("order.txt: {error}"))?;
    let order: Vec<&str> = order.lines().filter_map(|line| line.split('\t').next()).collect();
    let mut files = HashMap::new();
    collect(&root.join(versions), &mut files);
    let disk = Disk { root: root.to_owned(), versions: versions.to_owned() };
    let mut scripts = Vec::new();
    let mut needs = Vec::new();
    for id in &order {
        let path = files.get(*id).ok_or_else(|| format!("no file for revision {id}"))?;
        let path = path.strip_prefix(root).map_err(|error| error.to_string())?.to_string_lossy().into_owned();
        let text = disk.text(&path).ok_or_else(|| format!("{path} cannot be read"))?;
        needs.push(named(&text, &path, &order)?);
        scripts.push(Script { path, text });
    }
    let started = Instant::now();
    let setting = Setting {
        dialect: Dialect::PostgreSql,
        default_schema: default_schema.to_owned(),
        version_table: "alembic_version".to_owned(),
    };
    let known: RefCell<HashMap<Vec<usize>, Vec<RevisionFacts>>> = RefCell::default();
    let read = |order: &[usize]| {
        if let Some(effects) = known.borrow().get(order) {
            return Ok(effects.clone());
        }
        let effects = revision_facts(read(order.iter().map(|&place| &scripts[place]), &disk, &setting)?, &setting);
        known.borrow_mut().insert(order.to_vec(), effects.clone());
        Ok(effects)
    };
    let straight: Vec<usize> = (0..order.len()).collect();
    let effects = read(&straight).map_err(|error: std::io::Error| error.to_string())?;
    let reading = started.elapsed().as_secs_f64();
    if verbose {
        for (id, effect) in order.iter().zip(&effects) {
            for reason in &effect.unread {
                println!("  unread {id}: {reason}");
            }
        }
    }
    let forked = |claimed| Forked { needs: &needs, claimed, straight: effects.clone(), read: &read };
    let in_default_schema =
        VersionTable { schema: Some(default_schema.to_owned()), leads: true, ..VersionTable::default() };
    let mut tally = Tally::default();
    let mut previous = Vec::new();
    for (number, id) in order.iter().enumerate() {
        let truth = number + 1;
        let path = catalogues.join(format!("{}.json", id.replace('/', "_")));
        let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let live = catalogue::read(&text, &in_default_schema).map_err(|error| error.to_string())?;
        let Weighed { order: ordered, inference, .. } = forked(0).weigh(&live).map_err(|error| error.to_string())?;
        let applied: BTreeSet<usize> = (0..truth).collect();
        let open: BTreeSet<usize> = inference.open.iter().map(|&at| ordered[at]).collect();
        let holds_truth = |first: usize, last: usize| {
            let all: BTreeSet<usize> = ordered[..last].iter().copied().chain(open.iter().copied()).collect();
            ordered[..first].iter().all(|place| applied.contains(place) || open.contains(place))
                && applied.is_subset(&all)
        };
        tally.states += 1;
        tally.open += usize::from(!open.is_empty());
        let outcome = match &inference.verdict {
            Verdict::Exact(at) if holds_truth(*at, *at) && ordered[at - 1] == number => {
                tally.exact += 1;
                "exact"
            }
            // Where the one that was applied last is open, what is named was applied, too.
            Verdict::Exact(at) if holds_truth(*at, *at) && open.contains(&number) => {
                tally.run += 1;
                "run"
            }
            Verdict::Run(first, last) if holds_truth(*first, *last) => {
                tally.run += 1;
                "run"
            }
            Verdict::Exact(_) | Verdict::Run(..) => {
                tally.wrong += 1;
                "WRONG"
            }
            _ => {
                tally.abstained += 1;
                "abstained"
            }
        };
        let claimed = forked(truth).weigh(&live).map_err(|error| error.to_string())?;
        let standing = standing(&claimed.effects, &live, &claimed.inference, truth);
        if !matches!(standing, Standing::Agrees { .. }) {
            tally.refused += 1;
            if verbose {
                println!("  {truth} {id} refused: {standing:?}");
            }
        }
        if verbose {
            println!(
                "  {truth} {id}: {outcome} {:?} contradictions {:?}",
                inference.verdict,
                inference.contradictions.iter().min()
            );
            if !open.is_empty() {
                println!("      open {:?}", open.iter().map(|&place| order[place]).collect::<Vec<_>>());
            }
            let own = schema::evidence::contradicted(&effects, &live, truth);
            for claim in own.iter().filter(|claim| !previous.contains(&claim.subject)) {
                println!("      misread {:?}: expected {:?}, live {:?}", claim.subject, claim.expected, claim.live);
            }
            previous = own.into_iter().map(|claim| claim.subject).collect();
            if outcome == "abstained" {
                for claim in inference.contradicted.iter().take(6) {
                    println!("      near {:?}: expected {:?}, live {:?}", claim.subject, claim.expected, claim.live);
                }
                println!("      unexplained {:?}", inference.unexplained.iter().take(6).collect::<Vec<_>>());
            }
        }
    }
    Ok((tally, (started.elapsed().as_secs_f64(), reading)))
}

/// The places in `order` of the revisions that a migration names as its parents.
fn named(text: &str, path: &str, order: &[&str]) -> Result<Vec<usize>, String> {
    let revision = read_header(text.as_bytes(), Path::new(path)).map_err(|problem| problem.to_string())?;
    let names = revision.down_revision.iter().chain(&revision.depends_on);
    Ok(names.filter_map(|name| order.iter().position(|id| id == name)).collect())
}

/// The files by the `revision` that they assign.
fn collect(folder: &Path, files: &mut HashMap<String, PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "py") {
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            if let Some(id) = text.lines().find_map(assigned) {
                files.insert(id, path);
            }
        }
    }
}

fn assigned(line: &str) -> Option<String> {
    let rest = line.strip_prefix("revision")?.trim_start();
    let rest = match rest.strip_prefix(':') {
        Some(annotated) => annotated.split_once('=')?.1,
        None => rest.strip_prefix('=')?,
    };
    let rest = rest.trim_start().trim_start_matches(['u', 'r']);
    let quote = rest.chars().next().filter(|c| *c == '"' || *c == '\'')?;
    rest[1..].split(quote).next().map(str::to_owned)
}
