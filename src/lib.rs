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
pub mod logging;
pub mod process;
pub mod prose;
pub mod reconcile;
pub mod report;
pub mod revision_file;
pub mod version_control;

use std::ffi::OsString;

use clap::CommandFactory;
use tracing::{error, info};

use cli::{Cli, Command};
use config::{Config, Switch};
use error::Error;
use logging::Log;
use process::exec::exec;
use process::program::Program;
use process::{signals, stdio};

/// See `Cargo.toml`.
#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

/// Arguments → configuration → command → exit code. Does not return where the process becomes another program.
pub fn start(arguments: &[OsString]) -> i32 {
    stdio::occupy_closed_streams();
    signals::prepare();
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
        Ok(Some(program)) => refuse(&Error::Program(exec(&program, Switch::is_yes))),
        Err(stop) => refuse(&stop),
    }
}

fn carry_out(cli: Cli) -> Result<Option<Program>, Error> {
    // What the program says about itself depends on no setting, however wrong one is.
    match cli.command {
        Command::Completions { shell } => {
            return commands::manual::completions(Cli::command(), shell).map(nothing_to_start);
        }
        Command::Man => return commands::manual::man(&cli::program()).map(nothing_to_start),
        _ => {}
    }
    let config = Config::resolve(cli.settings).inspect_err(|_| logging::start(Log::default()))?;
    logging::start(config.log);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let done = match cli.command {
        Command::Run(arguments) => runtime.block_on(commands::run::run(&config, &arguments)),
        Command::Heads(arguments) => commands::heads::heads(&config, &arguments).map(nothing_to_start),
        Command::Current(arguments) => {
            runtime.block_on(commands::current::current(&config, &arguments)).map(nothing_to_start)
        }
        Command::History(arguments) => {
            runtime.block_on(commands::history::history(&config, &arguments)).map(nothing_to_start)
        }
        Command::Branches(arguments) => commands::branches::branches(&config, &arguments).map(nothing_to_start),
        Command::Show(arguments) => runtime.block_on(commands::show::show(&config, &arguments)).map(nothing_to_start),
        Command::Infer(arguments) => {
            runtime.block_on(commands::infer::infer_revision(&config, &arguments)).map(nothing_to_start)
        }
        Command::Verify(arguments) => {
            runtime.block_on(commands::verify::verify(&config, &arguments)).map(nothing_to_start)
        }
        Command::Undo(arguments) => runtime.block_on(commands::undo::undo(&config, &arguments)).map(nothing_to_start),
        Command::Merge(arguments) => {
            runtime.block_on(commands::merge::merge(&config, &arguments)).map(nothing_to_start)
        }
        Command::Restore(arguments) => commands::restore::restore(&config, &arguments).map(nothing_to_start),
        Command::Explain(arguments) => {
            runtime.block_on(commands::explain::explain(&config, &arguments)).map(nothing_to_start)
        }
        Command::Check(arguments) => {
            runtime.block_on(commands::check::check(&config, &arguments)).map(nothing_to_start)
        }
        Command::Fix(arguments) => runtime.block_on(commands::fix::fix(&config, &arguments)).map(nothing_to_start),
        Command::Reset(arguments) => {
            runtime.block_on(commands::reset::reset(&config, &arguments)).map(nothing_to_start)
        }
        Command::Stamp(arguments) => {
            runtime.block_on(commands::stamp::stamp(&config, &arguments)).map(nothing_to_start)
        }
        Command::Completions { .. } | Command::Man => Ok(None),
    };
    // A name look-up that hangs sits on a thread of the runtime's: nobody waits for it.
    runtime.shutdown_background();
    done
}

/// Only `run` becomes another program.
fn nothing_to_start((): ()) -> Option<Program> {
    None
}

/// Says why, and what to do next, and answers the exit code.
fn refuse(stop: &Error) -> i32 {
    match stop {
        // What `run` is for is no error.
        Error::OnlyPending => info!(next = %stop.next(), "{stop}"),
        _ => error!(next = %stop.next(), "{stop}"),
    }
    match stop.interruption() {
        Some(signal) => signals::die_of(signal),
        None => stop.exit_code().into(),
    }
}
