//! What is so here: what the database, the files and version control say about an explanation.

use std::fmt;

use serde_json::{Value, json};

use super::creators::{Creators, creators};
use crate::commands::look::{Depth, Look};
use crate::commands::restore::{Trace, trace};
use crate::commands::session::Session;
use crate::config::ConfigError;
use crate::error::Error;
use crate::explanation::{Cause, Explanation, ToldBy};
use crate::findings::Kind;
use crate::help::{Advice, Help};
use crate::prose::{advice, paragraph};
use crate::reconcile::{Finding, Severity};
use crate::version_control::Commit;

/// What was looked at.
pub(super) struct Here {
    state: State,
    /// The file of the revision that the explanation is about, where a reason asks for it.
    trace: Option<Trace>,
    /// Who creates the object that it is about, where a reason asks for that; `None` where the files cannot be read.
    creators: Option<Creators>,
}

/// What the database and the files at hand say.
enum State {
    /// Nobody has named a database, or asked for it.
    NotAsked,
    /// It could not be looked at: why, and what to do about that.
    Unseen { why: String, help: Advice },
    /// What was found.
    Seen { database: String, findings: Vec<Finding>, recorded_beyond: bool },
}

/// Whether a reason is the one here, and what tells.
pub(super) enum Mark {
    So(Option<String>),
    MayBe(&'static str),
    /// Nobody can tell, or has looked.
    Untold(Option<String>),
    NotSo(Option<String>),
}

impl Mark {
    /// For the order: what is so comes first.
    pub(super) fn rank(&self) -> u8 {
        match self {
            Self::So(_) => 0,
            Self::MayBe(_) => 1,
            Self::Untold(_) => 2,
            Self::NotSo(_) => 3,
        }
    }

    /// `None` where nobody can tell.
    pub(super) fn is_so(&self) -> Option<bool> {
        match self {
            Self::So(_) => Some(true),
            Self::NotSo(_) => Some(false),
            Self::MayBe(_) | Self::Untold(_) => None,
        }
    }

    /// What tells, or why nothing does.
    pub(super) fn why(&self) -> Option<&str> {
        match self {
            Self::MayBe(why) => Some(why),
            Self::So(why) | Self::NotSo(why) | Self::Untold(why) => why.as_deref(),
        }
    }
}

/// As it goes on after the reason's sentence.
impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let begins = match self {
            Self::So(_) => "This applies to you",
            Self::MayBe(_) => "This may apply to you",
            Self::NotSo(_) => "This does not apply to you",
            Self::Untold(None) => return Ok(()),
            Self::Untold(_) => "Unknown here",
        };
        match self.why() {
            Some(why) => write!(f, " {begins}: {why}."),
            None => write!(f, " {begins}."),
        }
    }
}

impl Here {
    /// Looks at what can tell which of the explanation's reasons it is.
    pub(super) async fn look(session: &Session, offline: bool, explanation: Option<&Explanation>) -> Self {
        if offline {
            return Self { state: State::NotAsked, trace: None, creators: None };
        }
        let asks = |told_by: ToldBy| {
            explanation.filter(|explanation| explanation.reasons().iter().any(|reason| reason.told_by == told_by))
        };
        let revision = asks(ToldBy::VersionControl).filter(|one| may_be_a_revision(one)).and_then(Explanation::name);
        Self {
            state: State::look(session).await,
            trace: revision.map(|revision| trace(&session.config, revision)),
            creators: asks(ToldBy::Revisions).and_then(|explanation| creators(&session.config, explanation).ok()),
        }
    }

    /// Whether a reason that can be told so is the one.
    pub(super) fn mark(&self, told_by: ToldBy, explanation: &Explanation) -> Mark {
        match told_by {
            ToldBy::Nobody => Mark::Untold(None),
            ToldBy::Findings(kinds) => match self.has(kinds) {
                None => Mark::Untold(None),
                Some(true) => Mark::So(None),
                Some(false) => Mark::NotSo(None),
            },
            ToldBy::VersionControl => self.is_lost(),
            ToldBy::Ledger => self.is_rolled_back(explanation),
            ToldBy::Revisions => match &self.creators {
                Some(Creators::Two(first, second)) => Mark::So(Some(format!("{first} and {second} do"))),
                Some(Creators::No) => Mark::NotSo(None),
                Some(Creators::Unknown) | None => Mark::Untold(None),
            },
        }
    }

