//! Column types: from SQLAlchemy's constructors and from SQL to the catalogue's own spelling.
//!
//! PostgreSQL's spelling is that of `format_type`; SQLite's is the declared text, lower case without blanks. Which
//! type a constructor becomes is SQLAlchemy's dialect compiler's rule.
//!
//! `postgres` is a table, one line a constructor.

use super::spec::Arguments;
use super::value::Value;
use schema::{Dialect, declared_type};

/// A parameter of a type.
enum Parameter {
    Absent,
    Number(i64),
    Unreadable,
}

fn parameter(arguments: &Arguments, position: usize, name: &str) -> Parameter {
    match arguments.get(position, name) {
        None if arguments.open => Parameter::Unreadable,
        None | Some(Value::None) => Parameter::Absent,
        Some(Value::Int(number)) => Parameter::Number(*number),
        Some(_) => Parameter::Unreadable,
    }
}

fn flag(arguments: &Arguments, position: usize, name: &str) -> Option<bool> {
    match arguments.get(position, name) {
        None => Some(false),
        Some(value) => value.truth(),
    }
}

/// The type that a constructor makes. The outer `None`: not a type that is known; the inner: its spelling is not.
pub(super) fn constructed(name: &str, arguments: &Arguments, dialect: Dialect) -> Option<Option<String>> {
    match dialect {
        Dialect::PostgreSql => postgres(name, arguments),
        Dialect::Sqlite => sqlite(name, arguments),
    }
}

fn sized(base: &str, parameter: Parameter) -> Option<String> {
    match parameter {
        Parameter::Absent => Some(base.to_owned()),
        Parameter::Number(length) => Some(format!("{base}({length})")),
        Parameter::Unreadable => None,
    }
}

fn numeric(arguments: &Arguments) -> Option<String> {
    match (parameter(arguments, 0, "precision"), parameter(arguments, 1, "scale")) {
        (Parameter::Absent, _) => Some("numeric".to_owned()),
        (Parameter::Number(precision), Parameter::Absent) => Some(format!("numeric({precision},0)")),
        (Parameter::Number(precision), Parameter::Number(scale)) => Some(format!("numeric({precision},{scale})")),
        _ => None,
    }
}

fn zoned(base: &str, arguments: &Arguments) -> Option<String> {
    let zone = if flag(arguments, 0, "timezone")? { "with" } else { "without" };
    let base = sized(base, parameter(arguments, 1, "precision"))?;
    Some(format!("{base} {zone} time zone"))
}

fn postgres(name: &str, arguments: &Arguments) -> Option<Option<String>> {
    let plain = |text: &str| Some(text.to_owned());
    Some(match name {
        "String" | "VARCHAR" | "NVARCHAR" | "Unicode" => sized("character varying", parameter(arguments, 0, "length")),
        "CHAR" | "NCHAR" => match parameter(arguments, 0, "length") {
            Parameter::Absent => plain("character(1)"),
            length => sized("character", length),
        },
        "Text" | "TEXT" | "UnicodeText" | "CLOB" | "LONGTEXT" | "MEDIUMTEXT" | "TINYTEXT" => plain("text"),
        "Integer" | "INTEGER" | "INT" | "MEDIUMINT" => plain("integer"),
        "BigInteger" | "BIGINT" => plain("bigint"),
        "SmallInteger" | "SMALLINT" | "TINYINT" => plain("smallint"),
        "Boolean" | "BOOLEAN" | "BOOL" => plain("boolean"),
        "DateTime" | "DATETIME" | "TIMESTAMP" => zoned("timestamp", arguments),
        "Date" | "DATE" => plain("date"),
        "Time" | "TIME" => zoned("time", arguments),
        "Float" | "FLOAT" => match parameter(arguments, 0, "precision") {
            Parameter::Absent => plain("double precision"),
            Parameter::Number(precision) => plain(if precision <= 24 { "real" } else { "double precision" }),
            Parameter::Unreadable => None,
        },
        "REAL" => plain("real"),
        "Double" | "DOUBLE" | "DOUBLE_PRECISION" => plain("double precision"),
        "Numeric" | "NUMERIC" | "DECIMAL" => numeric(arguments),
        "LargeBinary" | "Binary" | "BYTEA" | "BLOB" | "LONGBLOB" | "VARBINARY" | "BINARY" | "PickleType" => {
            plain("bytea")
        }
        "JSON" => plain("json"),
        "JSONB" => plain("jsonb"),
        "UUID" | "Uuid" => match arguments.keyword("native_uuid").map_or(Some(true), Value::truth) {
            Some(true) => plain("uuid"),
            Some(false) if name == "Uuid" => plain("character(32)"),
            Some(false) => plain("uuid"),
            None => None,
        },
        "HSTORE" | "TSVECTOR" | "TSQUERY" | "INET" | "CIDR" | "MACADDR" | "MACADDR8" | "OID" | "MONEY" | "REGCLASS"
        | "INT4RANGE" | "INT8RANGE" | "NUMRANGE" | "DATERANGE" | "TSRANGE" | "TSTZRANGE" | "INT4MULTIRANGE"
        | "INT8MULTIRANGE" | "NUMMULTIRANGE" | "DATEMULTIRANGE" | "TSMULTIRANGE" | "TSTZMULTIRANGE" | "CITEXT"
        | "JSONPATH" => Some(name.to_lowercase()),
        "INTERVAL" | "Interval" => match (arguments.keyword("fields"), arguments.keyword("precision")) {
            (None, None) => plain("interval"),
            _ => None,
        },
        "BIT" => match (parameter(arguments, 0, "length"), flag(arguments, 1, "varying")) {
            (length, Some(true)) => sized("bit varying", length),
            (Parameter::Absent, Some(false)) => plain("bit(1)"),
            (length, Some(false)) => sized("bit", length),
            (_, None) => None,
        },
        "NullType" | "TypeEngine" | "DOMAIN" => None,
        _ => return None,
    })
}

