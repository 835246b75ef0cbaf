//! What a statement locks and does: cargo run -p levelhead-foresight --example locks "ALTER TABLE t ADD COLUMN a int"

use levelhead_foresight::{Extent, Ground, judge, of_sql};
use schema::{Dialect, Schema, Table};

fn main() {
    let statement = std::env::args().nth(1).unwrap_or_else(|| "CREATE INDEX i ON orders (code)".to_owned());
    let mut schema = Schema { default_schema: "public".to_owned(), ..Schema::default() };
    schema.tables.insert("orders".to_owned(), Table::default());
    let ground = Ground::of(Dialect::PostgreSql, 16, schema);
    for deed in of_sql(&statement, &ground) {
        let extent = Extent { rows: Some(1_200_000), bytes: Some(340 << 20) };
        let verdict = judge(&deed, extent, None);
        let locks: Vec<String> =
            deed.touches.iter().filter_map(|touch| Some(format!("{} on {}", touch.mode?, touch.relation))).collect();
        let line = format!("{}: {}; {}", deed.what, verdict.level.name(), verdict.reason);
        show(&format!("{line}\n  locks: {}", locks.join(", ")));
    }
}

fn show(text: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stdout(), "{text}");
}
