//! `verify`: a healthy deployment, each thing that may be wrong with one, and that nothing is ever written.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

use crate::support::application::{HEAD, REVISIONS};
use crate::support::database::{BOTH, Database};
use crate::support::postgres::{free_port, server};
use crate::support::screen::{Seen, fits, is_kept, screen};
use crate::support::{Application, Backend, Levelhead, Outcome, http, python};

const START: [&str; 3] = ["--", "gunicorn", "app:create_app()"];

fn verify(shop: &Application, arguments: &[&str]) -> Levelhead {
    shop.levelhead(&[&["verify"], arguments].concat())
}

/// The checks of a run, by name.
struct Checks(Vec<Value>);

impl Checks {
    #[track_caller]
    fn of(levelhead: Levelhead) -> Self {
        let outcome = levelhead.run();
        let document: Value = serde_json::from_str(&outcome.stdout).unwrap_or_else(|_| panic!("{outcome:#?}"));
        let checks = document["checks"].as_array().unwrap().clone();
        let failed = checks.iter().any(|check| check["outcome"] == "fail");
        outcome.code(i32::from(failed));
        Self(checks)
    }

    #[track_caller]
    fn named(&self, name: &str) -> &Value {
        self.0.iter().find(|check| check["name"] == name).unwrap_or_else(|| panic!("no {name} in {:#?}", self.0))
    }

    /// Checks one check's outcome, and a word of its text and of what to do next.
    #[track_caller]
    fn has(&self, name: &str, outcome: &str, text: &str, next: &str) -> &Self {
        let check = self.named(name);
        assert_eq!(check["outcome"], outcome, "{check:#}");
        assert!(check["text"].as_str().unwrap().contains(text), "{check:#}");
        assert!(next.is_empty() || check["help"].to_string().contains(next), "{check:#}");
        self
    }

    #[track_caller]
    fn command(&self, name: &str) -> String {
        let command = &self.named(name)["help"]["command"];
        command.as_str().unwrap_or_else(|| panic!("{:#}", self.named(name))).to_owned()
    }

    /// The statement that a check's note ends in.
    #[track_caller]
    fn statement(&self, name: &str) -> String {
        let note = self.named(name)["help"]["note"].as_str().unwrap_or_else(|| panic!("{:#}", self.named(name)));
        note.lines().next().unwrap().split_once(": ").unwrap().1.to_owned()
    }
}

#[track_caller]
fn checks(shop: &Application, arguments: &[&str]) -> Checks {
    Checks::of(verify(shop, &[&["--format", "json"], arguments].concat()))
}

/// What differs from one run to the next, and what it is called in a screen that is kept.
fn variable(shop: &Application) -> Vec<(String, &'static str)> {
    let version = server().sql("postgres", "SHOW server_version")[0][0].clone();
    let mut values = vec![
        (shop.folder().display().to_string(), "/srv/shop"),
        (python::binaries().display().to_string(), "/opt/venv/bin"),
        (version, "15.0"),
        ("seccomp (no Landlock)".to_owned(), "seccomp and Landlock"),
    ];
    if let Database::Postgres { name } = &shop.database {
        values.push((format!("127.0.0.1:{}/{name}", server().port), "127.0.0.1:5432/shop"));
        values.push((server().port.to_string(), "5432"));
        values.push((name.clone(), "shop"));
    }
    values
}

#[test]
fn a_healthy_deployment_on_each_kind_of_screen() {
    for (backend, seen, name) in [
        (Backend::Postgres, Seen::InALog, "verify-log"),
        (Backend::Postgres, Seen::OnATerminal, "verify-terminal"),
        (Backend::Postgres, Seen::WithoutColour, "verify-log"),
        (Backend::Sqlite, Seen::InALog, "verify-sqlite"),
    ] {
        let shop = Application::at(backend, "head");
        let shown = screen(verify(&shop, &START), seen);
        let variable = variable(&shop);
        let variable: Vec<(&str, &str)> = variable.iter().map(|(value, called)| (value.as_str(), *called)).collect();
        is_kept(name, &shown, &variable);
    }
}

