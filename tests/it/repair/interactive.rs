//! `merge --interactive` and the question of `reset`, at a terminal.

use super::project::{Project, Spec};
use crate::support::terminal::Terminal;

/// Two sides, each with two revisions.
const FORK: &str = "a000;b111<-a000;b222<-b111;c111<-a000;c222<-c111";

fn guided(project: &Project) -> Terminal {
    Terminal::start(project.levelhead(&["merge", "--interactive"]))
}

const QUESTION: &str = "What shall be done [4]:";

fn snapshot(project: &Project) -> Vec<(String, String)> {
    let files = project.files("mig/versions").into_iter();
    files.map(|file| (file.display().to_string(), std::fs::read_to_string(file).unwrap())).collect()
}

#[test]
fn the_fork_is_shown_and_merged() {
    let project = Project::new(FORK);
    project.git(&["init", "-q"]);
    project.git(&["add", "-A"]);
    project.git(&["commit", "-qm", "begin"]);
    project.alembic(&["upgrade", "a000"]);
    let mut terminal = guided(&project);
    terminal.until("○ c222 (head) message of c222").until("○ c111 message of c111");
    terminal.until("● a000 (current) (branchpoint) message of a000");
    terminal
        .until("the side of b222:")
        .until("b111 message of b111, Ada Lovelace on 20")
        .until("  makes table t_b111\n");
    terminal.until("1  merge: a new revision after b222, c222").until("2  rebase: b111 after c222 instead of a000");
    terminal.until("3  rebase: c111 after b222").until("4  nothing").until(QUESTION).types("1\r");
    terminal.until("Message [merge b222, c222]:").types("both\r").until("merged b222, c222 into ");
    let (status, shown) = terminal.end();
    assert!(status.success(), "{shown}");
    // A prompt is written again once it is answered.
    let mut lines = shown.lines().filter(|line| !line.contains("levelhead: ") && !line.contains('\u{1b}'));
    assert!(lines.all(|line| line.chars().count() <= 80), "{shown}");
    let heads = project.alembic(&["heads", "--verbose"]);
    assert!(heads.matches("Rev: ").count() == 1 && heads.contains("both"), "{heads}");
    project.alembic(&["upgrade", "head"]);
}

#[test]
fn one_side_is_put_after_the_other() {
    let project = Project::new(FORK);
    project.alembic(&["upgrade", "b222"]);
    let before = snapshot(&project);
    let mut terminal = guided(&project);
    terminal.until("b222 cannot be put after c222: the database has b111 already");
    terminal.until("2  rebase: c111 after b222 instead of a000").until("What shall be done [3]:").types("2\r");
    terminal.until("c111 follows b222 now: mig/versions/c111_x.py");
    assert!(terminal.end().0.success());
    let changed: Vec<_> = snapshot(&project).into_iter().filter(|file| !before.contains(file)).collect();
    let text = Spec::graph("c111<-b222")[0].text(None);
    assert_eq!(changed.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>(), [text.as_str()]);
    assert_eq!(project.alembic(&["heads"]), "c222 (head)\n");
    project.alembic(&["upgrade", "head"]);
    project.alembic(&["downgrade", "base"]);
}

#[test]
fn a_rebase_needs_to_know_the_database() {
    let project = Project::new(FORK);
    project.alembic(&["upgrade", "heads"]);
    let mut terminal = guided(&project);
    terminal
        .until("has b111 already")
        .until("has c111 already")
        .until("2  nothing")
        .types("\r")
        .until("nothing is changed");
    assert!(terminal.end().0.success());
    let mut terminal = Terminal::start(project.levelhead(&["merge", "-i"]).env_remove("DATABASE_URL"));
    terminal
        .until("DATABASE_URL is not set, so it is unknown")
        .until("2  nothing")
        .types("7\r")
        .until("a number from 1 to 2");
    terminal.types("\u{3}");
    assert_eq!(terminal.end().0.code(), Some(130));
}

