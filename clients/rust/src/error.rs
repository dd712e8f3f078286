//! Errors of calls. A refusal of the service is an [`Error`] with the contract's reason and facts; a call that did not
//! arrive has the reason that means the same.
use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use asyncgate_proto::asyncgate::v1::{ErrorDetail, ErrorReason, Task, TaskState, error_detail};
use prost::Message as _;
use tonic::{Code, Status};

use crate::reasons::{is_retryable_code, is_retryable_reason, is_server_reason, name_of_reason, reason_of_code};
use crate::times::duration_from;

pub use asyncgate_proto::asyncgate::v1::error_detail::Facts;

/// A call that was refused or did not arrive. Decide by [`Error::reason`] and by nothing else.
#[derive(Clone, Debug)]
pub struct Error(Box<Inner>);

#[derive(Clone, Debug)]
struct Inner {
    message: String,
    code: Code,
    reason: i32,
    is_retryable: bool,
    detail: Option<ErrorDetail>,
    request_id: Option<String>,
    source: Option<Status>,
}

/// What the header `grpc-status-details-bin` holds.
#[derive(Clone, PartialEq, prost::Message)]
struct RpcStatus {
    #[prost(message, repeated, tag = "3")]
    details: Vec<prost_types::Any>,
}

const DETAIL_TYPE: &str = "asyncgate.v1.ErrorDetail";

impl Error {
    pub(crate) fn of_status(status: Status) -> Self {
        let detail = detail_of(&status);
        let code = if detail.is_none() { code_of(&status) } else { status.code() };
        let mut error = Self::new(status.message().to_owned(), code, detail);
        error.0.source = Some(status);
        error
    }

    /// The error of one item of a batch or a frame.
    pub(crate) fn of_detail(detail: ErrorDetail) -> Self {
        Self::new(String::new(), Code::Unknown, Some(detail))
    }

    /// An error that the kit itself has found, before or without a call.
    pub(crate) fn of_kit(reason: ErrorReason, message: impl Into<String>) -> Self {
        let mut error = Self::new(message.into(), Code::Unknown, None);
        (error.0.reason, error.0.is_retryable) = (reason as i32, is_retryable_reason(reason));
        error
    }

    pub(crate) fn unavailable(message: impl Into<String>) -> Self {
        Self::of_kit(ErrorReason::Unavailable, message)
    }

    fn new(message: String, code: Code, detail: Option<ErrorDetail>) -> Self {
        let reason = detail.as_ref().map_or(reason_of_code(code) as i32, |one| one.reason);
        let is_retryable = match &detail {
            // A reason that is newer than this kit: the server says whether it is retryable.
            Some(detail) => ErrorReason::try_from(reason).map_or(detail.retryable, is_retryable_reason),
            None => is_retryable_code(code),
        };
        let message = match &detail {
            Some(detail) if !detail.message.is_empty() => detail.message.clone(),
            _ => message,
        };
        Self(Box::new(Inner { message, code, reason, is_retryable, detail, request_id: None, source: None }))
    }

    pub(crate) fn with_request_id(mut self, request_id: impl Into<String>) -> Self {
        self.0.request_id = Some(request_id.into());
        self
    }

    /// Why. `Unspecified` for a reason that is newer than this kit: decide by the code then.
    pub fn reason(&self) -> ErrorReason {
        ErrorReason::try_from(self.0.reason).unwrap_or_default()
    }

    /// The reason's name in the contract: `TASK_NOT_FOUND`.
    pub fn reason_name(&self) -> String {
        name_of_reason(self.0.reason)
    }

    /// The gRPC code.
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// What was wrong, in one sentence for people.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// What to do now, in one sentence. Empty if the server was not reached.
    pub fn advice(&self) -> &str {
        self.0.detail.as_ref().map_or("", |detail| &detail.advice)
    }

    /// Whether the same call, unchanged, may succeed later. The kit has repeated it already, within its time-out.
    pub fn is_retryable(&self) -> bool {
        self.0.is_retryable
    }

    /// How long to wait before repeating the call.
    pub fn retry_after(&self) -> Option<Duration> {
        let detail = self.0.detail.as_ref()?;
        detail.retry_after.as_ref().map(|one| duration_from(Some(one)))
    }

    /// The facts behind the reason.
    pub fn facts(&self) -> Option<&Facts> {
        self.0.detail.as_ref()?.facts.as_ref()
    }

    /// The server's id of the failed call, as in the server's log. Empty if the server was not reached.
    pub fn call_id(&self) -> &str {
        self.0.detail.as_ref().map_or("", |detail| &detail.call_id)
    }

    /// The id under which the call may be repeated.
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// Whether the service has said so, and would say so again: no fault of the server that may be gone later.
    pub(crate) fn is_final(&self) -> bool {
        self.0.detail.is_some() && !self.is_retryable() && !is_server_reason(self.reason())
    }

    /// Facts about the lease or the transition come with every reason that says that the lease has ended.
    pub(crate) fn is_lease_ended(&self) -> bool {
        matches!(self.facts(), Some(error_detail::Facts::Lease(_) | error_detail::Facts::Transition(_)))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.reason_name(), self.0.message)
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_ref().and_then(StdError::source)
    }
}

impl From<Status> for Error {
    fn from(status: Status) -> Self {
        Self::of_status(status)
    }
}

