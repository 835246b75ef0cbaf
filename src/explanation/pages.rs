//! The pages of the findings, as they are in `docs/findings/`: one for each code.

macro_rules! pages {
    ($($code:literal),* $(,)?) => {
        &[$(($code, include_str!(concat!("../../docs/findings/", $code, ".md")))),*]
    };
}

/// Every code that levelhead prints, with its page.
pub const PAGES: &[(&str, &str)] = pages![
    "at-head",
    "fresh-database",
    "behind",
    "unversioned",
    "pending-exists",
    "stamped-too-far",
    "half-applied",
    "unknown-revision",
    "ahead",
    "wrong-database",
    "no-revisions",
    "multiple-heads",
    "overlapping-rows",
    "narrow-version-column",
    "no-privilege",
    "read-only",
    "in-recovery",
    "unusable-version-table",
    "duplicate-rows",
    "invalid-index",
    "drift",
    "unreadable-migration",
    "missing-parent",
    "duplicate-revision",
    "cycle",
    "label-clash",
];

/// The page of a code.
pub fn page(code: &str) -> Option<&'static str> {
    PAGES.iter().find(|(known, _)| *known == code).map(|(_, page)| *page)
}

/// The first sentence of a page: what the finding is.
pub fn summary(page: &str) -> String {
    let paragraph = page.split("\n\n").nth(1).unwrap_or_default().replace('\n', " ");
    let end = paragraph.find(". ").map_or(paragraph.len(), |end| end + 1);
    paragraph[..end].to_owned()
}

/// The code of the last finding that levelhead itself names in a log: `levelhead: error: CODE: …`.
pub fn named_in(log: &str) -> Option<&'static str> {
    log.lines().rev().find_map(|line| {
        let (_, rest) = line.split_once("levelhead: ")?;
        let rest = rest.strip_prefix("error: ").or_else(|| rest.strip_prefix("warning: "))?;
        let (code, _) = rest.split_once(": ")?;
        PAGES.iter().find(|(known, _)| *known == code).map(|(known, _)| *known)
    })
}

#[cfg(test)]
mod tests {
    use super::{PAGES, named_in, page, summary};
    use crate::reconcile::Finding;

    #[test]
    fn every_finding_has_a_page() {
        for code in Finding::CODES {
            assert!(page(code).is_some(), "docs/findings/{code}.md is not among the pages");
        }
    }

    #[test]
    fn every_page_says_the_same_things_in_the_same_order() {
        for (code, page) in PAGES {
            assert!(page.starts_with(&format!("# {code}\n\n")), "{code}");
            assert!(summary(page).len() > 20, "{code}: {}", summary(page));
            let headings: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("## ")).collect();
            let run = headings.iter().position(|heading| *heading == "What run does");
            assert!(headings[0].starts_with("What it looks like") && run.is_some(), "{code}: {headings:?}");
            assert_eq!(headings.last(), Some(&"How to undo it"), "{code}");
            let after = headings[run.unwrap() + 1..]
                .iter()
                .any(|heading| heading.starts_with("What to do") || heading.starts_with("If "));
            assert!(after, "{code}: {headings:?}");
        }
    }

    #[test]
    fn a_finding_is_read_from_a_log() {
        let log = "levelhead: warning: multiple-heads: x\nlevelhead: error: unversioned: tables are there\nlevelhead: next: y\n";
        assert_eq!(named_in(log), Some("unversioned"));
        assert_eq!(named_in("2026-11-23T10:15:01Z levelhead: warning: drift: x"), Some("drift"));
        assert_eq!(named_in("levelhead: error: the upgrade failed: x"), None);
    }
}
