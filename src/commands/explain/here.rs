//! What is so here: what the database, the files and version control say about an explanation.

use serde_json::{Value, json};

use super::broken::{Broken, broken};
use super::creators::{Creators, Maker, creators, maker};
use super::making::{ByCreateAll, Making, TypeUse, type_use};
use super::mark::Mark;
use crate::commands::files::Files;
use crate::commands::look::{Depth, Look};
use crate::commands::restore::{Trace, trace};
use crate::commands::session::Session;
use crate::config::{Config, ConfigError};
use crate::error::Error;
use crate::explanation::{Cause, Explanation, ToldBy};
use crate::findings::Kind;
use crate::help::{Advice, Help};
use crate::prose::{advice, paragraph};
use crate::reconcile::{Finding, Severity};
use crate::version_control::Commit;
use schema::Dialect;

/// What was looked at.
pub(super) struct Here {
    state: State,
    /// The file of the revision that the explanation is about, where a reason asks for it.
    trace: Option<Trace>,
    /// Who creates the object that it is about, where a reason asks for that; `None` where the files cannot be read.
    creators: Option<Creators>,
    /// Who creates the object that is missing, where a reason asks for that.
    maker: Option<Maker>,
    /// The file that Python could not load, where the explanation is about one.
    broken: Option<Broken>,
}

/// What the database and the files at hand say.
enum State {
    /// No database was named, or asked for.
    NotAsked,
    /// It could not be looked at: why, and what to do about that.
    Unseen { why: String, help: Advice },
    /// What was found.
    Seen(Box<Seen>),
}

/// What was found.
struct Seen {
    database: String,
    dialect: Option<Dialect>,
    findings: Vec<Finding>,
    recorded_beyond: bool,
    /// What of the pending revisions is there, where the files can be read.
    making: Option<Making>,
    /// Who uses the type that the explanation is about.
    type_use: Option<TypeUse>,
}

impl Here {
    /// Looks at what can tell which of the explanation's reasons it is.
    pub(super) async fn look(session: &Session, offline: bool, explanation: Option<&Explanation>) -> Self {
        if offline {
            return Self { state: State::NotAsked, trace: None, creators: None, maker: None, broken: None };
        }
        let state = State::look(session, explanation).await;
        Self::with(&session.config, state, explanation)
    }

    /// What is so after an upgrade that has failed, where a look was taken. `on_nothing`: the database was empty before it.
    pub(super) fn after(
        config: &Config,
        files: &Files,
        look: Look,
        explanation: &Explanation,
        on_nothing: bool,
    ) -> Self {
        let seen = Seen::of(config, files, look, Some(explanation), on_nothing);
        Self::with(config, State::Seen(Box::new(seen)), Some(explanation))
    }

    /// Adds what the files and version control say.
    fn with(config: &Config, state: State, explanation: Option<&Explanation>) -> Self {
        let asks = |told_by: ToldBy| {
            explanation.filter(|explanation| explanation.reasons().iter().any(|reason| reason.told_by == told_by))
        };
        let revision = asks(ToldBy::VersionControl).filter(|one| may_be_a_revision(one)).and_then(Explanation::name);
        Self {
            state,
            trace: revision.map(|revision| trace(config, revision)),
            creators: asks(ToldBy::Revisions).and_then(|explanation| creators(config, explanation).ok()),
            maker: asks(ToldBy::NeverMade).and_then(|explanation| maker(config, explanation)),
            broken: explanation.and_then(broken),
        }
    }

    /// What to do about the finding that makes a reason the one here, as it is said of that finding.
    pub(super) fn help_of(&self, told_by: ToldBy) -> Option<Advice> {
        let kinds: &[Kind] = match told_by {
            ToldBy::Findings(kinds) => kinds,
            ToldBy::Behind => &[Kind::PENDING_EXISTS],
            ToldBy::Halfway => &[Kind::HALF_APPLIED],
            _ => return None,
        };
        let finding = self.seen()?.findings.iter().find(|finding| kinds.contains(&finding.kind()))?;
        Some(finding.help()).filter(|help| !help.is_empty())
    }

    /// What to do about the schema, where it is not that of the current revisions.
    pub(super) fn help_of_the_schema(&self) -> Option<Advice> {
        let findings = &self.seen()?.findings;
        let is_left = |finding: &&Finding| {
            matches!(finding, Finding::InvalidIndex { .. } | Finding::LeftoverTable { .. })
                && finding.severity() > Severity::Fine
        };
        let of_the_schema = findings.iter().find(|finding| finding.is_of_the_schema());
        let finding = of_the_schema.or_else(|| findings.iter().find(is_left))?;
        Some(finding.help()).filter(|help| !help.is_empty())
    }

