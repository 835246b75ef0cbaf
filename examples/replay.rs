//! Replays recorded catalogues: how often the evidence names the right revision.
//!
//! For each history a versions folder and a folder of catalogues, one after every revision, with `order.txt` in
//! Alembic's own upgrade order. Without rows: how many states are named exactly, how many of these `run` would write
//! (*clean*), and how many are within a run, abstained, wrong. With the true rows: how many would be *refused*, and how
//! many warned of (*drift*). With `--verbose` each fault, and what costs most states. A tool for development: it is not part
//! of the binary.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a tool whose output is its purpose")]

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Instant;

use database::postgres::catalogue;
use history::{Revision, read_header};
use migration::{Checkout, Script, read};
use schema::evidence::{Claim, Forked, Standing, Verdict, Weighed, contradicted, most_telling_first, name, standing};
use schema::operation::Operation;
use schema::{Dialect, RevisionFacts, Schema, Setting, Subject, revision_facts};
use version_table::VersionTable;

/// Alembic's own table, which is no evidence.
const VERSION_TABLE: &str = "alembic_version";

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

/// What became of the states of a history.
#[derive(Default)]
struct Tally {
    states: usize,
    /// States that no neighbour's catalogue equals: more than these cannot be exact.
    distinct: usize,
    exact: usize,
    /// Of the exact ones those that `run` would write.
    clean: usize,
    run: usize,
    abstained: usize,
    wrong: usize,
    /// States that would be refused although their version rows say the truth.
    refused: usize,
    /// States of which a warning would be printed although nobody has changed anything.
    drift: usize,
    /// States beside a fork with a side that the schema leaves open.
    open: usize,
    seconds: f64,
    reading: f64,
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "states {:4} distinct {:4} exact {:4} clean {:4} run {:4} abstained {:3} wrong {:2} refused {:2} drift {:3} \
             open {:3} seconds {:.3} (reading {:.3})",
            self.states,
            self.distinct,
            self.exact,
            self.clean,
            self.run,
            self.abstained,
            self.wrong,
            self.refused,
            self.drift,
            self.open,
            self.seconds,
            self.reading
        )
    }
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
    let recorded = Recorded::load(Path::new(checkout), versions, Path::new(catalogues), schema.as_deref());
    match recorded.and_then(|recorded| recorded.replay(verbose)) {
        Ok(tally) => println!("{:<50} {tally}", format!("{checkout}/{versions}")),
        Err(message) => {
            eprintln!("{message}");
            std::process::exit(1);
        }
    }
}

/// A history, and what real Alembic made of it.
struct Recorded {
    disk: Disk,
    setting: Setting,
    /// The ids in Alembic's own upgrade order; all else is in that order, too.
    order: Vec<String>,
    /// The places of the revisions that each names as its parents.
    needs: Vec<Vec<usize>>,
    scripts: Vec<Script>,
    /// What was there after each.
    live: Vec<Schema>,
}

impl Recorded {
    fn load(root: &Path, versions: &str, catalogues: &Path, schema: Option<&str>) -> Result<Self, String> {
        let default_schema = schema.unwrap_or("public");
        let order =
            std::fs::read_to_string(catalogues.join("order.txt")).map_err(|error| format!("order.txt: {error}"))?;
        let order: Vec<String> = order.lines().filter_map(|line| line.split('\t').next()).map(str::to_owned).collect();
        let mut files = HashMap::new();
        collect(&root.join(versions), &mut files);
        let disk = Disk { root: root.to_owned(), versions: versions.to_owned() };
        let in_default_schema =
            VersionTable { schema: Some(default_schema.to_owned()), leads: true, ..VersionTable::default() };
        let (mut scripts, mut needs, mut live) = (Vec::new(), Vec::new(), Vec::new());
        for id in &order {
            let (path, revision) = files.get(id).ok_or_else(|| format!("no file for revision {id}"))?;
            let path = path.strip_prefix(root).map_err(|error| error.to_string())?.to_string_lossy().into_owned();
            let text = disk.text(&path).ok_or_else(|| format!("{path} cannot be read"))?;
            scripts.push(Script { path, text });
            let named = revision.down_revision.iter().chain(&revision.depends_on);
            needs.push(named.filter_map(|name| order.iter().position(|id| id == name)).collect());
            let path = catalogues.join(format!("{}.json", id.replace('/', "_")));
            let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
            let schema = catalogue::read(&text, &in_default_schema);
            live.push(schema.map_err(|error| error.to_string())?);
        }
        let setting = Setting {
            dialect: Dialect::PostgreSql,
            default_schema: default_schema.to_owned(),
            version_table: VERSION_TABLE.to_owned(),
        };
        Ok(Self { disk, setting, order, needs, scripts, live })
    }

