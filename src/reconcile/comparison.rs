//! What the migrations do, held against a live schema: the one judgement that every command's answer comes from.
//!
//! It reads nothing itself: texts, the schema and a [`Checkout`] that imports are followed in are handed over.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io;
use std::path::Path;
use std::sync::Arc;

use super::evidence::Evidence;
use super::finding::{InvalidIndex, Leftover};
use history::RevisionGraph;
use migration::{Checkout, Script, read_on};
use schema::evidence::{
    Claim, Forbidden, Forked, Inference, Standing, Weighed, all_shown, contradicted, forbidden, is_passable, lacking,
    line_of, most_telling_first, standing,
};
use schema::operation::OperationKind;
use schema::{RevisionFacts, Schema, Setting, Subject, TableSubject, Unread};

/// The revisions of a history as they are judged: those first that the rows claim.
#[derive(Debug, Clone)]
pub struct Material {
    /// Their ids, in an order that an upgrade could apply them in.
    pub ids: Vec<String>,
    /// Their texts.
    pub scripts: Arc<[Script]>,
    /// For each the places of those that it names.
    pub needs: Vec<Vec<usize>>,
    /// How many of them the rows claim.
    pub claimed: usize,
}

impl Material {
    /// From revisions in upgrade order. A row that no file has claims nothing that could be looked for.
    pub fn new(graph: &RevisionGraph, revisions: Vec<(String, Script)>, rows: &[String]) -> Self {
        let known: Vec<String> = rows.iter().filter(|row| graph.get(row).is_some()).cloned().collect();
        let applied = graph.applied(&known).unwrap_or_default();
        let applied: BTreeSet<&str> = applied.into_iter().map(|node| node.revision.id.as_str()).collect();
        // What is applied is closed under "needs", so that it may come first.
        let (first, then): (Vec<_>, Vec<_>) = revisions.into_iter().partition(|(id, _)| applied.contains(id.as_str()));
        let claimed = first.len();
        let (ids, scripts): (Vec<String>, Vec<Script>) = first.into_iter().chain(then).unzip();
        Self { needs: needs(graph, &ids), ids, scripts: scripts.into(), claimed }
    }
}

/// For each revision the places of those that it names.
fn needs(graph: &RevisionGraph, ids: &[String]) -> Vec<Vec<usize>> {
    let places: HashMap<&str, usize> = ids.iter().enumerate().map(|(place, id)| (id.as_str(), place)).collect();
    let nodes = ids.iter().filter_map(|id| graph.get(id));
    let of = |node| graph.links(node).filter_map(|(link, _)| places.get(link.revision.id.as_str()).copied());
    nodes.map(|node| of(node).collect()).collect()
}

/// How the revisions of a [`Material`] are read.
pub struct Reading<'a> {
    /// The files that their imports may reach.
    pub checkout: &'a dyn Checkout,
    /// Where they run.
    pub setting: &'a Setting,
    /// What each of them does, in their order.
    pub straight: Vec<RevisionFacts>,
    /// What each does in another order, given those before it.
    pub read: &'a dyn Fn(&[usize]) -> io::Result<Vec<RevisionFacts>>,
}

/// What the migrations do, held against the live schema.
#[derive(Debug)]
pub struct Comparison {
    /// The revisions in the order that positions count in.
    pub ids: Vec<String>,
    /// What each of them does.
    pub effects: Vec<RevisionFacts>,
    /// The live schema.
    pub schema: Schema,
    /// Which revision it is at.
    pub inference: Inference,
    /// Tables that an interrupted batch migration left behind; whoever can ask the database adds them.
    pub leftovers: Vec<Leftover>,
    claimed: usize,
    heads_shown: bool,
    unread: Vec<Vec<String>>,
    data: Vec<Vec<String>>,
    standing: Standing,
    passable: bool,
    origins: BTreeMap<Subject, String>,
    forbidden: Vec<Forbidden>,
}

impl Comparison {
    /// Holds the revisions against a schema.
    ///
    /// # Errors
    /// Where there is no memory for the thread that reads.
    pub fn new(graph: &RevisionGraph, material: &Material, reading: Reading<'_>, schema: Schema) -> io::Result<Self> {
        let Material { ids, scripts, needs, claimed } = material;
        let (claimed, Reading { checkout, setting, straight, read }) = (*claimed, reading);
        let Weighed { order, effects, inference } = Forked { needs, claimed, straight, read }.weigh(&schema)?;
        let standing = standing(&effects, &schema, &inference, claimed);
        let passable = match standing {
            Standing::Later { .. } | Standing::Half { .. } => {
                let pending: Vec<Script> = order[claimed..].iter().map(|&place| scripts[place].clone()).collect();
                is_passable(&read_on(schema.clone(), &pending, checkout, setting)?, &schema, setting)
            }
            _ => false,
        };
        let ids: Vec<String> = order.iter().map(|&place| ids[place].clone()).collect();
        let forbidden = forbidden(&effects, &schema, setting.dialect);
        let origins = origins(graph, &ids, &effects, &standing);
        let heads = graph.real_heads();
        let heads: Vec<usize> = (0..ids.len()).filter(|&place| heads.contains(&ids[place].as_str())).collect();
        let heads_shown = all_shown(&effects, &self::needs(graph, &ids), &heads, &schema);
        let unread = ids.iter().zip(&effects).map(|(id, effects)| unread_lines(graph, id, effects)).collect();
        let texts = order.iter().map(|&place| scripts[place].text.as_str());
        let data = ids.iter().zip(&effects).zip(texts);
        let data = data.map(|((id, effects), text)| data_lines(graph, id, effects, text)).collect();
        let leftovers = Vec::new();
        Ok(Self {
            ids,
            effects,
            schema,
            inference,
            leftovers,
            claimed,
            heads_shown,
            unread,
            data,
            standing,
            passable,
            origins,
            forbidden,
        })
    }

