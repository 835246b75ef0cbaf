//! The database's URL: it begins with the name of its dialect, and that is all that is known of it.

use std::rc::Rc;

use ruff_python_ast::name::Name;

use super::Interpreter;
use super::value::{GAP, Value};

impl Interpreter<'_> {
    pub(super) fn url_attribute(&self, url: &Value, name: &Name) -> Value {
        match name.as_str() {
            "drivername" => Value::Fragment(format!("{}{GAP}", self.dialect().name()).into()),
            "get_backend_name" | "render_as_string" => Value::Method(Rc::new((url.clone(), name.clone()))),
            _ => Value::Unknown,
        }
    }

    pub(super) fn url_method(&self, name: &Name) -> Value {
        match name.as_str() {
            "get_backend_name" => Value::str(self.dialect().name()),
            "render_as_string" => Value::Fragment(format!("{}{GAP}", self.dialect().name()).into()),
            _ => Value::Unknown,
        }
    }
}

/// `startswith` of a text of which only the beginning is known.
pub(super) fn starts_with(fragment: &str, wanted: &Value) -> Option<bool> {
    let known = fragment.split(GAP).next().unwrap_or_default();
    let one = |wanted: &str| match (known.starts_with(wanted), wanted.starts_with(known)) {
        (true, _) => Some(true),
        (false, true) => None,
        (false, false) => Some(false),
    };
    match wanted {
        Value::Str(wanted) => one(wanted),
        Value::Tuple(all) => {
            let answers: Vec<Option<bool>> = all.iter().map(|wanted| starts_with(fragment, wanted)).collect();
            match answers.contains(&Some(true)) {
                true => Some(true),
                false => answers.into_iter().collect::<Option<Vec<_>>>().map(|_| false),
            }
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{facts_of, said};
    use schema::{Belief, State, Subject, TableSubject};

    #[test]
    fn a_url_tells_its_dialect_and_no_more() {
        let cases = [
            ("str(op.get_bind().engine.url).startswith('postgresql')", Some(true)),
            ("str(op.get_bind().engine.url).startswith('mysql')", Some(false)),
            ("str(op.get_bind().engine.url).startswith(('mysql', 'sqlite'))", Some(false)),
            ("not str(op.get_bind().engine.url).startswith('sqlite')", Some(true)),
            ("f'{op.get_bind().engine.url}'.startswith('sqlite')", None),
            ("str(op.get_bind().engine.url).startswith('postgresql+asyncpg')", None),
            ("'mysql' in str(op.get_bind().engine.url)", None),
            ("op.get_bind().engine.url.get_backend_name() == 'postgresql'", Some(true)),
            ("op.get_bind().engine.url.drivername.startswith('sqlite')", Some(false)),
            ("op.get_bind().engine.url.database == 'a'", None),
        ];
        for (question, answer) in cases {
            let body = format!(
                "op.create_table('t', sa.Column('a', sa.Text()))\n    \
                 if {question}:\n        op.add_column('t', sa.Column('b', sa.Text()))"
            );
            let column = said(&facts_of(&body), &Subject::Table("t".to_owned(), TableSubject::Column("b".to_owned())));
            let expected = match answer {
                Some(true) => Some(Belief::Known(State::Present)),
                Some(false) => None,
                None => Some(Belief::Unknown),
            };
            assert_eq!(column, expected, "{question}");
        }
    }
}
