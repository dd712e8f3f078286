//! How a lease ends, as an item of a frame: what the handler returned becomes a completion, a suspension, a question,
//! a hand-off, a failure or a release.
use asyncgate_proto::asyncgate::v1 as proto;
use proto::Payload;

use crate::content::{Content, clip};
use crate::ending::{Done, Ending, HandOff, Release, Suspension};
use crate::events::EndingKind;
use crate::failure::Failure;
use crate::ids::next_request_id;
use crate::question::Question;
use crate::session::outbox::Body;
use crate::times::duration_to;

const REASON_BYTES_MAX: usize = 1_024;

pub(crate) struct Settlement {
    pub(crate) request_id: String,
    pub(crate) body: Body,
    pub(crate) ending: EndingKind,
}

impl Settlement {
    fn new(ending: EndingKind, body: impl FnOnce(String) -> Body) -> Self {
        let request_id = next_request_id();
        Self { body: body(request_id.clone()), request_id, ending }
    }
}

/// How a task ends whose handler has returned. The checkpoint is the last one that was saved.
pub(crate) fn returned(lease_token: &str, checkpoint: Option<Payload>, ending: Ending) -> Settlement {
    let lease_token = lease_token.to_owned();
    match ending {
        Ending::Done(done) => completed(lease_token, done),
        Ending::Suspended(suspension) => suspended(lease_token, checkpoint, suspension),
        Ending::Asked(question) => Settlement::new(EndingKind::Asked, |request_id| {
            let Question(request) = *question;
            let checkpoint = request.checkpoint.clone().or(checkpoint);
            Body::Ask(proto::RequestInputRequest { lease_token, request_id, checkpoint, ..request })
        }),
        Ending::HandedOff(hand_off) => handed_off(lease_token, checkpoint, hand_off),
        Ending::Released(release) => release_of(lease_token, checkpoint, release),
    }
}

fn completed(lease_token: String, done: Done) -> Settlement {
    let Done { result, artifacts, delivery_proof, next, verdict, contract } = done;
    Settlement::new(EndingKind::Completed, |request_id| {
        Body::Complete(proto::CompleteTaskRequest {
            lease_token,
            request_id,
            result: result.map(Content::into_payload),
            artifacts,
            delivery_proof,
            next,
            verdict,
            contract,
            ..Default::default()
        })
    })
}

fn suspended(lease_token: String, checkpoint: Option<Payload>, suspension: Suspension) -> Settlement {
    Settlement::new(EndingKind::Suspended, |request_id| {
        Body::Suspend(proto::SuspendTaskRequest {
            lease_token,
            request_id,
            wait: Some(suspension.wait),
            checkpoint: suspension.checkpoint.map(Content::into_payload).or(checkpoint),
            create: suspension.create,
            ..Default::default()
        })
    })
}

fn handed_off(lease_token: String, checkpoint: Option<Payload>, hand_off: HandOff) -> Settlement {
    Settlement::new(EndingKind::HandedOff, |request_id| {
        Body::HandOff(proto::HandOffRequest {
            lease_token,
            request_id,
            to: Some(hand_off.to),
            note: hand_off.note,
            refs: hand_off.refs,
            contract: hand_off.contract,
            checkpoint: hand_off.checkpoint.map(Content::into_payload).or(checkpoint),
            ..Default::default()
        })
    })
}

pub(crate) fn failed(lease_token: &str, checkpoint: Option<Payload>, failure: &Failure) -> Settlement {
    Settlement::new(EndingKind::Failed, |request_id| {
        Body::Fail(proto::FailTaskRequest {
            lease_token: lease_token.to_owned(),
            request_id,
            error: Some(failure.to_contract()),
            retry_after: failure.delay().map(duration_to),
            checkpoint,
            ..Default::default()
        })
    })
}

/// Because the handler was told to stop, or cannot go on.
pub(crate) fn released(lease_token: &str, checkpoint: Option<Payload>, reason: &str) -> Settlement {
    release_of(lease_token.to_owned(), checkpoint, Release::new(reason))
}

fn release_of(lease_token: String, checkpoint: Option<Payload>, release: Release) -> Settlement {
    Settlement::new(EndingKind::Released, |request_id| {
        Body::Release(proto::ReleaseLeaseRequest {
            lease_token,
            request_id,
            reason: clip(&release.reason, REASON_BYTES_MAX),
            delay: release.duration(),
            checkpoint: release.checkpoint.map(Content::into_payload).or(checkpoint),
        })
    })
}
