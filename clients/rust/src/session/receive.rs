//! What a worker does with the frames of the server.
use std::collections::HashSet;
use std::sync::Arc;

use asyncgate_proto::asyncgate::v1 as proto;
use proto::{LeaseLoss, Welcome, WorkResponse, directive};
use tokio::time::Instant;

use crate::events::{DrainReason, Event};
use crate::failure::StopCause;
use crate::session::state::{Core, OpenStream, State};
use crate::times::{duration_from, time_from};

impl State {
    pub(crate) fn take_frame(&mut self, core: &Arc<Core>, frame: WorkResponse, endpoint: &str) {
        let now = Instant::now();
        for lost in frame.lost {
            self.lose(&lost.lease_id, LeaseLoss::try_from(lost.loss).unwrap_or_default());
        }
        if let Some(welcome) = frame.welcome {
            self.take_welcome(welcome, endpoint);
        }
        for answer in frame.settled {
            self.take_answer(answer);
        }
        for one in frame.directives {
            self.take_directive(one.directive);
        }
        if let Some(stream) = &mut self.stream {
            stream.credits = stream.credits.saturating_sub(frame.offers.len());
            for offer in frame.offers {
                self.take_offer(core, offer, now);
            }
        }
        self.close_when_done(now);
    }

    fn take_welcome(&mut self, welcome: Welcome, endpoint: &str) {
        self.stream = Some(OpenStream {
            accept_window: welcome.accept_window.as_ref().map(|window| duration_from(Some(window))),
            credits: 0,
            is_server_draining: false,
            frame_interval: std::time::Duration::ZERO,
            last_frame_at: None,
            must_reconnect: false,
        });
        self.options.client.move_to(endpoint);
        self.counts.streams += 1;
        self.outbox.set_list_items_max(welcome.frame_items_max);
        self.emit(Event::Connected {
            endpoint: endpoint.to_owned(),
            session_id: welcome.session_id,
            resumed: welcome.resumed,
        });
        let kept: HashSet<_> = welcome.leases.iter().map(|lease| lease.lease_id.as_str()).collect();
        let gone: Vec<_> = self.held.keys().filter(|id| !kept.contains(id.as_str())).cloned().collect();
        for lease_id in gone {
            self.lose(&lease_id, LeaseLoss::Expired);
        }
        self.outbox.resend();
        // An offer may have been on its way when the stream broke.
        for lease in welcome.leases {
            if !self.held.contains_key(&lease.lease_id) {
                self.release_unknown(lease.token);
            }
        }
    }

    /// What is settling already has ended before its owner wanted it to.
    fn take_cancel(&mut self, cancel: proto::CancelDirective) {
        if self.held.get(&cancel.lease_id).is_some_and(|entry| !entry.is_settling) {
            let deadline = time_from(cancel.cancel_deadline.as_ref());
            self.stop_task(&cancel.lease_id, StopCause::Canceled { reason: cancel.reason, deadline });
        }
    }

    fn take_directive(&mut self, directive: Option<directive::Directive>) {
        use directive::Directive;
        match directive {
            Some(Directive::Cancel(cancel)) => self.take_cancel(cancel),
            Some(Directive::Drain(_)) => {
                if let Some(stream) = &mut self.stream {
                    stream.is_server_draining = true;
                }
                self.emit(Event::Draining { reason: DrainReason::Server });
            }
            Some(Directive::SlowDown(slow_down)) => {
                if let Some(stream) = &mut self.stream {
                    stream.frame_interval = duration_from(slow_down.frame_interval.as_ref());
                }
            }
            Some(Directive::Reconfigure(_)) => {
                if let Some(stream) = &mut self.stream {
                    stream.must_reconnect = true;
                }
            }
            Some(Directive::LeaseLimit(limit)) => self.emit(Event::LeaseLimit { leases_max: limit.leases_max }),
            Some(Directive::Budget(budget)) => self.over_budget(&budget.lease_id),
            // A directive of a newer server.
            None => {}
        }
    }
}