fn detail_of(status: &Status) -> Option<ErrorDetail> {
    let RpcStatus { details } = RpcStatus::decode(status.details()).ok()?;
    let found = details.iter().find(|any| any.type_url.rsplit('/').next() == Some(DETAIL_TYPE))?;
    ErrorDetail::decode(found.value.as_slice()).ok()
}

/// What a server sends has no source. An error with one was made here, from a socket, a certificate or a broken
/// stream, and so was that of an answer that ended before its message: the server was not reached, or not to the end.
fn code_of(status: &Status) -> Code {
    let mut cause = status.source();
    let code = cause.map(|_| Code::Unavailable);
    while let Some(one) = cause {
        if one.is::<tonic::TimeoutExpired>() {
            return Code::DeadlineExceeded;
        }
        cause = one.source();
    }
    if let Some(code) = code {
        return code;
    }
    if status.message() == "Missing response message." { Code::Unavailable } else { status.code() }
}

/// Why [`crate::Client::result`] has no result.
#[derive(Clone, Debug)]
pub enum ResultError {
    /// The call was refused or did not arrive.
    Call(Error),
    /// The task has failed or was canceled. It is as it ended.
    Ended(Box<Task>),
    /// The result is of another type.
    Unreadable {
        /// The task.
        task_id: String,
        /// Why.
        error: String,
    },
    /// The task has not ended in the time that was given.
    TimedOut {
        /// The task.
        task_id: String,
        /// The time.
        within: Duration,
    },
}

impl fmt::Display for ResultError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Call(error) => error.fmt(formatter),
            Self::Unreadable { task_id, error } => {
                write!(formatter, "the result of task {task_id} cannot be read, look at it by result(): {error}")
            }
            Self::TimedOut { task_id, within } => {
                write!(formatter, "task {task_id} has not ended within {within:?}: wait longer, or look at its state")
            }
            Self::Ended(task) => {
                let state = TaskState::try_from(task.state).unwrap_or_default();
                let state = state.as_str_name().trim_start_matches("TASK_STATE_");
                write!(formatter, "task {} is {state}", task.task_id)?;
                match task.outcome.as_ref().and_then(|outcome| outcome.error.as_ref()) {
                    Some(error) => write!(formatter, ": {}: {}", error.r#type, error.message),
                    None if task.cancel_reason.is_empty() => Ok(()),
                    None => write!(formatter, ": {}", task.cancel_reason),
                }
            }
        }
    }
}

impl StdError for ResultError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        if let Self::Call(error) = self { Some(error) } else { None }
    }
}

impl From<Error> for ResultError {
    fn from(error: Error) -> Self {
        Self::Call(error)
    }
}

#[cfg(test)]
mod tests {
    use asyncgate_proto::asyncgate::v1::{LimitFacts, ResourceFacts};

    use super::*;

    fn refused(code: Code, detail: &ErrorDetail) -> Error {
        let any =
            prost_types::Any { type_url: format!("type.googleapis.com/{DETAIL_TYPE}"), value: detail.encode_to_vec() };
        let details = RpcStatus { details: vec![any] }.encode_to_vec();
        Error::of_status(Status::with_details(code, "raw", details.into()))
    }

    #[test]
    fn a_refusal_has_reason_facts_and_advice() {
        let facts = Facts::Resource(ResourceFacts { kind: "task".into(), id: "x".into() });
        let error = refused(
            Code::NotFound,
            &ErrorDetail {
                reason: ErrorReason::TaskNotFound as i32,
                message: "there is no task x".into(),
                advice: "Check the id.".into(),
                facts: Some(facts.clone()),
                ..Default::default()
            },
        );
        assert_eq!(error.reason(), ErrorReason::TaskNotFound);
        assert_eq!(error.to_string(), "TASK_NOT_FOUND: there is no task x");
        assert_eq!((error.advice(), error.facts()), ("Check the id.", Some(&facts)));
        assert!(!error.is_retryable() && error.is_final());
    }

    #[test]
    fn a_newer_reason_is_retryable_if_the_server_says_so() {
        for retryable in [true, false] {
            let detail = ErrorDetail { reason: 9_999, retryable, ..Default::default() };
            let error = refused(Code::Aborted, &detail);
            assert_eq!((error.is_retryable(), error.reason_name().as_str()), (retryable, "REASON_9999"));
        }
    }

    #[test]
    fn retry_after_and_limit_come_along() {
        let error = refused(
            Code::Unavailable,
            &ErrorDetail {
                reason: ErrorReason::Overloaded as i32,
                retry_after: Some(prost_types::Duration { seconds: 1, nanos: 500_000_000 }),
                facts: Some(Facts::Limit(LimitFacts { limit: "calls".into(), ..Default::default() })),
                ..Default::default()
            },
        );
        assert_eq!(error.retry_after(), Some(Duration::from_millis(1_500)));
        assert!(error.is_retryable() && !error.is_final());
    }

    #[test]
    fn an_error_of_the_way_is_unavailable_and_a_fault_of_the_server_is_not() {
        let broken = Status::from_error(Box::new(std::io::Error::other("the socket is gone")));
        let error = Error::of_status(broken);
        assert_eq!((error.reason(), error.is_retryable()), (ErrorReason::Unavailable, true));
        let cut = Error::of_status(Status::internal("Missing response message."));
        assert_eq!((cut.reason(), cut.is_retryable()), (ErrorReason::Unavailable, true));
        let fault = Error::of_status(Status::internal("oh"));
        assert_eq!((fault.reason(), fault.is_retryable()), (ErrorReason::Internal, false));
    }
}
