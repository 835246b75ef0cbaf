//! Statements of SQL by themselves, as Alembic renders them.

use std::io;

use super::reading::with_interpreter;
use super::{Interpreter, NoFiles, Script};
use schema::simulation::Simulation;
use schema::{Schema, Setting, Tape};

/// Reads statements of SQL as a database gets them, each on the schema that those before it leave: the tape of each.
///
/// # Errors
/// As [`crate::read`].
pub fn read_statements(schema: Schema, statements: &[String], setting: &Setting) -> io::Result<Vec<Tape>> {
    with_interpreter(&NoFiles, setting, |interpreter| {
        interpreter.recorder.simulation = Simulation::on(schema, setting.dialect, &setting.default_schema);
        statements.iter().map(|statement| interpreter.raw(statement)).collect()
    })
}

impl Interpreter<'_> {
    /// The tape of a statement by itself.
    fn raw(&mut self, statement: &str) -> Tape {
        self.begin_script(&Script { path: String::new(), text: statement.to_owned() });
        self.statements_as_they_are(statement);
        self.end_script(Tape::default())
    }
}
