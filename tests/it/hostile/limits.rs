//! Few descriptors, no threads, a small stack or address space.

use std::io::Write;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::fcntl::{FcntlArg, OFlag, fcntl};

use crate::support::application::HEAD;
use crate::support::{Application, Backend, Outcome};

/// levelhead under a shell's limits.
fn limited(shop: &Application, limits: &str, arguments: &[&str]) -> Outcome {
    let command = shop.levelhead(arguments).command();
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", &format!("ulimit {limits}; exec \"$0\" \"$@\"")]).arg(command.get_program()).args(arguments);
    shell.current_dir(shop.folder()).env_clear().stdin(Stdio::null());
    shell.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let output = shell.output().unwrap();
    Outcome {
        status: output.status,
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// Whatever is missing, either the work is done or there are words and 125.
#[test]
fn what_a_limit_takes_away_is_said() {
    let shop = Application::at(Backend::Postgres, HEAD);
    let mut refused = 0;
    for limits in ["-n 5", "-n 6", "-n 7", "-n 8", "-n 9", "-n 10", "-n 11", "-n 12", "-v 50000", "-v 60000"] {
        for arguments in [&["check"][..], &["run", "--", "true"]] {
            let outcome = limited(&shop, limits, arguments);
            outcome.says_nothing_of("panicked");
            match outcome.status.code() {
                // The application itself may not be able to start.
                Some(0 | 127) => {}
                code => {
                    assert_eq!(code, Some(125), "{limits} {outcome:#?}");
                    outcome.says("levelhead: error: ").says("levelhead: note: ");
                    refused += 1;
                }
            }
        }
    }
    assert!(refused > 4, "{refused}");
}

#[test]
fn a_small_stack_or_address_space_is_worked_with() {
    let shop = Application::at(Backend::Postgres, HEAD);
    for limits in ["-s 64", "-s 256", "-s 1024", "-v 150000", "-v 250000"] {
        // The head changes data alone, which no schema shows.
        limited(&shop, limits, &["infer"]).prints_a("the schema is at one of 2 revisions");
        limited(&shop, limits, &["check"]).success();
    }
}

/// A log collector that has stopped: the pipe is full, and stays so.
#[test]
fn a_log_that_nobody_reads_keeps_nothing_from_starting() {
    let shop = Application::at(Backend::Postgres, HEAD);
    let (reader, mut writer) = std::io::pipe().unwrap();
    let flags = OFlag::from_bits_retain(fcntl(&writer, FcntlArg::F_GETFL).unwrap());
    fcntl(&writer, FcntlArg::F_SETFL(flags | OFlag::O_NONBLOCK)).unwrap();
    while writer.write(&[b'x'; 4096]).is_ok() {}
    fcntl(&writer, FcntlArg::F_SETFL(flags)).unwrap();
    let clock = Instant::now();
    let mut command = shop.levelhead(&["run", "--log", "debug", "--", "echo", "started"]).command();
    let output = command.stdout(Stdio::piped()).stderr(writer).spawn().unwrap().wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "started\n");
    assert!(clock.elapsed() < Duration::from_secs(8), "{:?}", clock.elapsed());
    drop(reader);
}
