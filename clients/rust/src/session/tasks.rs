//! The tasks that a worker holds: each from its offer, through its handler, until its settlement is answered. A task
//! is settled even if its lease seems lost: the fence makes a late result harmless, and the server's answer is the
//! truth.
use std::collections::HashMap;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use asyncgate_proto::asyncgate::v1 as proto;
use proto::{LeaseLoss, Offer, Settled, settled};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::ending::Ending;
use crate::error::Error;
use crate::events::{EndingKind, Event};
use crate::failure::Failure;
use crate::handler::launch;
use crate::ids::next_request_id;
use crate::session::outbox::{Body, Item, Purpose};
use crate::session::settlement::{Settlement, failed, released, returned};
use crate::session::state::{Core, Entry, Held, Phase, State, too_large};
use crate::session::timers::Timer;

/// An offer whose handler has not begun this long before the end of its window is declined.
const WINDOW_MARGIN: Duration = Duration::from_millis(500);

impl State {
    /// Starts the handler of an offer. The offer is accepted when it runs: a runtime that is blocked takes nothing.
    pub(crate) fn take_offer(&mut self, core: &Arc<Core>, offer: Offer, now: Instant) {
        let Some(leased) = offer.leased else { return };
        let (Some(mut task), Some(lease)) = (leased.task, leased.lease) else { return };
        if self.phase != Phase::Working {
            return self.decline(lease.token, "the worker is draining");
        }
        // The hello asks the server to leave it out, because the lease says the same.
        task.holder.get_or_insert_with(|| proto::Holder {
            lease_id: lease.lease_id.clone(),
            fence: lease.fence,
            worker: lease.worker.clone(),
            grant_time: lease.grant_time,
            expire_time: lease.expire_time,
        });
        let held = Arc::new(Held {
            task: Arc::new(task),
            lease_id: lease.lease_id,
            lease_token: lease.token,
            wait_results: leased.wait_results,
            hand_off: leased.hand_off,
            review: leased.review,
            stop: CancellationToken::new(),
            cause: OnceLock::new(),
            is_over_budget: AtomicBool::new(false),
        });
        let lease_id = held.lease_id.clone();
        if let Some(window) = self.stream.as_ref().and_then(|stream| stream.accept_window) {
            let margin = WINDOW_MARGIN.min(window / 2);
            self.timers.add(now + window - margin, Timer::Window { lease_id: lease_id.clone() });
        }
        self.counts.running += 1;
        let entry = Entry {
            held: Arc::clone(&held),
            has_begun: false,
            is_running: true,
            is_settling: false,
            loss: None,
            checkpoint: None,
            report_key: None,
            logs: HashMap::new(),
            abort: None,
        };
        self.held.insert(lease_id.clone(), entry);
        let abort = launch(core, self.options.handlers.get(&held.task.r#type), &self.runtime, held);
        if let Some(entry) = self.held.get_mut(&lease_id) {
            entry.abort = Some(abort);
        }
    }

    fn decline(&mut self, lease_token: String, reason: &str) {
        let decline = proto::Decline { lease_token, reason: reason.to_owned() };
        self.outbox.put(Item::unanswered(Body::Decline(decline)));
    }

    /// The runtime of the handlers has been blocked for too long.
    pub(crate) fn decline_if_waiting(&mut self, lease_id: &str) {
        if self.held.get(lease_id).is_some_and(|entry| !entry.has_begun)
            && let Some(entry) = self.held.remove(lease_id)
        {
            self.decline(entry.held.lease_token.clone(), "the worker was busy for too long");
        }
    }

    /// The handler is about to run. Returns false if its offer was declined meanwhile.
    pub(crate) fn begin(&mut self, held: &Held) -> bool {
        let Some(entry) = self.held.get_mut(&held.lease_id) else { return false };
        entry.has_begun = true;
        let task = Arc::clone(&entry.held.task);
        let (lease_id, lease_token) = (held.lease_id.clone(), held.lease_token.clone());
        self.counts.taken += 1;
        self.outbox.put(Item::new(
            lease_token.clone(),
            Body::Accept(proto::Accept { lease_token }),
            Purpose::Accept { lease_id },
        ));
        if self.options.start {
            drop(self.start(held));
        }
        self.emit(Event::Taken { task });
        true
    }

    /// The handler has ended; `None` if it was dropped, because its runtime shuts down or it was given up.
    pub(crate) fn finish(&mut self, held: &Held, result: Option<Result<Ending, Failure>>) {
        self.counts.running = self.counts.running.saturating_sub(1);
        if let Some(entry) = self.held.get_mut(&held.lease_id) {
            entry.is_running = false;
            let (has_begun, is_settling) = (entry.has_begun, entry.is_settling);
            match result {
                _ if is_settling => {}
                _ if !has_begun => {
                    self.held.remove(&held.lease_id);
                    self.decline(held.lease_token.clone(), "the worker's runtime has shut down");
                }
                None => self.release(held, "the handler was dropped"),
                Some(Ok(ending)) => self.settle_returned(held, ending),
                Some(Err(failure)) => self.settle_failed(held, failure),
            }
        }
        self.close_when_done(Instant::now());
    }

    fn settle_returned(&mut self, held: &Held, ending: Ending) {
        let checkpoint = self.held.get(&held.lease_id).and_then(|entry| entry.checkpoint.clone());
        self.settle(&held.lease_id, returned(&held.lease_token, checkpoint, ending));
    }

    fn settle_failed(&mut self, held: &Held, failure: Failure) {
        self.emit(Event::HandlerFailed { task: Arc::clone(&held.task), failure: failure.clone() });
        let Some(entry) = self.held.get(&held.lease_id) else { return };
        if entry.loss.is_some() {
            // There is nothing to settle.
            self.held.remove(&held.lease_id);
        } else if let Some(cause) = held.cause.get() {
            self.release(held, cause.why());
        } else {
            let checkpoint = entry.checkpoint.clone();
            self.settle(&held.lease_id, failed(&held.lease_token, checkpoint, &failure));
        }
    }

    pub(crate) fn release(&mut self, held: &Held, reason: &str) {
        let checkpoint = self.held.get(&held.lease_id).and_then(|entry| entry.checkpoint.clone());
        self.settle(&held.lease_id, released(&held.lease_token, checkpoint, reason));
    }

    fn settle(&mut self, lease_id: &str, settlement: Settlement) {
        let Settlement { request_id, body, ending } = settlement;
        self.finish_logs(lease_id);
        let Some(entry) = self.held.get_mut(lease_id) else { return };
        entry.is_settling = true;
        let purpose = Purpose::Settle { lease_id: lease_id.to_owned(), ending };
        let item = Item::new(request_id, body, purpose);
        if item.fits() {
            self.outbox.put(item);
        } else {
            // It is settled in another way, as if the server had refused it.
            self.settle_instead(lease_id, ending, &too_large());
        }
    }

    /// The answer to an item.
    pub(crate) fn take_answer(&mut self, answer: Settled) {
        let Some(item) = self.outbox.answered(&answer) else { return };
        let refusal = match answer.result {
            Some(settled::Result::Error(detail)) => {
                let error = Error::of_detail(detail).with_request_id(answer.request_id);
                let Some(item) = self.retry_later(item, &error) else { return };
                return self.take_result(item, Err(error));
            }
            result => result,
        };
        self.take_result(item, Ok(receipt_id_of(refusal)));
    }

    fn take_result(&mut self, item: Item, result: Result<String, Error>) {
        match item.purpose {
            Purpose::None => {}
            Purpose::Accept { lease_id } => {
                // The offer's window was over, or the task was canceled. The handler has begun and is told to stop.
                if result.is_err() {
                    self.lose(&lease_id, LeaseLoss::Fenced);
                }
            }
            Purpose::Report(waiters) => {
                for waiter in waiters {
                    // A handler need not wait for the answer.
                    let _ = waiter.send(result.as_ref().map(|_| ()).map_err(Clone::clone));
                }
            }
            Purpose::Output { lease_id, piece } => self.take_output_answer(&lease_id, piece, result.err()),
            Purpose::Settle { lease_id, ending } => self.take_settled(&lease_id, ending, result),
        }
    }

    fn take_settled(&mut self, lease_id: &str, ending: EndingKind, result: Result<String, Error>) {
        let Some(entry) = self.held.get(lease_id) else { return };
        let task = Arc::clone(&entry.held.task);
        match result {
            Ok(receipt_id) => {
                self.held.remove(lease_id);
                self.counts.count(ending);
                self.emit(Event::Settled { task, ending, receipt_id });
            }
            Err(error) => {
                self.counts.refused += 1;
                self.emit(Event::Refused { task, ending, error: error.clone() });
                if error.is_lease_ended() {
                    self.held.remove(lease_id);
                } else {
                    self.settle_instead(lease_id, ending, &error);
                }
            }
        }
    }

    /// The lease is still held and must end in another way: an end or a move as failure, that as release.
    fn settle_instead(&mut self, lease_id: &str, ending: EndingKind, error: &Error) {
        let Some(entry) = self.held.get_mut(lease_id) else { return };
        entry.checkpoint = None;
        let held = Arc::clone(&entry.held);
        match ending {
            EndingKind::Released => {
                self.held.remove(lease_id);
            }
            EndingKind::Failed => self.settle(lease_id, released(&held.lease_token, None, error.message())),
            _ => self.settle(lease_id, failed(&held.lease_token, None, &Failure::of_error(error))),
        }
    }

    /// For leases that the session has kept and this worker does not hold.
    pub(crate) fn release_unknown(&mut self, lease_token: String) {
        let request_id = next_request_id();
        let request = proto::ReleaseLeaseRequest {
            lease_token,
            request_id: request_id.clone(),
            reason: "not held".to_owned(),
            ..Default::default()
        };
        self.outbox.put(Item::new(request_id, Body::Release(request), Purpose::None));
    }
}

fn receipt_id_of(result: Option<settled::Result>) -> String {
    use settled::Result as Of;
    match result {
        Some(Of::Accepted(one)) => one.receipt_id,
        Some(Of::Started(one)) => one.receipt_id,
        Some(Of::Progressed(one)) => one.receipt_id,
        Some(Of::Completed(one)) => one.receipt_id,
        Some(Of::Failed(one)) => one.receipt_id,
        Some(Of::Released(one)) => one.receipt_id,
        Some(Of::Suspended(one)) => one.receipt_id,
        Some(Of::HandedOff(one)) => one.receipt_id,
        Some(Of::Asked(one)) => one.receipt_id,
        Some(Of::Appended(_) | Of::Error(_)) | None => String::new(),
    }
}
