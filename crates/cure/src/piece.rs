//! The definitions between the parentheses of a `CREATE TABLE`, each as it is spelled.

/// Each column and constraint, in order; `None` where the statement does not come apart for certain.
pub(crate) fn pieces(sql: &str) -> Option<Vec<String>> {
    let is_table = sql.split_whitespace().take(4).any(|word| word.eq_ignore_ascii_case("TABLE"));
    if !is_table || sql.contains("--") || sql.contains("/*") || sql.contains('$') {
        return None;
    }
    let body = &sql[sql.find('(')? + 1..];
    let (mut pieces, mut piece, mut depth) = (Vec::new(), String::new(), 0);
    let mut quote = None;
    for character in body.chars() {
        match (quote, character) {
            (Some(open), _) if open == character => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(character),
            (None, '(') => depth += 1,
            (None, ')') if depth == 0 => {
                pieces.push(piece.trim().to_owned());
                return Some(pieces);
            }
            (None, ')') => depth -= 1,
            (None, ',') if depth == 0 => {
                pieces.push(std::mem::take(&mut piece).trim().to_owned());
                continue;
            }
            _ => {}
        }
        piece.push(character);
    }
    None
}

/// The name that a definition begins with.
pub(crate) fn first_name(piece: &str) -> Option<String> {
    match piece.strip_prefix('"') {
        Some(quoted) => Some(quoted.split_once('"')?.0.to_owned()),
        None => Some(piece.split_whitespace().next()?.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_comes_apart_at_its_own_commas() {
        let sql = "CREATE TABLE t (\n  a NUMERIC(6, 2) DEFAULT 'x,)' NOT NULL, \n  \"b c\" TEXT, CHECK (a IN (1, 2))\n) WITH (f = 1)";
        let found = pieces(sql).unwrap();
        assert_eq!(found, ["a NUMERIC(6, 2) DEFAULT 'x,)' NOT NULL", "\"b c\" TEXT", "CHECK (a IN (1, 2))"]);
        assert_eq!(first_name(&found[1]).as_deref(), Some("b c"));
        assert_eq!(pieces("CREATE TABLE t (a INTEGER -- , b\n)"), None);
        assert_eq!(pieces("CREATE INDEX i ON t (a)"), None);
    }
}
