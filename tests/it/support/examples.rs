//! The examples, beside the tests. With `--test it` alone cargo does not build them.

use std::path::PathBuf;
use std::process::Command;

/// Builds an example and answers where it is; cargo does nothing where it is up to date.
pub fn built(name: &str) -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let profile = tests.parent().and_then(std::path::Path::parent).unwrap();
    let target = profile.parent().unwrap();
    let mut build = Command::new(env!("CARGO"));
    build.args(["build", "--quiet", "--locked", "--example", name, "--target-dir"]).arg(target);
    // What cargo tells this test of itself would have dependencies built anew that look at it, here and at the next call.
    for (name, _) in
        std::env::vars().filter(|(name, _)| name.starts_with("CARGO_PKG") || name.starts_with("CARGO_MANIFEST"))
    {
        build.env_remove(name);
    }
    assert!(build.current_dir(env!("CARGO_MANIFEST_DIR")).status().unwrap().success());
    profile.join("examples").join(name)
}