#[test]
fn a_broken_one_says_what_to_do() {
    let shop = Application::at(Backend::Postgres, REVISIONS[1]);
    fs::write(shop.folder().join("broken.py"), "import no_such_module\n").unwrap();
    shop.database.sql("CREATE TABLE categories (id integer)");
    let shown = screen(verify(&shop, &["--", "gunicorn", "broken:app"]), Seen::InALog);
    let variable = variable(&shop);
    let variable: Vec<(&str, &str)> = variable.iter().map(|(value, called)| (value.as_str(), *called)).collect();
    is_kept("verify-broken", &shown, &variable);
    let markdown = verify(&shop, &["--format", "markdown", "--no-import"]).run();
    markdown.code(1).prints_a("### Environment\n\n| | Check | Found |").prints_a("| fail | `half-applied` |");
    markdown.says("levelhead: error: 1 check failed, half-applied first").says("levelhead: help: ");
}

#[test]
fn nothing_is_written_by_looking() {
    for backend in BOTH {
        let shop = Application::at(backend, REVISIONS[2]);
        let (rows, tree) = (shop.database.rows(), tree(&shop));
        verify(&shop, &START).run().code(0);
        assert_eq!(shop.database.rows(), rows);
        assert_eq!(self::tree(&shop), tree);
    }
    // An application that makes its tables while it is imported is kept from it, and told so.
    let shop = Application::new(Backend::Postgres);
    let app = fs::read_to_string(shop.folder().join("app.py")).unwrap();
    let eager = app + "\n\napp = create_app()\nwith app.app_context():\n    db.create_all()\n";
    fs::write(shop.folder().join("eager.py"), eager).unwrap();
    checks(&shop, &["--", "gunicorn", "eager:app"]).has(
        "application",
        "warn",
        "writes to the database",
        "create_all()",
    );
    assert_eq!(
        shop.database.sql("SELECT relname FROM pg_class WHERE relname IN ('products', 'alembic_version')"),
        [""; 0]
    );
}

/// Every file below the application's folder, but for the database.
fn tree(shop: &Application) -> Vec<String> {
    let listed = Command::new("find").arg(shop.folder()).args(["-not", "-name", "shop.db*"]).output().unwrap();
    let mut files: Vec<String> = String::from_utf8(listed.stdout).unwrap().lines().map(str::to_owned).collect();
    files.sort();
    files
}

#[test]
fn each_right_that_is_missing_comes_with_the_statement_that_gives_it() {
    let shop = Application::at(Backend::Postgres, REVISIONS[1]);
    let Database::Postgres { name } = &shop.database else { unreachable!() };
    let role = format!("verifier_{name}");
    shop.database.sql(&format!("CREATE ROLE {role} LOGIN PASSWORD 'hunter2'; REVOKE ALL ON SCHEMA public FROM PUBLIC"));
    shop.database.sql(&format!("GRANT USAGE ON SCHEMA public TO {role}"));
    shop.database.sql(&format!("GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}"));
    let url = format!("postgresql://{role}:hunter2@127.0.0.1:{}/{name}", server().port);
    let look = || Checks::of(verify(&shop, &["--format", "json", "--no-import"]).env("DATABASE_URL", &url));
    look().has("create", "fail", "has no CREATE", "GRANT CREATE ON SCHEMA");
    look().has("ownership", "fail", "products (of postgres)", "ALTER TABLE public.products OWNER TO");
    look().has("no-privilege", "fail", "lacks", "GRANT");
    for name in ["create", "ownership", "no-privilege"] {
        let statement = look().statement(name);
        shop.database.sql(&statement);
    }
    let now = look();
    now.has("create", "pass", "", "").has("ownership", "pass", "", "").has(
        "behind",
        "pass",
        "2 revisions",
        "levelhead run",
    );
    // And then the upgrade works.
    shop.levelhead(&["run", "--", "echo", "started"]).env("DATABASE_URL", &url).run().success().prints("started\n");
    verify(&shop, &["--no-import"]).env("DATABASE_URL", &url).run().success().says_nothing_of("hunter2");
}

#[test]
fn a_role_that_may_not_use_the_schema() {
    let shop = Application::at(Backend::Postgres, "head");
    let Database::Postgres { name } = &shop.database else { unreachable!() };
    let role = format!("outsider_{name}");
    shop.database.sql(&format!("CREATE ROLE {role} LOGIN PASSWORD 'hunter2'; REVOKE ALL ON SCHEMA public FROM PUBLIC"));
    let url = format!("postgresql://{role}:hunter2@127.0.0.1:{}/{name}", server().port);
    let outcome = verify(&shop, &["--no-import"]).env("DATABASE_URL", &url).run();
    outcome.code(1).prints_a("note: ").says_nothing_of("hunter2");
}

