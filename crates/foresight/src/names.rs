//! Names in SQL, as the catalogue spells them.

use squawk_syntax::ast::AstNode;
use squawk_syntax::{SyntaxKind, SyntaxNode};

/// The parts of a possibly qualified name.
pub(crate) fn parts(node: &SyntaxNode) -> Vec<String> {
    let mut names = Vec::new();
    for token in node.descendants_with_tokens().filter_map(|element| element.into_token()) {
        let text = token.text();
        match token.kind() {
            SyntaxKind::WHITESPACE | SyntaxKind::COMMENT | SyntaxKind::ONLY_KW => {}
            _ if text.starts_with('"') => names.push(text.trim_matches('"').replace("\"\"", "\"")),
            _ if text.starts_with(|c: char| c.is_alphabetic() || c == '_') => names.push(text.to_lowercase()),
            _ => {}
        }
    }
    names
}

/// The last part of a name.
pub(crate) fn last(node: Option<&impl AstNode>) -> Option<String> {
    parts(node?.syntax()).pop()
}

/// A relation as facts name it: without its schema in the default one.
pub(crate) fn relation(node: Option<&impl AstNode>, default_schema: &str) -> Option<String> {
    let mut parts = parts(node?.syntax());
    let name = parts.pop()?;
    Some(match parts.pop() {
        Some(schema) if schema != default_schema => format!("{schema}.{name}"),
        _ => name,
    })
}

/// A name as SQL takes it whatever it is.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A relation as SQL takes it. A dot parts the schema from the name.
pub(crate) fn quoted_relation(relation: &str) -> String {
    match relation.split_once('.') {
        Some((schema, name)) => format!("{}.{}", quoted(schema), quoted(name)),
        None => quoted(relation),
    }
}