#[test]
fn a_merge_needs_no_database() {
    let project = Project::new(FORK);
    let nowhere = ["postgresql://shop@127.0.0.1:1/shop?connect_timeout=1", "mysql://shop@127.0.0.1/shop"];
    for (url, why) in nowhere.into_iter().zip(["does not tell what has been applied: ", "mysql is not supported"]) {
        let levelhead = project.levelhead(&["merge", "-i", "--wait-timeout", "0"]).env("DATABASE_URL", url);
        let mut terminal = Terminal::start(levelhead);
        terminal.until("neither side can be put after the other: ").until(why).until("1  merge: ").until("2  nothing");
        terminal.types("\r").until("nothing is changed");
        assert!(terminal.end().0.success());
    }
    // A lost version row says nothing of what has been applied.
    project.alembic(&["upgrade", "b222"]);
    project.levelhead(&["reset", "--versions-only", "--yes-i-mean", "x.db"]).run().success();
    let mut terminal = guided(&project);
    terminal.until("neither side can be put after the other: the database has tables but no version row");
    terminal.until("2  nothing").until("What shall be done [2]:").types("1\r").until("Message [").types("\r");
    terminal.until("merged b222, c222 into ");
    assert!(terminal.end().0.success());
}

#[test]
fn the_end_of_the_input_changes_nothing_wherever_it_comes() {
    let project = Project::new(FORK);
    let before = snapshot(&project);
    let mut terminal = guided(&project);
    terminal.until(QUESTION).types("\u{4}").until("nothing is changed");
    assert!(terminal.end().0.success());
    // After half a line the first one only hands it over.
    for typed in ["\u{4}", "half a mess\u{4}\u{4}"] {
        let mut terminal = guided(&project);
        terminal.until(QUESTION).types("1\r").until("Message").types(typed).until("nothing is changed");
        assert!(terminal.end().0.success());
    }
    let mut terminal = guided(&project);
    terminal.until(QUESTION).types("one\r").until("a number from 1 to 4").until(QUESTION).types("\u{4}");
    assert!(terminal.end().0.success());
    assert_eq!(snapshot(&project), before);
}

#[test]
fn ctrl_c_changes_nothing_wherever_it_is_pressed() {
    let project = Project::new(FORK);
    let before = snapshot(&project);
    let mut terminal = guided(&project);
    terminal.until(QUESTION).types("\u{3}");
    assert_eq!(terminal.end().0.code(), Some(130));
    let mut terminal = guided(&project);
    terminal.until(QUESTION).types("1\r").until("Message").types("half a mess\u{3}");
    assert_eq!(terminal.end().0.code(), Some(130));
    let mut terminal = guided(&project);
    terminal.until(QUESTION).types("\r").until("nothing is changed");
    assert!(terminal.end().0.success());
    assert_eq!(snapshot(&project), before);
}

#[test]
fn without_a_terminal_it_says_what_to_run_instead() {
    let project = Project::new(FORK);
    let before = snapshot(&project);
    let refused = project.levelhead(&["merge", "--interactive"]).run();
    refused.code(125).says("--interactive needs a terminal").says("levelhead merge --dry-run").prints("");
    assert_eq!(snapshot(&project), before);
}

#[test]
fn the_databases_name_is_typed_before_it_is_emptied() {
    let project = Project::new("a000");
    project.alembic(&["upgrade", "head"]);
    let reset = || Terminal::start(project.levelhead(&["reset", "--no-backup"]));
    for (typed, code) in [("y\r", 125), ("\r", 125), ("x.db\u{3}", 130), ("\u{4}", 125), ("x.db\u{4}\u{4}", 125)] {
        let mut terminal = reset();
        terminal.until("t_a000").until("Type the database's name to empty it:").types(typed);
        let (status, shown) = terminal.end();
        assert_eq!(status.code(), Some(code), "{shown}");
        assert_eq!(project.alembic(&["current"]), "a000 (head)\n");
    }
    let mut terminal = reset();
    terminal.until("Type the database's name to empty it:").types("x.db\r").until("x.db is empty now");
    assert!(terminal.end().0.success());
    assert_eq!(project.alembic(&["current"]), "");
}
