//! A real container whose ENTRYPOINT is stillhead. Its root is this machine's own file system under an overlay, so that no
//! image is needed.

use std::process::{Command, Output};

use crate::support::http::get;
use crate::support::postgres::free_port;
use crate::support::{Application, Backend, python, stillhead};

struct Container<'a> {
    application: &'a Application,
    name: String,
}

impl Container<'_> {
    fn podman(&self) -> Command {
        let state = self.application.folder().join("podman");
        let mut command = Command::new("podman");
        command
            .args(["--runtime=runc", "--storage-driver=vfs", "--cgroup-manager=cgroupfs", "--root"])
            .arg(state.join("root"));
        command.arg("--runroot").arg(state.join("run"));
        command
    }

    fn ask(&self, arguments: &[&str]) -> Output {
        self.podman().args(arguments).output().expect("podman is missing; install it: apt-get install -y podman runc")
    }

    #[track_caller]
    fn tell(&self, arguments: &[&str]) -> String {
        let output = self.ask(arguments);
        assert!(output.status.success(), "podman {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }
}

impl Drop for Container<'_> {
    fn drop(&mut self) {
        self.ask(&["rm", "--force", "--time", "0", &self.name]);
    }
}

#[test]
fn podman_stop_reaches_gunicorn_which_is_pid_1() {
    let shop = Application::new(Backend::Sqlite);
    let container = Container { application: &shop, name: format!("stillhead-test-{}", std::process::id()) };
    let port = free_port();
    let folder = shop.folder().to_str().unwrap();
    let project = env!("CARGO_MANIFEST_DIR");
    let virtualenv = python::binaries();
    let mut run = container.podman();
    run.args(["run", "--detach", "--name", &container.name, "--network=host"]);
    run.args(["--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1000:1000"]);
    for shared in [folder, project] {
        run.args(["--volume", &format!("{shared}:{shared}")]);
    }
    run.args(["--workdir", folder, "--env", &format!("DATABASE_URL={}", shop.database.url())]);
    run.args(["--env", "FLASK_APP=app", "--env", &format!("PATH={}", python::path())]);
    run.args(["--entrypoint", &format!("[\"{}\",\"run\",\"--\"]", stillhead::binary().display())]);
    run.args(["--rootfs", "/:O"]).arg(virtualenv.join("gunicorn"));
    run.args(["--bind", &format!("127.0.0.1:{port}"), "app:create_app()"]);
    let started = run.output().expect("podman is missing; install it: apt-get install -y podman runc");
    assert!(started.status.success(), "{}", String::from_utf8_lossy(&started.stderr));

    let (_, health) = get(port, "/healthz");
    assert!(health.contains(r#""parent":1,"#), "gunicorn is not PID 1: {health}");
    let inside = container.tell(&["exec", &container.name, "cat", "/proc/1/cmdline"]);
    assert!(inside.contains("gunicorn") && !inside.contains("stillhead"), "{inside}");
    let log = String::from_utf8(container.ask(&["logs", &container.name]).stderr).unwrap();
    assert!(log.contains("stillhead: at head d8452b70fc16, upgraded in"), "{log}");

    container.tell(&["stop", "--time", "60", &container.name]);
    // Killed after the minute it would be 137.
    assert_eq!(container.tell(&["inspect", "--format", "{{.State.ExitCode}}", &container.name]), "0");
    let log = String::from_utf8(container.ask(&["logs", &container.name]).stderr).unwrap();
    assert!(log.contains("Handling signal: term"), "{log}");
}
