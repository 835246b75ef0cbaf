//! Which file an SQLite URL means, beside SQLAlchemy, Python's sqlite3 and Flask-SQLAlchemy.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use stillhead::database::url::{DatabaseUrl, LibpqEnvironment, LocatedFile, SqliteUrl};

use crate::support::python;

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
