//! What platforms are given: each file is checked by whoever knows its format, and what it runs is run.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::application::{HEAD, REVISIONS};
use crate::support::tools::{self, succeed};
use crate::support::{Application, Backend, levelhead, python};

const PROJECT: &str = env!("CARGO_MANIFEST_DIR");

fn file(name: &str) -> PathBuf {
    Path::new(PROJECT).join(name)
}

/// The fenced blocks of a page whose info string is `kind`.
fn blocks(page: &str, kind: &str) -> Vec<String> {
    let text = fs::read_to_string(file(page)).unwrap();
    let mut blocks = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if line == format!("```{kind}") {
            blocks.push(lines.by_ref().take_while(|line| *line != "```").map(|line| line.to_owned() + "\n").collect());
        }
    }
    blocks
}

#[test]
fn blueprints_hold_what_render_knows() {
    let folder = tempfile::tempdir().unwrap();
    let mut files = vec![file("render.yaml")];
    for (number, block) in blocks("docs/DEPLOYMENT_GUIDE.md", "yaml render").into_iter().enumerate() {
        files.push(folder.path().join(format!("{number}.yaml")));
        fs::write(&files[number + 1], block).unwrap();
    }
    assert_eq!(files.len(), 3, "the variants of the guide");
    let mut check = Command::new(tools::path("check-jsonschema"));
    succeed(check.arg("--schemafile").arg(file("tests/data/render.schema.json")).args(files));
}

#[test]
fn manifests_are_valid() {
    let mut kubernetes = Command::new(tools::path("kubernetes-validate"));
    kubernetes
        .arg("--strict")
        .args(["in-process", "init-container"].map(|name| file(&format!("deploy/kubernetes/{name}.yaml"))));
    succeed(&mut kubernetes);
    let check = |schema: &str, files: &[PathBuf]| {
        succeed(Command::new(tools::path("check-jsonschema")).args(["--builtin-schema", schema]).args(files));
    };
    check("vendor.compose-spec", &[file("compose.yaml")]);
    let workflows: Vec<_> =
        fs::read_dir(file(".github/workflows")).unwrap().map(|entry| entry.unwrap().path()).collect();
    check("vendor.github-workflows", &workflows);
    check("vendor.github-actions", &[file("action.yml")]);
}

#[test]
fn units_are_ones_that_systemd_takes() {
    for name in ["shop", "shop-prestart"] {
        // Their programs have to be there for systemd: those of this machine are put in their place.
        let unit = fs::read_to_string(file(&format!("deploy/systemd/{name}.service"))).unwrap();
        let unit = unit.replace("/usr/local/bin/levelhead", levelhead::binary().to_str().unwrap());
        let unit = unit.replace("/srv/shop/.venv/bin", python::binaries().to_str().unwrap());
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(format!("{name}.service"));
        fs::write(&path, unit).unwrap();
        let output = Command::new("systemd-analyze").arg("verify").arg(&path).output();
        let output = output.expect("systemd-analyze is missing; install it: apt-get install -y systemd");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        // An unknown key is only a warning for systemd.
        assert!(output.status.success() && !said.contains(&format!("{name}.service")), "{said}");
    }
}

#[test]
fn flys_release_machine_upgrades_although_the_machines_of_the_application_only_wait() {
    let shop = Application::new(Backend::Postgres);
    let waiting =
        |arguments: &[&str]| shop.levelhead(arguments).env("LEVELHEAD_MODE", "wait").env("LEVELHEAD_LOCK_TIMEOUT", "1");
    let entry_point = ["run", "--", "true"];
    waiting(&entry_point).run().code(124);
    waiting(&entry_point).env("RELEASE_COMMAND", "1").run().success().says("upgraded in");
    assert_eq!(shop.database.rows(), Some(vec![HEAD.to_owned()]));
    waiting(&entry_point).run().success().says("at head");
}

#[test]
fn a_release_that_cannot_upgrade_fails_although_the_application_would_start() {
    let shop = Application::at(Backend::Postgres, REVISIONS[2]);
    shop.database.sql("UPDATE alembic_version SET version_num = 'nowhere'; DROP TABLE categories CASCADE");
    let start = || shop.levelhead(&["run", "--", "true"]).env("LEVELHEAD_ON_FAILURE", "start");
    start().run().success();
    start().env("RELEASE_COMMAND", "1").run().code(125);
}

#[test]
fn levelhead_as_the_command_of_a_levelhead_entry_point_does_no_harm() {
    let shop = Application::new(Backend::Postgres);
    let binary = levelhead::binary();
    let nested = ["run", "--", binary.to_str().unwrap(), "run"];
    let outcome = shop.levelhead(&nested).env("RELEASE_COMMAND", "1").run();
    outcome.success().says("upgraded in").says(&format!("at head {HEAD}; 4 revisions read"));
}
