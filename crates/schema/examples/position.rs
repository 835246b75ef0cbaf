//! Which of two revisions is a live schema at? `cargo run -p levelhead-schema --example position`
#![allow(clippy::print_stdout, reason = "an example")]

use levelhead_schema::evidence::infer;
use levelhead_schema::operation::{ColumnSpec, Operation, OperationKind, SqlType, TableSpec};
use levelhead_schema::{Belief, Column, Dialect, Entry, Schema, Setting, Table, Tape, revision_facts};

fn column(name: &str) -> ColumnSpec {
    ColumnSpec::plain(name, SqlType { text: Some("text".to_owned()), enumeration: None })
}

fn tape(kind: OperationKind) -> Tape {
    let operation = Operation::certain(kind, 1);
    Tape { entries: vec![Entry::Operation(operation)], ..Tape::default() }
}

fn main() {
    let users = TableSpec {
        name: Some("users".to_owned()),
        columns: vec![column("name")],
        constraints: Vec::new(),
        open: false,
    };
    let first = tape(OperationKind::CreateTable { table: users, if_not_exists: false });
    let second =
        tape(OperationKind::AddColumn { table: "users".to_owned(), column: column("email"), if_not_exists: false });
    let setting = Setting {
        dialect: Dialect::PostgreSql,
        default_schema: "public".to_owned(),
        version_table: "alembic_version".to_owned(),
    };
    let revisions = revision_facts(vec![first, second], &setting);

    let live = |names: &[&str]| {
        let column = |name: &&str| Column {
            name: (*name).to_owned(),
            kind: Belief::Known("text".to_owned()),
            nullable: Belief::Known(true),
            default: Belief::Known(false),
        };
        let table = Table { columns: names.iter().map(column).collect(), ..Table::default() };
        let tables = [("users".to_owned(), table)].into();
        Schema { default_schema: "public".to_owned(), tables, ..Schema::default() }
    };
    println!("users (name):        {:?}", infer(&revisions, &live(&["name"])).verdict);
    println!("users (name, email): {:?}", infer(&revisions, &live(&["name", "email"])).verdict);
}
