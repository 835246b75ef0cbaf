//! The second reader of a history: the application's own Alembic, asked for SQL in a sandbox.
//!
//! [`Session::rendering`] has every revision rendered, once in the life of a process; [`ask`] has some of them rendered, either
//! way. Both answer with an [`Answer`], which says for each revision its SQL, or why there is none.

mod python;
mod sql;
mod tape;

use std::time::{Duration, Instant};

use thiserror::Error;
use tracing::{debug, info};

use super::files::Files;
use super::session::Session;
use crate::config::{Config, Render};
use crate::process::program::ProgramError;
use crate::prose::counted;
use history::Node;
use rendering::{Direction, FilesOf, Limits, RenderError, Rendering, Request, RevisionFile, Sandbox, Unconfined};
use schema::Dialect;
pub(super) use sql::RevisionSql;

/// How much address space Python may take: more than large applications do, and less than forever.
const MEMORY: u64 = 4 << 30;
/// How long one revision may take, where all of them together may take longer.
const REVISION: Duration = Duration::from_secs(10);

/// Why nothing was rendered.
#[derive(Debug, Error)]
pub(super) enum NotRendered {
    /// It is not wanted.
    #[error("LEVELHEAD_RENDER is never")]
    Never,
    /// It would not be safe.
    #[error(transparent)]
    Unconfined(#[from] Unconfined),
    /// There is no Python of the application's.
    #[error("{command}: {source}")]
    NoPython {
        /// The upgrade command.
        command: String,
        /// What is wrong with it.
        source: ProgramError,
    },
    /// Python, Alembic or the application has failed.
    #[error(transparent)]
    Failed(#[from] RenderError),
}

/// What Alembic answered, or why it could not be asked.
pub(super) struct Answer {
    outcome: Result<Rendering, NotRendered>,
    /// How long it took.
    pub(super) took: Duration,
}

/// Has some revisions rendered, each by itself.
pub(super) async fn ask(
    config: &Config,
    files: &Files,
    revisions: &[&Node],
    dialect: Dialect,
    direction: Direction,
) -> Answer {
    let clock = Instant::now();
    let outcome = render(config, files, revisions, dialect, direction).await;
    Answer { outcome, took: clock.elapsed() }
}

async fn render(
    config: &Config,
    files: &Files,
    revisions: &[&Node],
    dialect: Dialect,
    direction: Direction,
) -> Result<Rendering, NotRendered> {
    if config.render == Render::Never {
        return Err(NotRendered::Never);
    }
    let sandbox = Sandbox::of_this_kernel()?;
    let (python, program) = python::of_the_application(config, files)?;
    debug!("{} renders, for `{}`", python.display(), program.words.join(" "));
    let time = config.render_timeout;
    let file = |node: &&Node| RevisionFile { id: node.revision.id.clone(), path: node.revision.path.clone() };
    let request = Request {
        program: Some(program),
        config: FilesOf {
            files: files.layout.config_files.clone(),
            section: files.layout.section.clone(),
            script_location: files.layout.script_location.clone(),
        },
        dialect: match dialect {
            Dialect::PostgreSql => rendering::Dialect::PostgreSql,
            Dialect::Sqlite => rendering::Dialect::Sqlite,
        },
        direction,
        revisions: revisions.iter().map(file).collect(),
        seconds: REVISION.min(time / 2).as_secs_f64(),
        patience: (time / 2).as_secs_f64(),
    };
    let variables = config.leading_nowhere();
    let limits = Limits { time, memory: MEMORY };
    // A signal is heard meanwhile, and a lost lock.
    let asked = tokio::task::spawn_blocking(move || rendering::render(sandbox, &python, &request, &variables, limits));
    Ok(asked.await.unwrap_or_else(|stopped| std::panic::resume_unwind(stopped.into_panic()))?)
}

impl Session {
    /// The upgrades of every revision, rendered when they are first asked for.
    pub(super) async fn rendering(&self, files: &Files, dialect: Dialect) -> &Answer {
        if let Some(answer) = self.rendering.get() {
            return answer;
        }
        let revisions: Vec<&Node> = files.graph.iter().collect();
        if self.config.render != Render::Never {
            info!("asking Alembic for the SQL of {}", counted(revisions.len(), "revision"));
        }
        let answer = ask(&self.config, files, &revisions, dialect, Direction::Upgrade).await;
        match &answer.outcome {
            Ok(_) => {
                let whole =
                    revisions.iter().filter(|node| answer.of(&node.revision.id).is_ok_and(|sql| sql.is_whole()));
                let (whole, took) = (whole.count(), answer.took.as_secs_f64());
                info!("Alembic rendered {whole} of {} in {took:.1} s", counted(revisions.len(), "revision"));
            }
            Err(NotRendered::Never) => {}
            Err(reason) => info!("Alembic was not asked: {reason}; the files alone decide"),
        }
        self.rendering.get_or_init(|| answer)
    }
}
