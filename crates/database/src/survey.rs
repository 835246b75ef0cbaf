//! What a forecast needs to know of a live database beside its schema: how large tables are, what depends on them, who holds
//! locks on them, and what their rows answer.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Everything at once, by the catalogue's own estimates.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct Survey {
    /// The server's major version; 0 where there is no server.
    #[serde(default)]
    pub major: u32,
    /// Tables, materialized views among them, by their names as facts spell them.
    pub tables: BTreeMap<String, TableSize>,
    /// Who holds which lock on which table, this session left out.
    #[serde(default)]
    pub held: Vec<HeldLock>,
}

/// One table.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct TableSize {
    /// Its rows, as the catalogue estimates them; `None` where it was never looked at.
    pub rows: Option<u64>,
    /// Its bytes with its indexes and what is stored beside it.
    pub bytes: Option<u64>,
    /// Whether it is partitioned, a partition, or linked to others by inheritance.
    #[serde(default)]
    pub divided: bool,
    /// Its valid checks, as the server prints them.
    #[serde(default)]
    pub checks: Vec<String>,
    /// Views and rules that read it, with the columns.
    #[serde(default)]
    pub views: Vec<(String, Vec<String>)>,
    /// Its triggers that are not the server's own.
    #[serde(default)]
    pub triggers: Vec<String>,
}

/// A lock that somebody holds.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct HeldLock {
    /// On which table.
    pub table: String,
    /// In the catalogue's words: `AccessShareLock`.
    pub mode: String,
    /// The process; `None` for a prepared transaction.
    pub pid: Option<i64>,
    /// The role.
    pub user: Option<String>,
    /// What the client calls itself.
    pub application: Option<String>,
    /// `active`, `idle in transaction`, …; `prepared` for a prepared transaction.
    pub state: Option<String>,
    /// For how many seconds its transaction has been open.
    pub seconds: Option<i64>,
    /// The beginning of its last statement with `?` for each value, or the prepared transaction's name.
    pub query: Option<String>,
    /// Whether it is the server's own, on its way to keep transaction numbers from running out: it does not give way.
    pub wraparound: bool,
}

/// What became of a question to the rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Count {
    /// As many, up to the bound.
    Rows(u64),
    /// It could not be answered, and why.
    Unanswered(String),
}
