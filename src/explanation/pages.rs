//! The findings that levelhead itself names in a log.

use crate::findings::Kind;

/// The kind of the last finding that levelhead itself names in a log: `levelhead: error[CODE]: …`.
pub fn named_in(log: &str) -> Option<Kind> {
    log.lines().rev().find_map(|line| {
        let (_, rest) = line.split_once("levelhead: ")?;
        let rest = rest.strip_prefix("error[").or_else(|| rest.strip_prefix("warning["))?;
        let (code, _) = rest.split_once("]: ")?;
        Kind::of_code(code)
    })
}

#[cfg(test)]
mod tests {
    use super::named_in;
    use crate::findings::Kind;

    #[test]
    fn a_finding_is_read_from_a_log() {
        let log = "levelhead: warning[multiple-heads]: x\nlevelhead: error[unversioned]: y\nlevelhead: help: z\n";
        assert_eq!(named_in(log), Some(Kind::UNVERSIONED));
        assert_eq!(named_in("2026-11-23T10:15:01Z levelhead: warning[drift]: x"), Some(Kind::DRIFT));
        assert_eq!(named_in("levelhead: error: the upgrade failed: x"), None);
    }
}