#[test]
fn a_server_that_cannot_be_reached_is_named_step_by_step() {
    let shop = Application::at(Backend::Postgres, "head");
    let Database::Postgres { name } = &shop.database else { unreachable!() };
    let port = server().port;
    let with = |url: &str| {
        let outcome = verify(&shop, &["--no-import"]).env("DATABASE_URL", url).run();
        outcome.says_nothing_of("hunter2");
        Checks::of(verify(&shop, &["--format", "json", "--no-import"]).env("DATABASE_URL", url))
    };
    let unknown = with("postgresql://u:hunter2@no-such-host.invalid/d");
    unknown.has("name-resolution", "fail", "no-such-host.invalid", "the host in DATABASE_URL");
    // The same is not said twice.
    assert!(unknown.0.iter().all(|check| check["name"] != "connection"), "{:#?}", unknown.0);
    with("postgresql://u:hunter2@127.0.0.1:1/d").has("connection", "fail", "Connection refused", "start the database");
    with(&format!("postgresql://postgres:hunter2@127.0.0.1:{port}/{name}")).has(
        "connection",
        "fail",
        "28P01",
        "correct the password",
    );
    let nowhere = format!("postgresql://postgres:s3cr%3At%2F%25%40@127.0.0.1:{port}/nowhere_{name}");
    let created = with(&nowhere).statement("connection");
    server().sql("postgres", &created);
    with(&nowhere).has("connection", "pass", "connected to", "").has("fresh-database", "pass", "", "levelhead run");
    Checks::of(verify(&shop, &["--format", "json", "--no-import"]).env_remove("DATABASE_URL")).has(
        "database-url",
        "fail",
        "DATABASE_URL is not set",
        "set DATABASE_URL",
    );
}

#[test]
fn an_application_that_means_another_database_is_the_wrong_one() {
    let shop = Application::at(Backend::Postgres, "head");
    let app = fs::read_to_string(shop.folder().join("app.py")).unwrap();
    let url = "postgresql+psycopg://shop:hunter2@127.0.0.1/old_shop";
    fs::write(shop.folder().join("app.py"), app.replace("= database_url()", &format!("= {url:?}"))).unwrap();
    let found = checks(&shop, &[]);
    found.has("application-url", "fail", "wrong-database: SQLALCHEMY_DATABASE_URI", "read DATABASE_URL");
    assert!(!found.named("application-url").to_string().contains("hunter2"));
    let ini = shop.folder().join("migrations/alembic.ini");
    let text = fs::read_to_string(&ini).unwrap();
    fs::write(&ini, text.replace("[alembic]\n", "[alembic]\nsqlalchemy.url = postgresql://u:hunter2@h/other\n"))
        .unwrap();
    checks(&shop, &["--no-import"]).has("alembic-ini", "warn", "env.py seems to replace it", "take sqlalchemy.url out");
}

#[test]
fn an_application_that_cannot_be_imported_shows_why() {
    let shop = Application::at(Backend::Postgres, "head");
    let import = |text: &str, word: &str| {
        fs::write(shop.folder().join("other.py"), text).unwrap();
        let found = checks(&shop, &["--import-timeout", "20", "--", "gunicorn", word]);
        assert!(!found.named("application").to_string().contains("hunter2"), "{:#}", found.named("application"));
        found
    };
    import("import no_such_module\n", "other:app").has("application", "fail", "'no_such_module'", "pip install");
    import("app = 1\n", "other:application").has(
        "application",
        "fail",
        "Failed to find attribute",
        "name what the module has",
    );
    import("raise RuntimeError('postgresql://u:hunter2@h/d')\n", "other:app").has(
        "application",
        "fail",
        "RuntimeError",
        "",
    );
    import("import sys\nsys.exit(0)\n", "other:app").has("application", "fail", "ends the process", "sys.exit()");
    import("import os\nos.kill(os.getpid(), 11)\n", "other:app").has(
        "application",
        "fail",
        "ended by SIGSEGV",
        "native code",
    );
    import("input()\n", "other:app").has("application", "fail", "cannot be imported", "its last lines above");
    import("import os\nos._exit(7)\n", "other:app").has("application", "fail", "cannot be imported", "");
    import("print('x' * 10_000_000)\ndef app(environ, start): pass\n", "other:app").has("application", "pass", "", "");
    // What goes on in the background is not waited for, and not left behind.
    let pid = shop.folder().join("pid");
    let forks =
        "import subprocess\nopen('pid', 'w').write(str(subprocess.Popen(['sleep', '600']).pid))\ndef app(e, s): pass\n";
    import(forks, "other:app").has("application", "pass", "", "");
    let pid: i32 = fs::read_to_string(pid).unwrap().parse().unwrap();
    crate::support::running::eventually("it ends", || !crate::support::process::is_running(pid));
    checks(&shop, &["--no-import", "--", "gunicorn", "other:app"]).has("start-command", "pass", "gunicorn", "");
}

