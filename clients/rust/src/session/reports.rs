//! Progress and checkpoints: while a report of a task has not been sent, a later one is merged into it, so a handler
//! may report as often as it likes. Reports for the ledger are never merged.
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use asyncgate_proto::asyncgate::v1 as proto;
use proto::{ErrorReason, Payload, ReportProgressRequest};
use tokio::sync::oneshot;

use crate::amounts::Amounts;
use crate::error::Error;
use crate::ids::next_request_id;
use crate::session::outbox::{Body, Item, Purpose, fits};
use crate::session::state::{Held, State, too_large};

/// The server's answer to a report. The report is on its way already: drop this, or `await` it. In a blocking handler,
/// [`Sent::wait`] waits.
#[derive(Debug)]
pub struct Sent(oneshot::Receiver<Result<(), Error>>);

impl Sent {
    /// Blocks this thread until the server has answered. In an async function, `await` it instead.
    pub fn wait(self) -> Result<(), Error> {
        self.0.blocking_recv().unwrap_or_else(|_| Err(ended()))
    }

    pub(crate) fn pending() -> (oneshot::Sender<Result<(), Error>>, Self) {
        let (sender, receiver) = oneshot::channel();
        (sender, Self(receiver))
    }

    pub(crate) fn ready(result: Result<(), Error>) -> Self {
        let (sender, sent) = Self::pending();
        // It cannot have been dropped.
        let _ = sender.send(result);
        sent
    }
}

impl Future for Sent {
    type Output = Result<(), Error>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0).poll(context).map(|received| received.unwrap_or_else(|_| Err(ended())))
    }
}

pub(crate) fn ended() -> Error {
    Error::of_kit(ErrorReason::Fenced, "the worker does not hold the task any more: stop working on it")
}

/// A part that is absent stays as it was; what was spent is added.
#[derive(Default)]
pub(crate) struct Report {
    pub(crate) progress: Option<proto::Progress>,
    pub(crate) receipted: bool,
    pub(crate) checkpoint: Option<Payload>,
    pub(crate) spend: Amounts,
}

impl Report {
    fn merge_into(self, request: &mut ReportProgressRequest) {
        request.progress = self.progress.or(request.progress.take());
        request.checkpoint = self.checkpoint.or(request.checkpoint.take());
        request.receipted |= self.receipted;
        self.spend.add_to(&mut request.spend);
    }
}

impl State {
    pub(crate) fn start(&mut self, held: &Held) -> Sent {
        let request_id = next_request_id();
        let request = proto::StartTaskRequest {
            lease_token: held.lease_token.clone(),
            request_id: request_id.clone(),
            ..Default::default()
        };
        let (waiter, sent) = Sent::pending();
        let item = Item::new(request_id, Body::Start(request), Purpose::Report(vec![waiter]));
        match self.put_checked(item) {
            Ok(()) => sent,
            Err(error) => Sent::ready(Err(error)),
        }
    }

    pub(crate) fn report(&mut self, held: &Held, report: Report) -> Sent {
        let Some(entry) = self.held.get(&held.lease_id).filter(|entry| !entry.is_settling) else {
            return Sent::ready(Err(ended()));
        };
        let checkpoint = report.checkpoint.clone();
        let (waiter, sent) = Sent::pending();
        let earlier = if report.receipted { None } else { entry.report_key.clone() };
        if let Some(Item { body: Body::Progress(request), purpose: Purpose::Report(waiters), .. }) =
            earlier.and_then(|key| self.outbox.waiting_item(&key))
            && !request.receipted
        {
            let mut merged = request.clone();
            report.merge_into(&mut merged);
            if !fits(&Body::Progress(merged.clone())) {
                return Sent::ready(Err(too_large()));
            }
            *request = merged;
            // One for each: a handler that reports without end is bounded by what it can send.
            waiters.retain(|waiter| !waiter.is_closed());
            waiters.push(waiter);
            self.keep_checkpoint(held, checkpoint);
            return sent;
        }
        match self.put_report(held, report, waiter) {
            Ok(()) => {
                self.keep_checkpoint(held, checkpoint);
                sent
            }
            Err(error) => Sent::ready(Err(error)),
        }
    }

