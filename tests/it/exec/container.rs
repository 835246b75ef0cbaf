//! A real container whose ENTRYPOINT is levelhead. Its root is this machine's own file system under an overlay, so that no
//! image is needed.

use crate::support::container::Container;
use crate::support::http::get;
use crate::support::postgres::free_port;
use crate::support::{Application, Backend, levelhead, python};

#[test]
fn podman_stop_reaches_gunicorn_which_is_pid_1() {
    let shop = Application::new(Backend::Sqlite);
    let port = free_port();
    let folder = shop.folder().to_str().unwrap();
    let volumes = [folder, env!("CARGO_MANIFEST_DIR")].map(|shared| format!("--volume={shared}:{shared}"));
    let url = format!("DATABASE_URL={}", shop.database.url());
    let path = format!("PATH={}", python::path());
    let entrypoint = format!("[\"{}\",\"run\",\"--\"]", levelhead::binary().display());
    let gunicorn = python::binaries().join("gunicorn");
    let address = format!("127.0.0.1:{port}");
    let container = Container::start(&[
        &volumes[0],
        &volumes[1],
        "--workdir",
        folder,
        "--env",
        &url,
        "--env",
        "FLASK_APP=app",
        "--env",
        &path,
        "--entrypoint",
        &entrypoint,
        "--rootfs",
        "/:O",
        gunicorn.to_str().unwrap(),
        "--bind",
        &address,
        "app:create_app()",
    ]);

    let (_, health) = get(port, "/healthz");
    assert!(health.contains(r#""parent":1,"#), "gunicorn is not PID 1: {health}");
    let inside = container.tell(&["exec"], &["cat", "/proc/1/cmdline"]);
    assert!(inside.contains("gunicorn") && !inside.contains("levelhead"), "{inside}");
    assert!(container.log().contains("levelhead: at head d8452b70fc16, upgraded in"), "{}", container.log());

    // Killed after the minute it would be 137.
    assert_eq!(container.stop(60), "0");
    assert!(container.log().contains("Handling signal: term"), "{}", container.log());
}