    fn seen(&self) -> Option<&Seen> {
        match &self.state {
            State::Seen(seen) => Some(seen),
            _ => None,
        }
    }

    /// Whether a reason that can be told so is the one.
    pub(super) fn mark(&self, told_by: ToldBy, explanation: &Explanation) -> Mark {
        match told_by {
            ToldBy::You => Mark::Untold(None),
            ToldBy::Findings(kinds) => match self.has(kinds) {
                Some(true) => Mark::So(None),
                Some(false) if kinds.iter().all(|kind| is_always_looked_for(*kind)) => Mark::NotSo(None),
                _ => Mark::Untold(None),
            },
            ToldBy::Perhaps(kinds, why) => match self.has(kinds) {
                Some(true) => Mark::MayBe(why.to_owned()),
                Some(false) => Mark::NotSo(None),
                None => Mark::Untold(None),
            },
            ToldBy::Behind => self.is_behind(),
            ToldBy::Halfway => self.is_halfway(),
            ToldBy::CreateAll => match self.making().map(Making::by_create_all) {
                None => Mark::Untold(None),
                Some(ByCreateAll::Yes(why)) => Mark::So(Some(why)),
                Some(ByCreateAll::Perhaps(why)) => Mark::MayBe(why),
                Some(ByCreateAll::No) => Mark::NotSo(Some("a change of an older table exists, too".to_owned())),
                Some(ByCreateAll::NotHere) => Mark::Untold(Some("no file here calls create_all()".to_owned())),
            },
            ToldBy::TypeUse => match self.seen().and_then(|seen| seen.type_use.as_ref()) {
                None => Mark::Untold(None),
                Some(TypeUse::Unused) => Mark::So(Some("no column uses the type".to_owned())),
                Some(TypeUse::By(column)) => Mark::NotSo(Some(format!("{column} uses the type"))),
                Some(TypeUse::Gone) => Mark::NotSo(Some("the type does not exist now".to_owned())),
            },
            ToldBy::NeverMade => match &self.maker {
                None => Mark::Untold(None),
                Some(Maker::None) => Mark::So(None),
                Some(Maker::Revision(id)) => Mark::NotSo(Some(format!("{id} creates it"))),
            },
            ToldBy::Conflict => self.is_broken(|broken| match broken {
                Broken::Conflict => Mark::So(None),
                _ => Mark::NotSo(None),
            }),
            ToldBy::Unreadable => self.is_broken(|broken| match broken {
                Broken::Unreadable(line) => {
                    Mark::So(line.map(|line| format!("line {line} of the file here cannot be read")))
                }
                Broken::Conflict => Mark::NotSo(None),
                Broken::Readable => Mark::NotSo(Some("the file here can be read".to_owned())),
            }),
            ToldBy::Readable => self.is_broken(|broken| match broken {
                Broken::Readable => Mark::MayBe("the file here is right for the newest Python".to_owned()),
                _ => Mark::NotSo(None),
            }),
            ToldBy::VersionControl => self.is_lost(),
            ToldBy::Ledger => self.is_rolled_back(explanation),
            ToldBy::Revisions => match &self.creators {
                Some(Creators::Two(first, second)) => Mark::So(Some(format!("{first} and {second} do"))),
                Some(Creators::No) => Mark::NotSo(None),
                Some(Creators::Unknown) | None => Mark::Untold(None),
            },
        }
    }

    fn is_broken(&self, mark: impl Fn(&Broken) -> Mark) -> Mark {
        self.broken.as_ref().map_or(Mark::Untold(None), mark)
    }

    fn making(&self) -> Option<&Making> {
        self.seen()?.making.as_ref()
    }

    /// Whether the database keeps what a revision did before it failed.
    fn keeps_what_failed(&self) -> bool {
        self.seen().is_some_and(|seen| seen.dialect == Some(Dialect::Sqlite))
    }

    fn is_by_create_all(&self) -> bool {
        self.making().is_some_and(|making| matches!(making.by_create_all(), ByCreateAll::Yes(_)))
    }

    /// Whether the version table is behind the schema: tables alone may have other makers, changes of older tables have not.
    fn is_behind(&self) -> Mark {
        let is = |kinds: &[Kind]| self.has(kinds) == Some(true);
        match self.making() {
            _ if self.seen().is_none() => Mark::Untold(None),
            Some(making) if is(&[Kind::PENDING_EXISTS]) && making.is_applied() => Mark::So(None),
            _ if self.is_by_create_all() => Mark::NotSo(None),
            _ if is(&[Kind::PENDING_EXISTS]) => Mark::MayBe("what a pending revision creates exists".to_owned()),
            _ if is(&[Kind::UNVERSIONED]) => Mark::MayBe("the tables exist, and no current revision".to_owned()),
            _ if is(&[Kind::UNKNOWN_REVISION]) => Mark::MayBe("the version table names an unknown revision".to_owned()),
            _ => Mark::NotSo(None),
        }
    }

