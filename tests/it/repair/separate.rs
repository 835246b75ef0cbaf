//! Branches that are meant to stay apart: nobody is told to merge them.

use super::project::Project;

const SEPARATE: &str = "aaa1@lib;aaa2<-aaa1;bbb1@app;bbb2<-bbb1^aaa1";

#[test]
fn branches_with_bases_and_labels_of_their_own_are_upgraded_and_not_merged() {
    let project = Project::new(SEPARATE);
    let offline = || project.levelhead(&["check", "--offline"]).env_remove("DATABASE_URL").run();
    let all = "2 separate branches: aaa2 (lib), bbb2";
    let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat(&offline().success().stdout).contains(all));
    project.levelhead(&["run"]).run().success().says("at head aaa2, bbb2, upgraded").says_nothing_of("merge");
    assert_eq!(project.alembic(&["current"]).lines().count(), 2);
    let checked = flat(&project.levelhead(&["check"]).run().success().stdout);
    assert!(checked.contains(all) && checked.contains("LEVELHEAD_TARGET=heads, the default, upgrades all of them"));
    let verified = flat(&project.levelhead(&["verify"]).run().stdout);
    assert!(verified.contains("/mig, head aaa2, bbb2: separate branches (lib, app)"), "{verified}");
    let explained = project.levelhead(&["explain", "Multiple heads are present"]).run();
    explained.success().prints_a("1. The branches are meant to be");
    project
        .levelhead(&["explain", "multiple-heads"])
        .run()
        .success()
        .prints_a("merge them only if they are to become one");
    let merged = project.levelhead(&["merge", "--dry-run"]).run();
    merged.success().says("these heads are separate branches (lib, app)").prints_a("('aaa2', 'bbb2')");
    // Whoever names them means it.
    project.levelhead(&["merge", "aaa2", "bbb2", "--dry-run"]).run().success().says_nothing_of("separate branches");
}

#[test]
fn a_fork_is_one_whatever_labels_it_has() {
    for graph in [
        "aaa1;bbb1<-aaa1@left;ccc1<-aaa1@right",
        "aaa1@lib;aaa2<-aaa1;bbb1;bbb2<-bbb1",
        "aaa1@lib;aaa2<-aaa1;aaa3<-aaa1;bbb1@app",
    ] {
        let project = Project::new(graph);
        let outcome = project.levelhead(&["check", "--offline"]).env_remove("DATABASE_URL").run();
        outcome.code(1).prints_a("multiple-heads").prints_a("help: levelhead merge\nnote: commit the file");
        project.levelhead(&["run"]).run().success().says("multiple-heads").says("levelhead merge");
    }
}
