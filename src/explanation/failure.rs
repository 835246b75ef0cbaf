//! One error that a text tells of, before it is known which of them counts.

use super::{Cause, names};

/// The longest part of a line that is repeated.
const LONGEST: usize = 300;

/// An error and its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) cause: Cause,
    pub(super) message: String,
    /// The last line of the application's own code in its traceback.
    pub(super) place: Option<String>,
    /// What a `KeyError` is about.
    pub(super) key: Option<String>,
    /// Whether no frame shows who has looked the key up.
    pub(super) is_bare: bool,
    /// Whether it was raised to tell of the one before in other words.
    pub(super) says_it_again: bool,
}

/// The failure that counts, the last one that does not only follow from one before it, with its line; and what the others say.
pub(super) fn last(all: impl IntoIterator<Item = (usize, Failure)>) -> (Option<(usize, Failure)>, Vec<String>) {
    let mut found: Option<(usize, Failure)> = None;
    let mut others = Vec::new();
    for (at, failure) in all {
        found = Some(match found {
            Some((first, earlier)) if failure.follows_from(&earlier) => (first, earlier.told_again(failure)),
            Some((_, earlier)) => {
                others.push(earlier.message);
                (at, failure)
            }
            None => (at, failure),
        });
    }
    (found, others)
}

impl Failure {
    /// An error of which a line alone tells.
    pub(super) fn new(cause: Cause, message: impl AsRef<str>) -> Self {
        let message = message.as_ref().trim().chars().take(LONGEST).collect();
        Self { cause, message, place: None, key: None, is_bare: false, says_it_again: false }
    }

    /// Whether it only tells again, or of what comes of, one that was said before.
    pub(super) fn follows_from(&self, earlier: &Self) -> bool {
        let is_vague = self.cause.is_one_of(&[Cause::UNKNOWN, Cause::FAULT, Cause::MISSING_KEY]);
        let is_of_revision = || self.key.is_some() && self.key.as_deref() == names::whole(&earlier.message);
        let is_of_variable = earlier.cause.is_one_of(&[Cause::MISSING_VARIABLE, Cause::NO_URL]);
        match () {
            // Alembic warns of the files, and then does not find the revision.
            () if earlier.cause == Cause::MISSING_PARENT && is_of_revision() => true,
            // A library looks a variable up, and says in words of its own that it is missing.
            () if is_of_variable && self.message == earlier.message => self.says_it_again,
            // pg8000 says only that it has no connection; why stands in the exception before it.
            () if self.cause == Cause::CANNOT_CONNECT
                && self.message.starts_with("Can't create a connection to host") =>
            {
                earlier.cause.is_one_of(&[Cause::HOST_UNKNOWN, Cause::TIMED_OUT, Cause::NO_ROUTE])
            }
            // Raised while the first one was handled, or from it, to tell of it in other words.
            () if is_vague && self.says_it_again => true,
            () => self.cause.follows_from(earlier.cause),
        }
    }

    /// The same, where a later one has told of it again: the frames of the first begin where it was handled.
    pub(super) fn told_again(self, later: Self) -> Self {
        Self { place: self.place.or(later.place.filter(|_| later.says_it_again)), ..self }
    }
}
