//! What nobody plans for: a machine that gives nothing, a server that answers nonsense, words that are made to be obeyed. levelhead
//! says what is so and ends with a code of its own; it never panics, and never shows a password.

mod limits;
mod server;
mod words;