    /// Whether a revision stopped halfway. `create_all()` may leave the same.
    fn is_halfway(&self) -> Mark {
        match self.has(&[Kind::HALF_APPLIED]) {
            None => Mark::Untold(None),
            // PostgreSQL takes a failed revision back as a whole, unless that commits.
            Some(true) if self.is_by_create_all() || !self.keeps_what_failed() => {
                Mark::MayBe("a part of a revision exists".to_owned())
            }
            Some(true) => Mark::So(None),
            Some(false) => Mark::NotSo(None),
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
        let Some(Seen { findings, recorded_beyond, .. }) = self.seen() else { return Mark::Untold(None) };
        let is_meant = |row: &String| explanation.name().is_some_and(|name| row.starts_with(name));
        let is_ahead =
            |finding: &Finding| matches!(finding, Finding::Ahead(ahead) if ahead.unknown.iter().any(is_meant));
        match &self.trace {
            _ if !findings.iter().any(is_ahead) => Mark::NotSo(None),
            Some(Trace::Lost { is_past: true, .. }) => {
                Mark::NotSo(Some("what is checked out is later than the file".to_owned()))
            }
            _ if *recorded_beyond => Mark::So(Some("the ledger has the later release's upgrade".to_owned())),
            _ => Mark::MayBe("all that the files make is there".to_owned()),
        }
    }

    /// Whether one of these findings is so here; `None` where it was not looked at.
    fn has(&self, kinds: &[Kind]) -> Option<bool> {
        // What is as it is meant to be, such as separate branches, is behind no error.
        let counts = |finding: &&Finding| finding.is_position() || finding.severity() > Severity::Fine;
        Some(self.seen()?.findings.iter().filter(counts).any(|finding| kinds.contains(&finding.kind())))
    }

    /// `kind` is the one that is explained; without it, an error text is.
    pub(super) fn in_words(&self, kind: Option<Kind>) -> String {
        match &self.state {
            State::NotAsked => String::new(),
            State::Unseen { why, help } => {
                format!("\nHere\n\n{}{}", paragraph(why, "  ", "  "), advice(help, "  "))
            }
            State::Seen(seen) => {
                let Seen { database, findings, .. } = &**seen;
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
            State::Seen(seen) => {
                let one = |finding: &Finding| json!({ "code": finding.code(), "text": finding.to_string(), "help": finding.help() });
                json!({ "error": null, "help": null, "findings": seen.findings.iter().map(one).collect::<Vec<_>>() })
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

/// Whether a look at a database always finds this, where it is so; the version table's facts are read only before a change.
fn is_always_looked_for(kind: Kind) -> bool {
    ![Kind::READ_ONLY, Kind::IN_RECOVERY, Kind::NO_PRIVILEGE, Kind::NARROW_VERSION_COLUMN, Kind::DUPLICATE_ROWS]
        .contains(&kind)
}

impl Seen {
    fn of(config: &Config, files: &Files, look: Look, explanation: Option<&Explanation>, on_nothing: bool) -> Self {
        let of_type = explanation.filter(|explanation| explanation.cause == Cause::DUPLICATE_TYPE);
        let type_use = of_type.and_then(|explanation| Some(type_use(look.schema.as_ref()?, explanation.object()?)));
        let making = Making::of(config, files, &look, on_nothing).ok();
        let url = config.database_url().ok();
        let (database, dialect) =
            (url.as_ref().map(ToString::to_string).unwrap_or_default(), url.map(|url| url.dialect()));
        let Look { findings, recorded_beyond, .. } = look;
        Self { database, dialect, findings, recorded_beyond, making, type_use }
    }
}

impl State {
    async fn look(session: &Session, explanation: Option<&Explanation>) -> Self {
        if matches!(session.url(), Err(ConfigError::NoDatabaseUrl { .. })) {
            return Self::NotAsked;
        }
        match Self::findings(session, explanation).await {
            Ok(seen) => seen,
            Err(error) => Self::Unseen { why: error.to_string(), help: error.help() },
        }
    }

    /// One attempt: a person waits for the answer.
    async fn findings(session: &Session, explanation: Option<&Explanation>) -> Result<Self, Error> {
        let files = session.files()?;
        let goal = files.goal(&session.config)?;
        let database = session.open_at_once().await?;
        let look = session.look(&files, &database, &goal, Depth::Schema).await;
        database.close().await;
        Ok(Self::Seen(Box::new(Seen::of(&session.config, &files, look?, explanation, false))))
    }
}
