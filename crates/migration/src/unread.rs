//! What of a migration could not be read, and where it stands.

use super::{Interpreter, Unread, UnreadKind};

/// More is not said of one revision.
const SAID: usize = 50;

impl Interpreter<'_> {
    /// Notes something that could not be read and that may have changed anything of that kind.
    pub(super) fn unread(&mut self, kind: UnreadKind, what: impl Into<String>) {
        self.note_unread(kind, what.into(), kind != UnreadKind::Data);
    }

    /// Notes something that could not be read, whose table or object is in doubt already.
    pub(super) fn unread_part(&mut self, what: impl Into<String>) {
        self.note_unread(UnreadKind::Schema, what.into(), false);
    }

    /// Notes a construct that is not followed exactly: from here on what is read may be other than what is done.
    pub(super) fn misread(&mut self, what: impl Into<String>) {
        self.misread = true;
        self.data = true;
        self.note_unread(UnreadKind::Either, what.into(), true);
    }

    fn note_unread(&mut self, kind: UnreadKind, what: String, reaches_others: bool) {
        let unread = Unread { kind, what, line: self.line(), reaches_others };
        if self.unread.len() < SAID && !self.unread.contains(&unread) {
            self.unread.push(unread);
        }
    }
}
