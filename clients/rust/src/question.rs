//! Questions: what a handler returns to ask a person or an agent, and what the next holder is answered.
use std::time::{Duration, SystemTime};

use asyncgate_proto::asyncgate::v1 as proto;
use bytes::Bytes;
use proto::{InputOutcome, OnExpiry, Principal, answerer};
use serde_json::Value;

use crate::content::Content;
use crate::times::{duration_to, time_from};

/// A question, for a handler to return: `Ok(Question::new("Deploy?").options(["yes", "no"]).into())`. The task is
/// given back until there is an answer; the next holder starts from the beginning, with the checkpoint and the answer.
#[derive(Clone, Debug, PartialEq)]
#[must_use = "a question is asked only if the handler returns it"]
pub struct Question(pub(crate) proto::RequestInputRequest);

impl Question {
    /// What it is about, in one line.
    pub fn new(title: impl Into<String>) -> Self {
        let question = proto::Question { title: title.into(), ..Default::default() };
        Self(proto::RequestInputRequest { question: Some(question), not_the_asker: Some(true), ..Default::default() })
    }

    fn set(mut self, set: impl FnOnce(&mut proto::Question)) -> Self {
        set(self.0.question.get_or_insert_default());
        self
    }

    fn set_request(mut self, set: impl FnOnce(&mut proto::RequestInputRequest)) -> Self {
        set(&mut self.0);
        self
    }

    /// All of it.
    pub fn text(self, text: impl Into<String>) -> Self {
        self.set(|one| one.text = text.into())
    }

    /// What one should know to answer it.
    pub fn context(self, context: &Value) -> Self {
        self.set(|one| one.context = context.to_string())
    }

    /// What the answer must look like, as a JSON Schema.
    pub fn answer_schema(self, schema: &Value) -> Self {
        self.set(|one| one.answer_schema = schema.to_string())
    }

    /// Answers to choose among. Without a schema, the answer is one of them.
    pub fn options<Text: Into<String>>(self, values: impl IntoIterator<Item = Text>) -> Self {
        let option = |value: Text| proto::QuestionOption { value: value.into(), ..Default::default() };
        let options = values.into_iter().map(option).collect();
        self.set(|one| one.options = options)
    }

    /// An answer to choose, with a label and a description for people.
    pub fn option(self, value: impl Into<String>, label: impl Into<String>, description: impl Into<String>) -> Self {
        let (value, label, description) = (value.into(), label.into(), description.into());
        self.set(|one| one.options.push(proto::QuestionOption { value, label, description }))
    }

    /// The digest of the action that the answer decides on; it comes back with the answer.
    pub fn action_digest(self, digest: impl Into<Bytes>) -> Self {
        self.set(|one| one.action_digest = digest.into())
    }

    /// The principal that owes the answer. If absent, the owner of the task.
    pub fn addressee(self, principal: Principal) -> Self {
        self.set_request(|one| one.addressee = Some(principal))
    }

    /// A principal that may answer as well.
    pub fn also_allowed(self, principal: Principal) -> Self {
        self.allow(answerer::Answerer::Principal(principal))
    }

    /// A role that may answer as well, by its name.
    pub fn also_allowed_role(self, role: impl Into<String>) -> Self {
        self.allow(answerer::Answerer::Role(role.into()))
    }

    fn allow(self, answerer: answerer::Answerer) -> Self {
        self.set_request(|one| one.also_allowed.push(proto::Answerer { answerer: Some(answerer) }))
    }

    /// This worker may answer itself.
    pub fn asker_may_answer(self) -> Self {
        self.set_request(|one| one.not_the_asker = Some(false))
    }

    /// The task fails if there is no answer by then.
    pub fn expires(self, after: Duration) -> Self {
        self.expire(after, OnExpiry::Fail, String::new())
    }

    /// The task goes on without an answer if there is none by then.
    pub fn declined_after(self, after: Duration) -> Self {
        self.expire(after, OnExpiry::Decline, String::new())
    }

    /// The task goes on with this answer if there is none by then.
    pub fn defaults_to(self, answer: &Value, after: Duration) -> Self {
        self.expire(after, OnExpiry::Default, answer.to_string())
    }

    fn expire(self, after: Duration, on_expiry: OnExpiry, default_answer: String) -> Self {
        let after = Some(duration_to(after));
        self.set_request(|one| {
            one.expires = Some(proto::QuestionExpiry { after, on_expiry: on_expiry.into(), default_answer });
        })
    }

    /// A second principal, which owes the answer, too, after a time.
    pub fn escalate(self, after: Duration, to: Principal) -> Self {
        let escalation = proto::QuestionEscalation { after: Some(duration_to(after)), to: Some(to) };
        self.set_request(|one| one.escalate = Some(escalation))
    }

    /// What the next holder needs to continue. If absent, the last one that was saved stays.
    pub fn checkpoint(self, checkpoint: impl Into<Content>) -> Self {
        self.set_request(|one| one.checkpoint = Some(checkpoint.into().into_payload()))
    }

    /// The name under which the next holder finds the answer. If absent, `input`.
    pub fn named(self, name: impl Into<String>) -> Self {
        self.set_request(|one| one.name = name.into())
    }
}

/// How the question of a task was settled.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// Whether it was answered, was declined, or has expired.
    pub outcome: InputOutcome,
    /// `None` unless it was answered, or its default answer counts.
    pub answer: Option<Value>,
    /// The principal that answered or declined it.
    pub by: Option<Principal>,
    /// Why it was declined.
    pub reason: String,
    /// The digest of the action that was decided on.
    pub action_digest: Bytes,
    /// When.
    pub time: Option<SystemTime>,
    /// The question.
    pub input_id: String,
    /// The receipt.
    pub receipt_id: String,
}

impl Answer {
    pub(crate) fn of(result: &proto::InputResult) -> Self {
        Self {
            outcome: InputOutcome::try_from(result.outcome).unwrap_or_default(),
            answer: serde_json::from_str(&result.answer).ok(),
            by: result.by.clone(),
            reason: result.reason.clone(),
            action_digest: result.action_digest.clone(),
            time: time_from(result.time.as_ref()),
            input_id: result.input_id.clone(),
            receipt_id: result.receipt_id.clone(),
        }
    }
}
