//! Migrations that do what no migration should: nothing is changed, each says why it was not rendered, and those beside it are.

#![cfg(target_os = "linux")]

use std::ffi::OsString;
use std::fs;
use std::io::ErrorKind;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use levelhead_rendering::{
    Asked, By, Cause, Dialect, Direction, Files, FilesOf, Limits, RenderError, Rendered, Rendering, Request,
    RevisionFile, Sandbox, render,
};

const ENV: &str = "
from alembic import context
context.configure(url='postgresql://', literal_binds=True)
with context.begin_transaction():
    context.run_migrations()
";

/// A migrations folder, with revisions that are given as the body of their `upgrade()`.
struct Project {
    folder: tempfile::TempDir,
    revisions: Vec<RevisionFile>,
}

impl Project {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("env.py"), ENV).unwrap();
        Self { folder, revisions: Vec::new() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn revision(&mut self, id: &str, body: &str) {
        let path = self.path(&format!("{id}.py"));
        let body = body.replace("FOLDER", &format!("{:?}", self.folder.path()));
        let lines: Vec<String> = body.lines().map(|line| format!("    {line}")).collect();
        fs::write(&path, format!("from alembic import op\ndef upgrade():\n{}\n", lines.join("\n"))).unwrap();
        self.revisions.push(RevisionFile { id: id.to_owned(), path });
    }

    fn render_for(&self, sandbox: Sandbox, time: Duration) -> Result<Rendering, RenderError> {
        let request = Request {
            program: None,
            config: FilesOf { script_location: self.folder.path().to_owned(), ..FilesOf::default() },
            dialect: Dialect::PostgreSql,
            direction: Direction::Upgrade,
            revisions: self.revisions.clone(),
            seconds: 3.0,
            patience: 20.0,
        };
        let python = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/venv/bin/python");
        let variables = [(OsString::from("DATABASE_URL"), None)];
        render(sandbox, &python, &request, &variables, Limits { time, memory: 4 << 30 })
    }

    fn render(&self) -> Rendering {
        self.render_for(sandbox(), Duration::from_secs(60)).unwrap()
    }
}

fn sandbox() -> Sandbox {
    Sandbox::of_this_kernel().unwrap()
}

fn of<'a>(rendering: &'a Rendering, id: &str) -> &'a Rendered {
    rendering.revision(id).unwrap_or_else(|| panic!("no {id}: {rendering:?}")).1
}

fn cause(rendering: &Rendering, id: &str) -> Option<Cause> {
    of(rendering, id).failure.as_ref().map(|failure| failure.cause)
}

/// Each of these changes a file or a folder in a way of its own. All of them want to.
const CHANGES: &[(&str, &str)] = &[
    ("overwrites", "open(FOLDER + '/kept', 'w').write('gone')"),
    ("appends", "open(FOLDER + '/kept', 'a').write('more')"),
    ("makes", "open(FOLDER + '/new', 'w')"),
    ("truncates", "import os\nos.truncate(FOLDER + '/kept', 0)"),
    ("removes", "import os\nos.remove(FOLDER + '/kept')"),
    ("renames", "import os\nos.rename(FOLDER + '/kept', FOLDER + '/new')"),
    ("links", "import os\nos.link(FOLDER + '/kept', FOLDER + '/new')"),
    ("symlinks", "import os\nos.symlink(FOLDER + '/kept', FOLDER + '/new')"),
    ("makes_a_folder", "import os\nos.mkdir(FOLDER + '/new')"),
    ("changes_rights", "import os\nos.chmod(FOLDER + '/kept', 0o777)"),
    ("changes_dates", "import os\nos.utime(FOLDER + '/kept', (1, 1))"),
    ("changes_an_owner", "import os\nos.chown(FOLDER + '/kept', 12345, 12345)"),
    ("changes_an_attribute", "import os\nos.setxattr(FOLDER + '/kept', 'user.a', b'1')"),
    ("makes_a_pipe", "import os\nos.mkfifo(FOLDER + '/new')"),
];

