//! The statement of an operation that was read: cargo run -p levelhead-cure --example written

use levelhead_cure::{is_apart, written};
use schema::Dialect;
use schema::operation::{ColumnSpec, Operation, OperationKind, SqlType};

fn main() {
    let kind = SqlType { text: Some("character varying(20)".to_owned()), ..SqlType::default() };
    let column = ColumnSpec::plain("code", kind);
    let unknown = ColumnSpec::plain("code", SqlType::default());
    for column in [column, unknown] {
        let kind = OperationKind::AddColumn { table: "orders".to_owned(), column, if_not_exists: false };
        match written(&Operation::certain(kind, 12), Dialect::PostgreSql) {
            Ok(statements) => {
                statements.iter().for_each(|sql| show(&format!("{sql}; apart: {}", is_apart(sql))));
            }
            Err(reason) => show(&format!("refused: {reason}")),
        }
    }
}

fn show(text: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stdout(), "{text}");
}