    fn replay(&self, verbose: bool) -> Result<Tally, String> {
        let started = Instant::now();
        let known: RefCell<HashMap<Vec<usize>, Vec<RevisionFacts>>> = RefCell::default();
        let read = |order: &[usize]| {
            if let Some(effects) = known.borrow().get(order) {
                return Ok(effects.clone());
            }
            let tapes = read(order.iter().map(|&place| &self.scripts[place]), &self.disk, &self.setting)?;
            let effects = revision_facts(tapes, &self.setting);
            known.borrow_mut().insert(order.to_vec(), effects.clone());
            Ok(effects)
        };
        let straight: Vec<usize> = (0..self.order.len()).collect();
        let effects = read(&straight).map_err(|error: std::io::Error| error.to_string())?;
        let mut tally = Tally { reading: started.elapsed().as_secs_f64(), ..Tally::default() };
        let mut faults = Faults { recorded: self, straight: &effects, verbose, costs: BTreeMap::new() };
        for at in 0..self.order.len() {
            let live = &self.live[at];
            let weigh = |claimed| {
                let forked = Forked { needs: &self.needs, claimed, straight: effects.clone(), read: &read };
                forked.weigh(live).map_err(|error| error.to_string())
            };
            self.judge(at, &weigh(0)?, &mut tally, &mut faults);
            let claimed = weigh(at + 1)?;
            match standing(&claimed.effects, live, &claimed.inference, at + 1) {
                Standing::Agrees { drift, edited } => {
                    let drift = [edited, drift].concat();
                    tally.drift += usize::from(!drift.is_empty());
                    faults.claims(at, "drift", &drift, &claimed);
                }
                refusal => {
                    tally.refused += 1;
                    faults.refused(at, &refusal, &claimed);
                }
            }
        }
        faults.print();
        tally.seconds = started.elapsed().as_secs_f64();
        Ok(tally)
    }

    /// Holds what is said of a state without version rows against the truth, that the revision at `truth` was the last.
    fn judge(&self, truth: usize, weighed: &Weighed, tally: &mut Tally, faults: &mut Faults<'_>) {
        let Weighed { order, effects, inference } = weighed;
        let applied: BTreeSet<usize> = (0..=truth).collect();
        let open: BTreeSet<usize> = inference.open.iter().map(|&at| order[at]).collect();
        let holds_truth = |first: usize, last: usize| {
            let all: BTreeSet<usize> = order[..last].iter().copied().chain(open.iter().copied()).collect();
            order[..first].iter().all(|place| applied.contains(place) || open.contains(place))
                && applied.is_subset(&all)
        };
        let alike = |other: Option<&Schema>| other.is_some_and(|other| *other == self.live[truth]);
        tally.states += 1;
        tally.distinct += usize::from(
            !alike(truth.checked_sub(1).map(|before| &self.live[before])) && !alike(self.live.get(truth + 1)),
        );
        tally.open += usize::from(!open.is_empty());
        for &place in &open {
            faults.in_doubt(truth, "open", place);
        }
        match inference.verdict {
            Verdict::Exact(at) if holds_truth(at, at) && order[at - 1] == truth => {
                tally.exact += 1;
                tally.clean += usize::from(inference.proven(|at| effects[at].nothing).is_some());
                faults.claims(truth, "far", &contradicted(effects, &self.live[truth], at), weighed);
            }
            // Where the one that was applied last is open, what is named was applied, too.
            Verdict::Exact(at) if holds_truth(at, at) && open.contains(&truth) => tally.run += 1,
            Verdict::Run(first, last) if holds_truth(first, last) => {
                tally.run += 1;
                order[first..last].iter().for_each(|&place| faults.in_doubt(truth, "run", place));
            }
            Verdict::Exact(_) | Verdict::Run(..) => {
                tally.wrong += 1;
                faults.say(truth, "WRONG", &format!("{:?}", inference.verdict));
            }
            _ => {
                tally.abstained += 1;
                faults.say(truth, "abstained", &format!("{:?}", inference.verdict));
                faults.claims(truth, "misread", &contradicted(faults.straight, &self.live[truth], truth + 1), weighed);
                faults.claims(truth, "near", &inference.contradicted, weighed);
            }
        }
    }
}

/// What went wrong, and how many states each cause costs.
struct Faults<'a> {
    recorded: &'a Recorded,
    /// What each revision does, in the order of the recording.
    straight: &'a [RevisionFacts],
    verbose: bool,
    costs: BTreeMap<String, BTreeSet<usize>>,
}

