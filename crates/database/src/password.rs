//! A password that cannot be printed. Nothing else in the program may hold one as a plain string.

use std::fmt;

/// A password, or another secret word; `Debug` and `Display` show three stars.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

impl Password {
    /// Takes the secret out of sight.
    #[must_use]
    pub fn new(secret: impl Into<String>) -> Self {
        Self(secret.into())
    }

    /// The secret itself: only for the handshake with the server, and the environment of pg_dump.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Drivers take an empty password as none at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl fmt::Display for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}