fn sqlite(name: &str, arguments: &Arguments) -> Option<Option<String>> {
    let plain = |text: &str| Some(text.to_owned());
    Some(match name {
        "String" | "VARCHAR" | "Unicode" => sized("varchar", parameter(arguments, 0, "length")),
        "NVARCHAR" => sized("nvarchar", parameter(arguments, 0, "length")),
        "CHAR" => sized("char", parameter(arguments, 0, "length")),
        "NCHAR" => sized("nchar", parameter(arguments, 0, "length")),
        "Text" | "TEXT" | "UnicodeText" => plain("text"),
        "CLOB" => plain("clob"),
        "Integer" | "INTEGER" | "INT" => plain("integer"),
        "BigInteger" | "BIGINT" => plain("bigint"),
        "SmallInteger" | "SMALLINT" => plain("smallint"),
        "Boolean" | "BOOLEAN" => plain("boolean"),
        "DateTime" | "DATETIME" | "Interval" => plain("datetime"),
        "TIMESTAMP" => plain("timestamp"),
        "Date" | "DATE" => plain("date"),
        "Time" | "TIME" => plain("time"),
        "Float" | "FLOAT" => plain("float"),
        "REAL" => plain("real"),
        "Double" | "DOUBLE" => plain("double"),
        "DOUBLE_PRECISION" => plain("doubleprecision"),
        "Numeric" | "NUMERIC" => match (parameter(arguments, 0, "precision"), parameter(arguments, 1, "scale")) {
            (Parameter::Number(precision), Parameter::Absent) => Some(format!("numeric({precision})")),
            _ => numeric(arguments),
        },
        "DECIMAL" => match (parameter(arguments, 0, "precision"), parameter(arguments, 1, "scale")) {
            (Parameter::Number(precision), Parameter::Absent) => Some(format!("decimal({precision})")),
            _ => numeric(arguments).map(|text| text.replace("numeric", "decimal")),
        },
        "LargeBinary" | "BLOB" | "PickleType" => plain("blob"),
        "BINARY" => sized("binary", parameter(arguments, 0, "length")),
        "VARBINARY" => sized("varbinary", parameter(arguments, 0, "length")),
        "JSON" => plain("json"),
        "Uuid" | "UUID" if name == "Uuid" || arguments.positional.is_empty() => {
            if name == "Uuid" {
                plain("char(32)")
            } else {
                plain("uuid")
            }
        }
        _ if postgres(name, arguments).is_some() => None,
        _ => return None,
    })
}

/// A type written in SQL, as the catalogue spells it; `None` when that cannot be told.
pub(super) fn spelled(text: &str, dialect: Dialect) -> Option<String> {
    let quoted = text.contains('"');
    let text = text.trim().to_lowercase().replace('"', "");
    match dialect {
        Dialect::Sqlite => Some(declared_type(&text)),
        // In quotes it is PostgreSQL's own type of one byte.
        Dialect::PostgreSql if text == "char" && quoted => Some(text),
        Dialect::PostgreSql => formatted(&text),
    }
}

