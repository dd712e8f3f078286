//! A client's calls about single tasks and batches of them.
use std::time::Duration;

use asyncgate_proto::asyncgate::v1 as proto;
use proto::{Explanation, HeldScope, Task, create_tasks_result};

use crate::client::{Client, Pages};
use crate::error::Error;
use crate::ids::next_request_id;
use crate::new_task::{NewTask, Scope};
use crate::times::duration_to;

/// Sends a message by a method of a stub of the client, again and again if that may help.
macro_rules! call {
    ($client:expr, $stub:ident.$method:ident($message:expr), $within:expr) => {{
        let client = $client;
        $crate::retry::call_with_retry(&client.retry, $within, $message, |request| {
            let mut stub = client.stubs().$stub();
            async move { stub.$method(request).await }
        })
    }};
    ($client:expr, $stub:ident.$method:ident($message:expr)) => {
        call!($client, $stub.$method($message), $client.timeout)
    };
}
pub(crate) use call;

/// The answer to the creation of a task.
#[derive(Clone, Debug, PartialEq)]
pub struct Created {
    /// The task.
    pub task: Task,
    /// The receipt of its assignment.
    pub assigned_receipt_id: String,
    /// True if the task existed already and nothing was written.
    pub existed: bool,
}

impl Created {
    /// The task's id.
    pub fn task_id(&self) -> &str {
        &self.task.task_id
    }

    fn of(response: proto::CreateTaskResponse) -> Result<Self, Error> {
        let proto::CreateTaskResponse { task, assigned_receipt_id, existed } = response;
        Ok(Self { task: task_of(task)?, assigned_receipt_id, existed })
    }
}

pub(crate) fn task_of(task: Option<Task>) -> Result<Task, Error> {
    task.ok_or_else(|| Error::of_kit(proto::ErrorReason::Internal, "the server answered without the task"))
}

/// Lets an error say under which id the call may be repeated.
pub(crate) fn keyed(request_id: &str) -> impl Fn(Error) -> Error + use<> {
    let request_id = request_id.to_owned();
    move |error| error.with_request_id(request_id.clone())
}

impl Client {
    /// Creates a task. Give it an idempotency key if your own program may repeat this after a restart.
    pub async fn create_task(&self, task: NewTask) -> Result<Created, Error> {
        let mut request = task.0;
        // With an idempotency key, the call is safe to repeat without a request id.
        if request.request_id.is_empty() && request.idempotency_key.is_empty() {
            request.request_id = next_request_id();
        }
        let name = keyed(&request.request_id);
        Created::of(call!(self, tasks.create_task(request)).await.map_err(name)?)
    }

    /// Creates up to 500 tasks. Answers in their order; a task that was refused has an error in its place.
    pub async fn create_tasks(
        &self,
        tasks: impl IntoIterator<Item = NewTask>,
    ) -> Result<Vec<Result<Created, Error>>, Error> {
        let request_id = next_request_id();
        let name = keyed(&request_id);
        let tasks = tasks.into_iter().map(|task| task.0).collect();
        let request = proto::CreateTasksRequest { tasks, request_id, ..Default::default() };
        let response = call!(self, tasks.create_tasks(request)).await.map_err(&name)?;
        let created = |item: proto::CreateTasksResult| match item.result {
            Some(create_tasks_result::Result::Created(created)) => Created::of(created),
            Some(create_tasks_result::Result::Error(detail)) => Err(name(Error::of_detail(detail))),
            _ => Err(Error::of_kit(proto::ErrorReason::Internal, "the server did not answer an item of the batch")),
        };
        Ok(response.results.into_iter().map(created).collect())
    }

    /// The task as it is.
    pub async fn get_task(&self, task_id: &str) -> Result<Task, Error> {
        let request = proto::GetTaskRequest { task_id: task_id.to_owned() };
        task_of(call!(self, tasks.get_task(request)).await?.task)
    }

    /// Why a task does not run, or what it is doing.
    pub async fn explain_task(&self, task_id: &str) -> Result<Explanation, Error> {
        let request = proto::ExplainTaskRequest { task_id: task_id.to_owned() };
        let explanation = call!(self, tasks.explain_task(request)).await?.explanation;
        let missing = "the server answered without the explanation";
        explanation.ok_or_else(|| Error::of_kit(proto::ErrorReason::Internal, missing))
    }

    /// Cancels a task at once, or after a time that its handler has to finish.
    pub async fn cancel_task(
        &self,
        task_id: &str,
        reason: impl Into<String>,
        grace_period: Option<Duration>,
    ) -> Result<Task, Error> {
        let request_id = next_request_id();
        let name = keyed(&request_id);
        let request = proto::CancelTaskRequest {
            task_id: task_id.to_owned(),
            reason: reason.into(),
            grace_period: grace_period.map(duration_to),
            request_id,
        };
        task_of(call!(self, tasks.cancel_task(request)).await.map_err(name)?.task)
    }

    /// Adds write scopes to a lease: all, or none. Handlers call [`crate::Job::add_scopes`].
    pub async fn add_scopes(&self, lease_token: &str, scopes: impl IntoIterator<Item = Scope>) -> Result<(), Error> {
        let request_id = next_request_id();
        let name = keyed(&request_id);
        let scopes = scopes.into_iter().map(|one| one.0).collect();
        let request = proto::AddScopesRequest { lease_token: lease_token.to_owned(), scopes, request_id };
        call!(self, leases.add_scopes(request)).await.map_err(name).map(|_| ())
    }

    /// The write scopes that are held, of a resource and below it, of a kind (`repo:`), or all.
    pub fn list_scopes(&self, prefix: impl Into<String>) -> Pages<HeldScope> {
        let (client, prefix) = (self.clone(), prefix.into());
        Pages::new(move |page_token| {
            let (client, prefix) = (client.clone(), prefix.clone());
            async move {
                let request = proto::ListScopesRequest { prefix, page_token, ..Default::default() };
                let page = call!(&client, leases.list_scopes(request)).await?;
                Ok((page.scopes, page.next_page_token))
            }
        })
    }
}
