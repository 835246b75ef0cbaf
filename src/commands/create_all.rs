//! Tables that the application makes itself while the upgrade loads it: `create_all()`.

use std::path::Path;

use super::disk::Disk;
use super::files::Files;
use crate::error::UpgradeFailure;
use migration::Checkout;

/// What such tables are made by.
const MAKER: &str = "create_all(";

/// Places that are named.
const SHOWN: usize = 3;

/// Says why the first upgrade of an empty database has met a table that it was to make: no table was there before it.
pub(super) fn met_by(failure: &UpgradeFailure, files: &Files) -> Option<String> {
    let table = failure.table_in_the_way()?;
    let places = places(files);
    let made = format!("table {table} was not there before this upgrade: the application makes it while it is loaded");
    Some(match places.as_slice() {
        [] => format!("{made}, probably by create_all()"),
        places => format!("{made}, by create_all() at {}", places.join(", ")),
    })
}

/// Where the application's own code calls it, by file and line.
pub(super) fn places(files: &Files) -> Vec<String> {
    let Ok(disk) = Disk::around(&files.layout.script_location) else { return Vec::new() };
    let here = std::path::absolute(".").unwrap_or_default();
    let mut found = Vec::new();
    for path in disk.modules() {
        let Some(text) = disk.text(&path) else { continue };
        let shown = Path::new(&path).strip_prefix(&here).unwrap_or(Path::new(&path)).display().to_string();
        let is_call = |line: &str| line.contains(MAKER) && !line.trim_start().starts_with('#');
        let lines = text.lines().enumerate().filter(|(_, line)| is_call(line));
        found.extend(lines.map(|(number, _)| format!("{shown}:{}", number + 1)));
    }
    found.truncate(SHOWN);
    found
}
