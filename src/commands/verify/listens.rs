//! Whether the server will listen where the platform looks.

use std::ffi::OsStr;

use super::import::Facts;
use crate::config::Config;
use crate::report::Check;

/// What gunicorn says of itself, held against PORT.
pub(super) fn check(config: &Config, facts: &Facts) -> Option<Check> {
    const NAME: &str = "listens";
    let choose = "name a port of 1-65535, or leave --bind out: gunicorn takes PORT";
    if let Some(reason) = &facts.refused {
        let reason = reason.trim_end_matches('.');
        return Some(Check::fail(NAME, format!("gunicorn refuses the address to listen at: {reason}"), choose));
    }
    if facts.addresses.is_empty() {
        return None;
    }
    let shown = facts.addresses.join(", ");
    let port = config.surroundings.port.as_deref().and_then(OsStr::to_str).map(|port| format!(":{}", port.trim()));
    let at_port = |address: &&String| port.as_ref().is_none_or(|port| address.ends_with(port.as_str()));
    let text = format!("gunicorn will listen at {shown}");
    let next = "gunicorn --bind 0.0.0.0:$PORT …, expanded by a shell, or leave --bind out";
    let is_no_port = |address: &&String| {
        let port = address.rsplit_once(':').map(|(_, port)| port);
        port.and_then(|port| port.parse::<u64>().ok()).is_some_and(|port| port > u64::from(u16::MAX))
    };
    if let Some(address) = facts.addresses.iter().find(is_no_port) {
        let text = format!("gunicorn is told to listen at {address}, and ports end at {}", u16::MAX);
        return Some(Check::fail(NAME, text, choose));
    }
    let is_loopback = |address: &str| ["127.", "localhost:", "::1:"].iter().any(|start| address.starts_with(start));
    Some(match facts.addresses.iter().find(at_port) {
        None => Check::warn(NAME, format!("{text}, and PORT is another"), next),
        Some(address) if is_loopback(address) && port.is_some() => {
            Check::warn(NAME, format!("{text}, which cannot be reached from outside this container"), next)
        }
        Some(_) => Check::pass(NAME, text),
    })
}
