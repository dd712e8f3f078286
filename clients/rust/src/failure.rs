//! How a handler fails, and why it must stop.
use std::error::Error as StdError;
use std::fmt;
use std::time::{Duration, SystemTime};

use asyncgate_proto::asyncgate::v1::{LeaseLoss, TaskError};
use serde_json::Value;

use crate::content::clip;
use crate::error::Error;

const TYPE_BYTES_MAX: usize = 255;
const MESSAGE_BYTES_MAX: usize = 4_096;

/// What a handler returns in place of a result. Every error becomes one by `?`: the attempt has failed, and the task
/// is retried by its retry policy. [`Failure::non_retryable`] and [`Failure::retry_after`] say something else.
#[derive(Clone, Debug)]
pub struct Failure {
    kind: Kind,
    type_name: String,
    message: String,
    detail: Option<Value>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Retry,
    RetryAfter(Duration),
    NonRetryable,
}

impl Failure {
    /// This attempt has failed.
    pub fn new(message: impl fmt::Display) -> Self {
        Self::of(Kind::Retry, "Error", message)
    }

    /// The task fails, because no other attempt can succeed.
    pub fn non_retryable(message: impl fmt::Display) -> Self {
        Self::of(Kind::NonRetryable, "NonRetryable", message)
    }

    /// This attempt has failed, and the next one starts after this time.
    pub fn retry_after(after: Duration, message: impl fmt::Display) -> Self {
        Self::of(Kind::RetryAfter(after), "RetryAfter", message)
    }

    fn of(kind: Kind, type_name: &str, message: impl fmt::Display) -> Self {
        Self { kind, type_name: type_name.to_owned(), message: message.to_string(), detail: None }
    }

    /// The kind of error, for programs.
    #[must_use]
    pub fn with_type(mut self, type_name: impl Into<String>) -> Self {
        self.type_name = type_name.into();
        self
    }

    /// More about the error, for programs.
    #[must_use]
    pub fn with_detail(mut self, detail: Value) -> Self {
        self.detail = Some(detail);
        self
    }

    /// What was wrong.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The kind of error, for programs.
    pub fn type_name(&self) -> &str {
        &self.type_name
    }

    pub(crate) fn of_panic(payload: &(dyn std::any::Any + Send)) -> Self {
        let text = payload.downcast_ref::<&str>().copied();
        let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
        Self::of(Kind::Retry, "Panic", text.unwrap_or("the handler has panicked"))
    }

    pub(crate) fn of_error(error: &Error) -> Self {
        Self::of(Kind::Retry, &error.reason_name(), error)
    }

    pub(crate) fn delay(&self) -> Option<Duration> {
        if let Kind::RetryAfter(after) = self.kind { Some(after) } else { None }
    }

    pub(crate) fn to_contract(&self) -> TaskError {
        TaskError {
            r#type: clip(&self.type_name, TYPE_BYTES_MAX),
            message: clip(&self.message, MESSAGE_BYTES_MAX),
            detail: self.detail.as_ref().map(Value::to_string).unwrap_or_default(),
            retryable: (self.kind == Kind::NonRetryable).then_some(false),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.type_name, self.message)
    }
}

/// As with anyhow, a `Failure` is no error itself: so every error can become one by `?`.
impl<E: StdError + Send + Sync + 'static> From<E> for Failure {
    fn from(error: E) -> Self {
        let any: &dyn std::any::Any = &error;
        if let Some(refused) = any.downcast_ref::<Error>() {
            return Self::of_error(refused);
        }
        let name = std::any::type_name::<E>();
        let path = name.split('<').next().unwrap_or(name);
        Self::of(Kind::Retry, path.rsplit("::").next().unwrap_or(path), &error)
    }
}

/// Why a handler must stop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StopCause {
    /// The task's owner has asked for cancellation. The lease is taken away at the deadline.
    Canceled {
        /// The owner's reason; may be empty.
        reason: String,
        /// When the task is canceled unless it has ended before.
        deadline: Option<SystemTime>,
    },
    /// The lease is lost, and another worker may have the task: stop at once. The result will be refused.
    LeaseLost(LeaseLoss),
    /// The worker stops, and the time for running tasks is over.
    Drain,
}

impl StopCause {
    /// `canceled`, `lease_lost` or `drain`.
    pub fn why(&self) -> &'static str {
        match self {
            Self::Canceled { .. } => "canceled",
            Self::LeaseLost(_) => "lease_lost",
            Self::Drain => "drain",
        }
    }
}

impl fmt::Display for StopCause {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Canceled { reason, .. } if !reason.is_empty() => write!(formatter, "canceled: {reason}"),
            _ => formatter.write_str(self.why()),
        }
    }
}

/// The handler was told to stop, and does. Returned by [`crate::Job::unless_stopped`] and [`crate::Job::check`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stopped(pub StopCause);

impl fmt::Display for Stopped {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "the work has stopped: {}", self.0)
    }
}

impl StdError for Stopped {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_becomes_a_failure_that_is_retried() {
        fn handler() -> Result<u32, Failure> {
            Ok("x".parse()?)
        }
        let failure = handler().unwrap_err();
        assert_eq!(failure.type_name(), "ParseIntError");
        assert_eq!(failure.to_contract().retryable, None);
        assert_eq!(failure.delay(), None);
    }

    #[test]
    fn an_error_of_a_call_keeps_its_reason() {
        let failure = Failure::from(Error::unavailable("away"));
        assert_eq!(failure.type_name(), "UNAVAILABLE");
    }

    #[test]
    fn a_failure_for_good_says_so_and_a_long_message_is_clipped() {
        let failure = Failure::non_retryable("ü".repeat(5_000)).with_type("NotThere");
        let contract = failure.to_contract();
        assert_eq!((contract.retryable, contract.r#type.as_str()), (Some(false), "NotThere"));
        assert_eq!(contract.message.len(), MESSAGE_BYTES_MAX);
        assert_eq!(Failure::retry_after(Duration::from_secs(3), "x").delay(), Some(Duration::from_secs(3)));
    }
}
