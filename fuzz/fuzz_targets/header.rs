//! What is read of a header without parsing the functions is what the whole file says.
#![no_main]

use std::path::Path;

use history::{read_header, read_revision};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let path = Path::new("versions/a.py");
    if let (Ok(whole), Ok(header)) = (read_revision(bytes, path), read_header(bytes, path)) {
        assert_eq!(whole, header);
    }
});
