//! What handlers print: bytes are gathered for a moment and appended to the task's logs, each piece at its offset, so
//! that a piece that is sent twice is in the log once. A log has one piece under way; what comes meanwhile makes the
//! next.
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use asyncgate_proto::asyncgate::v1 as proto;
use bytes::{Bytes, BytesMut};
use proto::{AppendOutputRequest, ErrorReason, error_detail};
use tokio::time::Instant;

use crate::error::Error;
use crate::events::Event;
use crate::ids::next_request_id;
use crate::session::outbox::{Body, Item, Purpose, Waiter};
use crate::session::reports::{Sent, ended};
use crate::session::state::{Held, State};
use crate::session::timers::Timer;
use crate::times::time_to;

const GATHER_BYTES: usize = 16_384;
const GATHER_TIME: Duration = Duration::from_millis(200);
const PIECE_BYTES_MAX: usize = 65_536;
/// A write waits while more than this waits to be sent, and is refused beyond the other.
const ROOM_BYTES: usize = 262_144;
const ROOM_BYTES_MAX: usize = 1_048_576;

/// A piece of a log under way.
#[derive(Clone, Debug)]
pub(crate) struct Piece {
    stream: String,
    data: Bytes,
    offset: i64,
    time: SystemTime,
    /// Whether it was put to where the server says the log ends.
    is_moved: bool,
}

/// A log of a task.
#[derive(Debug)]
pub(crate) struct Log {
    gathered: BytesMut,
    /// When the first of these bytes was written.
    since: SystemTime,
    /// Where the next piece begins.
    offset: i64,
    pieces_under_way: usize,
    is_flush_due: bool,
    is_finished: bool,
    error: Option<Error>,
    waiting_for_room: Vec<Waiter>,
    waiting_for_end: Vec<Waiter>,
}

impl Log {
    fn new() -> Self {
        Self {
            gathered: BytesMut::new(),
            since: SystemTime::UNIX_EPOCH,
            offset: 0,
            pieces_under_way: 0,
            is_flush_due: false,
            is_finished: false,
            error: None,
            waiting_for_room: Vec::new(),
            waiting_for_end: Vec::new(),
        }
    }

    fn settle_waiters(&mut self) {
        let end = |waiters: &mut Vec<Waiter>, error: &Option<Error>| {
            for waiter in waiters.drain(..) {
                // A handler need not wait.
                let _ = waiter.send(error.clone().map_or(Ok(()), Err));
            }
        };
        if self.error.is_some() || self.gathered.len() <= ROOM_BYTES {
            end(&mut self.waiting_for_room, &self.error);
        }
        if self.error.is_some() || (self.gathered.is_empty() && self.pieces_under_way == 0) {
            end(&mut self.waiting_for_end, &self.error);
        }
    }

    /// The next piece of what has gathered.
    fn take_piece(&mut self, stream: &str) -> Piece {
        let data = self.gathered.split_to(self.gathered.len().min(PIECE_BYTES_MAX)).freeze();
        let offset = self.offset;
        self.offset += data.len() as i64;
        self.pieces_under_way += 1;
        Piece { stream: stream.to_owned(), data, offset, time: self.since, is_moved: false }
    }
}

fn limit(message: &str) -> Error {
    Error::of_kit(ErrorReason::LimitExceeded, message)
}

impl State {
    fn log(&mut self, lease_id: &str, stream: &str) -> Option<&mut Log> {
        let entry = self.held.get_mut(lease_id).filter(|entry| !entry.is_settling)?;
        Some(entry.logs.entry(stream.to_owned()).or_insert_with(Log::new))
    }

    pub(crate) fn write(&mut self, held: &Held, stream: &str, bytes: &[u8]) -> Sent {
        let Some(log) = self.log(&held.lease_id, stream) else { return Sent::ready(Err(ended())) };
        if let Some(error) = &log.error {
            return Sent::ready(Err(error.clone()));
        }
        if log.gathered.len() + bytes.len() > ROOM_BYTES_MAX {
            return Sent::ready(Err(limit("too much waits to be sent: await the writes")));
        }
        if log.gathered.is_empty() {
            log.since = SystemTime::now();
        }
        log.gathered.extend_from_slice(bytes);
        let (waiter, sent) = Sent::pending();
        log.waiting_for_room.push(waiter);
        log.settle_waiters();
        self.schedule(&held.lease_id, stream);
        sent
    }

