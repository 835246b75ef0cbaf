//! Which extension of PostgreSQL an object that is missing belongs to.

/// Types, access methods and classes of operators as they stand in quotes, functions with their bracket; each with its extension.
const OBJECTS: [(&str, &[&str]); 15] = [
    (
        "vector",
        &[
            "vector\"",
            "halfvec\"",
            "sparsevec\"",
            "hnsw\"",
            "ivfflat\"",
            "vector_l2_ops",
            "vector_cosine_ops",
            "vector_ip_ops",
        ],
    ),
    ("postgis_raster", &["raster\""]),
    (
        "postgis",
        &["geometry\"", "geography\"", "geometry(", "geography(", "box2d\"", " st_", ".st_", "addgeometrycolumn("],
    ),
    ("citext", &["citext\""]),
    ("hstore", &["hstore\"", "hstore("]),
    ("ltree", &["ltree\"", "lquery\""]),
    ("uuid-ossp", &["uuid_generate_v1(", "uuid_generate_v1mc(", "uuid_generate_v4(", "uuid_generate_v5(", "uuid_nil("]),
    ("pgcrypto", &["gen_random_uuid(", "gen_random_bytes(", "crypt(", "gen_salt(", "digest(", "pgp_sym_encrypt("]),
    ("pg_trgm", &["gin_trgm_ops\"", "gist_trgm_ops\"", " similarity(", ".similarity(", "word_similarity("]),
    ("unaccent", &["unaccent("]),
    ("btree_gin", &["method \"gin\""]),
    ("btree_gist", &["method \"gist\""]),
    ("tablefunc", &["crosstab("]),
    ("fuzzystrmatch", &["levenshtein(", "soundex(", "metaphone("]),
    ("timescaledb", &["create_hypertable(", "time_bucket("]),
];

/// The extension that has what the server says is missing, or that it says is none.
pub(super) fn of(words: &str) -> Option<&str> {
    if let Some(name) = words.strip_prefix("extension \"").and_then(|rest| rest.split_once('"')) {
        return Some(name.0);
    }
    if let Some(name) = words.split_once("/extension/").and_then(|(_, rest)| rest.split_once(".control")) {
        return Some(name.0);
    }
    if let Some(name) =
        words.strip_prefix("permission denied to create extension \"").and_then(|rest| rest.split_once('"'))
    {
        return Some(name.0);
    }
    let begins = |at: usize| !words[..at].ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
    let names = |object: &&str| {
        let is_whole = object.starts_with([' ', '.']) || object.contains("method");
        words.to_ascii_lowercase().match_indices(*object).any(|(at, _)| is_whole || begins(at))
    };
    OBJECTS.iter().find(|(_, objects)| objects.iter().any(names)).map(|(name, _)| *name)
}

/// Whether one is known.
pub(super) fn is_known(words: &str) -> bool {
    of(words).is_some()
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn an_object_leads_to_its_extension() {
        for (words, extension) in [
            ("type \"vector\" does not exist", Some("vector")),
            ("type \"public.geometry\" does not exist", Some("postgis")),
            ("function uuid_generate_v4() does not exist", Some("uuid-ossp")),
            ("function public.st_transform(geometry, integer) does not exist", Some("postgis")),
            ("operator class \"gin_trgm_ops\" does not exist for access method \"gin\"", Some("pg_trgm")),
            ("data type text has no default operator class for access method \"gin\"", Some("btree_gin")),
            ("permission denied to create extension \"postgis\"", Some("postgis")),
            (
                "could not open extension control file \"/usr/share/postgresql/15/extension/vector.control\": x",
                Some("vector"),
            ),
            ("type \"order_vector\" does not exist", None),
            ("function decrypt_all(text) does not exist", None),
            ("type \"status\" does not exist", None),
        ] {
            assert_eq!(of(words), extension, "{words}");
        }
    }
}
