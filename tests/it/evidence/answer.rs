//! What `levelhead infer --format json` answers, and whether that is right.

use serde::Deserialize;

use super::history::History;

/// The answer.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    version: u32,
    pub verdict: String,
    pub revisions: Vec<String>,
    /// The version rows of a database there, where there is one answer.
    pub rows: Option<Vec<String>>,
    pub holds: Vec<Claim>,
    pub contradicted: Vec<Claim>,
    /// What other sides of a fork it may have, too.
    pub open: Vec<String>,
    pub unexplained: Vec<String>,
    /// Whether it exits with 0: nobody has to decide anything.
    #[serde(skip)]
    pub settled: bool,
}

/// One fact.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    pub text: String,
    pub revision: Option<String>,
}

/// How an answer compares with the truth.
#[derive(Debug, PartialEq, Eq)]
pub enum Judgement {
    /// It names the revision, or a run that holds it.
    Right,
    Abstained,
    /// It names another one.
    Wrong,
}

impl Answer {
    pub fn with_code(self, settled: bool) -> Self {
        assert_eq!(self.version, 2);
        assert_eq!(self.rows.is_some(), settled);
        Self { settled, ..self }
    }

    /// Compares with the truth; `None` is an empty database.
    pub fn judge(&self, truth: Option<&str>, history: &History) -> Judgement {
        let names = |truth: &str| self.revisions.iter().any(|revision| revision == truth);
        let right = match (self.verdict.as_str(), truth) {
            ("exact", Some(truth)) => {
                let latest = history.alike(truth).last().expect("no group is empty");
                assert_eq!(self.revisions.len(), 1, "{self:#?}");
                // Where later members do nothing, the latest says the same.
                names(truth) || (history.is_settled(truth) && names(latest))
            }
            ("run", truth) => names(truth.unwrap_or("base")),
            ("before-first", None) => self.revisions.is_empty(),
            ("exact" | "before-first", _) => false,
            ("ambiguous" | "ahead" | "foreign" | "half-applied" | "doubtful", _) => return Judgement::Abstained,
            (other, _) => panic!("no such verdict: {other}"),
        };
        if right { Judgement::Right } else { Judgement::Wrong }
    }

    /// Everything that it says is not as it should be, in one text.
    pub fn deviations(&self) -> String {
        let texts = self.contradicted.iter().map(|claim| claim.text.as_str());
        texts.chain(self.unexplained.iter().map(String::as_str)).collect::<Vec<_>>().join("\n")
    }

    /// One line for a message.
    pub fn brief(&self) -> String {
        format!("{} {:?}; deviations: {}", self.verdict, self.revisions, self.deviations().replace('\n', " | "))
    }
}
