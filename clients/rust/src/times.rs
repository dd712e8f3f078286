//! The contract's durations and timestamps as those of the standard library.
use std::time::{Duration, SystemTime};

use prost_types::Timestamp;

/// A duration that is longer than the contract can express is as long as it can express.
pub(crate) fn duration_to(duration: Duration) -> prost_types::Duration {
    prost_types::Duration::try_from(duration).unwrap_or(prost_types::Duration { seconds: i64::MAX, nanos: 0 })
}

/// Zero if it is absent or negative.
pub(crate) fn duration_from(duration: Option<&prost_types::Duration>) -> Duration {
    duration.and_then(|one| Duration::try_from(*one).ok()).unwrap_or_default()
}

pub(crate) fn time_to(time: SystemTime) -> Timestamp {
    Timestamp::from(time)
}

pub(crate) fn time_from(time: Option<&Timestamp>) -> Option<SystemTime> {
    time.and_then(|one| SystemTime::try_from(*one).ok())
}
