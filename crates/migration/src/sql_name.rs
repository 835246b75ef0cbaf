//! Names in SQL as the catalogue spells them, and whether a text is fit for the parser.

use squawk_syntax::ast::AstNode;
use squawk_syntax::{SyntaxKind, SyntaxNode};

use schema::simulation::LONGEST_NAME;

/// The parts of a possibly qualified name, as the catalogue spells them.
pub(super) fn names(node: &SyntaxNode) -> Vec<String> {
    let mut names = Vec::new();
    for token in node.descendants_with_tokens().filter_map(|element| element.into_token()) {
        let text = token.text();
        match token.kind() {
            SyntaxKind::WHITESPACE | SyntaxKind::COMMENT | SyntaxKind::ONLY_KW => {}
            _ if text.starts_with('"') => names.push(cut(text.trim_matches('"').replace("\"\"", "\""))),
            _ if text.starts_with(|c: char| c.is_alphabetic() || c == '_') => names.push(cut(text.to_lowercase())),
            _ => {}
        }
    }
    names
}

/// PostgreSQL's own way with a long name: its first 63 bytes, whole characters only.
fn cut(mut name: String) -> String {
    name.truncate(name.floor_char_boundary(LONGEST_NAME));
    name
}

pub(super) fn last_name(node: &impl AstNode) -> Option<String> {
    names(node.syntax()).pop()
}

pub(super) fn column_names(node: Option<&impl AstNode>) -> Option<Vec<Option<String>>> {
    Some(node?.syntax().children().map(|child| names(&child).pop()).collect())
}

/// How many operators and opening brackets may follow each other. The parser's time grows with the square of it.
const DEEPEST: usize = 200;

/// Whether more prefixes stand in a row than anything written by hand has. Only tokens are looked at.
pub(super) fn nests_deeply(text: &str) -> bool {
    let (mut rest, mut prefixes) = (text.trim_start(), 0);
    while let Some(first) = rest.chars().next() {
        let word = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
        let after = |end: &str, from: usize| rest[from..].find(end).map_or(rest.len(), |at| from + at + end.len());
        let length = match first {
            _ if rest.starts_with("--") => after("\n", 2),
            _ if rest.starts_with("/*") => after("*/", 2),
            _ if word > 0 => {
                prefixes = if rest[..word].eq_ignore_ascii_case("not") { prefixes + 1 } else { 0 };
                word
            }
            '\'' | '"' => {
                prefixes = 0;
                after(if first == '"' { "\"" } else { "'" }, 1)
            }
            ')' | ']' | ',' | ';' => {
                prefixes = 0;
                1
            }
            other => {
                prefixes += 1;
                other.len_utf8()
            }
        };
        if prefixes > DEEPEST {
            return true;
        }
        rest = rest[length..].trim_start();
    }
    false
}
