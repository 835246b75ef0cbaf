//! The wheel and the source distribution, as pip takes them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tempfile::TempDir;

use crate::support::database::BOTH;
use crate::support::http::get;
use crate::support::postgres::free_port;
use crate::support::tools::{self, succeed};
use crate::support::{Application, Backend, python};

const PROJECT: &str = env!("CARGO_MANIFEST_DIR");

/// The released wheel, or one of the program that cargo has built.
static WHEEL: LazyLock<(PathBuf, TempDir)> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let given = std::env::var_os("LEVELHEAD_TEST_WHEEL").map(PathBuf::from);
    let wheel = given.unwrap_or_else(|| {
        let mut build = Command::new(tools::path("maturin"));
        build.args(["build", "--profile", "dev", "--target-dir", "target", "--out"]).arg(folder.path());
        succeed(build.current_dir(PROJECT));
        only_file(folder.path())
    });
    (wheel, folder)
});

fn only_file(folder: &Path) -> PathBuf {
    let files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    let [file] = &*files else { panic!("{files:?}") };
    file.clone()
}

fn virtualenv(folder: &Path) -> PathBuf {
    succeed(Command::new(python::binaries().join("python")).args(["-m", "venv"]).arg(folder));
    folder.join("bin")
}

/// The line of render.yaml that Render's shell gets.
fn start_command() -> String {
    let blueprint = fs::read_to_string(Path::new(PROJECT).join("render.yaml")).unwrap();
    let line = blueprint.lines().find_map(|line| line.trim().strip_prefix("startCommand: "));
    line.expect("render.yaml has a startCommand").to_owned()
}

