//! One thing that a statement does to the database.

use serde::Serialize;

use crate::LockMode;
use crate::postgres::{Form, Rule};
use crate::question::Question;

/// What is done with rows while a lock is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Work {
    /// None of them is read: the definition alone changes.
    Nothing,
    /// The table is read from end to end.
    Scan,
    /// The table is read, and an index is built.
    Index,
    /// The table and its indexes are written anew.
    Rewrite,
    /// The table is copied to another one, which takes its place: SQLite's batch mode.
    Copy,
    /// Rows are written, as many as the statement meets.
    Rows,
    /// Nobody can say.
    Unknown,
}

/// A lock on a relation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Touch {
    /// The relation, as facts name it.
    pub relation: String,
    /// The mode; `None` where only one writer at a time is let in, as in SQLite.
    pub mode: Option<LockMode>,
    /// Whether this upgrade has made it: nobody else sees it.
    pub made_here: bool,
}

/// What is lost for good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Loss {
    /// In which way.
    pub kind: LossKind,
    /// Of which table.
    pub table: String,
    /// Which column, where it is one.
    pub column: Option<String>,
    /// What of the schema depends on it, in words.
    pub dependants: Vec<String>,
}

/// In which way something is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LossKind {
    /// The table is dropped.
    Table,
    /// A column is dropped.
    Column,
    /// Values are cut to fit a type.
    Cut,
    /// All rows are deleted.
    Rows,
}

/// One thing that a statement does.
#[derive(Debug, Clone, PartialEq)]
pub struct Deed {
    /// What, in words: `add a column`.
    pub what: String,
    /// Its form, where its database's rules tell forms apart.
    pub form: Option<Form>,
    /// The relation that it is about.
    pub relation: Option<String>,
    /// The locks that it takes on relations that were there before the statement.
    pub touches: Vec<Touch>,
    /// What it does with the rows of the relation.
    pub work: Work,
    /// What it loses.
    pub loss: Option<Loss>,
    /// What the rows have to be asked: what may break it.
    pub question: Option<Question>,
    /// Why it fails whatever the rows are.
    pub fails: Option<String>,
    /// What of it is not known.
    pub unknown: Option<String>,
    /// What else is to be said of it: of the release that runs meanwhile, for example.
    pub remark: Option<String>,
    /// What does the same and stands in nobody's way.
    pub better: Option<&'static str>,
    /// The page of the documentation that the rule rests on.
    pub source: Option<&'static str>,
}

impl Deed {
    /// Something of which nothing but this is known.
    #[must_use]
    pub fn unknown(what: impl Into<String>, why: impl Into<String>) -> Self {
        Self { unknown: Some(why.into()), work: Work::Unknown, ..Self::plain(what) }
    }

    /// Something that touches nothing that was there before.
    #[must_use]
    pub fn plain(what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            form: None,
            relation: None,
            touches: Vec::new(),
            work: Work::Nothing,
            loss: None,
            question: None,
            fails: None,
            unknown: None,
            remark: None,
            better: None,
            source: None,
        }
    }

    /// By a rule of PostgreSQL's.
    pub(crate) fn of_rule(rule: &Rule, relation: Option<&str>) -> Self {
        Self {
            form: Some(rule.form),
            relation: relation.map(str::to_owned),
            work: rule.work,
            better: rule.better,
            source: Some(rule.source),
            ..Self::plain(rule.form.words())
        }
    }
}
