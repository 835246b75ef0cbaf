//! An application one revision behind its head, and an upgrade that takes no Alembic to start.

use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::Application;
use super::application::{HEAD, REVISIONS};
use super::database::{Backend, Database};
use super::postgres::server;

pub struct Behind {
    pub shop: Application,
    upgrade: String,
}

impl Behind {
    pub fn new(backend: Backend) -> Self {
        let shop = Application::at(backend, "head");
        let upgrade = forward(&shop);
        let behind = Self { shop, upgrade };
        behind.again();
        behind
    }

    /// Back to where it began.
    pub fn again(&self) {
        self.shop.database.sql(&format!("UPDATE alembic_version SET version_num = '{}'", REVISIONS[2]));
    }

    /// The line of a shell that upgrades.
    pub fn upgrade(&self) -> &str {
        &self.upgrade
    }

    /// The upgrade command that runs a script of the shell.
    pub fn script(&self, text: &str) -> String {
        static WRITTEN: AtomicUsize = AtomicUsize::new(0);
        let number = WRITTEN.fetch_add(1, Ordering::Relaxed);
        let file = self.shop.folder().join(format!("upgrade-{number}.sh"));
        fs::write(&file, text).unwrap();
        format!("sh {}", file.display())
    }
}

/// A command that moves the row to the head: the last revision only inserts, so a plain statement stands for it.
pub fn forward(application: &Application) -> String {
    let sql = format!("UPDATE alembic_version SET version_num = '{HEAD}'");
    let script = match &application.database {
        Database::Postgres { name } => {
            format!("import psycopg\nwith psycopg.connect({:?}) as c: c.execute(\"{sql}\")", server().url(name))
        }
        Database::Sqlite { file } => {
            format!("import sqlite3\nwith sqlite3.connect({file:?}) as c: c.execute(\"{sql}\")")
        }
    };
    let file = application.folder().join("forward.py");
    fs::write(&file, script).unwrap();
    format!("python {}", file.display())
}
