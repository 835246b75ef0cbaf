//! `restore`, from repositories in which a revision was lost in every way that there is.

use std::fs;

use serde_json::Value;

use super::project::{Project, Spec};
use crate::support::schemas;

const LINE: &str = "a000;b111<-a000;c222<-b111;d333<-c222";

/// A project whose files are committed.
fn committed(graph: &str) -> Project {
    let project = Project::new(graph);
    project.git(&["init", "-q", "-b", "main"]);
    commit(&project, "begin");
    project
}

fn commit(project: &Project, message: &str) {
    project.git(&["add", "-A"]);
    project.git(&["commit", "-q", "-m", message]);
}

fn remove(project: &Project, file: &str) {
    fs::remove_file(project.path().join("mig/versions").join(file)).unwrap();
}

/// Restores `c222`, which has to come back as it was, so that Alembic reads a whole line again.
#[track_caller]
fn comes_back(project: &Project, said: &str) {
    project.levelhead(&["heads"]).run().code(125).says("levelhead restore c222");
    let before = project.git(&["for-each-ref"]) + &project.git(&["ls-files", "-s"]);
    let restored = project.levelhead(&["restore", "c222"]).run();
    restored.success().says(said).says("restored c222").prints("mig/versions/c222_x.py\n");
    assert_eq!(project.read("mig/versions/c222_x.py"), Spec::graph("c222<-b111")[0].text(None));
    assert_eq!(project.alembic(&["heads"]), "d333 (head)\n");
    assert_eq!(project.git(&["for-each-ref"]) + &project.git(&["ls-files", "-s"]), before, "git was changed");
    project.levelhead(&["restore", "c222"]).run().success().says("c222 is there").prints("");
}

#[test]
fn a_deleted_file() {
    let project = committed(LINE);
    remove(&project, "c222_x.py");
    commit(&project, "tidy \"migrations\"");
    comes_back(&project, "c222 was deleted by Ada Lovelace on 20");
    // Not committed yet, and not by its name.
    let project = committed(LINE);
    project.git(&["mv", "mig/versions/c222_x.py", "mig/versions/renamed.py"]);
    commit(&project, "rename");
    remove(&project, "renamed.py");
    project.levelhead(&["restore", "c22"]).run().success().prints("mig/versions/renamed.py\n");
    assert_eq!(project.alembic(&["heads"]), "d333 (head)\n");
}

#[test]
fn a_file_under_a_name_that_says_nothing() {
    let project = Project::new("a000;b111<-a000;d333<-c222");
    project.write("mig/versions/odd.py", &Spec::graph("c222<-b111")[0].text(None));
    project.git(&["init", "-q"]);
    commit(&project, "begin");
    remove(&project, "odd.py");
    commit(&project, "drop it");
    let restored = project.levelhead(&["restore", "c222"]).run();
    restored.success().says("message of c222").prints("mig/versions/odd.py\n");
    assert_eq!(project.alembic(&["heads"]), "d333 (head)\n");
}

#[test]
fn a_file_on_another_branch_in_a_stash_in_a_reflog_or_dropped() {
    let without = "a000;b111<-a000;d333<-c222";
    let text = Spec::graph("c222<-b111")[0].text(None);
    let project = committed(without);
    project.git(&["checkout", "-q", "-b", "feature"]);
    project.write("mig/versions/c222_x.py", &text);
    commit(&project, "add c222");
    project.git(&["checkout", "-q", "main"]);
    comes_back(&project, "\"add c222\", refs/heads/feature");

    let project = committed(without);
    project.write("mig/versions/c222_x.py", &text);
    project.git(&["stash", "-q", "--include-untracked"]);
    comes_back(&project, "refs/stash");

    let project = committed(without);
    project.write("mig/versions/c222_x.py", &text);
    commit(&project, "add c222");
    project.git(&["reset", "-q", "--hard", "HEAD~1"]);
    comes_back(&project, "\"add c222\"");

    let project = committed(without);
    project.write("mig/versions/c222_x.py", &text);
    project.git(&["add", "-A"]);
    project.git(&["stash", "-q"]);
    project.git(&["stash", "drop", "-q"]);
    comes_back(&project, "written by Ada Lovelace");
}

