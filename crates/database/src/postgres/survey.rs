//! Sizes, dependants and locks, in one round trip; and questions to the rows, each for a short time only.

use std::time::Duration;

use super::conversation::WORK;
use super::session::{Session, first_column};
use super::sql;
use crate::survey::{Count, Survey};
use crate::watch::masked;
use crate::{DatabaseError, failure::RefusalKind};

/// How long one question may take on the server.
const QUESTION: Duration = Duration::from_secs(5);

impl Session {
    pub(super) async fn survey(&self) -> Result<Survey, DatabaseError> {
        let answer = self.connection.ask("look at the tables' sizes and locks", sql::SURVEY, WORK).await?;
        let mut survey: Survey = serde_json::from_str(first_column(&answer).next().unwrap_or_default())?;
        // A prepared transaction has a name there.
        for held in survey.held.iter_mut().filter(|held| held.pid.is_some()) {
            held.query = held.query.as_deref().map(masked).filter(|query| !query.is_empty());
        }
        Ok(survey)
    }

    /// Asks each question by itself, in a transaction that can write nothing and waits for no lock.
    pub(super) async fn count(&self, questions: &[String]) -> Result<Vec<Count>, DatabaseError> {
        let mut counts = Vec::new();
        for question in questions {
            let milliseconds = QUESTION.as_millis();
            let query = format!(
                "BEGIN READ ONLY; SET LOCAL statement_timeout = '{milliseconds}ms'; SET LOCAL lock_timeout = '500ms'; \
                 {question}; ROLLBACK"
            );
            let asked = self.connection.ask("ask the rows", &query, WORK).await;
            counts.push(match asked {
                Ok(answer) => match first_column(&answer).next().and_then(|count| count.parse().ok()) {
                    Some(count) => Count::Rows(count),
                    None => Count::Unanswered("the answer is no number".to_owned()),
                },
                Err(DatabaseError::Query { source, .. }) => {
                    // The transaction failed; the connection goes on after it.
                    self.connection.ask("end the question", "ROLLBACK", WORK).await?;
                    Count::Unanswered(match source.kind {
                        RefusalKind::Locked => "somebody has locked the table".to_owned(),
                        _ if source.words.contains("statement timeout") => {
                            format!("counting takes longer than {} s", QUESTION.as_secs())
                        }
                        _ => source.words,
                    })
                }
                Err(error) => return Err(error),
            });
        }
        Ok(counts)
    }
}
