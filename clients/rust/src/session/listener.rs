//! Tells events in a thread of their own: a log that blocks, or a listener that does, stops no heartbeat.
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::time::Duration;
use std::{io, thread};

use crate::events::{Event, Listener};

/// What comes while a listener is busy. Beyond this, events are dropped and counted.
const EVENTS_WAITING_MAX: usize = 10_000;
/// How long the last events may take when the worker has stopped.
const LAST_EVENTS_GRACE: Duration = Duration::from_secs(2);

pub(crate) struct Events {
    sender: SyncSender<Event>,
    /// Disconnected when all have been told.
    told: Receiver<()>,
}

impl Events {
    pub(crate) fn start(listener: Option<Listener>) -> io::Result<Self> {
        let (sender, events) = sync_channel::<Event>(EVENTS_WAITING_MAX);
        let (telling, told) = sync_channel::<()>(0);
        let tell = move || {
            for event in events {
                event.trace();
                match &listener {
                    Some(listener) => listener(&event),
                    None => event.complain(),
                }
            }
            drop(telling);
        };
        thread::Builder::new().name("asyncgate-events".to_owned()).spawn(tell)?;
        Ok(Self { sender, told })
    }

    /// Returns false if it was dropped.
    pub(crate) fn tell(&self, event: Event) -> bool {
        !matches!(self.sender.try_send(event), Err(TrySendError::Full(_)))
    }

    /// Waits a moment until all have been told.
    pub(crate) fn finish(self) {
        let Self { sender, told } = self;
        drop(sender);
        // An error means that all were told, or that the listener is stuck.
        let _ = told.recv_timeout(LAST_EVENTS_GRACE);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex, mpsc};

    use super::*;

    #[test]
    fn events_are_told_in_order_and_all_are_told_in_the_end() {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let listener = {
            let seen = Arc::clone(&seen);
            move |event: &Event| {
                if let Event::LeaseLimit { leases_max } = event {
                    seen.lock().unwrap().push(*leases_max);
                }
            }
        };
        let events = Events::start(Some(Box::new(listener))).unwrap();
        for leases_max in 0..100 {
            assert!(events.tell(Event::LeaseLimit { leases_max }));
        }
        events.finish();
        assert_eq!(*seen.lock().unwrap(), (0..100).collect::<Vec<_>>());
    }

    #[test]
    fn a_listener_that_blocks_stops_nothing_and_what_does_not_fit_is_dropped() {
        let (open, gate) = mpsc::channel::<()>();
        let gate = Mutex::new(gate);
        let listener = move |_: &Event| {
            let _ = gate.lock().unwrap().recv();
        };
        let events = Events::start(Some(Box::new(listener))).unwrap();
        let told = (0..EVENTS_WAITING_MAX + 10).filter(|_| events.tell(Event::Stopped)).count();
        // One more may have been taken by the listener already.
        assert!(told == EVENTS_WAITING_MAX || told == EVENTS_WAITING_MAX + 1);
        drop(open);
        events.finish();
    }
}
