//! The findings that levelhead itself names in a log.

use crate::findings::Kind;

/// A finding that levelhead itself names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) kind: Kind,
    /// Its line.
    pub(super) at: usize,
    /// Whether it is why nothing was started, and not a warning.
    pub(super) is_error: bool,
}

/// The last finding that levelhead names: `levelhead: error[CODE]: …`, `levelhead: error: CODE: …`; an error before a warning.
pub(super) fn named(lines: &[&str]) -> Option<Named> {
    let all = || lines.iter().enumerate().rev().filter_map(|(at, line)| one(line, at));
    all().find(|named| named.is_error).or_else(|| all().next())
}

fn one(line: &str, at: usize) -> Option<Named> {
    let (_, rest) = line.split_once("levelhead: ")?;
    let is_error = rest.starts_with("error");
    let rest = rest.strip_prefix("error").or_else(|| rest.strip_prefix("warning"))?;
    let code = match rest.strip_prefix('[') {
        Some(code) => code.split(']').next()?,
        None => rest.strip_prefix(": ")?.split(": ").next()?,
    };
    Some(Named { kind: Kind::of_code(code)?, at, is_error })
}

#[cfg(test)]
mod tests {
    use super::named;
    use crate::findings::Kind;

    #[test]
    fn a_finding_is_read_from_a_log() {
        let kind = |log: &str| named(&log.lines().collect::<Vec<_>>()).map(|named| (named.kind, named.is_error));
        let log = "levelhead: error: unversioned: tables are there\nlevelhead: warning: multiple-heads: x\nlevelhead: next: y\n";
        assert_eq!(kind(log), Some((Kind::UNVERSIONED, true)));
        assert_eq!(kind("levelhead: error[unversioned]: tables are there"), Some((Kind::UNVERSIONED, true)));
        assert_eq!(kind("2026-11-23T10:15:01Z levelhead: warning: drift: x"), Some((Kind::DRIFT, false)));
        assert_eq!(kind("levelhead: error: the upgrade failed: x"), None);
    }
}