#[test]
fn pip_puts_levelhead_on_the_path_and_renders_start_command_starts_gunicorn() {
    let wheels = WHEEL.0.parent().unwrap();
    for backend in BOTH {
        let shop = Application::new(backend);
        let requirements = shop.folder().join("requirements.txt");
        let text = fs::read_to_string(&requirements).unwrap();
        fs::write(&requirements, format!("{text}\nlevelhead\n")).unwrap();
        let binaries = virtualenv(&shop.folder().join(".venv"));
        let mut install = Command::new(binaries.join("pip"));
        install.args(["install", "--quiet", "--find-links"]).arg(wheels).arg("-r").arg(&requirements);
        succeed(&mut install);

        let port = free_port();
        let path = format!("{}:/usr/bin:/bin", binaries.display());
        let mut start = Command::new("bash");
        start.args(["-c", &start_command()]).env_clear().env("PYTHONDONTWRITEBYTECODE", "1");
        start.env("PATH", path).env("PORT", port.to_string()).env("FLASK_APP", "app");
        start.env("HOME", shop.folder());
        start.env("DATABASE_URL", shop.database.url()).current_dir(PROJECT);
        let mut gunicorn = start.spawn().unwrap();
        let (status, page) = get(port, "/");
        assert!(status.ends_with("200 OK") && page.contains("tea towel"), "{status} {page}");
        let (_, health) = get(port, "/healthz");
        assert!(health.contains(&format!(r#""parent":{}"#, gunicorn.id())), "{health}");
        kill(Pid::from_raw(gunicorn.id().try_into().unwrap()), Signal::SIGTERM).unwrap();
        assert_eq!(gunicorn.wait().unwrap().code(), Some(0));
    }
}

/// What comes with the program: `python -m levelhead`, the manual page, the completions, and the fixtures for pytest.
#[test]
fn what_the_wheel_holds_beside_the_program_works() {
    let shop = Application::new(Backend::Sqlite);
    let binaries = virtualenv(&shop.folder().join(".venv"));
    let mut install = Command::new(binaries.join("pip"));
    install.args(["install", "--quiet", "-r"]).arg(shop.folder().join("requirements.txt")).arg(&WHEEL.0).arg("pytest");
    succeed(&mut install);
    let said = succeed(Command::new(binaries.join("python")).args(["-m", "levelhead", "--version"]));
    assert_eq!(said, format!("levelhead {}\n", env!("CARGO_PKG_VERSION")));
    let share = shop.folder().join(".venv/share");
    for file in ["man/man1/levelhead.1", "bash-completion/completions/levelhead", "zsh/site-functions/_levelhead"] {
        assert!(share.join(file).is_file(), "{file} is missing");
    }

    let path = format!("{}:/usr/bin:/bin", binaries.display());
    let pytest = |flags: &[&str]| {
        let mut command = Command::new(binaries.join("pytest"));
        command.args(["-q", "-p", "no:cacheprovider"]).args(flags).current_dir(shop.folder()).env_clear();
        let output = command.env("PATH", &path).env("FLASK_APP", "app").output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let test = "def test_files(levelhead_check):\n    levelhead_check()\n\n\ndef test_replay(levelhead_replay):\n    \
                assert len(levelhead_replay()) == 4\n";
    fs::write(shop.folder().join("test_migrations.py"), test).unwrap();
    let (code, said) = pytest(&[]);
    assert!(code == Some(0) && said.contains("2 passed"), "{said}");
    // Two heads.
    let versions = shop.folder().join("migrations/versions");
    let hidden = "revision = 'ffff00000001'\ndown_revision = 'd8452b70fc16'\n\n\ndef upgrade():\n    pass\n";
    fs::write(versions.join("ffff00000001_nothing.py"), hidden).unwrap();
    fs::write(versions.join("ffff00000002_second.py"), hidden.replace("ffff00000001", "ffff00000002")).unwrap();
    let (code, said) = pytest(&["-k", "files"]);
    assert!(code == Some(1) && said.contains("multiple-heads"), "{said}");
}

#[test]
fn a_wheel_says_which_systems_it_runs_on() {
    let name = WHEEL.0.file_name().unwrap().to_str().unwrap();
    let static_ones = ["manylinux_2_17_", "musllinux_1_1_"];
    let is_released = std::env::var_os("LEVELHEAD_TEST_WHEEL").is_some();
    // The released program is static: any C library will do, as old as Rust's own kernels and Python's oldest tags.
    let expected = if is_released { &static_ones[..] } else { &["manylinux_2_"] };
    assert!(name.contains("-py3-none-") && expected.iter().all(|tag| name.contains(tag)), "{name}");
}

#[test]
fn the_source_distribution_builds() {
    let debug = Path::new(PROJECT).join("target/debug");
    let folder = tempfile::tempdir_in(debug.parent().unwrap()).unwrap();
    let (source, built) = (folder.path().join("source"), folder.path().join("built"));
    succeed(Command::new(tools::path("maturin")).args(["sdist", "--out"]).arg(&source).current_dir(PROJECT));
    // What cargo has compiled of the dependencies is lent to it; the program itself is built from the archive.
    let target = folder.path().join("target/debug");
    fs::create_dir_all(&target).unwrap();
    let lent = ["deps", "build", ".fingerprint"].map(|name| debug.join(name));
    succeed(Command::new("cp").arg("-al").args(lent).arg(&target));
    let mut build = Command::new(tools::path("pip"));
    build.args(["wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir"]).arg(&built);
    build
        .arg(only_file(&source))
        .env("MATURIN_PEP517_ARGS", "--profile dev")
        .env("CARGO_TARGET_DIR", target.parent().unwrap());
    let path = std::env::var("PATH").unwrap();
    build.env("PATH", format!("{}:{path}", tools::path("").display()));
    succeed(&mut build);
    let binaries = virtualenv(&folder.path().join("venv"));
    succeed(Command::new(binaries.join("pip")).args(["install", "--quiet"]).arg(only_file(&built)));
    let said = succeed(Command::new(binaries.join("levelhead")).arg("--version"));
    assert_eq!(said, format!("levelhead {}\n", env!("CARGO_PKG_VERSION")));
}