    /// Whether version control has the file that is missing.
    fn is_lost(&self) -> Mark {
        let by = |commit: &Commit| format!("{} on {} (commit {})", commit.author, commit.date, commit.short());
        match &self.trace {
            None => Mark::Untold(None),
            Some(Trace::Lost { commit, is_deleted: true, .. }) => Mark::So(Some(format!("deleted by {}", by(commit)))),
            Some(Trace::Lost { commit, .. }) => Mark::So(Some(format!("git has it, by {}", by(commit)))),
            Some(Trace::There(path)) => Mark::NotSo(Some(format!("it is there, {}", path.display()))),
            Some(Trace::Nowhere(commits)) => Mark::NotSo(Some(format!("none of the {commits} commits of git has it"))),
            Some(Trace::Unknown(why)) => Mark::Untold(Some(why.clone())),
        }
    }

    /// Whether the row is a later release's: proven only by the ledger. That all is there that the files make may have other
    /// causes, a file that was deleted for example.
    fn is_rolled_back(&self, explanation: &Explanation) -> Mark {
        let State::Seen { findings, recorded_beyond, .. } = &self.state else { return Mark::Untold(None) };
        let is_meant = |row: &String| explanation.name().is_some_and(|name| row.starts_with(name));
        let is_ahead =
            |finding: &Finding| matches!(finding, Finding::Ahead(ahead) if ahead.unknown.iter().any(is_meant));
        match &self.trace {
            _ if !findings.iter().any(is_ahead) => Mark::NotSo(None),
            Some(Trace::Lost { is_past: true, .. }) => {
                Mark::NotSo(Some("what is checked out is later than the file".to_owned()))
            }
            _ if *recorded_beyond => Mark::So(Some("the ledger has the later release's upgrade".to_owned())),
            _ => Mark::MayBe("all that the files make is there"),
        }
    }

    /// Whether one of these findings is so here; `None` where nobody has looked.
    fn has(&self, kinds: &[Kind]) -> Option<bool> {
        match &self.state {
            State::Seen { findings, .. } if !kinds.is_empty() => {
                // What is as it is meant to be, such as separate branches, is behind no error.
                let counts = |finding: &&Finding| finding.is_position() || finding.severity() > Severity::Fine;
                Some(findings.iter().filter(counts).any(|finding| kinds.contains(&finding.kind())))
            }
            _ => None,
        }
    }

    /// `kind` is the one that is explained; without it, an error text is.
    pub(super) fn in_words(&self, kind: Option<Kind>) -> String {
        match &self.state {
            State::NotAsked => String::new(),
            State::Unseen { why, help } => {
                format!("\nHere\n\n{}{}", paragraph(why, "  ", "  "), advice(help, "  "))
            }
            State::Seen { database, findings, .. } => {
                let mut text = format!("\nHere, in {database}\n\n");
                if let Some(kind) = kind
                    && self.has(&[kind]) == Some(false)
                {
                    text += &paragraph(&format!("{} does not apply to you now.", kind.code), "  ", "  ");
                }
                for finding in findings {
                    text += &paragraph(
                        &format!("{}[{}]: {finding}", finding.severity().word(), finding.code()),
                        "  ",
                        "  ",
                    );
                    // Beside the reasons of an error it would speak against what they say is to be done.
                    if kind.is_some() || finding.severity() > Severity::Fine {
                        text += &advice(&finding.help(), "  ");
                    }
                }
                text
            }
        }
    }

    pub(super) fn document(&self) -> Value {
        match &self.state {
            State::NotAsked => Value::Null,
            State::Unseen { why, help } => json!({ "error": why, "help": help, "findings": [] }),
            State::Seen { findings, .. } => {
                let one = |finding: &Finding| json!({ "code": finding.code(), "text": finding.to_string(), "help": finding.help() });
                json!({ "error": null, "help": null, "findings": findings.iter().map(one).collect::<Vec<_>>() })
            }
        }
    }
}

/// Whether version control is worth asking for what the explanation is about. It answers to the beginning of an id, too: nearly
/// any short word would be one.
fn may_be_a_revision(explanation: &Explanation) -> bool {
    let is_like_one = |name: &str| name.len() >= 4 && name.contains(|c: char| c.is_ascii_digit());
    explanation.cause != Cause::MISSING_KEY || explanation.name().is_some_and(is_like_one)
}

impl State {
    async fn look(session: &Session) -> Self {
        if matches!(session.url(), Err(ConfigError::NoDatabaseUrl { .. })) {
            return Self::NotAsked;
        }
        match Self::findings(session).await {
            Ok(seen) => seen,
            Err(error) => Self::Unseen { why: error.to_string(), help: error.help() },
        }
    }

    /// One attempt: a person waits for the answer.
    async fn findings(session: &Session) -> Result<Self, Error> {
        let url = session.url()?;
        let files = session.files()?;
        let goal = files.goal(&session.config)?;
        let database = session.open_at_once().await?;
        let look = session.look(&files, &database, &goal, Depth::Schema).await;
        database.close().await;
        let Look { findings, recorded_beyond, .. } = look?;
        Ok(Self::Seen { database: url.to_string(), findings, recorded_beyond })
    }
}
