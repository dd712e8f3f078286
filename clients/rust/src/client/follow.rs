//! A client's calls that follow a task to its end.
use std::time::Duration;

use asyncgate_proto::asyncgate::v1 as proto;
use proto::{Task, TaskState, WatchTaskResponse};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::time::{Instant, sleep};
use tonic::Streaming;

use crate::client::Client;
use crate::client::calls::{call, task_of};
use crate::content::Content;
use crate::error::{Error, ResultError};
use crate::times::duration_to;

/// The longest that one call waits for a task to end, and time for its answer.
const AWAIT: Duration = Duration::from_secs(50);
const AWAIT_SLACK: Duration = Duration::from_secs(10);

impl Client {
    /// The task when it has ended, however. Waits as long as that takes.
    pub async fn await_task(&self, task_id: &str) -> Result<Task, Error> {
        self.await_until(task_id, None).await
    }

    /// The task when it has ended, or as it is after this time.
    pub async fn await_task_within(&self, task_id: &str, within: Duration) -> Result<Task, Error> {
        self.await_until(task_id, Instant::now().checked_add(within)).await
    }

    async fn await_until(&self, task_id: &str, until: Option<Instant>) -> Result<Task, Error> {
        // A name is looked up once: it may pass on to another task.
        let mut asked = task_id.to_owned();
        loop {
            let left = until.map_or(AWAIT, |until| until.saturating_duration_since(Instant::now()));
            let wait = left.min(AWAIT);
            let request = proto::AwaitTaskRequest { task_id: asked, wait: Some(duration_to(wait)) };
            let answer = call!(self, tasks.await_task(request), wait + AWAIT_SLACK).await?;
            let task = task_of(answer.task)?;
            if answer.ended || until.is_some_and(|until| Instant::now() >= until) {
                return Ok(task);
            }
            asked = task.task_id;
        }
    }

    /// The result of a task, when it has ended; `None` if the server stores none. A task that failed or was canceled
    /// is an error.
    pub async fn result(&self, task_id: &str) -> Result<Option<Content>, ResultError> {
        result_of(self.await_task(task_id).await?)
    }

    /// The result as a type of the program.
    pub async fn result_as<T: DeserializeOwned>(&self, task_id: &str) -> Result<T, ResultError> {
        let result = self.result(task_id).await?.unwrap_or(Content::Json(Value::Null));
        result.read().map_err(|error| ResultError::Unreadable { task_id: task_id.to_owned(), error: error.to_string() })
    }

    /// The result, and an error if the task has not ended within this time.
    pub async fn result_within(&self, task_id: &str, within: Duration) -> Result<Option<Content>, ResultError> {
        let task = self.await_task_within(task_id, within).await?;
        if task.end_time.is_none() {
            return Err(ResultError::TimedOut { task_id: task.task_id, within });
        }
        result_of(task)
    }

    /// A snapshot, then every change until the task has ended. After a break it continues where it was.
    pub fn watch_task(&self, task_id: impl Into<String>) -> Watch {
        Watch {
            client: self.clone(),
            task_id: task_id.into(),
            version: 0,
            stream: None,
            failures: 0,
            broken_at: None,
            has_ended: false,
        }
    }
}

fn result_of(task: Task) -> Result<Option<Content>, ResultError> {
    if task.state == i32::from(TaskState::Succeeded) {
        Ok(Content::of(task.outcome.as_ref().and_then(|outcome| outcome.result.as_ref())))
    } else {
        Err(ResultError::Ended(Box::new(task)))
    }
}

/// The changes of a task: `while let Some(news) = watch.next().await { … }`.
pub struct Watch {
    client: Client,
    task_id: String,
    /// The latest that was seen.
    version: i64,
    stream: Option<Streaming<WatchTaskResponse>>,
    failures: u32,
    broken_at: Option<Instant>,
    has_ended: bool,
}

impl Watch {
    /// The next change; `None` when the task has ended. After a break it tries again for as long as a call would.
    pub async fn next(&mut self) -> Option<Result<WatchTaskResponse, Error>> {
        if self.has_ended {
            return None;
        }
        loop {
            let error = match self.read().await {
                Ok(news) => return Some(Ok(news)),
                Err(error) => error,
            };
            self.stream = None;
            self.failures += 1;
            let broken_at = *self.broken_at.get_or_insert_with(Instant::now);
            let retry = &self.client.retry;
            let is_over = retry.is_over(self.failures) || broken_at.elapsed() >= self.client.timeout;
            if !error.is_retryable() || is_over {
                self.has_ended = true;
                return Some(Err(error));
            }
            sleep(retry.pause(self.failures, &error)).await;
        }
    }

    async fn read(&mut self) -> Result<WatchTaskResponse, Error> {
        let stream = if let Some(stream) = &mut self.stream {
            stream
        } else {
            let request = proto::WatchTaskRequest { task_id: self.task_id.clone(), after_version: self.version };
            let response = self.client.stubs().tasks().watch_task(request).await?;
            self.stream.insert(response.into_inner())
        };
        // Only the end of the task ends it. Servers that shut down may end it, too.
        let ended = || Error::unavailable("the server has ended the stream before the task ended");
        let news = stream.message().await?.ok_or_else(ended)?;
        (self.failures, self.broken_at) = (0, None);
        if let Some(task) = &news.task {
            self.version = task.version;
            self.task_id.clone_from(&task.task_id);
            self.has_ended = task.end_time.is_some();
        }
        Ok(news)
    }
}
