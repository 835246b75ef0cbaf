//! The Dockerfile is built as it stands, but for cargo's profile, and what it makes is run.

use std::path::Path;
use std::process::{Command, Output};
use std::sync::LazyLock;
use std::time::Duration;
use std::{fs, io, thread};

use crate::support::application::HEAD;
use crate::support::container::{self, Container, podman, tell};
use crate::support::database::{BOTH, Backend, Database};
use crate::support::http::get;
use crate::support::postgres::free_port;

/// Both targets, built once for all tests.
static IMAGES: LazyLock<()> = LazyLock::new(|| {
    let project = Path::new(env!("CARGO_MANIFEST_DIR"));
    patiently("the base images", || {
        Command::new(project.join("tests/support/base-images"))
            .arg(container::store())
            .args(container::words())
            .output()
    });
    for target in ["levelhead", "shop"] {
        build(&["--build-arg", "PROFILE=dev", "--target", target], target, project);
    }
});

/// In the Docker format, since OCI's has no place for a health check.
fn build(options: &[&str], tag: &str, folder: &Path) {
    patiently(tag, || {
        let mut build = podman();
        build.args(["build", "--isolation=chroot", "--network=host", "--format=docker", "--layers", "--tag", tag]);
        build.args(options).arg(folder).output()
    });
}

/// Builds something of packages from four registries, any of which may fail once. What is wrong with it fails each time.
#[expect(clippy::print_stderr, reason = "shown when the test fails, however it does")]
fn patiently(what: &str, build: impl Fn() -> io::Result<Output>) {
    const ATTEMPTS: usize = 3;
    for attempt in 1..=ATTEMPTS {
        let output = build().unwrap();
        if output.status.success() {
            return;
        }
        eprintln!("{what}, attempt {attempt}: {}\n{}", output.status, String::from_utf8_lossy(&output.stderr));
        thread::sleep(Duration::from_secs(5));
    }
    panic!("{what} cannot be built");
}

#[test]
fn the_shop_answers_its_page_read_only_and_as_any_user() {
    LazyLock::force(&IMAGES);
    for backend in BOTH {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::create(backend, folder.path());
        // SQLite's file belongs to whom the image runs as; elsewhere the platform picks an account that nobody knows.
        let user = if backend == Backend::Sqlite { "10001:10001" } else { "74123:0" };
        let owned = Command::new("chown").args(["-R", user]).arg(folder.path()).status().unwrap();
        assert!(owned.success());
        let port = free_port();
        let volume = format!("--volume={0}:{0}", folder.path().display());
        let (url, port_variable) = (format!("DATABASE_URL={}", database.url()), format!("PORT={port}"));
        let mut options = vec![&*volume, "--env", &url, "--env", &port_variable];
        options.extend(["--read-only", "--read-only-tmpfs=false"]);
        if backend == Backend::Postgres {
            options.extend(["--user", user]);
        }
        options.push("shop");
        let shop = Container::start(&options);

        let (status, page) = get(port, "/");
        assert!(status.ends_with("200 OK") && page.contains("tea towel"), "{backend:?}: {status} {page}");
        assert!(shop.log().contains(&format!("at head {HEAD}, upgraded in")), "{}", shop.log());
        let (_, health) = get(port, "/healthz");
        assert!(health.contains(r#""parent":1,"#), "gunicorn is not PID 1: {health}");
        let processes = shop.tell(&["top"], &["pid", "ppid", "user", "args"]);
        let processes: Vec<_> = processes.lines().skip(1).collect();
        assert!(processes.len() > 1 && processes.iter().all(|line| line.contains("gunicorn")), "{processes:#?}");
        assert!(processes.iter().all(|line| !line.contains(" root ")), "{processes:#?}");
        shop.tell(&["healthcheck", "run"], &[]);

        // Killed after the two seconds it would be 137.
        assert_eq!(shop.stop(2), "0", "{}", shop.log());
        assert!(shop.log().contains("Handling signal: term"), "{}", shop.log());
    }
}

#[test]
fn an_unhealthy_shop_is_told_apart() {
    LazyLock::force(&IMAGES);
    // Nobody listens: the command only sleeps.
    let shop = Container::start(&["--entrypoint", "[\"sleep\",\"60\"]", "shop"]);
    let mut check = podman();
    check.args(["healthcheck", "run"]).arg(shop.name());
    assert!(!check.output().unwrap().status.success());
}

#[test]
fn the_last_stage_is_a_binary_to_copy_and_nothing_else() {
    LazyLock::force(&IMAGES);
    let folder = tempfile::tempdir().unwrap();
    let script = format!(
        "FROM docker.io/library/python:3.13-slim-trixie\n\
         COPY --from=levelhead /levelhead /usr/local/bin/levelhead\n\
         RUN test \"$(levelhead --version)\" = 'levelhead {}'\n",
        env!("CARGO_PKG_VERSION")
    );
    fs::write(folder.path().join("Dockerfile"), script).unwrap();
    build(&[], "copied", folder.path());
    let archive = folder.path().join("levelhead.tar");
    let made = tell(&["create", "levelhead"]);
    tell(&["export", "--output", archive.to_str().unwrap(), &made]);
    tell(&["rm", &made]);
    let listed = Command::new("tar").arg("-tf").arg(&archive).output().unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    let files: Vec<_> = listed.lines().filter(|name| !name.ends_with('/')).collect();
    assert_eq!(files, ["levelhead"]);
}
