//! What the live schema proves about the version rows.

use super::{Finding, Proof};
use crate::evidence::{Inference, Verdict};
use crate::migrations::{RevisionGraph, Step};
use crate::version_table::RowChange;

/// What was inferred from the schema, over every revision in upgrade order.
#[derive(Debug, Clone)]
pub struct Evidence {
    /// The revisions, in the order that an upgrade of an empty database applies them in.
    pub order: Vec<String>,
    /// Whether each provably does nothing: an empty body, a merge.
    pub idle: Vec<bool>,
    /// The answer.
    pub inference: Inference,
    /// What speaks for the answer, in words.
    pub reasons: Vec<String>,
}

impl Evidence {
    /// After how many revisions the schema provably is. One that anything contradicts is a good guess, which is enough to
    /// tell a person and not enough to write. Several that no catalogue can tell apart count as the last of
    /// them only where the later ones do nothing: to skip a data migration, or to repeat one, is a person's decision.
    fn proven(&self) -> Option<usize> {
        let at = match self.inference.verdict {
            Verdict::Exact(at) => at,
            Verdict::Run(first, last) if self.idle[first..last].iter().all(|idle| *idle) => last,
            _ => return None,
        };
        (self.inference.contradictions.get(at) == Some(&0)).then_some(at)
    }

    /// Whether everything is there that the last revision leaves, whatever else there is, and whatever was done to the data.
    fn has_all(&self) -> bool {
        let all = self.order.len();
        match self.inference.verdict {
            Verdict::Exact(last) | Verdict::Run(_, last) => last == all,
            Verdict::Ahead => true,
            _ => false,
        }
    }

    /// The revisions that the schema may be at where it proves no single one, earliest first.
    fn candidates(&self) -> Vec<String> {
        let positions: Vec<usize> = match &self.inference.verdict {
            Verdict::Exact(at) => vec![*at],
            Verdict::Run(first, last) => (*first..=*last).collect(),
            Verdict::Ambiguous(positions) => positions.clone(),
            _ => Vec::new(),
        };
        positions.into_iter().filter_map(|at| self.order.get(at.checked_sub(1)?).cloned()).collect()
    }

    /// The rows that a database has after the first `count` revisions, and why.
    fn proof(&self, graph: &RevisionGraph, count: usize) -> Option<Proof> {
        let steps: Vec<Step> = self.order[..count].iter().cloned().map(Step::Upgrade).collect();
        let (_, rows) = graph.row_changes(&[], &steps).ok()?;
        (count > 0).then(|| Proof { rows: rows.into_iter().collect(), reasons: self.reasons.clone() })
    }
}

/// Holds a finding against the schema. Where the schema proves nothing, it stays what it was, with the candidates named.
pub fn weigh(finding: Finding, graph: &RevisionGraph, evidence: &Evidence) -> Finding {
    let proven = evidence.proven();
    match finding {
        Finding::Unversioned { tables, .. } if evidence.inference.verdict == Verdict::Foreign => {
            Finding::WrongDatabase { tables }
        }
        Finding::Unversioned { no_table, tables, .. } => Finding::Unversioned {
            no_table,
            tables,
            proof: proven.and_then(|count| evidence.proof(graph, count)),
            candidates: evidence.candidates(),
        },
        Finding::UnknownRevision { unknown, heads, .. } if evidence.has_all() => Finding::Ahead { unknown, heads },
        Finding::UnknownRevision { unknown, heads, .. } => Finding::UnknownRevision {
            unknown,
            heads,
            proof: proven.and_then(|count| evidence.proof(graph, count)),
            candidates: evidence.candidates(),
        },
        finding => finding,
    }
}