    /// A release carries it, whether or not the report was sent.
    fn keep_checkpoint(&mut self, held: &Held, checkpoint: Option<Payload>) {
        if let (Some(entry), Some(_)) = (self.held.get_mut(&held.lease_id), &checkpoint) {
            entry.checkpoint = checkpoint;
        }
    }

    fn put_report(
        &mut self,
        held: &Held,
        report: Report,
        waiter: oneshot::Sender<Result<(), Error>>,
    ) -> Result<(), Error> {
        let request_id = next_request_id();
        let mut request = ReportProgressRequest {
            lease_token: held.lease_token.clone(),
            request_id: request_id.clone(),
            spend: BTreeMap::new(),
            ..Default::default()
        };
        report.merge_into(&mut request);
        let body = Body::Progress(request);
        self.put_checked(Item::new(request_id.clone(), body, Purpose::Report(vec![waiter])))?;
        if let Some(entry) = self.held.get_mut(&held.lease_id) {
            entry.report_key = Some(request_id);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::state::WAITING_MAX;
    use crate::session::state::testing::{hold, state};

    fn percent(percent: f64) -> Report {
        Report { progress: Some(proto::Progress { percent: Some(percent), ..Default::default() }), ..Report::default() }
    }

    fn next_progress(state: &mut State) -> Vec<ReportProgressRequest> {
        state.outbox.next_frame().progress
    }

    #[tokio::test]
    async fn reports_that_wait_are_merged_into_one() {
        let mut state = state();
        let held = hold(&mut state);
        for count in 0..20_000 {
            drop(state.report(&held, percent(f64::from(count))));
            drop(state.report(&held, Report { spend: Amounts::of("tokens", 1).unwrap(), ..Report::default() }));
        }
        assert_eq!(state.outbox.waiting(), 1);
        let [request] = next_progress(&mut state).try_into().unwrap();
        assert_eq!(request.progress.unwrap().percent, Some(19_999.0));
        assert_eq!(request.spend["tokens"], "20000");
    }

    #[tokio::test]
    async fn a_report_that_was_sent_is_not_changed_even_if_it_is_sent_again() {
        let mut state = state();
        let held = hold(&mut state);
        drop(state.report(&held, percent(1.0)));
        let [first] = next_progress(&mut state).try_into().unwrap();
        state.outbox.resend();
        drop(state.report(&held, percent(2.0)));
        let again = next_progress(&mut state);
        assert_eq!(again[0], first);
        assert_eq!((again.len(), again[1].progress.as_ref().unwrap().percent), (2, Some(2.0)));
    }

    #[tokio::test]
    async fn reports_for_the_ledger_are_bounded_while_they_cannot_be_sent() {
        let mut state = state();
        let held = hold(&mut state);
        let receipted = || Report { receipted: true, ..percent(1.0) };
        let sent: Vec<_> = (0..WAITING_MAX + 1).map(|_| state.report(&held, receipted())).collect();
        assert_eq!(state.outbox.waiting(), WAITING_MAX);
        let error = sent.into_iter().last().unwrap().await.unwrap_err();
        assert_eq!(error.reason(), ErrorReason::LimitExceeded);
    }

    #[tokio::test]
    async fn a_checkpoint_that_fits_into_no_frame_is_refused_and_the_report_before_it_is_kept() {
        let mut state = state();
        let held = hold(&mut state);
        drop(state.report(&held, percent(1.0)));
        let large = crate::content::Content::bytes(vec![0; 2_000_000]).into_payload();
        let refused = state.report(&held, Report { checkpoint: Some(large), ..Report::default() }).await;
        assert_eq!(refused.unwrap_err().reason(), ErrorReason::LimitExceeded);
        assert_eq!(next_progress(&mut state).len(), 1);
        assert_eq!(state.held[&held.lease_id].checkpoint, None);
    }
}
