//! The names that a message is about.

/// The marks that servers put around names, in their languages.
const QUOTES: [(char, char); 6] = [('"', '"'), ('\'', '\''), ('»', '«'), ('«', '»'), ('„', '“'), ('“', '”')];

/// The last name in quotes; without any, the table of the name that the message's form leads to.
pub(super) fn whole(message: &str) -> Option<&str> {
    quoted(message).last().copied().or_else(|| {
        let plain = plain(message)?;
        Some(plain.rsplit_once('.').map_or(plain, |(table, _)| table))
    })
}

/// The first name in quotes; without any, what stands last in the name that the message's form leads to.
pub(super) fn object(message: &str) -> Option<&str> {
    let name = quoted(message).first().copied().or_else(|| plain(message))?;
    Some(name.rsplit('.').next().unwrap_or(name))
}

/// The names in quotes, of the first kind of quotes that the message holds; an apostrophe within a word is none.
pub(super) fn quoted(message: &str) -> Vec<&str> {
    let opens = |at: usize| !message[..at].ends_with(char::is_alphanumeric);
    let opening = message.char_indices().filter(|(at, _)| opens(*at));
    let opening = opening.filter_map(|(at, c)| Some((at, QUOTES.iter().find(|(open, _)| *open == c)?))).next();
    let Some((at, (open, close))) = opening else { return Vec::new() };
    let mut names = Vec::new();
    let mut rest = &message[at..];
    while let Some((name, after)) = rest.split_once(*open).and_then(|(_, after)| after.split_once(*close)) {
        names.push(name);
        rest = after;
    }
    names
}

/// SQLite quotes no names, and PostgreSQL none of a column that stands behind its table's.
fn plain(message: &str) -> Option<&str> {
    const FORMS: [(&str, &str); 7] = [
        ("table ", " already exists"),
        ("index ", " already exists"),
        ("duplicate column name: ", ""),
        ("no such table: ", ""),
        ("no such column: ", ""),
        ("no such index: ", ""),
        ("column ", " does not exist"),
    ];
    let name = FORMS.iter().find_map(|(before, after)| message.strip_prefix(before)?.strip_suffix(after))?;
    (!name.is_empty() && !name.contains(char::is_whitespace)).then_some(name)
}
