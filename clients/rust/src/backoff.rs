//! How long to wait before a retry: exponentially longer each time, and a random part of that, so that many callers
//! that failed together do not come back together.
use std::time::Duration;

/// Growing pauses between retries.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Backoff {
    /// The longest pause before the first retry.
    pub initial: Duration,
    /// By how much the next pause may be longer.
    pub multiplier: f64,
    /// The longest pause.
    pub max: Duration,
}

impl Backoff {
    /// The longest pause after so many failures, from 1.
    pub(crate) fn longest(&self, failures: u32) -> Duration {
        let grown = self.initial.as_secs_f64() * self.multiplier.powi(failures.saturating_sub(1).min(1_000) as i32);
        Duration::from_secs_f64(grown.min(self.max.as_secs_f64()).max(0.0))
    }

    /// Between zero and the longest pause.
    pub(crate) fn pause(&self, failures: u32) -> Duration {
        self.longest(failures).mul_f64(f64::from(random_u32()) / f64::from(u32::MAX))
    }
}

fn random_u32() -> u32 {
    let mut bytes = [0; 4];
    // Without a source of randomness, all pauses are as long as they may be.
    getrandom::getrandom(&mut bytes).map_or(u32::MAX, |()| u32::from_ne_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BACKOFF: Backoff =
        Backoff { initial: Duration::from_millis(100), multiplier: 2.0, max: Duration::from_secs(3) };

    #[test]
    fn pauses_grow_up_to_the_longest_one() {
        assert_eq!(BACKOFF.longest(1), Duration::from_millis(100));
        assert_eq!(BACKOFF.longest(3), Duration::from_millis(400));
        assert_eq!(BACKOFF.longest(6), Duration::from_secs(3));
        assert_eq!(BACKOFF.longest(u32::MAX), Duration::from_secs(3));
    }

    #[test]
    fn pauses_are_random_between_zero_and_the_longest_one() {
        let pauses: Vec<_> = (0..200).map(|_| BACKOFF.pause(6)).collect();
        assert!(pauses.iter().all(|pause| *pause <= BACKOFF.max));
        // Of 200, all on one side of the middle has the probability of 2^-199.
        assert!(pauses.iter().any(|pause| *pause < BACKOFF.max / 2));
        assert!(pauses.iter().any(|pause| *pause > BACKOFF.max / 2));
    }
}
