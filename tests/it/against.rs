//! `check --against`: two branches that have one head each, before they meet.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::application::{HEAD, REVISIONS};
use crate::support::{Application, Backend, Outcome, levelhead, schemas};

fn git(shop: &Application, words: &[&str]) {
    let identity = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "init.defaultBranch=main"];
    let done = Command::new("git").args(identity).args(words).current_dir(shop.folder()).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

/// Runs a command as it was printed.
fn git_in(folder: &Path, command: &str) {
    let done = Command::new("sh").args(["-c", command]).current_dir(folder).output().unwrap();
    assert!(done.status.success(), "{done:?}");
}

fn commit(shop: &Application, id: &str, parent: &str) {
    let text = format!("revision = '{id}'\ndown_revision = '{parent}'\n\n\ndef upgrade():\n    pass\n");
    fs::write(shop.folder().join(format!("migrations/versions/{id}.py")), text).unwrap();
    git(shop, &["add", "."]);
    git(shop, &["commit", "-qm", &format!("add {id}")]);
}

fn repository() -> Application {
    let shop = Application::new(Backend::Sqlite);
    git(&shop, &["init", "-q"]);
    git(&shop, &["add", "."]);
    git(&shop, &["commit", "-qm", "first"]);
    shop
}

fn against(shop: &Application, name: &str, format: &str) -> Outcome {
    shop.levelhead(&["check", "--against", name, "--format", format]).env_remove("DATABASE_URL").run()
}

/// The command that is printed.
#[track_caller]
fn help(outcome: &Outcome) -> &str {
    outcome.stderr.split("help: ").nth(1).unwrap().lines().next().unwrap()
}

#[test]
fn two_branches_with_one_head_each_are_two_heads_together() {
    let shop = repository();
    git(&shop, &["checkout", "-qb", "feature"]);
    commit(&shop, "aaaa00000001", HEAD);
    against(&shop, "main", "text").success().prints_a("against   main");
    git(&shop, &["checkout", "-q", "main"]);
    commit(&shop, "bbbb00000001", HEAD);
    for name in ["feature", "HEAD"] {
        shop.levelhead(&["check", "--offline"]).run().success();
        let found = against(&shop, name, "json");
        schemas::holds("check", &found.stdout);
        if name == "HEAD" {
            found.success();
        }
    }
    let found = against(&shop, "feature", "text");
    found.code(1).prints_a("merged with feature").prints_a("(feature)").prints_a("(here)");
    found.says("help: git merge feature\n");
    against(&shop, "feature", "github").code(1).prints_a("::error file=migrations/versions/bbbb00000001.py,");
    // What is printed leads out of it.
    git(&shop, &["merge", "-q", "--no-edit", "feature"]);
    shop.levelhead(&["merge"]).run().success();
    against(&shop, "feature", "text").success();
}

#[test]
fn one_id_on_both_sides_and_a_file_that_the_other_side_renames() {
    let shop = repository();
    git(&shop, &["checkout", "-qb", "feature"]);
    commit(&shop, "aaaa00000001", HEAD);
    git(&shop, &["checkout", "-q", "main"]);
    let old = shop.folder().join("migrations/versions/aaaa00000001.py");
    let text = format!("revision = 'aaaa00000001'\ndown_revision = '{HEAD}'\n\n\ndef upgrade():\n    pass\n");
    fs::write(old.with_file_name("other.py"), text).unwrap();
    against(&shop, "feature", "text").code(1).prints_a("[duplicate-revision]: merged with feature");
    fs::remove_file(old.with_file_name("other.py")).unwrap();
    git(&shop, &["checkout", "-q", "feature"]);
    git(&shop, &["mv", "migrations/versions/aaaa00000001.py", "migrations/versions/renamed.py"]);
    git(&shop, &["commit", "-qm", "rename"]);
    git(&shop, &["checkout", "-q", "-b", "later", "feature~1"]);
    against(&shop, "feature", "text").success().prints_a("it changes 2 files");
}

#[test]
fn what_git_cannot_tell_is_said() {
    let shop = Application::new(Backend::Sqlite);
    against(&shop, "main", "text").code(125).says("not under version control").says("note: run it in a clone");
    let shop = repository();
    against(&shop, "nowhere", "text")
        .code(125)
        .says("no branch, tag or commit nowhere")
        .says("git fetch origin nowhere");
    against(&shop, "--all", "text").code(2);
    git(&shop, &["checkout", "-q", "--orphan", "other"]);
    commit(&shop, "cccc00000001", REVISIONS[3]);
    against(&shop, "main", "text").code(125).says("no commit in common");
}

