//! An upgrade on a terminal: it may touch it, be suspended with levelhead, be asked to end twice, and leave it a mess.

use std::time::{Duration, Instant};

use crate::support::levelhead::Levelhead;
use crate::support::terminal::Terminal;
use crate::support::{Application, Backend, Behind};

/// Run by Python: a password is asked for on the terminal itself, whatever standard input is.
const GETPASS: &str = r#"import getpass; print("heard", getpass.getpass("secret? "))"#;

/// Shown once the terminal echoes again; `stty` alone would be typed into the terminal by the test.
const ECHOES: &str = "until stty -a </dev/tty | grep -q ' echo '; do sleep 0.1; done; echo echoes-$((40 + 2))";

fn upgrading(behind: &Behind, script: &str) -> Levelhead {
    let script = format!("{script}\n{}\n", behind.upgrade());
    behind.shop.levelhead(&["run", "--", "echo", "started"]).env("LEVELHEAD_UPGRADE_COMMAND", behind.script(&script))
}

#[test]
fn an_upgrade_may_set_its_terminal_ask_there_and_write_there() {
    let behind = Behind::new(Backend::Sqlite);
    let python = format!("python -c '{GETPASS}'");
    for (before, script, asks) in [
        ("true", "stty sane </dev/tty", false),
        ("true", python.as_str(), true),
        ("stty tostop", "echo to the terminal", false),
    ] {
        behind.again();
        let mut terminal =
            Terminal::with(upgrading(&behind, script), |levelhead| format!("{before}; exec {levelhead}"));
        if asks {
            terminal.until("secret? ").types("word\n").until("heard word");
        }
        terminal.until("started");
        let (status, shown) = terminal.end();
        assert!(status.success(), "{script}: {shown}");
    }
}

#[test]
fn suspended_they_stop_together_and_go_on_together() {
    let behind = Behind::new(Backend::Sqlite);
    let script = "echo running-$((40 + 2)); until [ -e go ]; do sleep 0.05; done; stty sane </dev/tty";
    let mut terminal = Terminal::with(upgrading(&behind, script), |levelhead| {
        let then = "echo stopped-$?; touch go; sleep 0.5; jobs; fg; echo ended-$?";
        format!("exec bash --norc --noprofile -ic {}", shell_words::quote(&format!("{levelhead}; {then}")))
    });
    terminal.until("running-42").types("\x1a").until("stopped-148").until("Stopped").until("started").until("ended-0");
}

#[test]
fn a_second_ctrl_c_shortens_the_grace() {
    let shop = Application::new(Backend::Sqlite);
    let upgrade = "sh -c 'trap \"\" TERM INT; echo running-$((40 + 2)); while :; do sleep 0.2; done'";
    let levelhead = shop.levelhead(&["run"]).env("LEVELHEAD_UPGRADE_COMMAND", upgrade);
    let mut terminal = Terminal::start(levelhead);
    terminal.until("running-42");
    let begin = Instant::now();
    terminal.types("\x03");
    std::thread::sleep(Duration::from_secs(1));
    terminal.types("\x03");
    let (status, shown) = terminal.end();
    assert_eq!(status.code(), Some(130), "{shown}");
    assert!(begin.elapsed() < Duration::from_secs(9), "{:?}", begin.elapsed());
}

#[test]
fn an_upgrade_that_is_ended_leaves_the_echo_as_it_was() {
    let shop = Application::new(Backend::Sqlite);
    let levelhead = |ends: &str| {
        let script = format!("stty -echo </dev/tty; echo running-$((40 + 2)); {ends}; sleep 600");
        let upgrade = shell_words::join(["sh", "-c", &script]);
        shop.levelhead(&["run"]).env("LEVELHEAD_UPGRADE_COMMAND", upgrade)
    };
    let and_look = |levelhead: &str| format!("trap : INT; {levelhead}; {ECHOES}");
    let mut asked = Terminal::with(levelhead("true"), and_look);
    asked.until("running-42").types("\x03").until("echoes-42");
    Terminal::with(levelhead("kill -9 $$"), and_look).until("echoes-42");
    // levelhead itself, which is the supervisor's parent.
    let killed = "kill -9 $(cut -d' ' -f4 /proc/$PPID/stat)";
    Terminal::with(levelhead(killed), and_look).until("echoes-42");
}
