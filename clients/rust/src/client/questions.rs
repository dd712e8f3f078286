//! A client's questions: those that the caller owes answers to, and its answers.
use std::time::SystemTime;

use asyncgate_proto::asyncgate::v1 as proto;
use proto::provide_input_request::Outcome;
use proto::{Principal, ProvideInputResponse, receipt_body};
use serde_json::Value;

use crate::client::Client;
use crate::client::calls::{call, keyed};
use crate::error::Error;
use crate::ids::next_request_id;
use crate::times::time_from;

/// A question that the caller owes an answer to.
#[derive(Clone, Debug, PartialEq)]
pub struct OpenQuestion {
    /// The task that waits for the answer.
    pub task_id: String,
    /// The question's id.
    pub input_id: String,
    /// The question.
    pub question: proto::Question,
    /// The worker that asks.
    pub from: Option<Principal>,
    /// When it expires.
    pub expire_time: Option<SystemTime>,
}

impl Client {
    /// The questions that the caller owes answers to, oldest first.
    pub async fn questions(&self) -> Result<Vec<OpenQuestion>, Error> {
        let mut questions = Vec::new();
        let mut obligations = self.obligations();
        while let Some(obligation) = obligations.next().await {
            questions.extend(obligation?.receipt.and_then(question_of));
        }
        Ok(questions)
    }

    /// Answers a question, once: a second answer is an error that says how it was settled.
    pub async fn answer(&self, task_id: &str, input_id: &str, answer: &Value) -> Result<ProvideInputResponse, Error> {
        self.provide(task_id, input_id, Outcome::Answer(answer.to_string())).await
    }

    /// Declines a question: its task goes on without an answer.
    pub async fn decline(
        &self,
        task_id: &str,
        input_id: &str,
        reason: impl Into<String>,
    ) -> Result<ProvideInputResponse, Error> {
        self.provide(task_id, input_id, Outcome::Decline(proto::DeclineInput { reason: reason.into() })).await
    }

    async fn provide(&self, task_id: &str, input_id: &str, outcome: Outcome) -> Result<ProvideInputResponse, Error> {
        let request_id = next_request_id();
        let name = keyed(&request_id);
        let request = proto::ProvideInputRequest {
            task_id: task_id.to_owned(),
            input_id: input_id.to_owned(),
            request_id,
            outcome: Some(outcome),
            ..Default::default()
        };
        call!(self, tasks.provide_input(request)).await.map_err(name)
    }
}

fn question_of(receipt: proto::Receipt) -> Option<OpenQuestion> {
    let receipt_body::Body::InputRequested(asked) = receipt.body?.body? else { return None };
    Some(OpenQuestion {
        task_id: receipt.task_id,
        input_id: receipt.receipt_id,
        question: asked.question?,
        from: receipt.from,
        expire_time: time_from(asked.expire_time.as_ref()),
    })
}
