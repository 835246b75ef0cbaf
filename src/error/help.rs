//! What to do about each way to stop.

use std::io::ErrorKind;
use std::path::Path;

use super::Error;
use crate::help::{Advice, Command, Help, Note};
use crate::process::program::ProgramError;

impl Help for Error {
    fn help(&self) -> Advice {
        match self {
            Self::Config(error) => error.help(),
            Self::Layout(error) => error.help(),
            Self::Read(error) => error.help(),
            Self::VersionTable(error) => error.help(),
            Self::Database(error) => error.help(),
            Self::Obstacle(obstacle) => obstacle.help(),
            Self::Undo(error) => error.help(),
            Self::Upgrade(error) => error.help(),
            Self::Graph(error) => error.help(),
            Self::Against(error) => error.help(),
            Self::Merge(error) => error.help(),
            Self::Cure(error) => error.help(),
            Self::Restore(error) => error.help(),
            Self::Reset(error) => error.help(),
            Self::Liveness(error) => error.help(),
            Self::NoUpgradeCommand(ProgramError::NotFound { name }) => {
                format!("install the application's requirements (they bring {name}), or set LEVELHEAD_UPGRADE_COMMAND")
                    .into()
            }
            Self::NoUpgradeCommand(error) | Self::Program(error) => error.help(),
            Self::ChecksFailed { help, .. } | Self::NeedsAPerson { help } | Self::NeedsRepair { help } => help.clone(),
            Self::NoRevisions { folder } => {
                format!("copy the migration files into the image: COPY {0} {0}", folder.display()).into()
            }
            Self::NotAtHead { .. } => {
                "check that the upgrade command uses this DATABASE_URL and these migration files".into()
            }
            Self::NotOnHeads { .. } => {
                Command::levelhead("check").and("this shows why, and what `levelhead run` would do")
            }
            Self::FurtherNotAtHead { name, .. } => {
                format!("upgrade {name} too: its URL must be in the application's own configuration (SQLALCHEMY_BINDS)")
                    .into()
            }
            Self::FurtherStops { name, finding } => {
                finding.help().only_where(format!("with the URL of {name} as DATABASE_URL"))
            }
            Self::VersionTableElsewhere { .. } => {
                "say which one it is: LEVELHEAD_VERSION_TABLE=NAME, LEVELHEAD_VERSION_TABLE_SCHEMA=SCHEMA".into()
            }
            Self::OnlyPending => Command::levelhead("run").into(),
            Self::WouldLose { .. } => Command::levelhead("plan").into(),
            Self::Report { file, source } => report(file, source),
            Self::Output(_) => "make room where the output goes".into(),
            Self::Restarted { .. } => "look at the database's log: why was it restarted?".into(),
            Self::NotFollowed { holder: None, .. } => {
                "start an instance that upgrades, without --wait or LEVELHEAD_MODE=wait".into()
            }
            Self::NotFollowed { holder: Some(_), .. } => {
                "wait for that upgrade and start again; LEVELHEAD_LOCK_TIMEOUT sets how long to wait".into()
            }
            Self::Runtime(_) => "raise this container's limits on processes and open files".into(),
            Self::NotInferred { .. }
            | Self::NothingToExplain { .. }
            | Self::UnknownCode { .. }
            | Self::Input(_)
            | Self::NotConfirmed { .. }
            | Self::NobodyToAsk { .. }
            | Self::EvidenceDisagrees { .. }
            | Self::ChangedMeanwhile => self.answered(),
        }
    }
}

impl Error {
    /// Where `infer`, `explain` or `fix` has answered, and not as was hoped.
    fn answered(&self) -> Advice {
        match self {
            Self::NotInferred { help } => help.clone(),
            Self::NothingToExplain { .. } => {
                "give it the whole output, both streams: COMMAND 2>&1 | levelhead explain".into()
            }
            Self::UnknownCode { nearest: Some(code), .. } => Command::levelhead("explain").with(code).into(),
            Self::UnknownCode { nearest: None, .. } => Command::levelhead("explain").and("this lists the codes"),
            Self::Input(_) => "give the text as an argument: levelhead explain 'TEXT'".into(),
            Self::NotConfirmed { sql } => Advice::note(Note::way("to see the statements", sql.clone()))
                .and(Note::way("to see the evidence", Command::levelhead("infer"))),
            Self::NobodyToAsk { command } => command.clone().into(),
            Self::EvidenceDisagrees { first, command, .. } => Command::levelhead("infer --explain")
                .with(first)
                .and(Note::way("to write it all the same", command.clone())),
            _ => Command::levelhead("fix").and("look again: this shows what it would write now"),
        }
    }
}

/// What to do about a report that cannot be written.
fn report(file: &Path, source: &std::io::Error) -> Advice {
    match (source.kind(), file.parent()) {
        (ErrorKind::NotFound, Some(folder)) => Command::of("mkdir", "-p").with(folder.display()).into(),
        (ErrorKind::IsADirectory, _) => format!("give --output a file in it: {}/report.md", file.display()).into(),
        (ErrorKind::StorageFull, _) => "make room there, or give --output a file elsewhere".into(),
        _ => "give --output a file in a folder that can be written to".into(),
    }
}
