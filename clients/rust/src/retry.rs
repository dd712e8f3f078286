//! Repeats a call when the contract says that this may help, until its time is over. Every call that changes something
//! has a request id, so a call whose answer was lost is done once, however often it is repeated.
use std::future::Future;
use std::time::Duration;

use asyncgate_proto::asyncgate::v1::ErrorReason;
use tokio::time::{Instant, sleep, timeout_at};
use tonic::{Request, Response, Status};

use crate::backoff::Backoff;
use crate::error::Error;
use crate::traces::inject;

/// How calls are repeated.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RetryOptions {
    /// The most attempts of a call. 1: no retry. If absent, as many as its time-out leaves time for.
    pub attempts_max: Option<u32>,
    /// The pauses between attempts.
    pub backoff: Backoff,
}

impl Default for RetryOptions {
    /// A server that restarts is away for some seconds: pauses grow until then, and no further.
    fn default() -> Self {
        let backoff = Backoff { initial: Duration::from_millis(50), multiplier: 2.0, max: Duration::from_secs(2) };
        Self { attempts_max: None, backoff }
    }
}

impl RetryOptions {
    /// At least as long as the server asks for.
    pub(crate) fn pause(&self, failures: u32, error: &Error) -> Duration {
        error.retry_after().unwrap_or_default() + self.backoff.pause(failures)
    }

    pub(crate) fn is_over(&self, failures: u32) -> bool {
        self.attempts_max.is_some_and(|max| failures >= max)
    }
}

/// Sends the same message until it is answered.
pub(crate) async fn call_with_retry<Message, Answer, Sending>(
    retry: &RetryOptions,
    within: Duration,
    message: Message,
    send: impl Fn(Request<Message>) -> Sending,
) -> Result<Answer, Error>
where
    Message: Clone,
    Sending: Future<Output = Result<Response<Answer>, Status>>,
{
    let until = Instant::now() + within;
    let mut before: Option<Error> = None;
    for attempt in 1.. {
        let mut request = Request::new(message.clone());
        request.set_timeout(until.saturating_duration_since(Instant::now()));
        inject(request.metadata_mut());
        let error = match timeout_at(until, send(request)).await {
            Ok(Ok(answer)) => return Ok(answer.into_inner()),
            Ok(Err(status)) => Error::of_status(status),
            Err(_) => Error::of_kit(ErrorReason::DeadlineExceeded, format!("no answer came within {within:?}")),
        };
        // That the time is over says less than why the attempts before have failed.
        if error.reason() == ErrorReason::DeadlineExceeded
            && let Some(before) = before
        {
            return Err(before);
        }
        let pause = retry.pause(attempt, &error);
        // A pause that leaves no time for another attempt would only delay the error.
        if !error.is_retryable() || retry.is_over(attempt) || Instant::now() + pause >= until {
            return Err(error);
        }
        before = Some(error);
        sleep(pause).await;
    }
    unreachable!("the loop ends by an answer or by an error")
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    const FAST: RetryOptions = RetryOptions {
        attempts_max: None,
        backoff: Backoff { initial: Duration::from_millis(1), multiplier: 1.0, max: Duration::from_millis(1) },
    };

    /// Calls until `fail` returns `None`, and returns the answer and how many attempts there were.
    async fn calls(retry: RetryOptions, fail: impl Fn(u32) -> Option<Status>) -> (Result<String, Error>, u32) {
        let attempts = AtomicU32::new(0);
        let answer = call_with_retry(&retry, Duration::from_secs(30), "id".to_owned(), |request| {
            let failure = fail(attempts.fetch_add(1, Ordering::Relaxed) + 1);
            async move { failure.map_or(Ok(Response::new(request.into_inner())), Err) }
        });
        (answer.await, attempts.load(Ordering::Relaxed))
    }

    #[tokio::test]
    async fn a_call_is_repeated_with_the_same_message_until_it_is_answered() {
        let (answer, attempts) = calls(FAST, |attempt| (attempt < 4).then(|| Status::unavailable("away"))).await;
        assert_eq!((answer.unwrap().as_str(), attempts), ("id", 4));
    }

    #[tokio::test]
    async fn what_the_contract_calls_final_is_not_repeated() {
        for status in [Status::invalid_argument("no"), Status::internal("no"), Status::unauthenticated("no")] {
            let (answer, attempts) = calls(FAST, |_| Some(status.clone())).await;
            assert_eq!((answer.is_err(), attempts), (true, 1));
        }
    }

    #[tokio::test]
    async fn attempts_may_be_bounded() {
        let retry = RetryOptions { attempts_max: Some(3), ..FAST };
        let (answer, attempts) = calls(retry, |_| Some(Status::unavailable("away"))).await;
        assert_eq!((answer.unwrap_err().reason(), attempts), (ErrorReason::Unavailable, 3));
    }

    #[tokio::test]
    async fn a_call_that_is_not_answered_ends_in_time() {
        let retry = RetryOptions::default();
        let call = call_with_retry(&retry, Duration::from_millis(20), (), |_: Request<()>| {
            std::future::pending::<Result<Response<()>, Status>>()
        });
        assert_eq!(call.await.unwrap_err().reason(), ErrorReason::DeadlineExceeded);
    }
}
