//! The driver's answer: one JSON object a line.

use serde::Deserialize;

use crate::rendering::{Cause, Configuration, Failure, Question, Rendered, RenderedOperation, Rendering, Versions};

#[derive(Deserialize)]
#[serde(tag = "event", rename_all = "lowercase")]
enum Event {
    Began(Versions),
    Configured(Configuration),
    Revision { id: String },
    Operation(RenderedOperation),
    End { failure: Option<Failure>, questions: Vec<Question> },
    Done { because: Option<Failure> },
    Failed { failure: Failure },
}

/// What the driver has said until it ended.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    pub(crate) rendering: Rendering,
    /// Whether it has begun at all.
    pub(crate) began: bool,
    /// Whether it has said all that it had to say.
    pub(crate) done: bool,
    /// Why it gave up as a whole.
    pub(crate) failure: Option<Failure>,
    /// The revision that is being rendered.
    open: Option<Rendered>,
}

impl Answer {
    /// Reads what came; a last line that was not finished is left out.
    pub(crate) fn read(bytes: &[u8]) -> Self {
        let mut answer = Self::default();
        let whole = bytes.iter().rposition(|&byte| byte == b'\n').map_or(0, |end| end + 1);
        for line in bytes[..whole].split(|&byte| byte == b'\n').filter(|line| !line.is_empty()) {
            match serde_json::from_slice(line) {
                Ok(event) => answer.hear(event),
                Err(error) => {
                    answer.failure = Some(unreadable(&error));
                    break;
                }
            }
        }
        answer
    }

    fn hear(&mut self, event: Event) {
        match event {
            Event::Began(versions) => (self.began, self.rendering.versions) = (true, versions),
            Event::Configured(configuration) => self.rendering.runs.push((configuration, Vec::new())),
            Event::Revision { id } => {
                self.open = Some(Rendered { id, operations: Vec::new(), questions: Vec::new(), failure: None });
            }
            Event::Operation(operation) => {
                if let Some(open) = &mut self.open {
                    open.operations.push(operation);
                }
            }
            Event::End { failure, questions } => self.close(failure, questions),
            Event::Done { because } => (self.done, self.rendering.no_command) = (true, because),
            Event::Failed { failure } => self.failure = Some(failure),
        }
    }

    fn close(&mut self, failure: Option<Failure>, questions: Vec<Question>) {
        if let (Some(open), Some((_, revisions))) = (self.open.take(), self.rendering.runs.last_mut()) {
            revisions.push(Rendered { questions, failure, ..open });
        }
    }

    /// The process has ended before it was done: the revision that it was at is what ended it.
    pub(crate) fn cut_off(&mut self, cause: Cause, message: &str) {
        let failure = || Failure { class: "Ended".to_owned(), message: message.to_owned(), line: None, cause };
        self.close(Some(failure()), Vec::new());
    }
}

fn unreadable(error: &serde_json::Error) -> Failure {
    let message = format!("the driver's answer is not understood: {error}");
    Failure { class: "Answer".to_owned(), message, line: None, cause: Cause::Other }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEGINNING: &str = r#"{"event": "began", "python": "3.11.7", "alembic": "1.13.2", "sqlalchemy": "2.0.1"}
{"event": "configured", "by": "bare", "because": "env.py: it fails", "naming_convention": {"pk": "pk_%(table_name)s", "uq": null}, "arguments": {}, "include_schemas": true, "transaction_per_migration": false, "version_table": null, "version_table_schema": "s"}
{"event": "revision", "id": "a1"}
{"event": "operation", "class": "CreateTableOp", "line": 4, "sql": ["CREATE TABLE t ()"], "raised": false}
{"event": "operation", "class": null, "line": null, "sql": ["COMMIT;"], "raised": false}
"#;

    #[test]
    fn lines_become_revisions() {
        let end = r#"{"event": "end", "failure": null, "questions": [{"what": "offline", "line": 7}]}
{"event": "done", "because": null}
"#;
        let answer = Answer::read(format!("{BEGINNING}{end}").as_bytes());
        assert!(answer.began && answer.done && answer.failure.is_none());
        let (configuration, revision) = answer.rendering.revision("a1").unwrap();
        assert_eq!(configuration.naming_convention["uq"], None);
        assert_eq!((revision.operations.len(), revision.questions.len(), revision.is_whole()), (2, 1, false));
    }

    #[test]
    fn a_revision_that_ends_the_process_has_failed() {
        for cut in ["", r#"{"event": "operation", "class": "Drop"#] {
            let mut answer = Answer::read(format!("{BEGINNING}{cut}").as_bytes());
            assert!(!answer.done && answer.rendering.revision("a1").is_none());
            answer.cut_off(Cause::Exit, "it was killed");
            let (_, revision) = answer.rendering.revision("a1").unwrap();
            assert_eq!((revision.operations.len(), revision.failure.as_ref().unwrap().cause), (2, Cause::Exit));
        }
    }

    #[test]
    fn what_is_not_of_the_driver_is_a_failure() {
        let answer = Answer::read(format!("{BEGINNING}hello\n").as_bytes());
        assert!(answer.failure.is_some() && !answer.done);
    }
}