#[test]
fn an_import_that_hangs_shows_where() {
    let shop = Application::at(Backend::Sqlite, "head");
    let hang = |text: &str| {
        fs::write(shop.folder().join("other.py"), text).unwrap();
        let found = checks(&shop, &["--import-timeout", "2", "--", "gunicorn", "other:app"]);
        found.has("application", "fail", "was not imported within 2 s", "--import-timeout 60");
        let detail = found.named("application")["detail"].as_array().unwrap().clone();
        detail.iter().map(|line| line.as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let last = hang("import time\n\n\ndef reach():\n    time.sleep(600)\n\n\nreach()\n");
    assert!(last[3].ends_with("other.py\", line 5, in reach"), "{last:#?}");
    assert_eq!(last[4..], ["    time.sleep(600)", "KeyboardInterrupt"]);
    // Neither an interrupt that is caught nor what fails after it hides the line.
    for caught in ["except BaseException:\n        pass", "except KeyboardInterrupt:\n        break"] {
        let last =
            hang(&format!("import time\nwhile True:\n    try:\n        time.sleep(600)\n    {caught}\napp = 1\n"));
        assert!(last.last().unwrap().ends_with("other.py\", line 4 in <module>"), "{last:#?}");
    }
}

#[test]
fn other_servers_are_imported_by_their_modules_name() {
    let shop = Application::at(Backend::Sqlite, "head");
    fs::write(shop.folder().join("wsgi.py"), "from app import create_app\napp = create_app()\n").unwrap();
    for command in [["waitress-serve", "wsgi:app"], ["flask", "run"]] {
        checks(&shop, &[&["--"], &command[..]].concat()).has("application", "pass", "can be imported", "").has(
            "application-url",
            "pass",
            "",
            "",
        );
    }
    for command in [
        &["python", "-m", "gunicorn", "wsgi:app"][..],
        &["flask", "--app", "wsgi", "run"],
        &["sh", "-c", "exec gunicorn 'app:create_app()'"],
    ] {
        checks(&shop, &[&["--"], command].concat()).has("application", "pass", "can be imported", "");
    }
    checks(&shop, &["--", "waitress-serve", "wsgi:nothing"]).has("application", "fail", "AttributeError", "");
}

#[test]
fn what_a_start_command_does_not_tell_is_said_and_flasks_own_is_imported_instead() {
    let shop = Application::at(Backend::Sqlite, "head");
    for (command, reason) in [
        (&["python", "app.py"][..], "python app.py imports: it names no MODULE:NAME;"),
        (&["sh", "-c", "flask db upgrade && gunicorn app:app"], "the shell is told more than one plain command;"),
        (&["sh", "-c", ". ./start"], "the shell does not start a program;"),
    ] {
        let levelhead = verify(&shop, &[&["--format", "json", "--"], command].concat());
        let document: Value = serde_json::from_str(&levelhead.run().success().stdout).unwrap();
        let left_out = document["left_out"].to_string();
        assert!(left_out.contains(reason) && left_out.contains("FLASK_APP=app was imported instead"), "{left_out}");
        checks(&shop, &[&["--"], command].concat()).has("application", "pass", "FLASK_APP=app can be imported", "");
    }
    // Without Flask-Migrate and FLASK_APP nothing is imported, and it is said what to set.
    fs::write(shop.folder().join("alembic.ini"), "[alembic]\nscript_location = migrations\n").unwrap();
    let outcome = verify(&shop, &["-c", "alembic.ini", "--", "python", "app.py"]).env_remove("FLASK_APP").run();
    outcome
        .success()
        .prints_a("not checked: whether the application of python app.py can be imported")
        .prints_a("set FLASK_APP");
    assert!(!outcome.stdout.contains("  application "), "{outcome:#?}");
}

#[test]
fn what_a_shell_is_told_to_start_is_looked_at() {
    let shop = Application::at(Backend::Sqlite, "head");
    let script = "exec gunicorn --bind 0.0.0.0:$PORT 'app:create_app()'";
    let at = |port: &str| {
        let levelhead = verify(&shop, &["--format", "json", "--", "sh", "-c", script]).env("PORT", port);
        Checks::of(levelhead)
    };
    let found = at("10000");
    found.has("listens", "pass", "0.0.0.0:10000", "").has("application", "pass", "app:create_app()", "");
    assert!(found.named("start-command")["detail"][1].as_str().unwrap().ends_with("/gunicorn"));
    at("70000").has("listens", "fail", "0.0.0.0:70000", "1-65535").has("port", "fail", "\"70000\"", "1-65535");
    checks(&shop, &["--", "sh", "-c", "gunicorm app:app"]).has("start-command", "fail", "gunicorm", "install gunicorm");
}

#[test]
fn a_start_command_that_cannot_be_executed() {
    let shop = Application::at(Backend::Sqlite, "head");
    let script = shop.folder().join("serve");
    fs::write(&script, "#!/opt/moved/venv/bin/python\n").unwrap();
    let serve = script.to_str().unwrap();
    checks(&shop, &["--", serve]).has("start-command", "fail", "permission denied", "chmod +x");
    let next = checks(&shop, &["--", serve]).command("start-command");
    assert!(Command::new("sh").args(["-c", &next]).status().unwrap().success());
    assert!(fs::metadata(&script).unwrap().permissions().mode() & 0o111 != 0);
    checks(&shop, &["--", serve]).has(
        "start-command",
        "fail",
        "\"/opt/moved/venv/bin/python\" does not exist",
        "virtualenv anew",
    );
    for (line, found, next) in [
        (
            "#!/usr/bin/env -S no-such-python -u",
            "interpreter no-such-python is not on the PATH",
            "install no-such-python",
        ),
        ("#!/usr/bin/env sh\r", "\"sh\\r\" has the end of a line of Windows", "sed -i"),
    ] {
        fs::write(&script, format!("{line}\n")).unwrap();
        checks(&shop, &["--", serve]).has("start-command", "fail", found, next);
    }
    fs::write(&script, "#!/usr/bin/env -S LANG=C sh -e\n").unwrap();
    checks(&shop, &["--", serve]).has("start-command", "pass", serve, "");
    checks(&shop, &["--", "./bin/serve"]).has("start-command", "fail", "./bin/serve: no such file in ", "full path");
    checks(&shop, &["--", "no-such-server"]).has(
        "start-command",
        "fail",
        "command not found",
        "install no-such-server",
    );
}

#[test]
fn the_environment_is_looked_at() {
    let shop = Application::at(Backend::Sqlite, "head");
    let with =
        |name: &str, value: &str| Checks::of(verify(&shop, &["--format", "json", "--no-import"]).env(name, value));
    with("SKIP_DB_UPGRADE", "true").has("skip-db-upgrade", "warn", "upgrades nothing", "unset SKIP_DB_UPGRADE");
    with("PORT", "http").has("port", "fail", "is no port", "1-65535");
    with("PYTHONPATH", "/no/such/folder").has("python-path", "warn", "/no/such/folder", "correct PYTHONPATH");
    with("VIRTUAL_ENV", "/opt/other").has("virtualenv", "warn", "which is not there", "python3 -m venv /opt/other");
    with("VIRTUAL_ENV", "/opt").has("virtualenv", "warn", "but the PATH gives /", "/opt/bin first");
    with("PATH", "/usr/bin:/bin").has("upgrade-command", "fail", "flask", "install");
    with("LEVELHEAD_RENDER", "auto").has("sandbox", "pass", "without network and without writing files: seccomp", "");
    with("LEVELHEAD_RENDER", "never").has("sandbox", "pass", "Alembic is not asked", "");
    with("LEVELHEAD_MIGRATIONS", "nowhere").has("graph", "fail", "nowhere", "ship");
    fs::rename(shop.folder().join("app.py"), shop.folder().join("shop.py")).unwrap();
    Checks::of(verify(&shop, &["--format", "json", "--no-import"]).env_remove("FLASK_APP")).has(
        "flask-app",
        "fail",
        "FLASK_APP is not set",
        "FLASK_APP=app",
    );
}

#[test]
fn gunicorn_that_listens_elsewhere_than_the_platform_looks() {
    let shop = Application::at(Backend::Sqlite, "head");
    let at = |bind: &str| {
        let arguments = ["--format", "json", "--", "gunicorn", "--bind", bind, "app:create_app()"];
        Checks::of(verify(&shop, &arguments).env("PORT", "10000"))
    };
    at("0.0.0.0:10000").has("listens", "pass", "0.0.0.0:10000", "");
    at("0.0.0.0:8000").has("listens", "warn", "PORT is another", "--bind 0.0.0.0:$PORT");
    at("127.0.0.1:10000").has("listens", "warn", "cannot be reached from outside", "--bind");
    at("[::1]:10000").has("listens", "warn", "cannot be reached from outside", "--bind");
    at(":70000").has("listens", "fail", "ports end at 65535", "1-65535");
    at(":http").has("listens", "fail", "'http' is not a valid port number", "1-65535");
}

#[test]
fn the_running_application_is_asked() {
    let shop = Application::at(Backend::Sqlite, "head");
    let port = free_port();
    let (bind, page) = (format!("127.0.0.1:{port}"), format!("http://127.0.0.1:{port}/healthz"));
    let mut gunicorn = Command::new(python::binaries().join("gunicorn"))
        .args(["--bind", &bind, "app:create_app()"])
        .current_dir(shop.folder())
        .env("DATABASE_URL", shop.database.url())
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    http::get(port, "/healthz");
    let ask = |page: &str| checks(&shop, &["--no-import", "--url", page]);
    ask(&page).has("health", "pass", "answers 200", "");
    ask(&format!("http://127.0.0.1:{port}?x=1")).has("health", "pass", "/?x=1 answers 200", "");
    ask(&format!("http://127.0.0.1:{port}/nothing")).has("health", "fail", "answers 404", "name a page that it has");
    let plain = format!("levelhead verify --url http://127.0.0.1:{port}/");
    ask(&format!("https://127.0.0.1:{port}/")).has("health", "fail", "does not speak TLS", &plain);
    ask("gopher://x").has("health", "fail", "no http:// or https:// address", "levelhead verify --url");
    // Killed outright it would leave its worker behind, which goes on listening.
    kill(Pid::from_raw(gunicorn.id().cast_signed()), Signal::SIGTERM).unwrap();
    gunicorn.wait().unwrap();
    ask(&page).has("health", "fail", "Connection refused", "start the application");
}

#[test]
fn each_answer_that_is_no_page_has_its_own_words() {
    let shop = Application::at(Backend::Sqlite, "head");
    let ask = |page: &str| checks(&shop, &["--no-import", "--url", page]);
    for (answer, outcome, text, next) in [
        (
            "HTTP/1.1 302 Found\r\nlocation: /login?next=/x\r\n\r\n",
            "warn",
            "302: it leads to http://127.0.0.1:",
            "/login?next=/x'",
        ),
        (
            "HTTP/1.1 301 Moved\r\nLocation: https://shop.test/\r\n\r\n",
            "warn",
            "https://shop.test/",
            "--url https://shop.test/",
        ),
        ("HTTP/1.1 304 Not Modified\r\n\r\n", "fail", "does not say where", "another page"),
        ("HTTP/1.1 401 Unauthorized\r\n\r\n", "fail", "needs a login", "needs no login"),
        ("HTTP/1.1 500 Internal Server Error\r\n\r\n", "fail", "fails over this page", "levelhead explain"),
        ("HTTP/1.1 502 Bad Gateway\r\n\r\n", "fail", "does not reach it", "levelhead verify -- CMD"),
        ("SSH-2.0-OpenSSH_9.2\r\n", "fail", "does not speak HTTP", "correct the port"),
        ("", "fail", "closed without an answer", "--url https://127.0.0.1:"),
    ] {
        let port = http::answer_once(answer);
        ask(&format!("http://127.0.0.1:{port}/x")).has("health", outcome, text, next);
    }
    ask("http://no-such-host.invalid/").has("health", "fail", "leads nowhere", "getent hosts no-such-host.invalid");
    // A socket that nobody accepts from: connected, and no answer.
    let deaf = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let page = format!("http://{}/", deaf.local_addr().unwrap());
    ask(&page).has("health", "fail", "connected, but no answer within 10 s", "py-spy dump");
}

#[test]
fn a_wider_text_than_the_terminal_is_wrapped() {
    let shop = Application::at(Backend::Sqlite, HEAD);
    let shown = screen(verify(&shop, &["--no-import", "--database-url", "sqlite:///shop.db"]), Seen::WithoutColour);
    fits(&shown);
    let outcome: Outcome = verify(&shop, &["--no-import"]).run();
    outcome.success();
}
