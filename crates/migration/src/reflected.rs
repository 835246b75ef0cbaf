//! Types of live columns as an inspector gives them: instances of SQLAlchemy's upper case classes.

use schema::Dialect;

use super::value::Value;

/// A type of the catalogue, and the classes that its instance has, the narrowest first.
const CLASSES: [(&str, &[&str]); 17] = [
    ("character varying", &["VARCHAR", "String"]),
    ("character", &["CHAR", "String"]),
    ("text", &["TEXT", "Text", "String"]),
    ("integer", &["INTEGER", "Integer"]),
    ("bigint", &["BIGINT", "BigInteger", "Integer"]),
    ("smallint", &["SMALLINT", "SmallInteger", "Integer"]),
    ("boolean", &["BOOLEAN", "Boolean"]),
    ("timestamp", &["TIMESTAMP", "DateTime"]),
    ("date", &["DATE", "Date"]),
    ("time", &["TIME", "Time"]),
    ("json", &["JSON"]),
    ("jsonb", &["JSONB", "JSON"]),
    ("uuid", &["UUID"]),
    ("numeric", &["NUMERIC", "Numeric"]),
    ("real", &["REAL", "Float", "Numeric"]),
    ("double precision", &["DOUBLE_PRECISION", "Float", "Numeric"]),
    ("bytea", &["BYTEA", "LargeBinary"]),
];

/// Other classes that none of these is an instance of.
const OTHERS: [&str; 8] = ["ARRAY", "CLOB", "ENUM", "Enum", "HSTORE", "INTERVAL", "Interval", "Unicode"];

/// A type without its length, its precision and its time zone.
fn base(kind: &str) -> &str {
    let kind = kind.split('(').next().unwrap_or_default();
    kind.strip_suffix(" without time zone").or_else(|| kind.strip_suffix(" with time zone")).unwrap_or(kind)
}

fn classes(kind: &str) -> Option<&'static [&'static str]> {
    let is_array = kind.ends_with(']');
    CLASSES.iter().find(|(known, _)| !is_array && *known == base(kind)).map(|(_, classes)| *classes)
}

/// `isinstance(column["type"], class)`, or one of several classes.
pub(super) fn is_instance(kind: &str, class: &Value, dialect: Dialect) -> Option<bool> {
    // SQLite takes any name for a type, and SQLAlchemy has classes of its own for some of them.
    if dialect != Dialect::PostgreSql {
        return None;
    }
    match class {
        Value::Tuple(all) => {
            let answers: Vec<Option<bool>> = all.iter().map(|class| is_instance(kind, class, dialect)).collect();
            if answers.contains(&Some(true)) {
                Some(true)
            } else {
                answers.into_iter().collect::<Option<Vec<_>>>().map(|_| false)
            }
        }
        Value::Outside(path) => {
            let (module, name) = path.rsplit_once('.')?;
            let own = matches!(module, "sqlalchemy" | "sqlalchemy.types" | "sqlalchemy.sql.sqltypes")
                || module.starts_with("sqlalchemy.dialects.postgresql");
            let is_one = classes(kind)?.contains(&name);
            let known = OTHERS.contains(&name) || CLASSES.iter().any(|(_, classes)| classes.contains(&name));
            (own && known).then_some(is_one)
        }
        _ => None,
    }
}

/// `str(column["type"])`, where each version of SQLAlchemy spells it alike.
pub(super) fn spelled(kind: &str) -> Option<String> {
    let plain = matches!(
        base(kind),
        "character varying"
            | "text"
            | "integer"
            | "bigint"
            | "smallint"
            | "boolean"
            | "date"
            | "json"
            | "jsonb"
            | "uuid"
    );
    let name = classes(kind).filter(|_| plain)?.first()?;
    Some(format!("{name}{}", kind.find('(').map_or("", |from| &kind[from..])))
}

/// `column["type"].length` and its like.
pub(super) fn attribute(kind: &str, name: &str) -> Value {
    let parameter = kind.split_once('(').and_then(|(_, rest)| rest.split_once(')')).map(|(inner, _)| inner);
    match name {
        "length" if matches!(base(kind), "character varying" | "character") => match parameter {
            Some(length) => length.parse().map_or(Value::Unknown, Value::Int),
            None => Value::None,
        },
        "length" if base(kind) == "text" => Value::None,
        "timezone" if matches!(base(kind), "timestamp" | "time") => Value::Bool(kind.ends_with(" with time zone")),
        _ => Value::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{facts_of, said};
    use schema::{Belief, State, Subject, TableSubject};

    #[test]
    fn the_type_of_a_live_column_answers_what_it_is() {
        let cases = [
            ("sa.String(40)", "isinstance(k, sa.VARCHAR)", Some(true)),
            ("sa.String(40)", "isinstance(k, sa.String) and k.length == 40", Some(true)),
            ("sa.String()", "k.length is None", Some(true)),
            ("sa.String(40)", "isinstance(k, (sa.Text, sa.Integer))", Some(false)),
            ("sa.String(40)", "str(k) == 'VARCHAR(40)'", Some(true)),
            ("sa.Text()", "isinstance(k, sa.Text)", Some(true)),
            ("sa.Text()", "isinstance(k, sa.VARCHAR)", Some(false)),
            ("sa.BigInteger()", "isinstance(k, sa.Integer)", Some(true)),
            ("sa.DateTime()", "isinstance(k, postgresql.TIMESTAMP)", Some(true)),
            ("sa.DateTime(timezone=True)", "k.timezone", Some(true)),
            ("postgresql.JSONB()", "isinstance(k, sa.JSON)", Some(true)),
            ("sa.JSON()", "'json' in str(k).lower()", Some(true)),
            ("sa.Text()", "isinstance(k, Own)", None),
            ("sa.Text()", "isinstance(k, mysql.LONGTEXT)", None),
            ("ask()", "isinstance(k, sa.Text)", None),
            ("sa.ARRAY(sa.Text())", "isinstance(k, sa.Text)", None),
        ];
        for (kind, question, answer) in cases {
            let body = format!(
                "from sqlalchemy.dialects import mysql, postgresql\n    \
                 op.create_table('t', sa.Column('a', {kind}))\n    \
                 k = [c for c in sa.inspect(op.get_bind()).get_columns('t') if c['name'] == 'a'][0]['type']\n    \
                 if {question}:\n        op.add_column('t', sa.Column('b', sa.Text()))"
            );
            let facts = facts_of(&body);
            let column = said(&facts, &Subject::Table("t".to_owned(), TableSubject::Column("b".to_owned())));
            let expected = match answer {
                Some(true) => Some(Belief::Known(State::Present)),
                Some(false) => None,
                None => Some(Belief::Unknown),
            };
            assert_eq!(column, expected, "{kind}: {question}");
        }
    }
}
