//! Lines and separators of a source text. As `str` finds them, without the tables that it makes for each search: a header has
//! dozens, all of them short, and there are thousands of headers.

use memchr::{memchr, memchr_iter};

/// Where `what`, which is not empty, first stands in `text`.
fn find(text: &str, what: &str) -> Option<usize> {
    let (text, what) = (text.as_bytes(), what.as_bytes());
    // Spaces are everywhere: what stands behind them is looked for.
    let anchor = what.iter().position(|&byte| byte != b' ').unwrap_or(0);
    let mut from = anchor;
    loop {
        let at = from + memchr(what[anchor], text.get(from..)?)?;
        if text[at - anchor..].starts_with(what) {
            return Some(at - anchor);
        }
        from = at + 1;
    }
}

/// As [`str::split_once`].
pub(super) fn split_once<'a>(text: &'a str, separator: &str) -> Option<(&'a str, &'a str)> {
    let at = find(text, separator)?;
    Some((&text[..at], &text[at + separator.len()..]))
}

/// What stands before the first `separator`, or everything.
pub(super) fn before<'a>(text: &'a str, separator: &str) -> &'a str {
    split_once(text, separator).map_or(text, |(before, _)| before)
}

/// What stands between the separators.
pub(super) fn split<'a>(text: &'a str, separator: &'static str) -> impl Iterator<Item = &'a str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let (item, others) = split_once(text, separator).map_or((text, None), |(item, others)| (item, Some(others)));
        rest = others;
        Some(item)
    })
}

/// Where each line begins.
pub(super) fn line_starts(text: &str) -> impl Iterator<Item = usize> {
    std::iter::once(0).chain(memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1))
}

/// The line that begins at `start`, without its end.
pub(super) fn line_at(text: &str, start: usize) -> &str {
    let text = &text[start..];
    &text[..memchr(b'\n', text.as_bytes()).unwrap_or(text.len())]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_finds_what_str_finds() {
        let texts = [
            "",
            "\n",
            "a",
            "a\nb",
            "a\n\nb\n",
            "\"\"\"\"a\"\"\"",
            "ä = ö = ü",
            " = ",
            "a, b,c, ",
            "= =  = x",
            " =",
            "= ä = ",
        ];
        for text in texts {
            for separator in ["\n", "\n\n", "\"\"\"", " = ", "  ", ", ", "ö"] {
                assert_eq!(split_once(text, separator), text.split_once(separator), "{text:?} {separator:?}");
                assert_eq!(Some(before(text, separator)), text.split(separator).next(), "{text:?} {separator:?}");
                let all: Vec<&str> = split(text, separator).collect();
                assert_eq!(all, text.split(separator).collect::<Vec<_>>(), "{text:?} {separator:?}");
            }
            let lines: Vec<&str> = line_starts(text).map(|start| line_at(text, start)).collect();
            assert_eq!(lines, text.split('\n').collect::<Vec<_>>(), "{text:?}");
        }
    }
}
