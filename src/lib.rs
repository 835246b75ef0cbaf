//! levelhead: is your database level with its head?
//!
//! A pre-start wrapper for applications that use Alembic or Flask-Migrate. See `docs/architecture.md` for the
//! bird's-eye view, the code map and the invariants that `tests/it/tidy.rs` holds.

pub mod cli;
pub mod commands;
pub mod config;
pub mod drawing;
pub mod error;
pub mod explanation;
pub mod findings;
pub mod help;
pub mod logging;
pub mod process;
pub mod prose;
pub mod reconcile;
pub mod report;
pub mod revision_file;
pub mod saying;
pub mod version_control;

use std::ffi::OsString;

use clap::CommandFactory;

use cli::{Cli, Command};
use commands::session::Session;
use commands::{
    branches, check, current, diff, explain, fix, heads, history, infer, merge, plan, reset, restore, run, show, stamp,
    undo, verify,
};
use config::{Config, Switch};
use error::Error;
use logging::Log;
use process::exec::{Successor, exec};
use process::program::Program;
use process::{last_words, signals, stack, stdio};
use saying::Say;

/// See `Cargo.toml`.
#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

/// Arguments → configuration → command → exit code. Does not return where the process becomes another program.
pub fn start(arguments: &[OsString]) -> i32 {
    last_words::prepare();
    stdio::occupy_closed_streams();
    signals::prepare();
    stack::with_enough(|| begin(arguments))
}

fn begin(arguments: &[OsString]) -> i32 {
    help::remember(arguments, config::repeated);
    let cli = match Cli::parse_words(arguments) {
        Ok(cli) => cli,
        Err(answer) => {
            // Help and version go to stdout with 0, a usage error to stderr with 2; a closed stream changes neither.
            let _ = answer.print();
            return answer.exit_code();
        }
    };
    match carry_out(cli) {
        Ok(None) => 0,
        Ok(Some(successor)) => refuse(&Error::Program(exec(&successor, Switch::is_yes))),
        Err(stop) => refuse(&stop),
    }
}

fn carry_out(cli: Cli) -> Result<Option<Successor>, Error> {
    // What the program says about itself depends on no setting, however wrong one is.
    match cli.command {
        Command::Completions { shell } => return cli::manual::completions(Cli::command(), shell).map(|()| None),
        Command::Man => return cli::manual::man(&cli::program()).map(|()| None),
        _ => {}
    }
    let config = Config::resolve(cli.settings).inspect_err(|_| logging::start(Log::default()))?;
    logging::start(config.log);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let database_url = config.database_url_for_others().map(str::to_owned);
    let session = Session::new(config);
    let done = runtime.block_on(session.through_a_poolers_wait(async || dispatch(&session, &cli.command).await));
    // A name look-up that hangs sits on a thread of the runtime's: nobody waits for it.
    runtime.shutdown_background();
    Ok(done?.map(|program| Successor { program, database_url }))
}

/// A line a command. Only `run` becomes another program.
async fn dispatch(session: &Session, command: &Command) -> Result<Option<Program>, Error> {
    match command {
        Command::Run(arguments) => return run::run(session, arguments).await,
        Command::Heads(arguments) => heads::heads(session, arguments),
        Command::Current(arguments) => current::current(session, arguments).await,
        Command::History(arguments) => history::history(session, arguments).await,
        Command::Branches(arguments) => branches::branches(session, arguments),
        Command::Show(arguments) => show::show(session, arguments).await,
        Command::Infer(arguments) => infer::infer_revision(session, arguments).await,
        Command::Verify(arguments) => verify::verify(session, arguments).await,
        Command::Explain(arguments) => explain::explain(session, arguments).await,
        Command::Check(arguments) => check::check(session, arguments).await,
        Command::Diff(arguments) => diff::diff(session, arguments).await,
        Command::Plan(arguments) => plan::plan(session, arguments).await,
        Command::Fix(arguments) => fix::fix(session, arguments).await,
        Command::Merge(arguments) => merge::merge(session, arguments).await,
        Command::Restore(arguments) => restore::restore(session, arguments),
        Command::Reset(arguments) => reset::reset(session, arguments).await,
        Command::Stamp(arguments) => stamp::stamp(session, arguments).await,
        Command::Undo(arguments) => undo::undo(session, arguments).await,
        // Answered before anything is resolved.
        Command::Completions { .. } | Command::Man | Command::Help { .. } | Command::Version => Ok(()),
    }?;
    Ok(None)
}

/// Says why, and what to do, and answers the exit code.
fn refuse(stop: &Error) -> i32 {
    match stop {
        // What `run` is for is no error.
        Error::OnlyPending => stop.message().info(),
        _ => stop.message().error(),
    }
    match stop.interruption() {
        Some(signal) => signals::die_of(signal),
        None => stop.exit_code().into(),
    }
}
