//! Any migration file ends in effects within its budget: never in a crash, never in an endless loop.
#![no_main]

mod followed;

libfuzzer_sys::fuzz_target!(|text: &str| followed::follow(text.to_owned()));
