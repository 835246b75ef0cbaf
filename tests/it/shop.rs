//! From a container's start to a page: examples/shop behind a real gunicorn.

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::support::application::REVISIONS;
use crate::support::database::BOTH;
use crate::support::{Application, http, postgres};

#[test]
fn the_page_is_answered_by_a_gunicorn_that_has_levelheads_pid() {
    for backend in BOTH {
        for revision in ["base", REVISIONS[2], "head"] {
            let shop = Application::at(backend, revision);
            let port = postgres::free_port();
            let address = format!("127.0.0.1:{port}");
            let arguments = ["run", "--", "gunicorn", "--bind", &address, "app:create_app()"];
            let mut gunicorn = shop.levelhead(&arguments).spawn();
            let (status, page) = http::get(port, "/");
            assert!(status.ends_with("200 OK"), "{backend:?} {revision}: {status}");
            assert!(page.contains(r#"{"category":"tea","in_stock":0,"name":"tea towel","price":"7.25"}"#), "{page}");
            let (_, health) = http::get(port, "/healthz");
            // The worker that answers is a child of gunicorn's arbiter, which levelhead has become.
            assert!(health.contains(&format!(r#""parent":{}"#, gunicorn.id())), "{health}");
            kill(Pid::from_raw(gunicorn.id().try_into().unwrap()), Signal::SIGTERM).unwrap();
            assert_eq!(gunicorn.wait().unwrap().code(), Some(0), "gunicorn drains and exits with 0");
        }
    }
}