/// The pipeline's view: the other branch is one of origin's, a tag, or too shallow to say.
#[test]
fn a_branch_of_origin_a_tag_and_a_shallow_clone() {
    let shop = repository();
    git(&shop, &["checkout", "-qb", "feature"]);
    commit(&shop, "aaaa00000001", HEAD);
    git(&shop, &["tag", "-am", "first", "v1"]);
    git(&shop, &["checkout", "-q", "main"]);
    commit(&shop, "bbbb00000001", HEAD);
    let clones = tempfile::tempdir().unwrap();
    let origin = format!("file://{}", shop.folder().display());
    let whole = clones.path().join("whole");
    git(&shop, &["clone", "-q", &origin, whole.to_str().unwrap()]);
    let at = |folder: &Path, name: &str| {
        let levelhead = shop.levelhead(&["check", "--against", name]).env_remove("DATABASE_URL");
        levelhead.current_dir(folder).run()
    };
    for (name, merge) in [("origin/feature", "git merge origin/feature"), ("v1", "git merge v1")] {
        let found = at(&whole, name);
        found.code(1).prints_a(&format!("({name})")).prints_a("(here)").says(&format!("help: {merge}\n"));
    }
    at(&whole, "origin/main").success();
    // A branch that only origin has may be named without it, and git is asked for it by its own name.
    let found = at(&whole, "feature");
    found.code(1).prints_a("against   origin/feature").says("help: git merge origin/feature\n");
    // What is printed makes it known where only one branch was cloned.
    let single = clones.path().join("single");
    git(&shop, &["clone", "-q", "--single-branch", &origin, single.to_str().unwrap()]);
    let refused = at(&single, "feature");
    refused.code(125).says("no branch, tag or commit feature");
    git_in(&single, help(&refused));
    at(&single, "feature").code(1).prints_a("(origin/feature)");
    let shallow = clones.path().join("shallow");
    git(&shop, &["clone", "-q", "--depth", "1", "--no-single-branch", &origin, shallow.to_str().unwrap()]);
    let refused = at(&shallow, "origin/feature");
    refused.code(125).says("no commit in common: this clone lacks its older commits").says("fetch-depth: 0");
    let next = help(&refused);
    assert_eq!(next, "git fetch --unshallow origin feature");
    git_in(&shallow, next);
    at(&shallow, "origin/feature").code(1).prints_a("multiple-heads");
}

/// What the action and the hook run is taken from their files, and run in a clone as a pipeline has it.
#[test]
fn the_action_and_the_hook_find_two_heads() {
    let project = Path::new(env!("CARGO_MANIFEST_DIR"));
    let action = fs::read_to_string(project.join("action.yml")).unwrap();
    let script: String =
        action.rsplit_once("run: |\n").unwrap().1.lines().map(|line| line.trim_start().to_owned() + "\n").collect();
    let shop = repository();
    git(&shop, &["checkout", "-qb", "feature"]);
    commit(&shop, "aaaa00000001", HEAD);
    git(&shop, &["checkout", "-q", "main"]);
    commit(&shop, "bbbb00000001", HEAD);
    let clones = tempfile::tempdir().unwrap();
    let clone = clones.path().join("clone");
    git(&shop, &["clone", "-q", &format!("file://{}", shop.folder().display()), clone.to_str().unwrap()]);
    let folder = clones.path().join("bin");
    fs::create_dir(&folder).unwrap();
    std::os::unix::fs::symlink(levelhead::binary(), folder.join("levelhead")).unwrap();
    let path = format!("{}:/usr/bin:/bin", folder.display());
    let runs = |script: &str, against: &str| {
        let mut bash = Command::new("bash");
        bash.args(["-ec", script]).current_dir(&clone).env_clear().env("PATH", &path);
        let done = bash.env("AGAINST", against).env("ARGUMENTS", "--directory migrations").output().unwrap();
        (
            done.status.code(),
            String::from_utf8_lossy(&done.stdout).into_owned() + &String::from_utf8_lossy(&done.stderr),
        )
    };
    let (code, said) = runs(&script, "feature");
    assert!(code == Some(1) && said.contains("::error") && said.contains("multiple-heads"), "{code:?} {said}");
    for against in ["", "none", "main"] {
        let (code, said) = runs(&script, against);
        assert_eq!(code, Some(0), "{against}: {said}");
    }

    let hooks = fs::read_to_string(project.join(".pre-commit-hooks.yaml")).unwrap();
    let entry = hooks.lines().find_map(|line| line.trim().strip_prefix("entry: ")).unwrap();
    assert_eq!(runs(entry, "").0, Some(0));
    let second = "revision = 'cccc00000001'\ndown_revision = 'd8452b70fc16'\n\n\ndef upgrade():\n    pass\n";
    fs::write(clone.join("migrations/versions/cccc00000001.py"), second).unwrap();
    let (code, said) = runs(entry, "");
    assert!(code == Some(1) && said.contains("multiple-heads"), "{code:?} {said}");
}
