//! What the linker is told of the static program; nothing is generated.
#![allow(clippy::print_stdout)] // Cargo reads it.

use std::env;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let target = |part: &str| env::var(format!("CARGO_CFG_TARGET_{part}")).unwrap_or_default();
    if target("ENV") == "musl" && target("ARCH") == "x86_64" {
        // A bit for each pointer that is moved at the start, not 24 bytes: 0.2 MB less to ship and to read. musl knows the
        // form; a linker that does not says so and writes the old one.
        println!("cargo::rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
}
