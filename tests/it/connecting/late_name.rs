//! A host name that resolves only after a while, as that of a service that is created beside the application.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};

use nix::unistd::Uid;

use crate::support::{Application, Backend};

#[test]
fn a_name_that_does_not_resolve_yet_is_waited_for() {
    let shop = Application::at(Backend::Postgres, "head");
    // Written in place below, so that what is mounted over /etc/hosts changes with it.
    let hosts = shop.folder().join("hosts");
    fs::write(&hosts, "").unwrap();
    let url = shop.database.url().replace("127.0.0.1", "database.invalid");
    let inner = shop.levelhead(&["run", "--", "echo", "started"]).env("DATABASE_URL", url).command();
    let mut command = Command::new("unshare");
    if !Uid::effective().is_root() {
        command.args(["--user", "--map-root-user"]);
    }
    command.args(["--mount", "sh", "-c", "mount --bind hosts /etc/hosts && exec \"$@\"", "sh"]);
    command.arg(inner.get_program()).args(inner.get_args()).current_dir(shop.folder());
    command.env_clear().envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut said = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    said.read_line(&mut line).unwrap();
    assert!(line.contains("waiting for the database") && line.contains("database.invalid"), "{line}");
    fs::write(&hosts, "127.0.0.1 database.invalid\n").unwrap();
    said.read_to_string(&mut line).unwrap();
    assert!(child.wait().unwrap().success(), "{line}");
    assert!(line.contains("at head"), "{line}");
}
