//! The JSON Schemas of docs/schemas, held against what is printed.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use super::python;

const VALIDATE: &str = "
import json, sys
from jsonschema import Draft202012Validator
schema = json.load(open(sys.argv[1]))
Draft202012Validator.check_schema(schema)
problems = [f'{error.json_path}: {error.message}' for error in Draft202012Validator(schema).iter_errors(json.load(sys.stdin))]
sys.exit('\\n'.join(problems))
";

/// Whether a document is as docs/schemas/NAME.json has it, with nothing beside.
#[track_caller]
pub fn holds(name: &str, document: &str) {
    let problems = problems(name, document);
    assert!(problems.is_empty(), "docs/schemas/{name}.json: {problems}\n{document}");
}

/// What deviates; empty where nothing does.
pub fn problems(name: &str, document: &str) -> String {
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schemas").join(format!("{name}.json"));
    let mut validator = Command::new(python::binaries().join("python"))
        .args(["-c", VALIDATE])
        .arg(schema)
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    validator.stdin.take().unwrap().write_all(document.as_bytes()).unwrap();
    let output = validator.wait_with_output().unwrap();
    String::from_utf8_lossy(&output.stderr).trim().to_owned()
}