    pub(crate) fn flush(&mut self, held: &Held, stream: &str) -> Sent {
        let Some(log) = self.log(&held.lease_id, stream) else { return Sent::ready(Err(ended())) };
        let (waiter, sent) = Sent::pending();
        log.waiting_for_end.push(waiter);
        log.settle_waiters();
        self.send_next(&held.lease_id, stream);
        sent
    }

    /// A piece leaves when it is large enough, or after a moment.
    fn schedule(&mut self, lease_id: &str, stream: &str) {
        let Some(log) = self.log(lease_id, stream) else { return };
        if log.gathered.len() >= GATHER_BYTES {
            self.send_next(lease_id, stream);
        } else if !log.is_flush_due && !log.gathered.is_empty() {
            log.is_flush_due = true;
            let timer = Timer::Flush { lease_id: lease_id.to_owned(), stream: stream.to_owned() };
            self.timers.add(Instant::now() + GATHER_TIME, timer);
        }
    }

    pub(crate) fn flush_due(&mut self, lease_id: &str, stream: &str) {
        if let Some(log) = self.log(lease_id, stream) {
            log.is_flush_due = false;
            self.send_next(lease_id, stream);
        }
    }

    fn send_next(&mut self, lease_id: &str, stream: &str) {
        let Some(log) = self.log(lease_id, stream) else { return };
        if log.pieces_under_way == 0 && !log.gathered.is_empty() {
            let piece = log.take_piece(stream);
            self.put_piece(lease_id, piece);
        }
    }

    /// Sends all that was written, for the settlement to follow it. Items of a lease are applied in their order.
    pub(crate) fn finish_logs(&mut self, lease_id: &str) {
        let Some(entry) = self.held.get_mut(lease_id) else { return };
        let mut pieces = Vec::new();
        for (stream, log) in &mut entry.logs {
            log.is_finished = true;
            while !log.gathered.is_empty() {
                pieces.push(log.take_piece(stream));
            }
            log.settle_waiters();
        }
        for piece in pieces {
            self.put_piece(lease_id, piece);
        }
    }

    fn put_piece(&mut self, lease_id: &str, piece: Piece) {
        let Some(entry) = self.held.get(lease_id) else { return };
        let request_id = next_request_id();
        let request = AppendOutputRequest {
            lease_token: entry.held.lease_token.clone(),
            stream: piece.stream.clone(),
            offset: piece.offset,
            data: piece.data.clone(),
            time: Some(time_to(piece.time)),
            request_id: request_id.clone(),
            ..Default::default()
        };
        let purpose = Purpose::Output { lease_id: lease_id.to_owned(), piece };
        self.outbox.put(Item::new(request_id, Body::Output(request), purpose));
    }

    pub(crate) fn take_output_answer(&mut self, lease_id: &str, piece: Piece, error: Option<Error>) {
        let Some(entry) = self.held.get_mut(lease_id) else { return };
        let task = Arc::clone(&entry.held.task);
        let Some(log) = entry.logs.get_mut(&piece.stream) else { return };
        log.pieces_under_way = log.pieces_under_way.saturating_sub(1);
        if let Some(error) = error {
            if let Some(moved) = moved_to_end(log, &piece, &error) {
                log.pieces_under_way += 1;
                return self.put_piece(lease_id, moved);
            }
            log.error = Some(error.clone());
            log.gathered.clear();
            log.settle_waiters();
            return self.emit(Event::OutputRefused { task, stream: piece.stream, error });
        }
        log.settle_waiters();
        if log.is_finished || log.gathered.is_empty() {
            return;
        }
        if log.waiting_for_end.is_empty() {
            self.schedule(lease_id, &piece.stream);
        } else {
            self.send_next(lease_id, &piece.stream);
        }
    }
}

/// A crash of Postgres may have lost the last moment of the log: it goes on where it ends now.
fn moved_to_end(log: &mut Log, piece: &Piece, error: &Error) -> Option<Piece> {
    let Some(error_detail::Facts::Output(facts)) = error.facts() else { return None };
    let is_wanted = error.reason() == ErrorReason::OffsetMismatch && !facts.closed;
    if !is_wanted || piece.is_moved || log.is_finished || facts.next_offset > piece.offset {
        return None;
    }
    log.offset = facts.next_offset + piece.data.len() as i64;
    Some(Piece { offset: facts.next_offset, is_moved: true, ..piece.clone() })
}
