//! What the live schema proves about the version rows.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use super::finding::{DataInQuestion, Doubt, Fact, InvalidIndex, Leftover, OpenSides, Position, Proof};
use history::{RevisionGraph, Step};
use schema::evidence::{Claim, Forbidden, Inference, Standing, Verdict};
use schema::{Subject, TableSubject};

/// What was inferred from the schema, over every revision in upgrade order.
#[derive(Debug, Clone)]
pub struct Evidence {
    /// The revisions in an order that an upgrade could apply them in, those first that the rows claim.
    pub order: Vec<String>,
    /// Whether each provably does nothing: an empty body, a merge.
    pub idle: Vec<bool>,
    /// Whether each does something that no schema shows, or may, or could not be read as a whole.
    pub may_change_data: Vec<bool>,
    /// Whether something of each could not be read that may have changed the schema.
    pub schema_unread: Vec<bool>,
    /// What of each could not be read, a line each, with file and line.
    pub unread: Vec<Vec<String>>,
    /// What of each may change data, a line each, with file, line and what stands there.
    pub data: Vec<Vec<String>>,
    /// How many of them the rows claim.
    pub claimed: usize,
    /// Which revision the schema is at.
    pub inference: Inference,
    /// How that stands to what the rows claim.
    pub standing: Standing,
    /// Tables and columns that the last revision leaves and that are not there.
    pub lacking: Vec<Claim>,
    /// What the schema forbids an application of these files.
    pub forbidden: Vec<Forbidden>,
    /// Whether each head of the files is there for certain: something of its own, all of it, and nothing unread.
    pub heads_shown: bool,
    /// Whether the pending revisions, as they would be carried out on this very schema, find what they need and nothing in
    /// their way: they ask before each step.
    pub passable: bool,
    /// Where the files say what the standing rests on: file and line.
    pub origins: BTreeMap<Subject, String>,
    /// Indexes that are there and not valid.
    pub invalid_indexes: Vec<InvalidIndex>,
    /// Tables that an interrupted batch migration left behind.
    pub leftovers: Vec<Leftover>,
}

impl Evidence {
    /// Claims in words.
    pub fn sentences(&self, claims: &[Claim]) -> Vec<String> {
        claims.iter().map(|claim| claim.sentence(&self.order)).collect()
    }

    /// What the standing rests on, with file and line where they are known.
    pub fn facts(&self, claims: &[Claim]) -> Vec<Fact> {
        let fact = |claim: &Claim| Fact {
            words: claim.sentence(&self.order),
            origin: self.origins.get(&claim.subject).cloned(),
        };
        claims.iter().map(fact).collect()
    }

    /// Where the schema is, in one line.
    pub fn headline(&self, graph: &RevisionGraph) -> String {
        self.position_or_base(graph).place()
    }

    /// Whether no table of the schema is one that a revision mentions.
    pub(super) fn is_foreign(&self) -> bool {
        self.inference.verdict == Verdict::Foreign
    }

    /// Whether all that the last revisions leave is there for certain, whatever else there is, and whatever was done to the data.
    pub(super) fn has_all(&self) -> bool {
        let is_earlier = match self.inference.verdict {
            Verdict::Exact(last) | Verdict::Run(_, last) => last < self.order.len(),
            Verdict::BeforeFirst | Verdict::Foreign => true,
            // What a newer release has changed may contradict what was made last.
            _ => false,
        };
        !is_earlier && self.heads_shown && self.inference.open.is_empty() && self.gone().is_empty()
    }

    /// Tables and columns that the last revision leaves and that are not there, under no other name either.
    pub(super) fn gone(&self) -> Vec<Claim> {
        let is_renamed = |claim: &Claim| {
            let column = schema::evidence::name(&claim.subject);
            self.forbidden.iter().any(|forbidden| forbidden.renamed() == Some(&column))
        };
        self.lacking.iter().filter(|claim| !is_renamed(claim)).cloned().collect()
    }

    /// What of the files could not be read that may have changed the schema, with file and line.
    pub(super) fn unread_of_the_schema(&self) -> Vec<String> {
        let unread = self.unread.iter().zip(&self.schema_unread).filter(|(_, schema)| **schema);
        unread.flat_map(|(lines, _)| lines.clone()).collect()
    }

