//! Work that is checked before it counts as done: how a new task asks for it, the verdict of a verifier, and what a
//! later holder is told of a report that was rejected.
use std::time::{Duration, SystemTime};

use asyncgate_proto::asyncgate::v1 as proto;
use proto::{Artifact, OnReject, OnVerificationTimeout, Principal, VerdictDecision};

use crate::content::Content;
use crate::times::{duration_to, time_from, time_to};

/// How the work of a task is checked. Each method sets the field of that name of the contract's Verification.
#[derive(Clone, Debug, Default, PartialEq)]
#[must_use]
pub struct Verification(pub(crate) proto::Verification);

impl Verification {
    /// By one verifier, whose handler takes tasks of the type `verify`.
    pub fn new() -> Self {
        Self::default()
    }

    fn set(mut self, set: impl FnOnce(&mut proto::Verification)) -> Self {
        set(&mut self.0);
        self
    }

    /// By so many, and accepted by so many of them.
    pub fn verifiers(self, count: i32, accept_at: i32) -> Self {
        self.set(|one| (one.verifiers, one.accept_at) = (Some(count), Some(accept_at)))
    }

    /// Which workers get the verification tasks: their capabilities, queue and type. Empty: as the task's.
    pub fn verifier(self, verifier: proto::Verifier) -> Self {
        self.set(|one| one.verifier = Some(verifier))
    }

    /// Kinds of evidence that a verdict must have.
    pub fn evidence_required<Kind: Into<String>>(self, kinds: impl IntoIterator<Item = Kind>) -> Self {
        let kinds = kinds.into_iter().map(Into::into).collect();
        self.set(|one| one.evidence_required = kinds)
    }

    /// How long verifiers have, and what happens then.
    pub fn timeout(self, timeout: Duration, on_timeout: OnVerificationTimeout) -> Self {
        self.set(|one| (one.timeout, one.on_timeout) = (Some(duration_to(timeout)), on_timeout.into()))
    }

    /// What happens to a task whose report is rejected.
    pub fn on_reject(self, what: OnReject) -> Self {
        self.set(|one| one.on_reject = what.into())
    }

    /// What to look at.
    pub fn criteria<Text: Into<String>>(self, texts: impl IntoIterator<Item = Text>) -> Self {
        let texts = texts.into_iter().map(Into::into).collect();
        self.set(|one| one.criteria = texts)
    }
}

/// What a verifier says about a report, for its handler to return: `Ok(Verdict::reject(["the sum is wrong"]).into())`.
#[derive(Clone, Debug, PartialEq)]
#[must_use = "a verdict has an effect only if the handler returns it"]
pub struct Verdict {
    pub(crate) verdict: proto::Verdict,
    pub(crate) result: Option<Content>,
}

impl Verdict {
    /// The report is right.
    pub fn accept() -> Self {
        Self::of(VerdictDecision::Accept)
    }

    /// The report is wrong, with what was found, for the worker that does the task next.
    pub fn reject<Text: Into<String>>(findings: impl IntoIterator<Item = Text>) -> Self {
        Self::of(VerdictDecision::Reject).findings(findings)
    }

    /// It cannot be told.
    pub fn unverifiable<Text: Into<String>>(findings: impl IntoIterator<Item = Text>) -> Self {
        Self::of(VerdictDecision::Unverifiable).findings(findings)
    }

    fn of(decision: VerdictDecision) -> Self {
        Self { verdict: proto::Verdict { decision: decision.into(), ..Default::default() }, result: None }
    }

    /// What was found.
    pub fn findings<Text: Into<String>>(mut self, findings: impl IntoIterator<Item = Text>) -> Self {
        self.verdict.findings = findings.into_iter().map(Into::into).collect();
        self
    }

    /// From 0 to 1.
    pub fn confidence(mut self, confidence: f64) -> Self {
        self.verdict.confidence = Some(confidence);
        self
    }

    /// Evidence of a kind, where it is, and when it was made: not before the report.
    pub fn evidence(mut self, kind: impl Into<String>, uri: impl Into<String>, time: SystemTime) -> Self {
        let (kind, uri, time) = (kind.into(), uri.into(), Some(time_to(time)));
        self.verdict.evidence.push(proto::Evidence { kind, uri, digest: String::new(), time });
        self
    }

    /// Stored by the server as the result of the verification task. If absent, the verdict is.
    pub fn result(mut self, result: impl Into<Content>) -> Self {
        self.result = Some(result.into());
        self
    }
}

/// A report on the task that was rejected, for its next holder.
#[derive(Clone, Debug, PartialEq)]
pub struct RejectedReport {
    /// All that verifiers have found, in the order of their verdicts.
    pub findings: Vec<String>,
    /// The principal that has reported.
    pub executor: Option<Principal>,
    /// Its attempt.
    pub attempt: i32,
    /// Its result.
    pub result: Option<Content>,
    /// Where its results are.
    pub artifacts: Vec<Artifact>,
    /// When it was reported.
    pub time: Option<SystemTime>,
    /// The receipt of the report.
    pub receipt_id: String,
}

impl RejectedReport {
    pub(crate) fn of(review: &proto::Review) -> Option<Self> {
        let report = review.report.as_ref()?;
        let verdicts = review.verdicts.iter().filter_map(|given| given.verdict.as_ref());
        Some(Self {
            findings: verdicts.flat_map(|verdict| verdict.findings.iter().cloned()).collect(),
            executor: report.executor.clone(),
            attempt: report.attempt,
            result: Content::of(report.result.as_ref()),
            artifacts: report.artifacts.clone(),
            time: time_from(report.time.as_ref()),
            receipt_id: report.receipt_id.clone(),
        })
    }
}