    /// How many revisions, from the first on, the rows claim.
    pub fn claimed(&self) -> usize {
        self.claimed
    }

    /// What the revisions do that the rows do not claim.
    pub fn pending(&self) -> &[RevisionFacts] {
        &self.effects[self.claimed..]
    }

    /// The same with its files named as they are seen from a folder.
    #[must_use]
    pub fn seen_from(mut self, folder: &Path) -> Self {
        let prefix = format!("{}/", folder.display());
        let lines = self.data.iter_mut().chain(&mut self.unread).flatten();
        for line in lines.chain(self.origins.values_mut()) {
            if let Some(rest) = line.strip_prefix(&prefix) {
                *line = rest.to_owned();
            }
        }
        self
    }

    /// What the schema proves.
    pub fn evidence(self) -> Evidence {
        let invalid_indexes = invalid_indexes(&self.schema, self.pending());
        let Self {
            ids,
            effects,
            schema,
            inference,
            leftovers,
            claimed,
            heads_shown,
            unread,
            data,
            standing,
            passable,
            origins,
            forbidden,
        } = self;
        Evidence {
            idle: effects.iter().map(|effects| effects.nothing).collect(),
            schema_unread: effects.iter().map(|effects| effects.has_schema_unread()).collect(),
            may_change_data: effects.iter().map(|effects| effects.may_change_data()).collect(),
            claimed,
            standing,
            passable,
            origins,
            leftovers,
            inference,
            lacking: lacking(&effects, &schema),
            forbidden,
            heads_shown,
            unread,
            data,
            invalid_indexes,
            order: ids,
        }
    }

    /// What contradicts that the revisions which the rows claim are applied, and no other; in words, the most telling first.
    pub fn contradictions(&self) -> Vec<String> {
        let mut claims = contradicted(&self.effects, &self.schema, self.claimed);
        most_telling_first(&mut claims, self.claimed);
        claims.iter().map(|claim| claim.sentence(&self.ids)).collect()
    }
}

/// What of a revision could not be read, a line each, with file and line.
pub fn unread_lines(graph: &RevisionGraph, id: &str, effects: &RevisionFacts) -> Vec<String> {
    let file = graph.get(id).map(|node| node.revision.path.display().to_string()).unwrap_or_default();
    let line = |unread: &Unread| format!("{file}:{}: {unread} (may change {})", unread.line, unread.kind.words());
    effects.unread.iter().map(line).collect()
}

/// What of a revision may change data, a line each, with file and line, and what stands there.
fn data_lines(graph: &RevisionGraph, id: &str, effects: &RevisionFacts, text: &str) -> Vec<String> {
    let file = graph.get(id).map(|node| node.revision.path.display().to_string()).unwrap_or_default();
    let shown = |line: u32| {
        let code = text.lines().nth((line as usize).saturating_sub(1)).unwrap_or_default().trim();
        let short: String = code.chars().take(WIDTH).collect();
        let more = if short.len() < code.len() { " …" } else { "" };
        format!("{file}:{line}: {short}{more}")
    };
    let executed = effects.operations().filter(|(operation, _)| matches!(operation.kind, OperationKind::Execute));
    let of_data: BTreeSet<u32> = match effects.data {
        true => executed.map(|(operation, _)| operation.line).chain(effects.data_lines.iter().copied()).collect(),
        false => BTreeSet::new(),
    };
    let mut lines: Vec<String> = of_data.into_iter().map(shown).collect();
    lines.extend(unread_lines(graph, id, effects));
    if lines.is_empty() && effects.may_change_data() {
        lines.push(format!("{file}: not everything could be followed (may change the data)"));
    }
    lines
}

/// Characters of a line of code that a message shows.
const WIDTH: usize = 80;

/// Where the files say what the standing rests on: file and line.
fn origins(
    graph: &RevisionGraph,
    ids: &[String],
    effects: &[RevisionFacts],
    standing: &Standing,
) -> BTreeMap<Subject, String> {
    let claims: Vec<&Claim> = match standing {
        Standing::Agrees { edited, .. } => edited.iter().collect(),
        Standing::Later { there: claims, .. } | Standing::Earlier { missing: claims, .. } => claims.iter().collect(),
        Standing::Half { facts, .. } => facts.done.iter().chain(&facts.missing).collect(),
    };
    let origin = |claim: &&Claim| {
        let by = claim.by?;
        let (node, line) = (graph.get(&ids[by])?, line_of(&effects[by].tape, &claim.subject)?);
        Some((claim.subject.clone(), format!("{}:{line}", node.revision.path.display())))
    };
    claims.iter().filter_map(origin).collect()
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
