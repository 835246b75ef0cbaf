//! Whether a reason is the one here.

use std::fmt;

/// Whether a reason is the one here, and what tells.
pub(super) enum Mark {
    So(Option<String>),
    MayBe(String),
    /// Nothing can tell, or it was not looked at.
    Untold(Option<String>),
    NotSo(Option<String>),
}

impl Mark {
    /// For the order: what is so comes first.
    pub(super) fn rank(&self) -> u8 {
        match self {
            Self::So(_) => 0,
            Self::MayBe(_) => 1,
            Self::Untold(_) => 2,
            Self::NotSo(_) => 3,
        }
    }

    /// `None` where nothing can tell.
    pub(super) fn is_so(&self) -> Option<bool> {
        match self {
            Self::So(_) => Some(true),
            Self::NotSo(_) => Some(false),
            Self::MayBe(_) | Self::Untold(_) => None,
        }
    }

    /// What tells, or why nothing does.
    pub(super) fn why(&self) -> Option<&str> {
        match self {
            Self::MayBe(why) => Some(why.as_str()),
            Self::So(why) | Self::NotSo(why) | Self::Untold(why) => why.as_deref(),
        }
    }
}

/// As it goes on after the reason's sentence.
impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let begins = match self {
            Self::So(_) => "This applies to you",
            Self::MayBe(_) => "This may apply to you",
            Self::NotSo(_) => "This does not apply to you",
            Self::Untold(None) => return Ok(()),
            Self::Untold(_) => "Unknown here",
        };
        match self.why() {
            Some(why) => write!(f, " {begins}: {why}."),
            None => write!(f, " {begins}."),
        }
    }
}
