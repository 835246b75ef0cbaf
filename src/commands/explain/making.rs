//! Who has made what an upgrade finds in its way: what the schema says of the pending revisions, and where the application
//! creates tables itself.

use crate::commands::create_all;
use crate::commands::evidence::History;
use crate::commands::files::Files;
use crate::commands::look::Look;
use crate::config::Config;
use crate::error::Error;
use schema::{Schema, Subject, TableSubject};

/// What of the pending revisions is there, and what may have made it.
pub(super) struct Making {
    /// Where the application's own code calls `create_all()`.
    places: Vec<String>,
    /// Whether every table that they create is there.
    is_whole: bool,
    /// Whether they change tables that were there before them, and whether any of these changes is there.
    changes: Changes,
    /// Whether nothing was there before the upgrade that has failed.
    on_nothing: bool,
}

/// What pending revisions change on the tables of earlier ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Changes {
    None,
    Missing,
    There,
}

/// Whether `create_all()` has made it.
pub(super) enum ByCreateAll {
    /// Nothing else fits.
    Yes(String),
    /// The application calls it.
    Perhaps(String),
    /// What is there is more than it makes.
    No,
    /// No file at hand calls it.
    NotHere,
}

impl Making {
    /// Reads the files, and holds what they create against the schema.
    pub(super) fn of(config: &Config, files: &Files, look: &Look, on_nothing: bool) -> Result<Self, Error> {
        let schema = look.schema.as_ref();
        let history = History::each_alone(files, &History::setting(config, files))?;
        let applied = files.graph.applied(look.rows.revisions()).unwrap_or_default();
        let is_pending = |id: &str| !applied.iter().any(|node| node.revision.id == id);
        let pending = || history.ids.iter().zip(&history.effects).filter(|(id, _)| is_pending(id));
        let made = || pending().flat_map(|(_, effects)| effects.changes.iter().filter(|(_, now)| now.is_some()));
        let tables: Vec<&str> = made()
            .filter_map(|(subject, _)| match subject {
                Subject::Table(table, TableSubject::Itself) => Some(table.as_str()),
                _ => None,
            })
            .collect();
        let columns: Vec<bool> = made()
            .filter_map(|(subject, _)| match subject {
                Subject::Table(table, TableSubject::Column(column)) if !tables.contains(&table.as_str()) => {
                    Some(schema.is_some_and(|schema| has_column(schema, table, column)))
                }
                _ => None,
            })
            .collect();
        let changes = match columns.as_slice() {
            [] => Changes::None,
            there if there.contains(&true) => Changes::There,
            _ => Changes::Missing,
        };
        let is_there = |table: &&str| schema.is_some_and(|schema| schema.tables.contains_key(*table));
        let is_whole = !tables.is_empty() && tables.iter().all(is_there);
        Ok(Self { places: create_all::places(files), is_whole, changes, on_nothing })
    }

    /// Whether pending revisions have been applied: they change tables of earlier ones, and such a change is there.
    pub(super) fn is_applied(&self) -> bool {
        self.changes == Changes::There
    }

    /// Whether `create_all()` has made it. It makes whole tables, and changes none that was there.
    pub(super) fn by_create_all(&self) -> ByCreateAll {
        if self.is_applied() {
            return ByCreateAll::No;
        }
        if self.places.is_empty() {
            return ByCreateAll::NotHere;
        }
        let places = self.places.join(", ");
        match (self.is_whole, self.on_nothing, self.changes) {
            (true, true, _) => {
                ByCreateAll::Yes(format!("the database was empty before this upgrade, and {places} calls it"))
            }
            (true, false, Changes::Missing) => ByCreateAll::Yes(format!(
                "{places} calls it; every table of the pending revisions exists, and no change of an older table"
            )),
            _ => ByCreateAll::Perhaps(format!("{places} calls it")),
        }
    }
}

fn has_column(schema: &Schema, table: &str, column: &str) -> bool {
    schema.tables.get(table).is_some_and(|table| table.columns.iter().any(|one| one.name == column))
}

/// Who uses an enum type.
pub(super) enum TypeUse {
    /// No column does.
    Unused,
    /// This one does.
    By(String),
    /// There is no such type now.
    Gone,
}

/// Who uses the type of this name.
pub(super) fn type_use(schema: &Schema, name: &str) -> TypeUse {
    let is_it =
        |known: &str| known.rsplit('.').next().is_some_and(|last| last.trim_matches('"').eq_ignore_ascii_case(name));
    if !schema.enums.keys().any(|known| is_it(known)) {
        return TypeUse::Gone;
    }
    let columns = schema.tables.iter().flat_map(|(table, it)| it.columns.iter().map(move |column| (table, column)));
    let mut users = columns.filter(|(_, column)| {
        // Of a type that is not known it may be any.
        column.kind.known().is_none_or(|kind| is_it(kind.trim_end_matches("[]")))
    });
    users.next().map_or(TypeUse::Unused, |(table, column)| TypeUse::By(format!("{table}.{}", column.name)))
}
