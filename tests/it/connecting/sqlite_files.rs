//! Which file an SQLite URL means, beside SQLAlchemy, Python's sqlite3 and Flask-SQLAlchemy.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use database::url::{DatabaseUrl, LibpqEnvironment, LocatedFile, SqliteUrl};

use crate::support::{Application, Backend, Outcome, python};

fn sqlite_url(text: &str) -> SqliteUrl {
    match DatabaseUrl::parse(text, &LibpqEnvironment::default()) {
        Ok(DatabaseUrl::Sqlite(url)) => url,
        other => panic!("{text}: {other:?}"),
    }
}

/// Runs a script in `folder` and answers its lines.
fn python(folder: &Path, script: &str, arguments: &[&str]) -> Vec<String> {
    let output = Command::new(python::binaries().join("python"))
        .args(["-c", script])
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn sqlalchemy_opens_the_same_file() {
    let folder = tempfile::tempdir().unwrap();
    let absolute = folder.path().canonicalize().unwrap();
    fs::create_dir(absolute.join("data")).unwrap();
    let root = absolute.display().to_string();
    let urls = [
        "sqlite:///app.db".to_owned(),
        "sqlite:///data/app.db".to_owned(),
        "sqlite:///./data/../app.db".to_owned(),
        "sqlite:///a%20b%25c.db".to_owned(),
        "sqlite:///a+b.db".to_owned(),
        "sqlite+pysqlite:///app.db?timeout=3&check_same_thread=false".to_owned(),
        format!("sqlite:///{root}/absolute.db"),
        format!("sqlite+aiosqlite:///{root}/absolute.db"),
        "sqlite:///file:uri.db?uri=true".to_owned(),
        "sqlite:///file:plain.db".to_owned(),
        format!("sqlite:///file:{root}/uri.db?mode=rwc&uri=true"),
        format!("sqlite:///file://{root}/u%2520v.db?uri=true"),
        format!("sqlite:///file://localhost{root}/uri.db?uri=true"),
    ];
    let script = "
import sys, sqlite3, warnings, sqlalchemy as sa
for url in sys.argv[1:]:
    (filename,), options = sa.create_engine(url.replace('+aiosqlite', '')).dialect.create_connect_args(sa.make_url(url))
    connection = sqlite3.connect(filename, uri=options.get('uri', False))
    connection.execute('CREATE TABLE IF NOT EXISTS t (x)')
    print(connection.execute('PRAGMA database_list').fetchone()[2])";
    let arguments: Vec<&str> = urls.iter().map(String::as_str).collect();
    let theirs = python(&absolute, script, &arguments);
    assert_eq!(theirs.len(), urls.len());
    for (text, theirs) in urls.iter().zip(theirs) {
        let LocatedFile::One(ours) = sqlite_url(text).locate(&absolute) else { panic!("{text}") };
        assert_eq!(ours.canonicalize().unwrap(), PathBuf::from(theirs), "{text}");
    }
}

const FLASK: &str = "
import os, sys, flask, flask_sqlalchemy
app = flask.Flask('app', root_path=os.getcwd())
app.config['SQLALCHEMY_DATABASE_URI'] = sys.argv[1]
database = flask_sqlalchemy.SQLAlchemy(app)
with app.app_context():
    database.session.execute(database.text('CREATE TABLE t (x INTEGER)'))
    database.session.commit()
    print(database.session.execute(database.text('PRAGMA database_list')).fetchone()[2])";

#[test]
fn flask_sqlalchemy_keeps_relative_files_in_the_instance_folder() {
    for text in ["sqlite:///app.db", "sqlite:///file:app.db?uri=true"] {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().canonicalize().unwrap();
        let url = sqlite_url(text);
        let (working, instance) = (folder.join("app.db"), folder.join("instance/app.db"));
        let absent = LocatedFile::Absent { working: working.clone(), instance: instance.clone() };
        assert_eq!(url.locate(&folder), absent);
        assert_eq!(python(&folder, FLASK, &[text]), [instance.display().to_string()]);
        assert_eq!(url.locate(&folder), LocatedFile::One(instance.clone()));
        fs::write(&working, "").unwrap();
        assert_eq!(url.locate(&folder), LocatedFile::Ambiguous { working, instance });
    }
}

fn start(shop: &Application, url: &str) -> Outcome {
    shop.levelhead(&["run", "--", "echo", "started"]).env("DATABASE_URL", url).run()
}

#[test]
fn a_relative_file_is_created_and_found_again_where_the_application_keeps_it() {
    let shop = Application::new(Backend::Sqlite);
    for says in ["upgraded in", "at head"] {
        start(&shop, "sqlite:///relative.db").success().prints("started\n").says(says);
    }
    assert!(shop.folder().join("instance/relative.db").exists());
    fs::write(shop.folder().join("relative.db"), "").unwrap();
    let outcome = start(&shop, "sqlite:///relative.db");
    outcome
        .code(125)
        .prints("")
        .says("both relative.db and instance/relative.db exist")
        .says("note: write the absolute path");
}

#[test]
fn a_file_that_cannot_be_used_is_named() {
    let shop = Application::at(Backend::Sqlite, "head");
    let folder = shop.folder().display();
    let text = shop.folder().join("text.db");
    fs::write(&text, "this is not a database, however long it is\n".repeat(100)).unwrap();
    for (url, words, next) in [
        (format!("sqlite:///{folder}/absent/shop.db"), "neither does its folder", "mkdir -p"),
        (format!("sqlite:///{}", text.display()), "file is not a database", "correct the path in DATABASE_URL"),
        (format!("sqlite:///{folder}/migrations"), "cannot open", "ls -l"),
    ] {
        start(&shop, &url).code(125).prints("").says(words).says(next);
    }
    assert!(!shop.folder().join("absent").exists());
}

#[test]
fn a_database_that_is_only_read_will_do_at_head() {
    let shop = Application::at(Backend::Sqlite, "head");
    let file = shop.folder().join("shop.db");
    for query in ["mode=ro", "immutable=1"] {
        start(&shop, &format!("sqlite:///file:{}?{query}&uri=true", file.display())).success().says("at head");
    }
}

#[test]
fn somebody_elses_lock_is_waited_for_as_long_as_the_url_says() {
    let shop = Application::at(Backend::Sqlite, "head");
    let file = shop.folder().join("shop.db");
    let writer = rusqlite::Connection::open(&file).unwrap();
    writer.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let outcome = start(&shop, &format!("sqlite:///{}?timeout=0.2", file.display()));
    outcome.code(125).prints("").says("database is locked").says("help: fuser");
    let patient = shop.levelhead(&["run", "--", "echo", "started"]);
    let patient = patient.env("DATABASE_URL", format!("sqlite:///{}?timeout=60", file.display())).spawn();
    writer.execute_batch("ROLLBACK").unwrap();
    assert!(patient.wait_with_output().unwrap().status.success());
}
