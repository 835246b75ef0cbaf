//! Types of PostgreSQL: what a change from one to another costs, and which rows it may break.

/// What `ALTER COLUMN … TYPE` does to the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TypeChange {
    /// Nothing: every value of the one is one of the other, byte for byte.
    Free,
    /// Each row is written anew.
    Rewrite,
    /// Nobody can say from the names: a domain, a type of an extension, or a time zone decides.
    Unknown,
}

/// A type taken apart: `character varying(20)` is `character varying` with 20.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spelled {
    /// Without its numbers, as the catalogue prints it.
    pub(super) base: String,
    /// Its numbers.
    pub(super) numbers: Vec<u32>,
}

/// The types of the server itself, as the catalogue prints them.
const BUILT_IN: &[&str] = &[
    "bigint",
    "bit",
    "bit varying",
    "boolean",
    "bytea",
    "character",
    "character varying",
    "cidr",
    "date",
    "double precision",
    "inet",
    "integer",
    "interval",
    "json",
    "jsonb",
    "macaddr",
    "money",
    "numeric",
    "real",
    "smallint",
    "text",
    "time with time zone",
    "time without time zone",
    "timestamp with time zone",
    "timestamp without time zone",
    "tsvector",
    "uuid",
    "xml",
];

/// Spellings that the catalogue prints otherwise.
const ALIASES: &[(&str, &str)] = &[
    ("int", "integer"),
    ("int4", "integer"),
    ("int8", "bigint"),
    ("int2", "smallint"),
    ("serial", "integer"),
    ("serial4", "integer"),
    ("bigserial", "bigint"),
    ("serial8", "bigint"),
    ("smallserial", "smallint"),
    ("bool", "boolean"),
    ("varchar", "character varying"),
    ("char varying", "character varying"),
    ("char", "character"),
    ("bpchar", "character"),
    ("decimal", "numeric"),
    ("float", "double precision"),
    ("float8", "double precision"),
    ("float4", "real"),
    ("timestamp", "timestamp without time zone"),
    ("timestamptz", "timestamp with time zone"),
    ("time", "time without time zone"),
    ("timetz", "time with time zone"),
    ("varbit", "bit varying"),
];

/// Whether the server gives a column of this type a sequence of its own.
#[must_use]
pub(super) fn is_serial(text: &str) -> bool {
    let bare = text.trim().to_lowercase();
    ["serial", "bigserial", "smallserial", "serial4", "serial8", "serial2"].contains(&bare.as_str())
}

impl Spelled {
    /// A type as SQL, an operation or the catalogue writes it.
    #[must_use]
    pub(super) fn of(text: &str) -> Self {
        let text = text.trim().to_lowercase().replace('"', "");
        let (before, rest) = text.split_once('(').unwrap_or((&text, ""));
        let (inside, after) = rest.split_once(')').unwrap_or((rest, ""));
        let numbers = inside.split(',').filter_map(|part| part.trim().parse().ok()).collect();
        let words = [before, after].join(" ");
        let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
        let words = words.strip_prefix("pg_catalog.").unwrap_or(&words);
        let base = ALIASES.iter().find(|(alias, _)| *alias == words).map_or(words, |(_, base)| base);
        Self { base: base.to_owned(), numbers }
    }

    /// Whether the server brings it along.
    #[must_use]
    pub(super) fn is_built_in(&self) -> bool {
        let element = self.base.trim_end_matches("[]");
        BUILT_IN.contains(&element)
    }

    /// How many characters fit; `None` where any number does, and for what is no text.
    #[must_use]
    pub(super) fn length(&self) -> Option<u32> {
        match self.base.as_str() {
            "character varying" => self.numbers.first().copied(),
            "character" => Some(self.numbers.first().copied().unwrap_or(1)),
            _ => None,
        }
    }

    fn is_text(&self) -> bool {
        matches!(self.base.as_str(), "text" | "character varying")
    }

    /// Whether it holds text, of a certain length or any.
    #[must_use]
    pub(super) fn holds_text(&self) -> bool {
        self.is_text() || self.base == "character"
    }

    /// The least and the greatest whole number that it takes.
    #[must_use]
    pub(super) fn range(&self) -> Option<(i64, i64)> {
        Some(match self.base.as_str() {
            "smallint" => (i64::from(i16::MIN), i64::from(i16::MAX)),
            "integer" => (i64::from(i32::MIN), i64::from(i32::MAX)),
            "bigint" => (i64::MIN, i64::MAX),
            _ => return None,
        })
    }

