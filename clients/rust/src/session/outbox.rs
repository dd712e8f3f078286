//! What a worker has to send, until it is answered. Items wait in the order in which they were put and leave in
//! frames. Items that were not answered are sent again on the next stream, in the same order and under the same
//! request ids, so nothing is lost and nothing is done twice.
use std::collections::{HashMap, VecDeque};

use asyncgate_proto::asyncgate::v1 as proto;
use prost::Message as _;
use proto::{Settled, WorkRequest};
use tokio::sync::oneshot;

use crate::error::Error;
use crate::events::EndingKind;
use crate::session::output::Piece;

/// Well below the 1 MiB that a server accepts; several small frames are as fast as a large one.
const FRAME_BYTES_WANTED: usize = 256 * 1024;
/// The size of an item that fills a frame alone.
const ITEM_BYTES_MAX: usize = 1024 * 1024 - 1024;

macro_rules! bodies {
    ($($variant:ident($kind:ident) => $list:ident),*) => {
        /// One item of a frame.
        #[derive(Clone, Debug)]
        pub(crate) enum Body {
            $($variant(proto::$kind),)*
            Drain(proto::Drain),
            Bye(proto::Bye),
        }

        impl Body {
            fn encoded_len(&self) -> usize {
                match self {
                    $(Self::$variant(one) => one.encoded_len(),)*
                    Self::Drain(one) => one.encoded_len(),
                    Self::Bye(one) => one.encoded_len(),
                }
            }

            /// How many items of this kind a frame has.
            fn count_in(&self, frame: &WorkRequest) -> usize {
                match self {
                    $(Self::$variant(_) => frame.$list.len(),)*
                    Self::Drain(_) => usize::from(frame.drain.is_some()),
                    Self::Bye(_) => usize::from(frame.bye.is_some()),
                }
            }

            fn put_into(self, frame: &mut WorkRequest) {
                match self {
                    $(Self::$variant(one) => frame.$list.push(one),)*
                    Self::Drain(one) => frame.drain = Some(one),
                    Self::Bye(one) => frame.bye = Some(one),
                }
            }
        }
    };
}

bodies! {
    Accept(Accept) => accepts,
    Decline(Decline) => declines,
    Start(StartTaskRequest) => starts,
    Progress(ReportProgressRequest) => progress,
    Output(AppendOutputRequest) => outputs,
    Complete(CompleteTaskRequest) => completes,
    Suspend(SuspendTaskRequest) => suspends,
    HandOff(HandOffRequest) => hand_offs,
    Ask(RequestInputRequest) => questions,
    Fail(FailTaskRequest) => fails,
    Release(ReleaseLeaseRequest) => releases
}

/// Waits for the answer to a report. It may have been dropped.
pub(crate) type Waiter = oneshot::Sender<Result<(), Error>>;

/// What is done with the answer to an item.
#[derive(Debug)]
pub(crate) enum Purpose {
    /// There is no answer, or it changes nothing.
    None,
    Accept {
        lease_id: String,
    },
    Report(Vec<Waiter>),
    Output {
        lease_id: String,
        piece: Piece,
    },
    Settle {
        lease_id: String,
        ending: EndingKind,
    },
}

#[derive(Debug)]
pub(crate) struct Item {
    /// The request id or token by which its answer is recognized; `None` if it has no answer.
    pub(crate) key: Option<String>,
    pub(crate) body: Body,
    pub(crate) purpose: Purpose,
    /// Its request id stands for what it says: it is not changed any more, even if it is sent again.
    pub(crate) was_sent: bool,
}

impl Item {
    pub(crate) fn new(key: String, body: Body, purpose: Purpose) -> Self {
        Self { key: Some(key), body, purpose, was_sent: false }
    }

    pub(crate) fn unanswered(body: Body) -> Self {
        Self { key: None, body, purpose: Purpose::None, was_sent: false }
    }

    /// Whether it fits into a frame.
    pub(crate) fn fits(&self) -> bool {
        fits(&self.body)
    }
}

pub(crate) fn fits(body: &Body) -> bool {
    body.encoded_len() <= ITEM_BYTES_MAX
}

#[derive(Debug)]
pub(crate) struct Outbox {
    queue: VecDeque<Item>,
    /// By key, with the order in which they were sent.
    sent: HashMap<String, (u64, Item)>,
    sent_count: u64,
    list_items_max: usize,
}

impl Outbox {
    pub(crate) fn new() -> Self {
        Self { queue: VecDeque::new(), sent: HashMap::new(), sent_count: 0, list_items_max: 500 }
    }

    /// The caller has seen that it fits.
    pub(crate) fn put(&mut self, item: Item) {
        self.queue.push_back(item);
    }

    /// The item of this key, if it was never sent.
    pub(crate) fn waiting_item(&mut self, key: &str) -> Option<&mut Item> {
        // It was put lately, so it is near the end.
        self.queue.iter_mut().rev().find(|item| item.key.as_deref() == Some(key) && !item.was_sent)
    }

    /// The item that this is the answer to.
    pub(crate) fn answered(&mut self, settled: &Settled) -> Option<Item> {
        // Only accepts have no request id.
        let key = if settled.request_id.is_empty() { &settled.lease_token } else { &settled.request_id };
        self.sent.remove(key).map(|(_, item)| item)
    }

