//! A copy of examples/shop in a folder of its own, with a database of its own.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::{Arc, Mutex, OnceLock};

use tempfile::TempDir;

use super::database::{Backend, Database};
use super::postgres::server;
use super::{Levelhead, python};

/// The revisions of examples/shop, base first.
pub const REVISIONS: [&str; 4] = ["4b1d0c9a7e21", "9e7c52f3d8b4", "c30fa6d1be95", "d8452b70fc16"];
/// Its head.
pub const HEAD: &str = REVISIONS[3];

/// The application and its database.
pub struct Application {
    pub database: Database,
    folder: TempDir,
}

impl Application {
    /// A fresh copy with an empty database.
    pub fn new(backend: Backend) -> Self {
        let folder = files();
        Self { database: Database::create(backend, folder.path()), folder }
    }

    /// A copy whose database is at `revision`, put there by Flask-Migrate itself: once in a run of the tests, since that takes
    /// Python more than a second. Each test gets a copy of that database.
    pub fn at(backend: Backend, revision: &str) -> Self {
        type Once = Arc<OnceLock<Upgraded>>;
        static UPGRADED: Mutex<BTreeMap<(Backend, String), Once>> = Mutex::new(BTreeMap::new());
        let key = (backend, revision.to_owned());
        let upgraded = UPGRADED.lock().expect("nobody fails with it").entry(key).or_default().clone();
        let folder = files();
        let database = match upgraded.get_or_init(|| Upgraded::to(backend, revision)) {
            Upgraded::Postgres { name } => Database::Postgres { name: server().copy_database(name) },
            Upgraded::Sqlite { bytes } => {
                let database = Database::create(Backend::Sqlite, folder.path());
                let Database::Sqlite { file } = &database else { unreachable!() };
                fs::write(file, bytes).unwrap();
                database
            }
        };
        Self { database, folder }
    }

    /// A copy with the files of the release before the last, on a database that the last one has upgraded: a rollback.
    pub fn rolled_back(backend: Backend) -> Self {
        let application = Self::at(backend, "head");
        let files = fs::read_dir(application.folder().join("migrations/versions")).unwrap();
        let newest = files.flatten().find(|file| file.file_name().to_string_lossy().contains(HEAD)).unwrap();
        fs::remove_file(newest.path()).unwrap();
        application
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// `levelhead` in this folder, on this database, with the virtualenv first on the PATH and nothing else inherited.
    pub fn levelhead(&self, arguments: &[&str]) -> Levelhead {
        Levelhead::new(arguments)
            .current_dir(self.folder())
            .env("PATH", python::path())
            .env("DATABASE_URL", self.database.url())
            .env("FLASK_APP", "app")
    }

    /// The application's own `flask`.
    pub fn flask(&self, arguments: &[&str]) -> Output {
        Command::new(python::binaries().join("flask"))
            .args(arguments)
            .current_dir(self.folder())
            .env("DATABASE_URL", self.database.url())
            .env("FLASK_APP", "app")
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .output()
            .unwrap()
    }
}

/// A database that Flask-Migrate has upgraded, and that nobody is connected to.
enum Upgraded {
    Postgres { name: String },
    Sqlite { bytes: Vec<u8> },
}

impl Upgraded {
    fn to(backend: Backend, revision: &str) -> Self {
        let application = Application::new(backend);
        let upgraded = application.flask(&["db", "upgrade", revision]);
        assert!(upgraded.status.success(), "{}", String::from_utf8_lossy(&upgraded.stderr));
        match application.database {
            Database::Postgres { name } => Self::Postgres { name },
            Database::Sqlite { file } => Self::Sqlite { bytes: fs::read(file).unwrap() },
        }
    }
}

/// A copy of examples/shop.
fn files() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/shop"), folder.path());
    folder
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if !entry.file_type().unwrap().is_dir() {
            fs::copy(entry.path(), target).unwrap();
        } else if entry.file_name() != "__pycache__" {
            fs::create_dir(&target).unwrap();
            copy(&entry.path(), &target);
        }
    }
}
