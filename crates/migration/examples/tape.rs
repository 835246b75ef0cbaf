//! Prints the tape of a revision file, or of a short text of its own.

use std::error::Error;
use std::io::{self, Write};

use levelhead_migration::{NoFiles, Script, read};
use schema::{Dialect, Setting};

const TEXT: &str = "
import sqlalchemy as sa
from alembic import op

def upgrade():
    for name in ('users', 'groups'):
        op.create_table(f'{name}_v{2:02}', sa.Column('id', sa.Integer, primary_key=True))
    if ask():
        op.execute('ALTER TABLE users_v02 ADD COLUMN name text')
";

fn main() -> Result<(), Box<dyn Error>> {
    let text = std::env::args_os().nth(1).map_or_else(|| Ok(TEXT.to_owned()), std::fs::read_to_string)?;
    let script = Script { path: "versions/revision.py".to_owned(), text };
    let setting = Setting {
        dialect: Dialect::PostgreSql,
        default_schema: "public".to_owned(),
        version_table: "alembic_version".to_owned(),
    };
    let mut out = io::stdout();
    for tape in read(&[script], &NoFiles, &setting)? {
        tape.entries.iter().try_for_each(|entry| writeln!(out, "{entry:#?}"))?;
        tape.unread.iter().try_for_each(|unread| writeln!(out, "{unread}"))?;
    }
    Ok(())
}
