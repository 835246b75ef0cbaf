//! Repositories whose own configuration is somebody else's: nothing in it is run, and nothing in it is waited for.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::time::{Duration, Instant};

use nix::sys::stat::Mode;
use nix::unistd::mkfifo;

use super::project::Project;

const LINE: &str = "a000;b111<-a000;c222<-b111;d333<-c222";

/// A project whose branch `other` has changed `b111`. The objects of that file and of `c222` are missing, as in a clone that was
/// made with `--filter=blob:none`.
fn partial_clone() -> Project {
    let project = Project::new(LINE);
    project.git(&["init", "-q", "-b", "main"]);
    project.git(&["add", "-A"]);
    project.git(&["commit", "-q", "-m", "begin"]);
    project.git(&["checkout", "-q", "-b", "other"]);
    project.edit("mig/versions/b111_x.py", "message of", "another message of");
    project.git(&["commit", "-q", "-a", "-m", "other"]);
    project.git(&["checkout", "-q", "main"]);
    for file in ["main:mig/versions/c222_x.py", "other:mig/versions/b111_x.py"] {
        let id = project.git(&["rev-parse", file]);
        let (folder, name) = id.trim().split_at(2);
        fs::remove_file(project.path().join(".git/objects").join(folder).join(name)).unwrap();
    }
    for (key, value) in [
        ("core.repositoryFormatVersion", "1"),
        ("extensions.partialClone", "origin"),
        ("remote.origin.promisor", "true"),
        ("remote.origin.partialCloneFilter", "blob:none"),
    ] {
        project.git(&["config", key, value]);
    }
    project
}

/// `{mark}` is a script that leaves a mark.
const COMMANDS: [(&str, &[(&str, &str)]); 6] = [
    (
        "a helper's URL",
        &[("protocol.allow", "always"), ("protocol.ext.allow", "always"), ("remote.origin.url", "ext::sh -c {mark}")],
    ),
    ("ssh", &[("core.sshCommand", "{mark}"), ("remote.origin.url", "ssh://nowhere.invalid/x")]),
    ("a local remote's uploadpack", &[("remote.origin.uploadpack", "{mark}"), ("remote.origin.url", "{here}")]),
    (
        "a helper by name",
        &[
            ("protocol.allow", "always"),
            ("protocol.mark.allow", "always"),
            ("remote.origin.vcs", "mark"),
            ("remote.origin.url", "x"),
        ],
    ),
    ("fsmonitor", &[("core.fsmonitor", "{mark}")]),
    (
        "diffs and hooks",
        &[("diff.external", "{mark}"), ("core.pager", "{mark}"), ("pager.log", "{mark}"), ("core.hooksPath", "{here}")],
    ),
];

#[test]
fn nothing_that_a_checkouts_configuration_names_is_run() {
    for (name, settings) in COMMANDS {
        let project = partial_clone();
        let (here, mark) = (project.path().display().to_string(), project.path().join("mark.sh"));
        project.write("mark.sh", &format!("#!/bin/sh\ntouch {here}/marked\n"));
        for link in ["git-remote-mark", "post-index-change", "reference-transaction"] {
            symlink(&mark, project.path().join(link)).unwrap();
        }
        fs::set_permissions(&mark, fs::Permissions::from_mode(0o755)).unwrap();
        for (key, value) in settings {
            let value = value.replace("{mark}", &mark.display().to_string()).replace("{here}", &here);
            project.git(&["config", key, &value]);
        }
        let asked = |arguments: &[&str]| {
            let outcome = project.levelhead(arguments).run();
            assert!(!project.path().join("marked").exists(), "{name}: {arguments:?}: {outcome:#?}");
            outcome
        };
        // What the objects would say is not known: they are not there.
        asked(&["check", "--against", "other"]).code(125).says("git cat-file: ").says("note: ");
        lose(&project);
        asked(&["restore", "c222"]).code(125).says("note: ");
        asked(&["explain", "Can't locate revision identified by 'c222'"]);
    }
}

/// Removes the file of `c222`, which `restore` then asks git for.
fn lose(project: &Project) {
    fs::remove_file(project.path().join("mig/versions/c222_x.py")).unwrap();
}

#[test]
fn a_file_that_nothing_comes_from_is_not_waited_for() {
    std::thread::scope(|scope| {
        for arguments in [&["restore", "c222"][..], &["check", "--against", "other"]] {
            scope.spawn(move || {
                let project = partial_clone();
                let fifo = project.path().join("fifo");
                mkfifo(&fifo, Mode::S_IRUSR | Mode::S_IWUSR).unwrap();
                project.git(&["config", "include.path", &fifo.display().to_string()]);
                if arguments[0] == "restore" {
                    lose(&project);
                }
                let clock = Instant::now();
                let outcome = project.levelhead(arguments).run();
                outcome.code(125).says("git rev-parse has not ended within 30s").says("include.path");
                assert!(clock.elapsed() < Duration::from_secs(60), "{arguments:?}: {:?}", clock.elapsed());
            });
        }
    });
}
