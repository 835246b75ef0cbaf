//! The histories: what each is there for, where it runs, and what has to be answered about it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::support::Backend;

/// The names of all of them.
pub const NAMES: [&str; 14] = [
    "bookings",
    "bookshop",
    "brewery",
    "choir",
    "clinic",
    "garden",
    "gauges",
    "helpdesk",
    "library",
    "museum",
    "rail",
    "tenants",
    "warehouse",
    "workshop",
];

/// `expected.toml` of one history.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    /// What it is there for.
    why: String,
    databases: Vec<String>,
    /// The schema that its tables fall into, where that is not the database's own.
    default_schema: Option<String>,
    /// In upgrade order: a revision that must be named, or a run that no catalogue can tell apart.
    states: Vec<Group>,
    /// SQLite's, where they differ.
    sqlite: Option<States>,
    /// Runs whose later members do nothing, so that no person is needed.
    #[serde(default)]
    settled: Vec<Vec<String>>,
    /// Revisions that the files leave open: abstaining is right, too.
    #[serde(default)]
    open: BTreeSet<String>,
    /// Tables that the files do not tell about: what happens to these goes unnoticed.
    #[serde(default)]
    unread: BTreeSet<String>,
    /// Revisions that a database can be at alone, with their ancestors, which is no state on the way to the heads.
    #[serde(default)]
    alone: Vec<String>,
    /// Sides of a fork that a database can have at once, where that is no state on the way to the heads.
    #[serde(default)]
    sides: Vec<Vec<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct States {
    states: Vec<Group>,
    #[serde(default)]
    settled: Vec<Vec<String>>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
enum Group {
    One(String),
    Run(Vec<String>),
}

/// A history on one kind of database.
#[derive(Debug)]
pub struct History {
    pub name: &'static str,
    pub backend: Backend,
    pub default_schema: Option<String>,
    /// In upgrade order, those together that no catalogue can tell apart.
    pub states: Vec<Vec<String>>,
    pub open: BTreeSet<String>,
    pub unread: BTreeSet<String>,
    pub alone: Vec<String>,
    pub sides: Vec<Vec<String>>,
    settled: Vec<Vec<String>>,
}

impl History {
    /// The history; `None` where it does not run on this database.
    pub fn read(name: &'static str, backend: Backend) -> Option<Self> {
        let text = fs::read_to_string(root().join(name).join("expected.toml")).unwrap();
        let manifest: Manifest = toml::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(!manifest.why.is_empty(), "{name} says what it is there for");
        let (kind, own) = match backend {
            Backend::Postgres => ("postgresql", None),
            Backend::Sqlite => ("sqlite", manifest.sqlite),
        };
        if !manifest.databases.iter().any(|database| database == kind) {
            return None;
        }
        let (states, settled) = own.map_or((manifest.states, manifest.settled), |own| (own.states, own.settled));
        let groups = states.into_iter().map(|group| match group {
            Group::One(revision) => vec![revision],
            Group::Run(revisions) => revisions,
        });
        Some(Self {
            name,
            backend,
            default_schema: manifest.default_schema,
            states: groups.collect(),
            open: manifest.open,
            unread: manifest.unread,
            alone: manifest.alone,
            sides: manifest.sides,
            settled,
        })
    }

    pub fn folder(&self) -> PathBuf {
        root().join(self.name)
    }

    /// The revisions in upgrade order.
    pub fn order(&self) -> Vec<&str> {
        self.states.iter().flatten().map(String::as_str).collect()
    }

    /// The revisions that look like this one.
    pub fn alike(&self, revision: &str) -> &[String] {
        let mut groups = self.states.iter();
        groups.find(|group| group.iter().any(|member| member == revision)).expect("every revision is in a group")
    }

    /// Whether what comes after this revision among those that look like it does nothing.
    pub fn is_settled(&self, revision: &str) -> bool {
        self.alike(revision).len() == 1 || self.settled.iter().any(|run| run == self.alike(revision))
    }
}

/// The folder of all histories.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/histories")
}

/// What they share; a copy of a history needs it, too.
pub const SHARED: [&str; 2] = ["alembic.ini", "env.py"];
