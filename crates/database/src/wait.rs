//! How long to wait for a database, and how long between two attempts. Sleeps for nobody.

use std::time::Duration;

use rand::RngExt;

const FIRST_DELAY: Duration = Duration::from_millis(100);
const LONGEST_DELAY: Duration = Duration::from_secs(2);
const GROWTH: f64 = 1.6;

/// The caller's patience.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wait {
    /// For everything together, counted from the first attempt. Zero makes one attempt.
    pub overall: Duration,
    /// For one address: from the lookup to the end of the handshake. A server that accepts and stays silent costs
    /// this much. The URL's `connect_timeout` is stronger.
    pub per_attempt: Duration,
    /// Also wait when the server refuses the role, its password or the database: they may be created late.
    pub retry_authentication: bool,
}

impl Wait {
    /// Up to `overall`, with five seconds for each address; refusals are final.
    #[must_use]
    pub fn up_to(overall: Duration) -> Self {
        Self { overall, per_attempt: Duration::from_secs(5), retry_authentication: false }
    }
}

/// The delay after attempt number `attempt` (from 1): anything up to an exponentially growing limit, so that many
/// replicas that start together do not come back together.
pub(crate) fn delay_after(attempt: u32) -> Duration {
    rand::rng().random_range(Duration::ZERO..=longest_delay_after(attempt))
}

fn longest_delay_after(attempt: u32) -> Duration {
    let factor = GROWTH.powi(i32::try_from(attempt.saturating_sub(1)).unwrap_or(i32::MAX));
    Duration::try_from_secs_f64(FIRST_DELAY.as_secs_f64() * factor).map_or(LONGEST_DELAY, |d| d.min(LONGEST_DELAY))
}

#[cfg(test)]
mod tests {
    use super::{LONGEST_DELAY, delay_after, longest_delay_after};
    use std::time::Duration;

    #[test]
    fn delays_grow_to_a_limit_and_are_spread() {
        let limits = [1, 2, 3, 7, 8, 1000, u32::MAX].map(|attempt| longest_delay_after(attempt).as_millis());
        assert_eq!(limits, [100, 160, 256, 1677, 2000, 2000, 2000]);
        let delays: Vec<Duration> = (0..200).map(|_| delay_after(20)).collect();
        assert!(delays.iter().all(|delay| *delay <= LONGEST_DELAY));
        let below = delays.iter().filter(|delay| **delay < LONGEST_DELAY / 2).count();
        assert!((40..160).contains(&below), "{below} of 200 in the lower half");
    }
}
