//! Containers by podman, in a store of the tests' own below target/.

use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

static COUNT: AtomicU32 = AtomicU32::new(0);

/// podman, with its options: overlay where the file system below target/ can carry one, else copies.
static PODMAN: LazyLock<Vec<String>> = LazyLock::new(|| {
    let options = |driver: &str| {
        let folder = store().join(driver);
        let mut words = ["podman", "--runtime=runc", "--cgroup-manager=cgroupfs"].map(str::to_owned).to_vec();
        words.push(format!("--storage-driver={driver}"));
        words.extend(["--root".to_owned(), folder.join("root").display().to_string()]);
        words.extend(["--runroot".to_owned(), folder.join("run").display().to_string()]);
        words
    };
    let works = |words: &[String]| command(words).arg("info").output().is_ok_and(|output| output.status.success());
    let overlay = options("overlay");
    if works(&overlay) { overlay } else { options("vfs") }
});

/// Where the store and the scratch files of builds are. They are kept: a base image takes minutes to make.
pub fn store() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/containers")
}

fn command(words: &[String]) -> Command {
    let mut command = Command::new(&words[0]);
    command.args(&words[1..]).env("TMPDIR", store().join("scratch"));
    command
}

/// podman and its options, as words.
pub fn words() -> &'static [String] {
    std::fs::create_dir_all(store().join("scratch")).unwrap();
    &PODMAN
}

/// podman with its options; the rest is added to it.
pub fn podman() -> Command {
    command(words())
}

/// Runs podman to its end and answers what it prints.
#[track_caller]
pub fn tell(arguments: &[&str]) -> String {
    let output = ask(arguments);
    assert!(output.status.success(), "podman {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn ask(arguments: &[&str]) -> Output {
    podman().args(arguments).output().expect("podman is missing; install it: apt-get install -y podman runc")
}

/// A container, removed when it is dropped.
pub struct Container {
    name: String,
}

impl Drop for Container {
    fn drop(&mut self) {
        ask(&["rm", "--force", "--time", "0", &self.name]);
    }
}

impl Container {
    /// Starts one on this machine's network: `arguments` are those of `podman run` after its name.
    #[track_caller]
    pub fn start(arguments: &[&str]) -> Self {
        let name = format!("levelhead-test-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let container = Self { name };
        let mut all = vec!["run", "--detach", "--name", &container.name, "--network=host"];
        all.extend(["--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1000:1000"]);
        all.extend(arguments);
        tell(&all);
        container
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// `podman COMMAND… NAME ARGUMENTS…`, which has to succeed.
    #[track_caller]
    pub fn tell(&self, command: &[&str], arguments: &[&str]) -> String {
        tell(&[command, &[&self.name], arguments].concat())
    }

    /// What its main process has written to standard error so far.
    pub fn log(&self) -> String {
        String::from_utf8(ask(&["logs", &self.name]).stderr).unwrap()
    }

    /// Stops it as a platform does, SIGTERM and after `grace` seconds SIGKILL, and answers its exit code.
    #[track_caller]
    pub fn stop(&self, grace: u32) -> String {
        self.tell(&["stop", "--time", &grace.to_string()], &[]);
        self.tell(&["inspect", "--format", "{{.State.ExitCode}}"], &[])
    }
}
