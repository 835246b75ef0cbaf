//! Whether the server will listen where the platform looks.

use std::ffi::OsStr;

use super::import::Facts;
use crate::config::Config;
use crate::report::Check;

/// What gunicorn says of itself, held against PORT.
pub(super) fn check(config: &Config, facts: &Facts) -> Option<Check> {
    const NAME: &str = "listens";
    if facts.addresses.is_empty() {
        return None;
    }
    let shown = facts.addresses.join(", ");
    let port = config.surroundings.port.as_deref().and_then(OsStr::to_str).map(|port| format!(":{}", port.trim()));
    let at_port = |address: &&String| port.as_ref().is_none_or(|port| address.ends_with(port.as_str()));
    let text = format!("gunicorn will listen at {shown}");
    let next = "gunicorn --bind 0.0.0.0:$PORT …, expanded by a shell, or leave --bind out";
    Some(match facts.addresses.iter().find(at_port) {
        None => Check::warn(NAME, format!("{text}, and PORT is another"), next),
        Some(address) if address.starts_with("127.") && port.is_some() => {
            Check::warn(NAME, format!("{text}, where nobody outside of this container reaches it"), next)
        }
        Some(_) => Check::pass(NAME, text),
    })
}