/// The statements that turn the rows `from` into the rows `to`.
pub fn row_changes(from: &[String], to: &[String]) -> Vec<RowChange> {
    let mut gone = from.iter().filter(|row| !to.contains(row)).cloned();
    let mut new = to.iter().filter(|row| !from.contains(row)).cloned();
    std::iter::from_fn(|| match (gone.next(), new.next()) {
        (Some(from), Some(to)) => Some(RowChange::Update { from, to }),
        (Some(row), None) => Some(RowChange::Delete(row)),
        (None, Some(row)) => Some(RowChange::Insert(row)),
        (None, None) => None,
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::migrations::Revision;

    /// `a`, `b` and `c` in a row; `idle` says which of them do nothing.
    fn weighed(finding: Finding, verdict: Verdict, idle: [bool; 3]) -> Finding {
        weighed_against(finding, verdict, idle, 0)
    }

    fn weighed_against(finding: Finding, verdict: Verdict, idle: [bool; 3], contradictions: usize) -> Finding {
        let revision = |id: &str, down: &[&str]| Revision {
            id: id.to_owned(),
            down_revision: down.iter().map(|id| (*id).to_owned()).collect(),
            ..Revision::default()
        };
        let graph = RevisionGraph::new([revision("a", &[]), revision("b", &["a"]), revision("c", &["b"])]).unwrap();
        let inference = Inference {
            verdict,
            holds: Vec::new(),
            contradicted: Vec::new(),
            unexplained: Vec::new(),
            contradictions: vec![contradictions; 4],
        };
        let order = ["a", "b", "c"].map(str::to_owned).to_vec();
        weigh(
            finding,
            &graph,
            &Evidence { order, idle: idle.to_vec(), inference, reasons: vec!["t exists".to_owned()] },
        )
    }

    fn unversioned() -> Finding {
        Finding::Unversioned { no_table: true, tables: vec!["t".to_owned()], proof: None, candidates: Vec::new() }
    }

    fn unknown() -> Finding {
        Finding::UnknownRevision {
            unknown: vec!["z".to_owned()],
            heads: vec!["c".to_owned()],
            proof: None,
            candidates: Vec::new(),
        }
    }

    /// The rows that are proven, or else the candidates in brackets.
    fn outcome(finding: &Finding) -> String {
        match finding {
            Finding::Unversioned { proof: Some(proof), .. } | Finding::UnknownRevision { proof: Some(proof), .. } => {
                proof.rows.join(" ")
            }
            Finding::Unversioned { candidates, .. } | Finding::UnknownRevision { candidates, .. } => {
                format!("[{}]", candidates.join(" "))
            }
            other => other.code().to_owned(),
        }
    }

    #[test]
    fn only_what_is_proven_becomes_a_row() {
        let (busy, last_idle) = ([false; 3], [false, false, true]);
        for (verdict, idle, expected) in [
            (Verdict::Exact(2), busy, "b"),
            (Verdict::Exact(3), busy, "c"),
            (Verdict::Run(2, 3), busy, "[b c]"),
            (Verdict::Run(2, 3), last_idle, "c"),
            (Verdict::Run(1, 3), last_idle, "[a b c]"),
            (Verdict::Run(0, 1), [true; 3], "a"),
            (Verdict::Ambiguous(vec![1, 3]), busy, "[a c]"),
            (Verdict::BeforeFirst, busy, "[]"),
            (Verdict::HalfApplied(1), busy, "[]"),
            (Verdict::Doubtful(1, 2), busy, "[]"),
            (Verdict::Ahead, busy, "[]"),
            (Verdict::Foreign, busy, "wrong-database"),
        ] {
            assert_eq!(outcome(&weighed(unversioned(), verdict.clone(), idle)), expected, "{verdict:?}");
        }
    }

    #[test]
    fn a_single_contradiction_is_too_much_to_write() {
        for (verdict, expected) in [(Verdict::Exact(2), "[b]"), (Verdict::Run(2, 3), "[b c]")] {
            let weighed = weighed_against(unversioned(), verdict.clone(), [true; 3], 1);
            assert_eq!(outcome(&weighed), expected, "{verdict:?}");
        }
    }

    #[test]
    fn rows_change_in_as_few_statements_as_they_can() {
        let rows = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        for (from, to, expected) in [
            ("", "a", "adding a"),
            ("z", "a", "replacing z with a"),
            ("a z", "a", "removing z"),
            ("y z", "a b c", "replacing y with a, replacing z with b, adding c"),
            ("a", "a", ""),
        ] {
            let changes: Vec<String> = row_changes(&rows(from), &rows(to)).iter().map(ToString::to_string).collect();
            assert_eq!(changes.join(", "), expected, "{from} to {to}");
        }
    }

    #[test]
    fn an_unknown_row_over_all_that_the_files_need_is_ahead() {
        for (verdict, expected) in [
            (Verdict::Ahead, "ahead"),
            (Verdict::Exact(3), "ahead"),
            (Verdict::Exact(1), "a"),
            (Verdict::Run(1, 2), "[a b]"),
            (Verdict::Run(2, 3), "ahead"),
            (Verdict::Foreign, "[]"),
        ] {
            assert_eq!(outcome(&weighed(unknown(), verdict.clone(), [false; 3])), expected, "{verdict:?}");
        }
    }
}