    /// What is there that no revision explains, in words: columns and tables first.
    pub(super) fn unexplained(&self) -> Vec<String> {
        self.inference.unexplained.iter().map(schema::evidence::name).collect()
    }

    /// Tables and columns that are there and that no revision explains, in words.
    pub(super) fn unexplained_tables(&self) -> Vec<String> {
        let is_weighty =
            |subject: &&Subject| matches!(subject, Subject::Table(_, TableSubject::Itself | TableSubject::Column(_)));
        self.inference.unexplained.iter().filter(is_weighty).map(schema::evidence::name).collect()
    }

    /// The tables that are there, where no revision mentions any of them.
    pub(super) fn foreign_tables(&self) -> Option<Vec<String>> {
        let tables = self.inference.unexplained.iter().filter_map(|subject| subject.table().map(str::to_owned));
        self.is_foreign().then(|| tables.collect())
    }

    /// The revisions to choose from where the schema proves none of them, for a database that has been at one of them.
    pub(super) fn choices(&self) -> Vec<String> {
        let all = self.order.len();
        let positions: Vec<usize> = match &self.inference.verdict {
            Verdict::Exact(at) => vec![*at],
            Verdict::Run(first, last) => (*first..=*last).collect(),
            Verdict::Ahead(first) => (*first..=all).collect(),
            Verdict::Ambiguous(positions) => positions.clone(),
            _ => Vec::new(),
        };
        positions.into_iter().filter_map(|at| self.order.get(at.checked_sub(1)?).cloned()).collect()
    }

    /// Where the schema is, and why. That it is before the first revision is no proof: tables are there, from elsewhere.
    pub(super) fn position(&self, graph: &RevisionGraph) -> Position {
        let position = self.position_or_base(graph);
        Position { proof: position.proof.filter(|proof| !proof.rows.is_empty()), ..position }
    }

    /// Where the schema is, and why; no rows where nothing of the migrations is there.
    pub(super) fn position_or_base(&self, graph: &RevisionGraph) -> Position {
        let proof = self.proven().and_then(|count| self.proof(graph, count));
        let open = if proof.is_none() { self.open_sides(graph) } else { None };
        let candidates = self.candidates();
        let later = candidates.iter().skip(1).filter_map(|id| self.order.iter().position(|held| held == id));
        let later: Vec<usize> = later.collect();
        let schema_unread = later.iter().any(|&at| self.schema_unread[at]);
        let data = if proof.is_none() { self.data_lines(later.into_iter()) } else { Vec::new() };
        let doubt = self.doubt(graph);
        Position { proof, candidates, schema_unread, data, open, doubt }
    }

    /// Where the schema is most likely, where no revision fits it.
    fn doubt(&self, graph: &RevisionGraph) -> Option<Doubt> {
        let at = |position: usize| match self.rows_after(graph, 0..position) {
            Some(rows) if !rows.is_empty() => rows.join(", "),
            _ => "base".to_owned(),
        };
        let named = |positions: RangeInclusive<usize>| {
            positions.filter_map(|at| self.order.get(at.checked_sub(1)?).cloned()).collect::<Vec<_>>()
        };
        let (place, nearest) = match self.inference.verdict {
            Verdict::HalfApplied(before) => {
                let next = self.order.get(before)?;
                (format!("is at {}, with {next} partly applied", at(before)), vec![next.clone()])
            }
            Verdict::Doubtful(first, last) => {
                let nearest = named(first..=last);
                (
                    format!("is nearest to {}, but contradicts it", nearest.first().map_or("base", String::as_str)),
                    nearest,
                )
            }
            Verdict::Ahead(first) => (
                format!("holds all of {}, and more that no revision explains", at(first)),
                named(first..=self.order.len()),
            ),
            Verdict::Foreign => ("has no table in common with the migrations".to_owned(), Vec::new()),
            Verdict::BeforeFirst => ("holds nothing of the migrations".to_owned(), Vec::new()),
            _ => return None,
        };
        Some(Doubt { place, nearest })
    }

