//! Temporary tables and views: they go with the session, and hide a table of the same name until then.

use super::{Dialect, Interpreter};
use schema::Subject;
use schema::operation::{OperationKind as K, Reach};

impl Interpreter<'_> {
    /// Something temporary is made, under a name without a schema.
    pub(super) fn note_temporary(&mut self, name: &str) {
        if self.recorder.simulation.schema.tables.contains_key(name) {
            self.misread(format!("it hides {name} behind a temporary table"));
        }
        if !self.hides(name) {
            self.temporary.push(name.to_owned());
        }
    }

    /// Whether a name stands for something temporary.
    pub(super) fn hides(&self, name: &str) -> bool {
        self.temporary.iter().any(|held| match self.dialect() {
            Dialect::PostgreSql => held == name,
            Dialect::Sqlite => held.eq_ignore_ascii_case(name),
        })
    }

    /// Whether an operation is about something temporary, and changes nothing that stays.
    pub(super) fn only_changes_temporary(&mut self, kind: &K) -> bool {
        if self.temporary.is_empty() {
            return false;
        }
        let (table, to) = match kind {
            K::DropTable { table } | K::Drop { object: Subject::View(table) } => (table, None),
            K::RenameTable { from, to } => (from, Some(to)),
            K::AddColumn { table, .. }
            | K::DropColumn { table, .. }
            | K::AlterColumn { table, .. }
            | K::AddConstraint { table, .. }
            | K::DropConstraint { table, .. }
            | K::RenameConstraint { table, .. }
            | K::CreateIndex { table, .. }
            | K::DropIndex { table: Some(table), .. }
            | K::Create { object: Subject::Trigger(table, _), .. }
            | K::Drop { object: Subject::Trigger(table, _) }
            | K::Unread(Reach::Table { table, .. } | Reach::Column { table, .. }) => {
                return self.hides(table);
            }
            K::CreateTable { .. }
            | K::DropIndex { table: None, .. }
            | K::RenameIndex { .. }
            | K::CreateEnum { .. }
            | K::DropEnum { .. }
            | K::RenameEnum { .. }
            | K::AlterEnum { .. }
            | K::Create { .. }
            | K::Drop { .. }
            | K::Execute
            | K::Unread(Reach::TableInAnySchema { .. } | Reach::Objects) => return false,
        };
        let temporary = self.hides(table);
        if temporary {
            let gone = table.to_lowercase();
            self.temporary.retain(|held| held.to_lowercase() != gone);
            self.temporary.extend(to.cloned());
        }
        temporary
    }
}
