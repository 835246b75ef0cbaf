//! What never answers: a name server, a database server. Neither delays the deadline nor the exec.

use std::fs;
use std::net::TcpListener;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::unistd::Uid;

use crate::support::{Application, Backend};

/// Longer than any deadline of these tests, shorter than what would be waited for without one.
const FAR: Duration = Duration::from_secs(8);

#[test]
fn a_server_that_accepts_and_says_nothing() {
    let shop = Application::new(Backend::Sqlite);
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("postgresql://u:p@{}/d", silent.local_addr().unwrap());
    let begin = Instant::now();
    let run = |arguments: &[&str]| shop.levelhead(arguments).env("DATABASE_URL", &url).run();
    run(&["run", "--wait-timeout", "1s", "--", "echo", "started"]).code(124).prints("");
    run(&["run", "--wait-timeout", "1s", "--skip-db-upgrade", "--", "echo", "started"]).success().prints("started\n");
    assert!(begin.elapsed() < FAR, "{:?}", begin.elapsed());
}

/// In a network namespace of its own, whose only name server is an address that swallows every packet.
#[test]
fn a_name_look_up_that_hangs() {
    let shop = Application::new(Backend::Sqlite);
    let resolv = shop.folder().join("resolv.conf");
    fs::write(&resolv, "nameserver 192.0.2.53\noptions timeout:20 attempts:3\n").unwrap();
    let script = format!(
        "ip link set lo up && ip link add swallow type veth peer name nowhere && ip address add 192.0.2.1/24 dev swallow && \
         ip link set swallow up && ip link set nowhere up && ip neighbour add 192.0.2.53 lladdr 02:00:00:00:00:53 dev swallow && \
         mount --bind {} /etc/resolv.conf && exec \"$@\"",
        resolv.display()
    );
    let in_silence = |arguments: &[&str]| {
        let inner = shop.levelhead(arguments).env("DATABASE_URL", "postgresql://u:p@database.example/d").command();
        let mut command = Command::new("unshare");
        if !Uid::effective().is_root() {
            command.args(["--user", "--map-root-user"]);
        }
        command.args(["--net", "--mount", "sh", "-c", &script, "sh"]).arg(inner.get_program()).args(inner.get_args());
        command.env_clear().envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?))));
        let path = format!("{}:/usr/sbin:/sbin", crate::support::python::path());
        let output = command.env("PATH", path).current_dir(shop.folder()).stdin(Stdio::null()).output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!stderr.contains("not found"), "ip is missing; install it: apt-get install -y iproute2\n{stderr}");
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned(), stderr)
    };
    let begin = Instant::now();
    let (code, stdout, stderr) = in_silence(&["run", "--wait-timeout", "1s", "--", "echo", "started"]);
    assert_eq!((code, stdout.as_str()), (Some(124), ""), "{stderr}");
    let skipping = ["run", "--wait-timeout", "1s", "--skip-db-upgrade", "--", "echo", "started"];
    let (code, stdout, stderr) = in_silence(&skipping);
    assert_eq!((code, stdout.as_str()), (Some(0), "started\n"), "{stderr}");
    assert!(begin.elapsed() < FAR, "{:?}", begin.elapsed());
}
