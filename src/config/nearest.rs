//! What an unknown variable was probably meant to be.

use strsim::{damerau_levenshtein, jaro_winkler};

use super::SETTINGS;

/// More answers than this are none.
const MOST: usize = 4;

/// How far a name is from a setting's, the nearest first; the number in each tells two of one kind apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Distance {
    /// A typing error, of so many letters.
    Mistyped(usize),
    /// The whole words that one of them begins with are the other: `WAIT` of `WAIT_TIMEOUT`.
    Begun,
    /// A word in common, and so many that are not.
    Related(usize),
    /// Letters in common; how many, in thousandths, are not.
    Alike(u16),
}

/// The variables nearest to the unknown one, all that are equally near; none where nothing is near.
pub(super) fn nearest(unknown: &str) -> Vec<&'static str> {
    let given = bare(unknown);
    let mut found: Vec<(Distance, &str)> = Vec::new();
    for setting in SETTINGS {
        let Some(variable) = setting.variable else { continue };
        let spellings = [bare(variable), setting.flag.replace('-', "_")];
        let near = spellings.iter().filter_map(|known| distance(&given, known)).min();
        found.extend(near.map(|near| (near, variable)));
    }
    let least = found.iter().map(|&(distance, _)| distance).min();
    found.into_iter().filter(|&(near, _)| Some(near) == least).map(|(_, variable)| variable).take(MOST).collect()
}

/// A variable without levelhead's name before it.
fn bare(variable: &str) -> String {
    variable.trim_start_matches(super::environment::PREFIX).to_ascii_lowercase()
}

fn distance(given: &str, known: &str) -> Option<Distance> {
    let edits = damerau_levenshtein(given, known);
    if edits <= (given.len().min(known.len()) / 4).max(1) {
        return Some(Distance::Mistyped(edits));
    }
    let begins = |long: &str, short: &str| long.strip_prefix(short).is_some_and(|rest| rest.starts_with('_'));
    if begins(known, given) || begins(given, known) {
        return Some(Distance::Begun);
    }
    let (ours, theirs): (Vec<&str>, Vec<&str>) = (words(given).collect(), words(known).collect());
    let shared = ours.iter().filter(|one| theirs.iter().any(|other| is_same_word(one, other))).count();
    if shared > 0 {
        return Some(Distance::Related((ours.len() + theirs.len()).saturating_sub(2 * shared)));
    }
    let likeness = jaro_winkler(given, known);
    (likeness > 0.7).then_some(Distance::Alike(((1.0 - likeness) * 1000.0) as u16))
}

fn words(name: &str) -> impl Iterator<Item = &str> {
    name.split('_').filter(|word| !word.is_empty())
}

/// The same, mistyped, or cut short: `migration`, `dir`.
fn is_same_word(one: &str, other: &str) -> bool {
    let (short, long) = if one.len() < other.len() { (one, other) } else { (other, one) };
    one == other || (short.len() > 2 && (long.starts_with(short) || damerau_levenshtein(one, other) <= short.len() / 4))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_variable_names_each_of_the_nearest() {
        let cases: [(&str, &[&str]); 22] = [
            // Mistyped.
            ("WAIT_TIMOUT", &["LEVELHEAD_WAIT_TIMEOUT"]),
            ("WIAT_TIMEOUT", &["LEVELHEAD_WAIT_TIMEOUT"]),
            ("LOCKTIMEOUT", &["LEVELHEAD_LOCK_TIMEOUT"]),
            ("ON_FAILUER", &["LEVELHEAD_ON_FAILURE"]),
            ("log", &["LEVELHEAD_LOG"]),
            ("MODES", &["LEVELHEAD_MODE"]),
            // The beginning of one, or more than one.
            ("WAIT", &["LEVELHEAD_WAIT_TIMEOUT"]),
            ("RETRY", &["LEVELHEAD_RETRY_AUTHENTICATION"]),
            ("LOG_LEVEL", &["LEVELHEAD_LOG"]),
            ("LOCK_TIMEOUT_SECONDS", &["LEVELHEAD_LOCK_TIMEOUT"]),
            ("VERSION", &["LEVELHEAD_VERSION_TABLE", "LEVELHEAD_VERSION_TABLE_SCHEMA"]),
            ("UPGRADE", &["LEVELHEAD_UPGRADE_COMMAND", "LEVELHEAD_UPGRADE_TIMEOUT"]),
            // A word of it.
            (
                "TIMEOUT",
                &[
                    "LEVELHEAD_WAIT_TIMEOUT",
                    "LEVELHEAD_RENDER_TIMEOUT",
                    "LEVELHEAD_LOCK_TIMEOUT",
                    "LEVELHEAD_UPGRADE_TIMEOUT",
                ],
            ),
            (
                "CONNECT_TIMEOUT",
                &[
                    "LEVELHEAD_WAIT_TIMEOUT",
                    "LEVELHEAD_RENDER_TIMEOUT",
                    "LEVELHEAD_LOCK_TIMEOUT",
                    "LEVELHEAD_UPGRADE_TIMEOUT",
                ],
            ),
            ("SCHEMA", &["LEVELHEAD_VERSION_TABLE_SCHEMA"]),
            ("AHEAD", &["LEVELHEAD_ON_AHEAD"]),
            ("MIGRATIONS_DIR", &["LEVELHEAD_MIGRATIONS"]),
            ("DB_URL", &["DATABASE_URL"]),
            // Those that the ecosystem has named, by their names or their flags'.
            ("DATABASE_URL", &["DATABASE_URL"]),
            ("SKIP_UPGRADE", &["SKIP_DB_UPGRADE"]),
            ("CONFIG", &["ALEMBIC_CONFIG"]),
            // Nothing.
            ("XYZZY_PLUGH", &[]),
        ];
        for (given, expected) in cases {
            assert_eq!(nearest(&format!("LEVELHEAD_{given}")), expected, "{given}");
        }
    }

    #[test]
    fn every_setting_is_nearest_to_its_own_name_with_a_letter_lost_anywhere() {
        for variable in SETTINGS.iter().filter_map(|setting| setting.variable) {
            let name = bare(variable);
            for lost in 0..name.len() {
                let mistyped = format!("LEVELHEAD_{}{}", &name[..lost], &name[lost + 1..]);
                assert!(nearest(&mistyped).contains(&variable), "{mistyped}");
            }
        }
    }
}
