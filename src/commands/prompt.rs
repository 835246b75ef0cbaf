//! A question at a terminal. The terminal edits the line itself, so that Ctrl-C ends levelhead and Ctrl-D the input, as
//! everywhere.

use std::io::{BufRead, Write};

use crate::error::Error;

/// Asks, and answers the line without its end; `None` at the end of the input, whatever has been typed before it.
pub(super) fn ask(question: &str) -> Result<Option<String>, Error> {
    let mut screen = std::io::stderr();
    // Whoever cannot see the question does not answer it.
    let _ = write!(screen, "{question}: ").and_then(|()| screen.flush());
    let mut line = Vec::new();
    std::io::stdin().lock().read_until(b'\n', &mut line).map_err(Error::Input)?;
    if line.pop() != Some(b'\n') {
        let _ = writeln!(screen);
        return Ok(None);
    }
    Ok(Some(String::from_utf8_lossy(&line).trim().to_owned()))
}
