//! Column types of SQLAlchemy's neighbours, by package and name: each is one of SQLAlchemy's own, of some arguments.
//!
//! A type of a package that is not listed here is unknown, whatever it is called.

use super::spec::{Arguments, SqlType};
use super::sqltype;
use super::value::Value;
use schema::Dialect;

/// The type that a package's constructor makes. `None`: it is not the package's own.
pub(super) fn constructed(root: &str, name: &str, arguments: &Arguments, dialect: Dialect) -> Option<SqlType> {
    let text = match root {
        "sqlalchemy_utils" => return utils(name, arguments, dialect),
        "sqlmodel" => match name {
            "AutoString" => sqlalchemys("String", arguments.clone(), dialect),
            "GUID" => identifier(32, dialect),
            _ => return None,
        },
        "fastapi_users_db_sqlalchemy" | "fastapi_users_db_sqlmodel" => match name {
            "GUID" => identifier(36, dialect),
            "TIMESTAMPAware" => sqlalchemys("TIMESTAMP", with("timezone", Value::Bool(true)), dialect),
            _ => return None,
        },
        "citext" | "sqlalchemy_citext" if name == "CIText" => sqlalchemys("CITEXT", Arguments::default(), dialect),
        "pgvector" => match name {
            "Vector" | "VECTOR" => sized("vector", arguments),
            "HALFVEC" => sized("halfvec", arguments),
            "SPARSEVEC" => sized("sparsevec", arguments),
            "BIT" => return None,
            _ => None,
        },
        "geoalchemy2" => match name {
            "Geometry" | "Geography" => spatial(name, arguments),
            _ => None,
        },
        _ => return None,
    };
    Some(SqlType { text, enumeration: None })
}

fn utils(name: &str, arguments: &Arguments, dialect: Dialect) -> Option<SqlType> {
    let postgres = dialect == Dialect::PostgreSql;
    let flag = |at, name| arguments.get(at, name).map_or(Some(!arguments.open), Value::truth);
    // Its length is a parameter that goes by this name, and is this where it is not given.
    let text_of = |at: usize, name: &str, usual: i64| {
        let length = arguments.get(at, name).cloned();
        let length = if arguments.open { Value::Unknown } else { length.unwrap_or(Value::Int(usual)) };
        sqlalchemys("String", with("length", length), dialect)
    };
    let plain = |name: &str| sqlalchemys(name, Arguments::default(), dialect);
    let text = match name {
        // What they hold and how it is encrypted is theirs; the rest is the string's.
        "StringEncryptedType" => {
            let own = ["type_in", "key", "engine", "padding"];
            let given = |keyword: &&(String, Value)| !own.contains(&keyword.0.as_str());
            let keywords = arguments.keywords.iter().filter(given).cloned().collect();
            sqlalchemys("String", Arguments { keywords, open: arguments.open, ..Arguments::default() }, dialect)
        }
        "EncryptedType" => plain("LargeBinary"),
        "ArrowType" | "EnrichedDateTimeType" => {
            let zone = arguments.keyword("timezone").cloned();
            let zone = if arguments.open { Value::Unknown } else { zone.unwrap_or(Value::Bool(false)) };
            sqlalchemys("DateTime", with("timezone", zone), dialect)
        }
        "UUIDType" => match (flag(0, "binary"), flag(1, "native")) {
            (_, Some(true)) if postgres => plain("UUID"),
            (Some(true), Some(_)) if !postgres => Some("binary(16)".to_owned()),
            (Some(false), Some(_)) if !postgres => Some("char(32)".to_owned()),
            _ => None,
        },
        "EmailType" => text_of(0, "length", 255),
        "PhoneNumberType" => text_of(1, "max_length", 20),
        "IPAddressType" => text_of(0, "max_length", 50),
        "ColorType" => text_of(0, "max_length", 20),
        "CountryType" => text_of(usize::MAX, "", 2),
        "CurrencyType" => text_of(usize::MAX, "", 3),
        "LocaleType" => text_of(usize::MAX, "", 10),
        "TimezoneType" => text_of(usize::MAX, "", 50),
        "ChoiceType" => match arguments.get(1, "impl") {
            None | Some(Value::None) if !arguments.open => text_of(usize::MAX, "", 255),
            Some(Value::Type(kind)) => return Some((**kind).clone()),
            _ => None,
        },
        "URLType" | "ScalarListType" => plain("UnicodeText"),
        "JSONType" => plain(if postgres { "JSON" } else { "UnicodeText" }),
        "PasswordType" if postgres => plain("BYTEA"),
        "TSVectorType" if postgres => plain("TSVECTOR"),
        "LtreeType" | "LTREE" if postgres => Some("ltree".to_owned()),
        "IntRangeType" if postgres => plain("INT4RANGE"),
        "Int8RangeType" if postgres => plain("INT8RANGE"),
        "NumericRangeType" if postgres => plain("NUMRANGE"),
        "DateRangeType" if postgres => plain("DATERANGE"),
        "DateTimeRangeType" if postgres => plain("TSRANGE"),
        _ if name.ends_with("Type") => None,
        _ => return None,
    };
    Some(SqlType { text, enumeration: None })
}

/// One of SQLAlchemy's own types.
fn sqlalchemys(name: &str, arguments: Arguments, dialect: Dialect) -> Option<String> {
    sqltype::constructed(name, &arguments, dialect).flatten()
}

fn with(name: &str, value: Value) -> Arguments {
    Arguments { keywords: vec![(name.to_owned(), value)], ..Arguments::default() }
}

/// A UUID where there are some, else its text of this length.
fn identifier(length: u32, dialect: Dialect) -> Option<String> {
    Some(if dialect == Dialect::PostgreSql { "uuid".to_owned() } else { format!("char({length})") })
}

fn sized(base: &str, arguments: &Arguments) -> Option<String> {
    match arguments.get(0, "dim") {
        _ if arguments.open => None,
        None | Some(Value::None) => Some(base.to_owned()),
        Some(length) => Some(format!("{base}({})", length.integer()?)),
    }
}

/// `geometry(POINT,4326)` as the catalogue prints it, lower case.
fn spatial(name: &str, arguments: &Arguments) -> Option<String> {
    let kind = arguments.get(0, "geometry_type")?.text()?.to_lowercase();
    let srid = arguments.get(1, "srid")?.integer().filter(|srid| *srid > 0)?;
    // A dimension changes the name of the kind.
    let plain = !arguments.open && arguments.get(2, "dimension").is_none_or(|value| value.integer() == Some(2));
    plain.then(|| format!("{}({kind},{srid})", name.to_lowercase()))
}