    /// For a new stream: unanswered items go first.
    pub(crate) fn resend(&mut self) {
        let mut unanswered: Vec<_> = self.sent.drain().map(|(_, entry)| entry).collect();
        unanswered.sort_by_key(|(order, _)| *order);
        for (_, item) in unanswered.into_iter().rev() {
            self.queue.push_front(item);
        }
    }

    /// The next frame; empty if nothing waits. An item that does not fit waits with all items behind it, so items of a
    /// lease keep their order.
    pub(crate) fn next_frame(&mut self) -> WorkRequest {
        let mut frame = WorkRequest::default();
        let mut bytes = 0;
        while let Some(item) = self.queue.front() {
            let len = item.body.encoded_len();
            let is_full = item.body.count_in(&frame) >= self.list_items_max || bytes + len > FRAME_BYTES_WANTED;
            if is_full && bytes > 0 {
                break;
            }
            let Some(mut item) = self.queue.pop_front() else { break };
            item.was_sent = true;
            bytes += len.max(1);
            self.sent_count += 1;
            match item.key.clone() {
                Some(key) => {
                    item.body.clone().put_into(&mut frame);
                    self.sent.insert(key, (self.sent_count, item));
                }
                None => item.body.put_into(&mut frame),
            }
        }
        frame
    }

    /// The most items of one list of a frame, as the server says.
    pub(crate) fn set_list_items_max(&mut self, max: i32) {
        if let Some(max) = usize::try_from(max).ok().filter(|max| *max > 0) {
            self.list_items_max = max;
        }
    }

    pub(crate) fn waiting(&self) -> usize {
        self.queue.len()
    }

    pub(crate) fn unanswered(&self) -> usize {
        self.sent.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start(id: &str) -> Item {
        let request = proto::StartTaskRequest { request_id: id.into(), ..Default::default() };
        Item::new(id.into(), Body::Start(request), Purpose::None)
    }

    fn output(id: &str, len: usize) -> Item {
        let request =
            proto::AppendOutputRequest { request_id: id.into(), data: vec![0; len].into(), ..Default::default() };
        Item::new(id.into(), Body::Output(request), Purpose::None)
    }

    fn ids(frame: &WorkRequest) -> Vec<&str> {
        let starts = frame.starts.iter().map(|one| one.request_id.as_str());
        starts.chain(frame.outputs.iter().map(|one| one.request_id.as_str())).collect()
    }

    fn answer(id: &str) -> Settled {
        Settled { request_id: id.into(), ..Default::default() }
    }

    #[test]
    fn what_has_gathered_leaves_in_one_frame() {
        let mut outbox = Outbox::new();
        for id in ["a", "b", "c"] {
            outbox.put(start(id));
        }
        assert_eq!(ids(&outbox.next_frame()), ["a", "b", "c"]);
        assert_eq!((outbox.waiting(), outbox.unanswered()), (0, 3));
        assert_eq!(outbox.next_frame(), WorkRequest::default());
    }

    #[test]
    fn what_was_not_answered_is_sent_again_first_and_in_the_same_order() {
        let mut outbox = Outbox::new();
        for id in ["a", "b", "c"] {
            outbox.put(start(id));
        }
        outbox.next_frame();
        assert!(outbox.answered(&answer("b")).is_some());
        assert!(outbox.answered(&answer("b")).is_none());
        outbox.put(start("d"));
        outbox.resend();
        assert_eq!(ids(&outbox.next_frame()), ["a", "c", "d"]);
    }

    #[test]
    fn an_accept_is_answered_by_its_lease() {
        let mut outbox = Outbox::new();
        let accept = proto::Accept { lease_token: "lease".into() };
        outbox.put(Item::new("lease".into(), Body::Accept(accept), Purpose::None));
        outbox.next_frame();
        assert!(outbox.answered(&Settled { lease_token: "lease".into(), ..Default::default() }).is_some());
    }

    #[test]
    fn frames_are_bounded_by_bytes_and_by_the_servers_count() {
        let mut outbox = Outbox::new();
        outbox.set_list_items_max(2);
        for id in ["a", "b", "c"] {
            outbox.put(start(id));
        }
        assert_eq!(ids(&outbox.next_frame()), ["a", "b"]);
        assert_eq!(ids(&outbox.next_frame()), ["c"]);
        for id in ["d", "e"] {
            outbox.put(output(id, FRAME_BYTES_WANTED - 100));
        }
        assert_eq!(ids(&outbox.next_frame()), ["d"]);
        assert_eq!(ids(&outbox.next_frame()), ["e"]);
    }

    #[test]
    fn an_item_that_fills_a_frame_alone_is_sent_and_a_larger_one_does_not_fit() {
        let mut outbox = Outbox::new();
        let large = output("a", ITEM_BYTES_MAX - 100);
        assert!(large.fits());
        outbox.put(large);
        assert_eq!(ids(&outbox.next_frame()), ["a"]);
        assert!(!output("b", ITEM_BYTES_MAX).fits());
    }

    #[test]
    fn an_item_is_found_until_it_is_sent_and_not_when_it_is_sent_again() {
        let mut outbox = Outbox::new();
        outbox.put(start("a"));
        assert!(outbox.waiting_item("a").is_some());
        outbox.next_frame();
        assert!(outbox.waiting_item("a").is_none());
        outbox.resend();
        assert!(outbox.waiting_item("a").is_none());
    }
}
