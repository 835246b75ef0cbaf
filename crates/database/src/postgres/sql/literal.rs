//! Text in a question: read the same by a server whose `standard_conforming_strings` is off, which nothing is set for.

use crate::statements;

/// Text as SQL writes it.
pub(super) fn literal(text: &str) -> String {
    let plain = statements::literal(text);
    if text.contains('\\') { format!(" E{}", plain.replace('\\', "\\\\")) } else { plain }
}

/// Text or NULL.
pub(super) fn optional(text: Option<&str>) -> String {
    text.map_or_else(|| "NULL".to_owned(), literal)
}