#[test]
fn no_file_is_changed_with_landlock_or_without_it() {
    let mut kinds = vec![Sandbox { files: Files::Filter }];
    if sandbox() != kinds[0] {
        kinds.push(sandbox());
    }
    for sandbox in kinds {
        let mut project = Project::new();
        let kept = project.path("kept");
        fs::write(&kept, "as it was").unwrap();
        for (id, body) in CHANGES {
            project.revision(id, body);
        }
        project.revision("last", "op.drop_table('t')");
        let state = || {
            let mut names: Vec<_> =
                fs::read_dir(project.folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
            names.sort();
            let facts = fs::symlink_metadata(&kept).unwrap();
            (names, fs::read(&kept).unwrap(), facts.modified().unwrap(), facts.permissions())
        };
        let before = state();
        let rendering = project.render_for(sandbox, Duration::from_secs(60)).unwrap();
        assert_eq!(state(), before);
        for (id, body) in CHANGES {
            assert_eq!(cause(&rendering, id), Some(Cause::Sandbox), "{id} {sandbox:?}: {:?}", of(&rendering, id));
            // Below the two lines that each file begins with.
            let line = u32::try_from(2 + body.lines().count()).unwrap();
            assert_eq!(of(&rendering, id).failure.as_ref().unwrap().line, Some(line), "{id}");
        }
        assert!(of(&rendering, "last").is_whole());
    }
}

#[test]
fn each_revision_that_misbehaves_says_why_and_ends_no_other() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    let mut project = Project::new();
    let database = project.path("app.db");
    fs::write(&database, "").unwrap();
    let url = format!("postgresql+psycopg2://u:p@127.0.0.1:{port}/d");
    project.revision("connects", &format!("import socket\nsocket.create_connection(('127.0.0.1', {port}))"));
    project.revision("drives", &format!("import psycopg2\npsycopg2.connect('postgresql://u:p@127.0.0.1:{port}/d')"));
    project.revision("engine", &format!("import sqlalchemy as sa\nsa.create_engine('{url}').connect()"));
    project.revision("forks", "import os\nif os.fork() == 0:\n    while True: pass");
    project.revision("starts", "import subprocess\nsubprocess.run(['touch', FOLDER + '/new'])");
    project.revision("loops", "while True:\n    pass");
    project.revision("prints", "line = 'x' * (1 << 20)\nfor _ in range(1024):\n    print(line)");
    project.revision("exits", "op.drop_table('t')\nimport sys\nsys.exit()");
    project.revision("exits_at_once", "import os\nos._exit(3)");
    project.revision("imports", "import what_is_missing");
    project.revision("kills", "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)");
    project.revision("limits", "import os, resource\nresource.prlimit(os.getppid(), resource.RLIMIT_CPU, (1, 1))");
    project.revision("remembers", "import mmap\nheld = []\nwhile True:\n    held.append(mmap.mmap(-1, 1 << 30))");
    project.revision(
        "opens",
        "import sqlite3\nopened = sqlite3.connect(FOLDER + '/app.db')\nopened.execute('create table t (a int)')",
    );
    project.revision("hears", "print(input())");
    project.revision("reads", "rows = op.get_bind().exec_driver_sql('SELECT 1').fetchall()");
    project.revision(
        "swallows",
        "try:\n    op.get_bind().exec_driver_sql('SELECT 1').scalar()\nexcept Exception:\n    pass",
    );
    project.revision("broken", "def (");
    project.revision("last", "op.drop_table('t')");
    let rendering = project.render();
    for (id, expected) in [
        ("connects", Cause::Sandbox),
        ("drives", Cause::Connection),
        ("engine", Cause::Connection),
        ("forks", Cause::Sandbox),
        ("starts", Cause::Sandbox),
        ("loops", Cause::Late),
        ("exits", Cause::Exit),
        ("exits_at_once", Cause::Exit),
        ("imports", Cause::Import),
        ("kills", Cause::Sandbox),
        ("limits", Cause::Sandbox),
        ("remembers", Cause::Other),
        ("hears", Cause::Other),
        ("opens", Cause::Connection),
        ("reads", Cause::Rows),
        ("broken", Cause::Syntax),
    ] {
        assert_eq!(cause(&rendering, id), Some(expected), "{id}: {:?}", of(&rendering, id));
    }
    assert!(of(&rendering, "prints").is_whole() && of(&rendering, "last").is_whole());
    // One that catches the refusal goes another way than it would have gone: it has not failed, and is not whole.
    let swallows = of(&rendering, "swallows");
    assert!(swallows.failure.is_none() && !swallows.is_whole() && swallows.questions[0].what == Asked::Rows);
    assert_eq!(of(&rendering, "exits").operations.len(), 1);
    assert_eq!(listener.accept().unwrap_err().kind(), ErrorKind::WouldBlock);
    assert_eq!(fs::read(&database).unwrap(), b"");
    assert!(!project.path("new").exists());
    assert!(!project.folder.path().join("__pycache__").exists());
}

#[test]
fn whatever_ends_the_process_the_revisions_before_it_are_rendered() {
    let mut project = Project::new();
    project.revision("first", "op.drop_table('t')");
    project.revision("dies", "op.drop_table('u')\nimport os\nos.kill(os.getpid(), 9)");
    project.revision("after", "op.drop_table('v')");
    let rendering = project.render();
    assert!(of(&rendering, "first").is_whole());
    assert_eq!(of(&rendering, "dies").operations.len(), 1);
    for id in ["dies", "after"] {
        assert_eq!(cause(&rendering, id), Some(Cause::Exit));
    }
}

#[test]
fn what_does_not_end_is_ended_whole_and_in_time() {
    let mut project = Project::new();
    project.revision("first", "op.drop_table('t')");
    let stubborn = "import threading, time\nthreading.Thread(target=time.sleep, args=(600,)).start()\n\
                    import os\nfor descriptor in range(1, 3): os.close(descriptor)\n\
                    while True:\n    try:\n        time.sleep(600)\n    except BaseException:\n        pass";
    project.revision("stubborn", stubborn);
    let begin = Instant::now();
    let rendering = project.render_for(sandbox(), Duration::from_secs(8)).unwrap();
    assert!(begin.elapsed() < Duration::from_secs(20));
    assert!(of(&rendering, "first").is_whole());
    assert_eq!(cause(&rendering, "stubborn"), Some(Cause::Late));
}

#[test]
fn an_application_that_never_comes_to_alembic_is_an_error_and_its_configuration_is_read_instead() {
    let mut project = Project::new();
    project.revision("first", "op.drop_table('t')");
    fs::write(project.path("env.py"), "import what_is_missing").unwrap();
    let rendering = project.render();
    let (configuration, first) = rendering.revision("first").unwrap();
    assert_eq!((configuration.by, first.is_whole()), (By::Bare, true));
    assert!(configuration.because.as_ref().unwrap().contains("what_is_missing"), "{configuration:?}");
    fs::write(project.path("env.py"), "import os\nos.kill(os.getpid(), 9)").unwrap();
    let error = project.render_for(sandbox(), Duration::from_secs(60)).unwrap_err().to_string();
    assert!(error.contains("SIGKILL"), "{error}");
}
