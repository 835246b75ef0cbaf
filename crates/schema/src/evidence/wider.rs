//! Whether a PostgreSQL type takes every value of another one.

/// Types of whole numbers, each of which takes all of those before it.
const WHOLE: [&str; 3] = ["smallint", "integer", "bigint"];

/// Whether a column of the type `is` takes whatever one of the type `was` took. Types are as the catalogue prints them.
pub(super) fn takes_all(was: &str, is: &str) -> bool {
    let ((was, limits), (is, room)) = (parts(was), parts(is));
    let rank = |kind: &str| WHOLE.iter().position(|whole| *whole == kind);
    match (was, is) {
        ("numeric", "numeric") => match (limits.as_slice(), room.as_slice()) {
            (_, []) => true,
            ([digits, scale], [more, finer]) => finer >= scale && more - finer >= digits - scale,
            _ => limits == room,
        },
        (_, "numeric") if rank(was).is_some() => room.is_empty(),
        ("real", "double precision") | ("json", "jsonb") => true,
        _ if rank(was).is_some() && rank(is).is_some() => rank(was) <= rank(is),
        _ if is_text(was) && is_text(is) => match (limits.first(), room.first()) {
            (_, None) => true,
            (Some(limit), Some(room)) => limit <= room,
            (None, Some(_)) => false,
        },
        _ => was == is && limits == room,
    }
}

fn is_text(kind: &str) -> bool {
    ["text", "character varying", "character"].contains(&kind)
}

/// A type's name and the numbers in brackets behind it.
fn parts(kind: &str) -> (&str, Vec<i64>) {
    let split = kind.strip_suffix(')').and_then(|kind| kind.split_once('('));
    match split {
        Some((name, numbers)) if numbers.split(',').all(|number| number.trim().parse::<i64>().is_ok()) => {
            (name.trim(), numbers.split(',').filter_map(|number| number.trim().parse().ok()).collect())
        }
        _ => (kind, Vec::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::takes_all;

    #[test]
    fn a_wider_type_takes_all_and_a_narrower_one_does_not() {
        for (was, is, takes) in [
            ("integer", "bigint", true),
            ("bigint", "integer", false),
            ("integer", "numeric", true),
            ("character varying(50)", "character varying(100)", true),
            ("character varying(50)", "text", true),
            ("character varying(50)", "character varying(20)", false),
            ("text", "character varying(200)", false),
            ("numeric(10,2)", "numeric(12,2)", true),
            ("numeric(10,2)", "numeric(10,4)", false),
            ("numeric(10,2)", "numeric", true),
            ("numeric", "numeric(10,2)", false),
            ("integer", "text", false),
            ("timestamp without time zone", "timestamp with time zone", false),
            ("stock.mood", "stock.mood", true),
        ] {
            assert_eq!(takes_all(was, is), takes, "{was} to {is}");
        }
    }
}
