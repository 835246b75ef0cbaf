//! What this kernel gives to a rendering: `cargo run -p levelhead-rendering --example sandbox`
#![allow(clippy::print_stdout, reason = "an example")]

use levelhead_rendering::{Files, Sandbox};

fn main() {
    match Sandbox::of_this_kernel().map(|sandbox| sandbox.files) {
        Ok(Files::Landlock(version)) => println!("no network and no file: seccomp, and Landlock {version}"),
        Ok(Files::Filter) => println!("no network and no file: seccomp"),
        Err(error) => println!("nothing is rendered here: {error}"),
    }
}
