//! The installed Alembic as a process that answers questions.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::Value;

use crate::support::python;

/// One Python with Alembic loaded.
pub struct Oracle {
    child: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Oracle {
    pub fn new() -> Self {
        Self::start(None)
    }

    /// One whose sets are in the order that this seed gives.
    pub fn with_hash_seed(seed: u32) -> Self {
        Self::start(Some(seed))
    }

    fn start(hash_seed: Option<u32>) -> Self {
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/alembic_answers.py");
        let mut child = Command::new(python::binaries().join("python"))
            .arg(program)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("PYTHONHASHSEED", hash_seed.map_or("random".to_owned(), |seed| seed.to_string()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let (questions, answers) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        Self { child, questions, answers }
    }

    pub fn ask(&mut self, question: &Value) -> Value {
        writeln!(self.questions, "{question}").unwrap();
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line:?} for {question}"))
    }
}

impl Drop for Oracle {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
