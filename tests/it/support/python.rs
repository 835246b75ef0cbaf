//! The virtualenv with Alembic, Flask-Migrate and gunicorn that `tests/run` makes.

use std::path::PathBuf;

/// The folder of the virtualenv's programs.
pub fn binaries() -> PathBuf {
    let virtualenv = std::env::var_os("LEVELHEAD_TEST_VENV")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/venv"), PathBuf::from);
    let folder = virtualenv.join("bin");
    assert!(
        folder.join("flask").exists(),
        "no virtualenv at {}; make it: python3 -m venv target/venv && target/venv/bin/pip install -r tests/requirements.txt",
        virtualenv.display()
    );
    folder
}

/// A PATH on which the virtualenv comes first.
pub fn path() -> String {
    format!("{}:/usr/local/bin:/usr/bin:/bin", binaries().display())
}