    fn precision(&self) -> u32 {
        self.numbers.first().copied().unwrap_or(6)
    }
}

/// What a change of type does to the rows where no USING says otherwise.
#[must_use]
pub(super) fn change(from: &str, to: &str, is_known: impl Fn(&str) -> bool) -> TypeChange {
    let (from, to) = (Spelled::of(from), Spelled::of(to));
    if from == to {
        return TypeChange::Free;
    }
    let known = |side: &Spelled| side.is_built_in() || is_known(&side.base);
    if !known(&from) || !known(&to) {
        return TypeChange::Unknown;
    }
    let is_free = match (from.base.as_str(), to.base.as_str()) {
        _ if from.is_text() && to.is_text() => match (from.length(), to.length()) {
            (_, None) => true,
            (Some(from), Some(to)) => from <= to,
            (None, Some(_)) => false,
        },
        ("bit varying", "bit varying") => match (from.numbers.first(), to.numbers.first()) {
            (_, None) => true,
            (Some(from), Some(to)) => from <= to,
            (None, Some(_)) => false,
        },
        ("numeric", "numeric") => match (from.numbers.as_slice(), to.numbers.as_slice()) {
            (_, []) => true,
            ([], _) => false,
            (from, to) => from[0] <= to[0] && from.get(1).unwrap_or(&0) == to.get(1).unwrap_or(&0),
        },
        ("timestamp with time zone", "timestamp without time zone")
        | ("timestamp without time zone", "timestamp with time zone") => return TypeChange::Unknown,
        (one, other) if one == other && (one.starts_with("time")) => from.precision() <= to.precision(),
        ("interval", "interval") => return TypeChange::Unknown,
        ("cidr", "inet") => true,
        _ => false,
    };
    if is_free { TypeChange::Free } else { TypeChange::Rewrite }
}

/// Whether the expression of a USING is the column itself, cast to its new type or not.
#[must_use]
pub(super) fn is_plain_cast(expression: &str, column: &str, to: &str) -> bool {
    let bare = expression.trim().trim_start_matches("USING").trim_start_matches("using").trim();
    let bare = bare.strip_prefix('(').and_then(|bare| bare.strip_suffix(')')).unwrap_or(bare);
    let (name, cast) = bare.split_once("::").map_or((bare, None), |(name, cast)| (name, Some(cast)));
    let name = name.trim().trim_matches('"');
    name == column && cast.is_none_or(|cast| Spelled::of(cast) == Spelled::of(to))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_change_of_type_costs() {
        let cases = [
            ("character varying(20)", "VARCHAR(30)", TypeChange::Free),
            ("character varying(20)", "text", TypeChange::Free),
            ("text", "character varying", TypeChange::Free),
            ("text", "varchar(10)", TypeChange::Rewrite),
            ("character varying(20)", "varchar(10)", TypeChange::Rewrite),
            ("character(20)", "text", TypeChange::Rewrite),
            ("integer", "bigint", TypeChange::Rewrite),
            ("numeric(10,2)", "numeric(12,2)", TypeChange::Free),
            ("numeric(10,2)", "numeric(12,4)", TypeChange::Rewrite),
            ("numeric(10,2)", "numeric", TypeChange::Free),
            ("timestamp(3) without time zone", "timestamp", TypeChange::Free),
            ("timestamp without time zone", "timestamp(0)", TypeChange::Rewrite),
            ("timestamp without time zone", "timestamptz", TypeChange::Unknown),
            ("citext", "text", TypeChange::Unknown),
            ("mood", "text", TypeChange::Rewrite),
        ];
        for (from, to, expected) in cases {
            assert_eq!(change(from, to, |name| name == "mood"), expected, "{from} to {to}");
        }
    }

    #[test]
    fn a_using_that_only_casts_is_seen() {
        assert!(is_plain_cast("USING name::varchar(10)", "name", "character varying(10)"));
        assert!(is_plain_cast("(\"name\")", "name", "text"));
        assert!(!is_plain_cast("lower(name)", "name", "text"));
        assert!(!is_plain_cast("name::integer", "name", "text"));
    }
}
