//! What can be undone? `cargo run -p levelhead-version-table --example undoable`
#![allow(clippy::print_stdout, reason = "an example")]

use levelhead_version_table::ledger::{Action, Entry, Note, Origin, undoable};
use levelhead_version_table::{COLUMN, Row};

fn main() {
    let row = |revision: &str| Row::from([(COLUMN.to_owned(), Some(revision.to_owned()))]);
    let stamp = Entry {
        number: 1,
        at: "2026-02-28T23:59:59Z".to_owned(),
        version_table_schema: None,
        version_table: "alembic_version".to_owned(),
        before: Some(vec![row("a1b2")]),
        after: Some(vec![row("c3d4")]),
        note: Note::new(Action::Stamp, &Origin::default()),
    };
    for rows in [vec!["c3d4".to_owned()], vec!["e5f6".to_owned()]] {
        match undoable(std::slice::from_ref(&stamp), Some(&rows)) {
            Ok(entry) => println!("{rows:?}: the {} of {} can be undone", entry.note.action.word(), entry.at),
            Err(why) => println!("{rows:?}: {why}"),
        }
    }
}