    /// The revisions that the rows do not claim, up to the last one that the schema may be at, that may change data; with
    /// those that are current where nothing of them, or all of them, has run.
    pub(super) fn with_data(&self, graph: &RevisionGraph) -> Option<DataInQuestion> {
        let until = match self.inference.verdict {
            Verdict::Run(_, last) if self.inference.open.is_empty() => last,
            _ => self.proven().unwrap_or(self.claimed),
        };
        let with_data: Vec<usize> = (self.claimed..until).filter(|&at| self.may_change_data[at]).collect();
        let first = *with_data.first()?;
        Some(DataInQuestion {
            revisions: with_data.iter().map(|&at| self.order[at].clone()).collect(),
            lines: self.data_lines(with_data.iter().copied()),
            is_next: first == self.claimed,
            none: self.rows_after(graph, 0..first)?,
            all: self.rows_after(graph, 0..until)?,
        })
    }

    /// What of these revisions may change data.
    fn data_lines(&self, revisions: impl Iterator<Item = usize>) -> Vec<String> {
        revisions.filter_map(|at| self.data.get(at)).flatten().cloned().collect()
    }

    /// What of the revisions could not be read that the rows do not claim and that the schema may be at, with file and line.
    pub(super) fn unread_ahead(&self) -> Vec<String> {
        let last = match self.inference.verdict {
            Verdict::Exact(last) | Verdict::Run(_, last) | Verdict::Doubtful(_, last) => last,
            Verdict::HalfApplied(before) => before + 1,
            _ => self.order.len(),
        };
        self.unread.iter().take(last).skip(self.claimed).flatten().cloned().collect()
    }

    /// After how many revisions the schema provably is.
    fn proven(&self) -> Option<usize> {
        self.inference.proven(|at| self.idle[at])
    }

    /// The revisions that the schema may be at, earliest first; none where it may be before the first, too.
    fn candidates(&self) -> Vec<String> {
        let positions: Vec<usize> = match &self.inference.verdict {
            Verdict::Exact(at) => vec![*at],
            Verdict::Run(first, last) => (*first..=*last).collect(),
            Verdict::Ambiguous(positions) => positions.clone(),
            _ => Vec::new(),
        };
        let candidates: Option<Vec<String>> =
            positions.into_iter().map(|at| self.order.get(at.checked_sub(1)?).cloned()).collect();
        candidates.unwrap_or_default()
    }

    /// The rows that a database has after the first `count` revisions, and why.
    fn proof(&self, graph: &RevisionGraph, count: usize) -> Option<Proof> {
        const REASONS: usize = 3;
        let rows = self.rows_after(graph, 0..count)?;
        let reasons = self.sentences(&self.inference.holds).into_iter().take(REASONS).collect();
        Some(Proof { rows, reasons })
    }

    /// What the schema leaves open beside a fork: along its own line, too.
    fn open_sides(&self, graph: &RevisionGraph) -> Option<OpenSides> {
        let (first, last) = match self.inference.verdict {
            Verdict::Exact(at) => (at, at),
            Verdict::Run(first, last) => (first, last),
            _ => return None,
        };
        let open: BTreeSet<usize> = self.inference.open.iter().copied().chain(first..last).collect();
        let all: BTreeSet<usize> = (0..last).chain(open.iter().copied()).collect();
        let with = self.rows_after(graph, all.iter().copied())?;
        let without = self.rows_after(graph, all.iter().copied().filter(|at| !open.contains(at)))?;
        // Along one line a revision is its own row.
        let on_one_line = self.inference.open.is_empty() && with.len() == 1 && without.len() <= 1;
        let revisions = open.iter().map(|&at| self.order[at].clone()).collect();
        (!on_one_line && !open.is_empty()).then_some(OpenSides { revisions, without, with })
    }

    fn rows_after(&self, graph: &RevisionGraph, applied: impl Iterator<Item = usize>) -> Option<Vec<String>> {
        rows_after(graph, applied.map(|at| &self.order[at]))
    }
}

/// The rows that a database has after these revisions, which come in an order that an upgrade could apply them in.
pub fn rows_after<'a>(graph: &RevisionGraph, applied: impl Iterator<Item = &'a String>) -> Option<Vec<String>> {
    let steps: Vec<Step> = applied.cloned().map(Step::Upgrade).collect();
    let (_, rows) = graph.row_changes(&[], &steps).ok()?;
    Some(rows.into_iter().collect())
}
