//! A revision file with another `down_revision`, and nothing else in it changed.

use std::path::Path;

use ruff_python_ast::{Expr, Stmt};
use ruff_text_size::{Ranged, TextRange};

use history::{Revision, read_revision};
use python;

/// The file of `revision` after `onto` instead of the one that it follows. Where the docstring has a line `Revises:`, that
/// says so too. `None` where the file does not spell its `down_revision` in one literal.
pub fn rebase(bytes: &[u8], revision: &Revision, onto: &str) -> Option<Vec<u8>> {
    const ORDER_MARK: &str = "\u{feff}";
    let [from] = &revision.down_revision[..] else { return None };
    let whole = std::str::from_utf8(bytes).ok()?;
    let text = whole.strip_prefix(ORDER_MARK).unwrap_or(whole);
    let module = python::parse(text).ok()?;
    let literals: Vec<TextRange> = module.body.iter().filter_map(down_revision).collect();
    let [range] = literals[..] else { return None };
    let (start, end) = (range.start().to_usize(), range.end().to_usize());
    let quote = text[start..end].chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    if onto.contains([quote, '\\']) || text[start..end] != format!("{quote}{from}{quote}") {
        return None;
    }
    let says = format!("Revises: {from}");
    let docstring = text[..start].lines().find(|line| line.trim() == says);
    let before = match docstring {
        Some(_) => text[..start].replacen(&says, &format!("Revises: {onto}"), 1),
        None => text[..start].to_owned(),
    };
    let mark = if whole.len() > text.len() { ORDER_MARK } else { "" };
    let rebased = format!("{mark}{before}{quote}{onto}{quote}{}", &text[end..]).into_bytes();
    let read = read_revision(&rebased, Path::new(&revision.path)).ok()?;
    let expected = Revision { down_revision: vec![onto.to_owned()], ..revision.clone() };
    (Revision { docstring: String::new(), ..read } == Revision { docstring: String::new(), ..expected })
        .then_some(rebased)
}

/// The literal in `down_revision = 'x'`, annotated or not, or the one in a tuple or list of one.
fn down_revision(statement: &Stmt) -> Option<TextRange> {
    let (target, value) = match statement {
        Stmt::Assign(assign) => match &assign.targets[..] {
            [target] => (target, &*assign.value),
            _ => return None,
        },
        Stmt::AnnAssign(assign) => (&*assign.target, assign.value.as_deref()?),
        _ => return None,
    };
    let value = match value {
        Expr::Tuple(tuple) if tuple.elts.len() == 1 => &tuple.elts[0],
        Expr::List(list) if list.elts.len() == 1 => &list.elts[0],
        value => value,
    };
    match (target, value) {
        (Expr::Name(name), Expr::StringLiteral(literal)) if name.id == "down_revision" => Some(literal.range()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_literal_is_rewritten_and_nothing_else() {
        let rebased = |text: &str| {
            let revision = read_revision(text.as_bytes(), Path::new("b_x.py")).unwrap();
            rebase(text.as_bytes(), &revision, "new").map(|bytes| String::from_utf8(bytes).unwrap())
        };
        let text = "\u{feff}\"\"\"m\r\n\r\nRevises: old\r\n\"\"\"\r\nrevision = 'b'\r\ndown_revision: str = \"old\"  # é 'old'\r\n";
        let expected = text.replacen("Revises: old", "Revises: new", 1).replacen("\"old\"", "\"new\"", 1);
        assert_eq!(rebased(text).unwrap(), expected);
        assert_eq!(
            rebased("revision = 'b'\ndown_revision = ('old',)\n").unwrap(),
            "revision = 'b'\ndown_revision = ('new',)\n"
        );
        for left in [
            "x = 'old'\nrevision = 'b'\ndown_revision = x\n",
            "revision = 'b'\ndown_revision = None\n",
            "revision = 'b'\ndown_revision = 'o' 'ld'\n",
        ] {
            assert_eq!(rebased(left), None, "{left}");
        }
    }
}