fn formatted(text: &str) -> Option<String> {
    let mut base = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut array = "";
    while let Some(rest) = base.strip_suffix(']') {
        base = rest.rsplit_once('[')?.0.trim_end().to_owned();
        array = "[]";
    }
    if let Some(rest) = base.strip_suffix(" array") {
        base = rest.to_owned();
        array = "[]";
    }
    let base = base.strip_prefix("pg_catalog.").unwrap_or(&base).to_owned();
    let (base, parameters) = match (base.find('('), base.find(')')) {
        (Some(open), Some(close)) if open < close => {
            let inner = base[open + 1..close].replace(' ', "");
            (format!("{}{}", base[..open].trim_end(), &base[close + 1..]), Some(inner))
        }
        _ => (base, None),
    };
    let with = |name: &str| match &parameters {
        Some(inner) => format!("{name}({inner})"),
        None => name.to_owned(),
    };
    let time = |name: &str, zone: &str| format!("{} {zone} time zone", with(name));
    let text = match base.as_str() {
        "varchar" | "character varying" | "char varying" | "nvarchar" => with("character varying"),
        "char" | "character" | "bpchar" | "nchar" => match &parameters {
            Some(_) => with("character"),
            None if base == "bpchar" => base,
            None => "character(1)".to_owned(),
        },
        "int" | "int4" | "integer" | "serial" | "serial4" => "integer".to_owned(),
        "int8" | "bigint" | "bigserial" | "serial8" => "bigint".to_owned(),
        "int2" | "smallint" | "smallserial" | "serial2" => "smallint".to_owned(),
        "bool" | "boolean" => "boolean".to_owned(),
        "float8" | "double precision" => "double precision".to_owned(),
        "float4" | "real" => "real".to_owned(),
        "float" => match parameters.as_deref().map(str::parse::<u32>) {
            Some(Ok(precision)) if precision <= 24 => "real".to_owned(),
            _ => "double precision".to_owned(),
        },
        "decimal" | "numeric" | "dec" => match &parameters {
            Some(inner) if !inner.contains(',') => format!("numeric({inner},0)"),
            _ => with("numeric"),
        },
        "timestamptz" | "timestamp with time zone" => time("timestamp", "with"),
        "timestamp" | "timestamp without time zone" => time("timestamp", "without"),
        "timetz" | "time with time zone" => time("time", "with"),
        "time" | "time without time zone" => time("time", "without"),
        "varbit" | "bit varying" => with("bit varying"),
        "bit" => match &parameters {
            Some(_) => with("bit"),
            None => "bit(1)".to_owned(),
        },
        other => with(other),
    };
    Some(text + array)
}

/// Whether a column of this SQL type brings a sequence and NOT NULL along.
pub(super) fn is_serial(text: &str) -> bool {
    matches!(
        text.trim().to_lowercase().as_str(),
        "serial" | "bigserial" | "smallserial" | "serial2" | "serial4" | "serial8"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sql_types_come_out_as_format_type_spells_them() {
        let cases = [
            ("VARCHAR(10)", "character varying(10)"),
            ("int", "integer"),
            ("timestamptz", "timestamp with time zone"),
            ("TIMESTAMP (3) WITH TIME ZONE", "timestamp(3) with time zone"),
            ("timestamp", "timestamp without time zone"),
            ("numeric(10)", "numeric(10,0)"),
            ("numeric(10, 2)", "numeric(10,2)"),
            ("text[]", "text[]"),
            ("\"MyEnum\"", "myenum"),
            ("char", "character(1)"),
            ("float(24)", "real"),
            ("bigserial", "bigint"),
        ];
        for (text, expected) in cases {
            assert_eq!(spelled(text, Dialect::PostgreSql).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn an_unreadable_length_is_unknown_and_not_unbounded() {
        let arguments = Arguments { positional: vec![Value::Unknown], ..Arguments::default() };
        assert_eq!(constructed("String", &arguments, Dialect::PostgreSql), Some(None));
        assert_eq!(
            constructed("String", &Arguments::default(), Dialect::PostgreSql),
            Some(Some("character varying".into()))
        );
        assert_eq!(constructed("Nonsense", &arguments, Dialect::PostgreSql), None);
    }
}