#[test]
fn a_chain_of_lost_parents_comes_back_together_or_not_at_all() {
    let project = committed(LINE);
    remove(&project, "b111_x.py");
    commit(&project, "one");
    remove(&project, "c222_x.py");
    commit(&project, "two");
    let shown = project.levelhead(&["restore", "c222", "--dry-run", "--format", "json"]).run();
    schemas::holds("restore", &shown.stdout);
    let document: Value = serde_json::from_str(&shown.success().stdout).unwrap();
    let ids: Vec<&str> =
        document["revisions"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
    assert_eq!((ids, &document["written"]), (vec!["c222", "b111"], &Value::from(false)));
    assert_eq!(document["revisions"][0]["deleted"]["subject"], "two");
    assert_eq!(project.files("mig/versions").len(), 2);
    project.levelhead(&["restore", "c222"]).run().success().says("restored c222, b111");
    assert_eq!(project.alembic(&["heads"]), "d333 (head)\n");

    // The parent of the lost one was never committed.
    let project = committed("a000;c222<-b111;d333<-c222");
    remove(&project, "c222_x.py");
    let before = project.files("mig");
    let refused = project.levelhead(&["restore", "c222"]).run();
    refused.code(125).says("b111, which c222 follows, is in none of the 1 commits").says("levelhead infer").prints("");
    assert_eq!(project.files("mig"), before);
}

#[test]
fn the_newest_version_unless_another_is_named() {
    let project = committed(LINE);
    let first = project.git(&["rev-parse", "HEAD"]);
    let original = project.read("mig/versions/c222_x.py");
    project.edit("mig/versions/c222_x.py", "message of c222", "better words");
    commit(&project, "better");
    remove(&project, "c222_x.py");
    let restored = project.levelhead(&["restore", "c222"]).run();
    restored.success().says("c222, better words: written by").says(&format!("--from {}", &first[..10]));
    remove(&project, "c222_x.py");
    project.levelhead(&["restore", "c222", "--from", &first[..8]]).run().success();
    assert_eq!(project.read("mig/versions/c222_x.py"), original);
    remove(&project, "c222_x.py");
    project.levelhead(&["restore", "c222", "--from", "ffffff"]).run().code(125).says("ffffff has no version of c222");
}

#[test]
fn no_other_file_is_written_over_and_no_graph_made_worse() {
    let project = committed(LINE);
    project.write("mig/versions/c222_x.py", "\"\"\"Something else.\"\"\"\nrevision = 'z999'\ndown_revision = 'b111'\n");
    let refused = project.levelhead(&["restore", "c222"]).run();
    refused.code(125).says("cannot write mig/versions/c222_x.py").says("move it away");
    assert!(project.read("mig/versions/c222_x.py").contains("z999"));

    // Its label has been given to another revision since.
    let project = committed("a000;b111<-a000@left");
    remove(&project, "b111_x.py");
    project.write("mig/versions/c222_x.py", &Spec::graph("c222<-a000@left")[0].text(None));
    let refused = project.levelhead(&["restore", "b111"]).run();
    refused.code(125).says("branch name 'left'");
    assert_eq!(project.files("mig/versions").len(), 2);
    project.edit("mig/versions/c222_x.py", "'left'", "'right'");
    project.levelhead(&["restore", "b111"]).run().success().says("there are now 2 heads: b111, c222; levelhead merge");
}

#[test]
fn a_versions_folder_that_has_moved_gets_the_file() {
    let project = committed(LINE);
    remove(&project, "c222_x.py");
    commit(&project, "tidy");
    project.git(&["mv", "mig", "migrations"]);
    project.edit("alembic.ini", "%(here)s/mig", "%(here)s/migrations");
    commit(&project, "move");
    let restored = project.levelhead(&["restore", "c222"]).run();
    restored.success();
    assert!(project.path().join("migrations/versions/c222_x.py").is_file(), "{restored:#?}");
    assert_eq!(project.alembic(&["heads"]), "d333 (head)\n");
}

#[test]
fn the_repository_is_the_one_that_holds_the_project() {
    let project = committed(LINE);
    remove(&project, "c222_x.py");
    commit(&project, "tidy");
    // A hook's environment, or that of a shell in another repository.
    let other = committed("a000;c222<-a000");
    let git = |folder: &Project| folder.path().join(".git").into_os_string();
    for (name, value) in [
        ("GIT_DIR", git(&other)),
        ("GIT_DIR", ".git".into()),
        ("GIT_DIR", "/nonexistent".into()),
        ("GIT_WORK_TREE", "/tmp".into()),
        ("GIT_INDEX_FILE", "/nonexistent/index".into()),
    ] {
        let shown = project.levelhead(&["restore", "c222", "--dry-run"]).env(name, value).run();
        shown.success().says("c222 was deleted by Ada Lovelace").prints("mig/versions/c222_x.py\n");
    }

    // A second working tree, and a submodule in a subfolder of another repository.
    project.git(&["worktree", "add", "-q", "second"]);
    let second = project.path().join("second");
    project.levelhead(&["restore", "c222"]).current_dir(&second).run().success().prints("mig/versions/c222_x.py\n");
    let above = committed("a000");
    let url = project.path().to_str().unwrap();
    above.git(&["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", url, "services/shop"]);
    let below = above.path().join("services/shop");
    project.levelhead(&["restore", "c222"]).current_dir(&below).run().success().prints("mig/versions/c222_x.py\n");

    // A bare one beside the files has to be named.
    let plain = Project::new("a000;b111<-a000;d333<-c222");
    let bare = plain.path().join("shop.git");
    project.git(&["clone", "-q", "--bare", ".", bare.to_str().unwrap()]);
    let refused = plain.levelhead(&["restore", "c222"]).run();
    refused.code(125).says("is not under version control").says("GIT_DIR=REPOSITORY GIT_WORK_TREE=.");
    let named = |name| plain.levelhead(&["restore", name]).env("GIT_DIR", "shop.git").env("GIT_WORK_TREE", ".");
    named("c222").run().success().prints("mig/versions/c222_x.py\n");
    assert_eq!(plain.alembic(&["heads"]), "d333 (head)\n");
    let inside = plain.levelhead(&["restore", "c222", "--migrations", "mig"]).current_dir(&bare);
    fs::create_dir_all(bare.join("mig/versions")).unwrap();
    fs::write(bare.join("mig/env.py"), "").unwrap();
    inside.run().code(125).says("is a bare repository").says(&format!("help: git clone {}\n", bare.display()));
}

#[test]
fn a_repository_of_another_account_is_named_as_git_wants_it() {
    let project = committed(LINE);
    remove(&project, "c222_x.py");
    commit(&project, "tidy");
    let refused = project.levelhead(&["restore", "c222"]).env("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1").run();
    let next = format!("help: git config --global --add safe.directory {}\n", project.path().display());
    refused.code(125).says("detected dubious ownership").says(&next).prints("");
}

#[test]
fn the_beginning_of_an_id_leads_to_what_is_lost() {
    let project = committed("aaaa1111;aaaa2222<-aaaa1111;aaab3333<-aaaa2222");
    project.levelhead(&["restore", "aaa"]).run().success().says("is there: ").prints("");
    remove(&project, "aaaa2222_x.py");
    project.levelhead(&["restore", "aaaa"]).run().success().prints("mig/versions/aaaa2222_x.py\n");
    remove(&project, "aaaa2222_x.py");
    remove(&project, "aaab3333_x.py");
    let refused = project.levelhead(&["restore", "aaa"]).run();
    refused.code(125).says("several revisions begin with aaa: aaaa2222, aaab3333").says("levelhead restore aaaa2222");
    project.levelhead(&["restore", ""]).run().code(2);
    project.levelhead(&["restore", "aaa*"]).run().code(125).says("aaa* is in none of the 1 commits");
}

#[test]
fn other_encodings_and_line_ends_come_back_byte_for_byte() {
    let project = Project::new(LINE);
    let text = Spec::graph("c222<-b111")[0].text(None).replace("message of", "Stra\u{df}e");
    let latin_1 = |text: &str| -> Vec<u8> { text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect() };
    let file = project.path().join("mig/versions/c222_x.py");
    let written = latin_1(&format!("# -*- coding: latin-1 -*-\n{text}").replace('\n', "\r\n"));
    fs::write(&file, &written).unwrap();
    project.git(&["init", "-q"]);
    commit(&project, "begin");
    project.git(&["config", "core.autocrlf", "true"]);
    remove(&project, "c222_x.py");
    project.levelhead(&["restore", "c222"]).run().success().says("c222, Stra\u{df}e c222: written by");
    assert_eq!(fs::read(&file).unwrap(), written);
    assert_eq!(project.alembic(&["heads"]), "d333 (head)\n");

    // Python cannot read this one either, and it is not said to be nowhere.
    let project = Project::new(LINE);
    fs::write(project.path().join("mig/versions/c222_x.py"), latin_1(&text)).unwrap();
    project.git(&["init", "-q"]);
    commit(&project, "begin");
    remove(&project, "c222_x.py");
    let refused = project.levelhead(&["restore", "c222"]).run();
    refused.code(125).says("c222 seems to be mig/versions/c222_x.py in commit ").says("not valid UTF-8").prints("");
    let next = refused.stderr.split("help: ").nth(1).unwrap().lines().next().unwrap();
    let shell = project.command("sh".as_ref(), &["-c", next]);
    assert!(shell.status.success(), "{shell:?}");
    assert_eq!(fs::read(project.path().join("c222_x.py")).unwrap(), latin_1(&text));
}

#[test]
fn without_version_control_there_is_a_next_step() {
    let project = Project::new("a000;d333<-c222");
    let refused = project.levelhead(&["restore", "c222"]).run();
    refused.code(125).says("is not under version control").says("run it in a clone").prints("");
    let refused = project.levelhead(&["restore", "c222"]).env("PATH", "/nonexistent").run();
    refused.code(125).says("git cannot be run").says("apt-get install -y git");
    project.git(&["init", "-q"]);
    project.levelhead(&["restore", "c222"]).run().code(125).says("is in none of the 0 commits");

    let original = committed(LINE);
    remove(&original, "c222_x.py");
    commit(&original, "tidy");
    commit_empty(&original);
    let clone = Project::new("a000");
    let url = format!("file://{}", original.path().display());
    clone.git(&["clone", "-q", "--depth", "1", &url, "clone"]);
    let refused = clone.levelhead(&["restore", "c222"]).current_dir(&clone.path().join("clone")).run();
    refused.code(125).says("c222 is in none of the 1 commits").says("git fetch --unshallow");
}

fn commit_empty(project: &Project) {
    project.git(&["commit", "-q", "--allow-empty", "-m", "nothing"]);
}
