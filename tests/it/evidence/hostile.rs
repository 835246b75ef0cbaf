//! Random migrations that want to crash, to last for ever, to take all memory: levelhead ends, says something, goes on.
//!
//! LEVELHEAD_FUZZ asks for more rounds than the few of every day.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rand::SeedableRng;
use rand::rngs::StdRng;

use super::compose::Composer;
use super::history;
use super::small::Small;
use crate::support::{Outcome, levelhead};

/// Change it to try others; every one must pass.
const SEED: u64 = 4;
/// Revisions of one history.
const REVISIONS: usize = 6;
/// Kilobytes that a process may address; the interpreter's stack is a quarter of a gigabyte of them.
const ADDRESSABLE: u64 = 2 << 20;
/// Bytes of one migration, a hundred times those of a long one.
const LARGEST: usize = 4 << 20;
/// Far beyond what a busy machine needs: a process that is still there then never ends.
const DEADLINE: Duration = Duration::from_secs(240);

/// Runs levelhead in a folder with bounded memory; `None` where it does not end.
fn confined(arguments: &[&str], checkout: &Path) -> Option<Outcome> {
    let [stdout, stderr] = ["stdout", "stderr"].map(|name| checkout.join(name));
    let mut command = Command::new("/bin/sh");
    command
        .args(["-c", &format!("ulimit -v {ADDRESSABLE}; exec \"$@\""), "sh"])
        .arg(levelhead::binary())
        .args(arguments);
    command.current_dir(checkout).env_clear().env("DATABASE_URL", "sqlite:///empty.db").env("HOME", "/nonexistent");
    // What is written here is for the reading; a rendering of it has its own limits.
    command.env("ALEMBIC_CONFIG", "../alembic.ini").env("LEVELHEAD_RENDER", "never").stdin(Stdio::null());
    command.stdout(fs::File::create(&stdout).unwrap()).stderr(fs::File::create(&stderr).unwrap());
    let mut child = command.spawn().unwrap();
    let started = Instant::now();
    let status: ExitStatus = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if started.elapsed() > DEADLINE {
            child.kill().unwrap();
            child.wait().unwrap();
            return None;
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    let text = |path| {
        let mut text = Vec::new();
        fs::File::open(path).unwrap().read_to_end(&mut text).unwrap();
        String::from_utf8_lossy(&text).into_owned()
    };
    Some(Outcome { status, stdout: text(stdout), stderr: text(stderr) })
}

/// What is wrong with how a command ended.
fn fault(outcome: Option<&Outcome>) -> Option<String> {
    let Some(outcome) = outcome else { return Some("it does not end".to_owned()) };
    let ended = matches!(outcome.status.code(), Some(0 | 1));
    let quiet = !outcome.stderr.contains("panicked");
    (!ended || !quiet).then(|| format!("{:?}: {}", outcome.status, outcome.stderr))
}

/// A history of random migrations that Python can load, and what is said of it.
fn round(seed: u64) -> Result<(), String> {
    let mut composer = Composer::new(StdRng::seed_from_u64(seed));
    let folder = tempfile::tempdir().unwrap();
    for file in history::SHARED {
        fs::copy(history::root().join(file), folder.path().join(file)).unwrap();
    }
    let checkout = folder.path().join("hostile");
    fs::create_dir_all(checkout.join("versions")).unwrap();
    let mut written = 0;
    while written < REVISIONS {
        let parent = if written == 0 { "None".to_owned() } else { format!("'h{written}'") };
        let source = composer.source();
        let text = format!("revision = 'h{}'\ndown_revision = {parent}\n{source}", written + 1);
        // Whatever cannot be loaded must be refused without a crash, and no more.
        if text.len() < LARGEST && ::python::parse(&text).is_ok() {
            written += 1;
            fs::write(checkout.join(format!("versions/h{written}.py")), text).unwrap();
        }
    }
    rusqlite::Connection::open(checkout.join("empty.db")).unwrap().execute_batch("PRAGMA user_version = 1").unwrap();
    let checked = confined(&["check", "--offline"], &checkout);
    let inferred = confined(&["infer", "--format", "json"], &checkout);
    // A mutation may have made the name itself a riddle: that is refused, which is an answer.
    if inferred.as_ref().is_some_and(|outcome| outcome.stderr.contains("cannot be decided without running Python")) {
        return Ok(());
    }
    let mut faults: Vec<String> =
        [&checked, &inferred].into_iter().filter_map(|outcome| fault(outcome.as_ref())).collect();
    if faults.is_empty() {
        let (checked, inferred) = (checked.unwrap(), inferred.unwrap());
        if !checked.stdout.contains(&format!("{REVISIONS} revisions")) {
            faults.push(format!("the files are not read: {checked:#?}"));
        }
        if !inferred.stdout.contains("\"verdict\"") {
            faults.push(format!("there is no answer: {inferred:#?}"));
        }
    }
    if faults.is_empty() {
        return Ok(());
    }
    Err(format!("seed {seed}, kept in {}: {}", folder.keep().display(), faults.join("\n")))
}

#[test]
fn random_migrations_end_in_an_answer() {
    let rounds = std::env::var("LEVELHEAD_FUZZ").map_or(6, |rounds| rounds.parse().unwrap());
    let faults: Vec<String> = (SEED..SEED + rounds).filter_map(|seed| round(seed).err()).collect();
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

/// A migration followed by this many bytes, all zero and none on the disk.
fn huge(checkout: &Path, name: &str, size: u64) {
    let path = checkout.join("versions").join(name);
    fs::write(&path, "revision = 'huge'\ndown_revision = 'r1'\n\n\ndef upgrade():\n    pass\n").unwrap();
    fs::File::options().write(true).open(path).unwrap().set_len(size).unwrap();
}

#[test]
fn a_file_of_any_size_is_named_with_its_size_and_the_next_command() {
    const MEBIBYTE: u64 = 1 << 20;
    for size in [16 * MEBIBYTE + 1, 725 * MEBIBYTE, 1_200 * MEBIBYTE, 5_000 * MEBIBYTE] {
        let small = Small::new(&["op.create_table('t', sa.Column('id', sa.Integer, primary_key=True))"]);
        let checkout = small.checkout();
        huge(&checkout, "huge.py", size);
        rusqlite::Connection::open(checkout.join("empty.db"))
            .unwrap()
            .execute_batch("PRAGMA user_version = 1")
            .unwrap();
        for arguments in
            [&["run", "--", "true"][..], &["check"], &["check", "--offline"], &["infer"], &["heads"], &["current"]]
        {
            let outcome = confined(arguments, &checkout).expect("it ends");
            let said = format!("{}{}", outcome.stdout, outcome.stderr).split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(matches!(outcome.status.code(), Some(1 | 125)), "{arguments:?}: {outcome:#?}");
            let reason = format!("huge.py: {} MiB long, and up to 16 MiB are read", size.div_ceil(MEBIBYTE));
            assert!(said.contains(&reason), "{arguments:?}: {outcome:#?}");
            assert!(said.contains("move the data in"), "{arguments:?}: {outcome:#?}");
            assert!(!said.contains("readable for the user"), "{arguments:?}: {outcome:#?}");
        }
    }
}

#[test]
fn what_is_no_file_is_named_and_not_waited_for() {
    let small = Small::new(&["op.create_table('t', sa.Column('id', sa.Integer, primary_key=True))"]);
    let checkout = small.checkout();
    nix::unistd::mkfifo(&checkout.join("versions/pipe.py"), nix::sys::stat::Mode::S_IRWXU).unwrap();
    for arguments in [&["heads"][..], &["check", "--offline"], &["history"]] {
        let outcome = confined(arguments, &checkout).expect("it ends");
        let said = format!("{}{}", outcome.stdout, outcome.stderr).split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(matches!(outcome.status.code(), Some(1 | 125)), "{arguments:?}: {outcome:#?}");
        assert!(said.contains("note: move"), "{arguments:?}: {outcome:#?}");
        assert!(said.contains("pipe.py: not a regular file"), "{arguments:?}: {outcome:#?}");
    }
}

#[test]
fn what_is_no_python_is_named_with_its_line_also_below_the_header() {
    let small = Small::new(&["pass", "op.drop_table('t'"]);
    let checkout = small.checkout();
    for arguments in [&["infer"][..], &["infer", "--format", "json"], &["check"], &["heads"]] {
        let outcome = confined(arguments, &checkout).expect("it ends");
        let said = format!("{}{}", outcome.stdout, outcome.stderr).split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(matches!(outcome.status.code(), Some(1 | 125)), "{arguments:?}: {outcome:#?}");
        assert!(said.contains("r2.py:11: syntax error"), "{arguments:?}: {outcome:#?}");
        assert!(said.contains("correct line 11"), "{arguments:?}: {outcome:#?}");
        assert!(!outcome.stdout.contains("the schema is"), "{arguments:?}: {outcome:#?}");
    }
}

#[test]
fn with_little_memory_they_are_read_or_nothing_is_answered() {
    let small = Small::new(&["op.create_table('t', sa.Column('id', sa.Integer, primary_key=True))"]);
    for arguments in [&["infer"][..], &["check"]] {
        let mut command = Command::new("/bin/sh");
        // Enough to start; it depends on the build whether the interpreter finds room for a stack.
        command.args(["-c", "ulimit -v 60000; exec \"$@\"", "sh"]).arg(levelhead::binary()).args(arguments);
        command.current_dir(small.checkout()).env_clear().env("DATABASE_URL", "sqlite:///empty.db");
        let output = command.env("ALEMBIC_CONFIG", "../alembic.ini").output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        if matches!(output.status.code(), Some(0 | 10)) {
            continue;
        }
        assert_eq!(output.status.code(), Some(125), "{arguments:?}: {output:?}");
        assert!(said.contains("error") && (said.contains("help:") || said.contains("note:")), "{arguments:?}: {said}");
    }
}

#[test]
fn a_file_at_the_limit_is_read() {
    let small = Small::new(&["op.create_table('t', sa.Column('id', sa.Integer, primary_key=True))"]);
    let checkout = small.checkout();
    let head = "revision = 'r2'\ndown_revision = 'r1'\n\n\ndef upgrade():\n    pass\n";
    let filled = format!("{head}{}\n", "#".repeat((16 << 20) - head.len() - 1));
    assert_eq!(filled.len(), 16 << 20);
    fs::write(checkout.join("versions/r2.py"), filled).unwrap();
    let heads = confined(&["heads"], &checkout).expect("it ends");
    assert_eq!((heads.status.code(), heads.stdout.as_str()), (Some(0), "r2 (head)\n"), "{heads:#?}");
}
