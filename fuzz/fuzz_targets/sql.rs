//! Any raw SQL ends in effects.
#![no_main]

mod followed;

libfuzzer_sys::fuzz_target!(|sql: &str| {
    let literal = sql.replace('\\', r"\\").replace('"', "\\\"").replace('\n', r"\n").replace('\r', r"\r");
    followed::follow(format!("from alembic import op\n\ndef upgrade():\n    op.execute(\"{literal}\")\n"));
});