impl Faults<'_> {
    /// Says one fault of a state, the first time that its cause costs one.
    fn say(&mut self, state: usize, kind: &str, cause: &str) {
        let states = self.costs.entry(format!("{kind}: {cause}")).or_default();
        states.insert(state);
        if self.verbose && states.len() == 1 {
            println!("  {} {}: {kind}: {cause}", state + 1, self.recorded.order[state]);
        }
    }

    /// Facts that are not as the files say, each with the place that says so.
    fn claims(&mut self, state: usize, kind: &str, claims: &[Claim], weighed: &Weighed) {
        let mut claims = claims.to_vec();
        most_telling_first(&mut claims, state + 1);
        for claim in &claims {
            let place = claim.by.map(|by| weighed.order[by]);
            let place = place.map_or("nobody".to_owned(), |place| self.stated(place, &claim.subject));
            let cause =
                format!("{}: expected {:?}, live {:?} ({place})", name(&claim.subject), claim.expected, claim.live);
            self.say(state, kind, &cause);
        }
    }

    fn refused(&mut self, state: usize, refusal: &Standing, weighed: &Weighed) {
        let (Standing::Later { there: claims, .. } | Standing::Earlier { missing: claims, .. }) = refusal else {
            return self.say(state, "refused", &format!("{refusal:?}"));
        };
        self.claims(state, "refused", claims, weighed);
    }

    /// Why nobody can say whether the revision at `place` was applied.
    fn in_doubt(&mut self, state: usize, kind: &str, place: usize) {
        let effects = &self.straight[place];
        let (file, id) = (&self.recorded.scripts[place].path, &self.recorded.order[place]);
        if effects.nothing {
            return self.say(state, kind, &format!("{id} does nothing"));
        }
        if effects.is_in_doubt() {
            for unread in &effects.unread {
                self.say(state, kind, &format!("{file}:{}: {}", unread.line, unread.what));
            }
            if effects.misread || effects.fails {
                self.say(state, kind, &format!("{file}: misread {} fails {}", effects.misread, effects.fails));
            }
            return;
        }
        let changed =
            changed(place.checked_sub(1).map(|before| &self.recorded.live[before]), &self.recorded.live[place]);
        let cause = match changed.as_slice() {
            [] => format!("{id} leaves no trace in a catalogue"),
            subjects => {
                let unknown = subjects.iter().take(3).map(|subject| self.stated(place, subject));
                format!("{id} leaves what is not known: {}", unknown.collect::<Vec<_>>().join(", "))
            }
        };
        self.say(state, kind, &cause);
    }

    /// A subject, and the line of a revision that speaks of it.
    fn stated(&self, place: usize, subject: &Subject) -> String {
        let said = format!("{subject:?}");
        let names: Vec<&str> = said.split('"').skip(1).step_by(2).collect();
        let spoken = |operation: &&Operation| {
            let kind = format!("{:?}", operation.kind);
            names.iter().filter(|name| kind.contains(&format!("\"{name}\""))).count()
        };
        let operations = self.straight[place].operations().map(|(operation, _)| operation);
        let line = operations.max_by_key(spoken).map_or(0, |operation| operation.line);
        format!("{} at {}:{line}", name(subject), self.recorded.scripts[place].path)
    }

    /// What costs most first: what to mend.
    fn print(&self) {
        if !self.verbose {
            return;
        }
        println!("  poisoned by");
        let mut costs: Vec<(&String, usize)> = self.costs.iter().map(|(cause, states)| (cause, states.len())).collect();
        costs.sort_by_key(|(_, states)| std::cmp::Reverse(*states));
        costs.iter().for_each(|(cause, states)| println!("  {states:5} {cause}"));
    }
}

/// What differs between two catalogues.
fn changed(before: Option<&Schema>, after: &Schema) -> Vec<Subject> {
    let facts = |schema: &Schema| {
        let mut facts = Vec::new();
        schema.facts(|subject, state| facts.push((subject, state)));
        facts
    };
    let (before, after) = (before.map(facts).unwrap_or_default(), facts(after));
    let gone = before.iter().filter(|fact| !after.contains(fact));
    gone.chain(after.iter().filter(|fact| !before.contains(fact))).map(|(subject, _)| subject.clone()).collect()
}

/// The files by the `revision` that they assign.
fn collect(folder: &Path, files: &mut HashMap<String, (PathBuf, Revision)>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "py")
            && let Ok(text) = std::fs::read(&path)
            && let Ok(revision) = read_header(&text, &path)
        {
            files.insert(revision.id.clone(), (path, revision));
        }
    }
}
