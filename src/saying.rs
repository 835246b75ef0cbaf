//! Messages on their way to the log.

use tracing::{error, info, warn};

use crate::help::Message;

/// Something that a log takes with its code, facts, help and notes as fields.
pub trait Say {
    /// Says it as something that stops.
    fn error(&self);

    /// Says it as something worth knowing.
    fn warn(&self);

    /// Says it as news.
    fn info(&self);
}

impl Say for Message {
    fn error(&self) {
        let (facts, help, note) = self.fields();
        error!(code = self.code, facts, help, note, "{}", self.what);
    }

    fn warn(&self) {
        let (facts, help, note) = self.fields();
        warn!(code = self.code, facts, help, note, "{}", self.what);
    }

    fn info(&self) {
        let (facts, help, note) = self.fields();
        info!(code = self.code, facts, help, note, "{}", self.what);
    }
}
