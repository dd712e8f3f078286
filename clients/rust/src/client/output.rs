//! A client's calls that read what tasks have printed.
use asyncgate_proto::asyncgate::v1 as proto;
use proto::read_output_request::Begin;
use proto::{OutputPart, ReadOutputResponse};
use tokio::time::sleep;
use tonic::Streaming;

use crate::client::calls::call;
use crate::client::{Client, Pages};
use crate::error::Error;

/// Which log of a task is read, and from where.
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct OutputRequest(proto::ReadOutputRequest);

impl OutputRequest {
    /// All of this stream of the task's latest holder that has written to it.
    pub fn new(task_id: impl Into<String>, stream: impl Into<String>) -> Self {
        Self(proto::ReadOutputRequest { task_id: task_id.into(), stream: stream.into(), ..Default::default() })
    }

    /// The fence of the lease that wrote it.
    pub fn fence(mut self, fence: i64) -> Self {
        self.0.fence = fence;
        self
    }

    /// Where to begin.
    pub fn from_offset(mut self, offset: i64) -> Self {
        self.0.begin = Some(Begin::FromOffset(offset));
        self
    }

    /// Only the end of it.
    pub fn last_bytes(mut self, count: i64) -> Self {
        self.0.begin = Some(Begin::LastBytes(count));
        self
    }

    /// Goes on until the task has ended.
    pub fn follow(mut self) -> Self {
        self.0.follow = true;
        self
    }
}

/// Parts of a log: `while let Some(part) = reader.next().await { … }`.
pub struct OutputReader {
    client: Client,
    request: proto::ReadOutputRequest,
    stream: Option<Streaming<ReadOutputResponse>>,
    failures: u32,
    has_ended: bool,
}

impl OutputReader {
    /// The next part; `None` behind the last one. After a break, and after having been too slow, it continues where it
    /// was.
    pub async fn next(&mut self) -> Option<Result<OutputPart, Error>> {
        while !self.has_ended {
            let error = match self.read().await {
                Ok(Some(part)) => return Some(Ok(part)),
                Ok(None) => continue,
                Err(error) => error,
            };
            self.stream = None;
            self.failures += 1;
            let retry = &self.client.retry;
            if !error.is_retryable() || retry.is_over(self.failures) {
                self.has_ended = true;
                return Some(Err(error));
            }
            sleep(retry.pause(self.failures, &error)).await;
        }
        None
    }

    async fn read(&mut self) -> Result<Option<OutputPart>, Error> {
        let stream = if let Some(stream) = &mut self.stream {
            stream
        } else {
            let response = self.client.stubs().outputs().read_output(self.request.clone()).await?;
            self.stream.insert(response.into_inner())
        };
        let Some(response) = stream.message().await? else {
            self.has_ended = true;
            return Ok(None);
        };
        self.failures = 0;
        if let Some(part) = &response.part {
            (self.request.fence, self.request.begin) = (part.fence, Some(Begin::FromOffset(part.next_offset)));
        }
        Ok(response.part)
    }
}

impl Client {
    /// What a task has printed, and what it prints until it has ended if the request follows it.
    pub fn read_output(&self, request: OutputRequest) -> OutputReader {
        OutputReader { client: self.clone(), request: request.0, stream: None, failures: 0, has_ended: false }
    }

    /// The logs of a task, those of the latest lease first.
    pub fn list_outputs(&self, task_id: impl Into<String>) -> Pages<proto::Output> {
        let (client, task_id) = (self.clone(), task_id.into());
        Pages::new(move |page_token| {
            let (client, task_id) = (client.clone(), task_id.clone());
            async move {
                let request = proto::ListOutputsRequest { task_id, page_token, ..Default::default() };
                let page = call!(&client, outputs.list_outputs(request)).await?;
                Ok((page.outputs, page.next_page_token))
            }
        })
    }
}
