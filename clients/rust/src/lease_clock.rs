//! How long a worker may count on its leases, by this machine's monotonic clock: the TTL from when the last
//! acknowledged heartbeat was sent, minus a margin; after a break no longer than the grace. Only the database decides
//! when a lease expires. This clock is early, so that no handler works on a task that another worker has.
use std::time::Duration;

use tokio::time::Instant;

/// For clocks that run at different rates, and for the time that handlers need to stop.
const MARGIN_SHARE: u32 = 10;
const MARGIN_MAX: Duration = Duration::from_secs(2);

#[derive(Debug, Default)]
pub(crate) struct LeaseClock {
    ttl: Duration,
    grace: Duration,
    until: Option<Instant>,
}

impl LeaseClock {
    pub(crate) fn welcomed(&mut self, hello_at: Instant, ttl: Duration, grace: Duration) {
        (self.ttl, self.grace) = (ttl, grace);
        self.until = Some(hello_at + without_margin(ttl));
    }

    pub(crate) fn acknowledged(&mut self, heartbeat_at: Instant) {
        let until = heartbeat_at + without_margin(self.ttl);
        self.until = self.until.map(|earlier| earlier.max(until));
    }

    pub(crate) fn disconnected(&mut self, now: Instant) {
        let until = now + without_margin(self.grace);
        self.until = self.until.map(|earlier| earlier.min(until));
    }

    /// The leases are lost: nothing is counted until the next welcome.
    pub(crate) fn expired(&mut self) {
        self.until = None;
    }

    /// When the leases must be taken for lost; `None` while there is nothing to lose.
    pub(crate) fn until(&self) -> Option<Instant> {
        self.until
    }
}

fn without_margin(time: Duration) -> Duration {
    time - (time / MARGIN_SHARE).min(MARGIN_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TTL: Duration = Duration::from_secs(10);
    const GRACE: Duration = Duration::from_secs(4);

    fn welcomed(at: Instant) -> LeaseClock {
        let mut clock = LeaseClock::default();
        clock.welcomed(at, TTL, GRACE);
        clock
    }

    fn seconds(count: f64) -> Duration {
        Duration::from_secs_f64(count)
    }

    #[test]
    fn it_counts_from_when_the_heartbeat_was_sent_and_ends_before_the_ttl() {
        let start = Instant::now();
        let mut clock = welcomed(start);
        assert_eq!(clock.until(), Some(start + seconds(9.0)));
        clock.acknowledged(start + seconds(3.0));
        assert_eq!(clock.until(), Some(start + seconds(12.0)));
    }

    #[test]
    fn an_old_acknowledgement_takes_nothing_back() {
        let start = Instant::now();
        let mut clock = welcomed(start);
        clock.acknowledged(start + seconds(3.0));
        clock.acknowledged(start + seconds(1.0));
        assert_eq!(clock.until(), Some(start + seconds(12.0)));
    }

    #[test]
    fn a_break_leaves_the_grace_and_never_more_than_the_ttl() {
        let start = Instant::now();
        let mut clock = welcomed(start);
        clock.disconnected(start + seconds(1.0));
        assert_eq!(clock.until(), Some(start + seconds(1.0) + seconds(3.6)));
        let mut clock = welcomed(start);
        clock.disconnected(start + seconds(8.0));
        assert_eq!(clock.until(), Some(start + seconds(9.0)));
    }

    #[test]
    fn the_margin_of_a_long_ttl_is_two_seconds() {
        let start = Instant::now();
        let mut clock = LeaseClock::default();
        clock.welcomed(start, Duration::from_secs(60), GRACE);
        assert_eq!(clock.until(), Some(start + seconds(58.0)));
    }

    #[test]
    fn what_has_expired_is_not_renewed_by_an_acknowledgement() {
        let start = Instant::now();
        let mut clock = welcomed(start);
        clock.expired();
        clock.acknowledged(start + seconds(1.0));
        clock.disconnected(start + seconds(1.0));
        assert_eq!(clock.until(), None);
    }
}
