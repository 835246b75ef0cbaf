//! What a person sees: on a terminal of 80 columns, or in a log. Screens are kept in tests/data/screens, one file each;
//! `LEVELHEAD_UPDATE=1 cargo test` writes them anew.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::Levelhead;

/// Where somebody looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// A terminal of 80 columns, with colour.
    OnATerminal,
    /// The same with NO_COLOR, as in a web shell.
    WithoutColour,
    /// A log: both streams in one file.
    InALog,
}

/// Both streams in the order in which they appear. Escape sequences are shown as `^[`.
pub fn screen(levelhead: Levelhead, seen: Seen) -> String {
    let inner = levelhead.command();
    let words: Vec<&str> =
        std::iter::once(inner.get_program()).chain(inner.get_args()).map(|word| word.to_str().unwrap()).collect();
    let line = shell_words::join(words);
    let mut outer = match seen {
        Seen::InALog => Command::new("sh"),
        Seen::OnATerminal | Seen::WithoutColour => Command::new("script"),
    };
    match seen {
        Seen::InALog => outer.args(["-c", &format!("exec {line} 2>&1 </dev/null")]),
        _ => outer.args(["-qec", &format!("stty rows 24 cols 80; exec {line}"), "/dev/null"]),
    };
    outer.env_clear().envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?)))).env("TERM", "xterm");
    if seen == Seen::WithoutColour {
        outer.env("NO_COLOR", "1");
    }
    if let Some(folder) = inner.get_current_dir() {
        outer.current_dir(folder);
    }
    let output = outer.output().expect("script is missing; install it: apt-get install -y bsdutils");
    let shown = String::from_utf8_lossy(&output.stdout).replace("\r\n", "\n").replace('\u{1b}', "^[");
    // The shell was given a path, which commands are shown with.
    shown.replace(&*inner.get_program().to_string_lossy(), "levelhead")
}

/// Compares with the screen that is kept under `name`, after each of `variable` is replaced by what it is called there.
#[track_caller]
pub fn is_kept(name: &str, shown: &str, variable: &[(&str, &str)]) {
    let mut shown = shown.to_owned();
    for (value, called) in variable {
        shown = shown.replace(value, called);
    }
    let shown = without_seconds(&shown);
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/screens").join(format!("{name}.txt"));
    if std::env::var_os("LEVELHEAD_UPDATE").is_some() {
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, &shown).unwrap();
    }
    let kept = fs::read_to_string(&file).unwrap_or_default();
    assert_eq!(shown, kept, "{name} differs from {}:\n{shown}\n(LEVELHEAD_UPDATE=1 writes it anew)", file.display());
}

/// How long Alembic took to render is another each time.
fn without_seconds(shown: &str) -> String {
    let line = |line: &str| match line.split_once(" revisions in ") {
        Some((before, _)) if before.contains("Alembic rendered ") => format!("{before} revisions in 1.0 s\n"),
        _ => line.to_owned(),
    };
    shown.split_inclusive('\n').map(line).collect()
}

/// No line of prose may be wider than the terminal. A command, which is to be copied, may, and a line of the log, which is one
/// event.
#[track_caller]
pub fn fits(shown: &str) {
    for line in shown
        .lines()
        .filter(|line| !line.contains("help: ") && !line.contains("levelhead ") && !line.contains("levelhead: "))
    {
        let mut parts = line.split("^[[");
        let plain = parts.next().unwrap_or_default().to_owned();
        let plain = parts.fold(plain, |plain, part| plain + part.split_once('m').map_or("", |(_, text)| text));
        assert!(plain.chars().count() <= 80, "wider than 80 columns: {plain}");
    }
}
