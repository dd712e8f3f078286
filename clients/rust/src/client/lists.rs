//! A client's lists, which are read page after page.
use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;

use asyncgate_proto::asyncgate::v1 as proto;
use proto::{OpenObligation, Receipt, Task};

use crate::client::Client;
use crate::client::calls::call;
use crate::error::Error;

type Page<Item> = Result<(Vec<Item>, String), Error>;
type Reading<Item> = Pin<Box<dyn Future<Output = Page<Item>> + Send>>;

/// A list, page after page: `while let Some(task) = tasks.next().await { … }`, or all at once by `collect`.
pub struct Pages<Item> {
    read: Box<dyn Fn(String) -> Reading<Item> + Send + Sync>,
    items: VecDeque<Item>,
    /// Of the next page; `None` behind the last one.
    token: Option<String>,
}

impl<Item> Pages<Item> {
    pub(crate) fn new<Next>(read: impl Fn(String) -> Next + Send + Sync + 'static) -> Self
    where
        Next: Future<Output = Page<Item>> + Send + 'static,
    {
        let read = Box::new(move |token| -> Reading<Item> { Box::pin(read(token)) });
        Self { read, items: VecDeque::new(), token: Some(String::new()) }
    }

    /// The next item; `None` behind the last one. Behind an error, the same page is read again.
    pub async fn next(&mut self) -> Option<Result<Item, Error>> {
        while self.items.is_empty() {
            let token = self.token.clone()?;
            match (self.read)(token).await {
                Ok((items, next)) => {
                    self.items.extend(items);
                    self.token = (!next.is_empty()).then_some(next);
                }
                Err(error) => return Some(Err(error)),
            }
        }
        self.items.pop_front().map(Ok)
    }

    /// All items. Bound a list that may be long by its filter.
    pub async fn collect(mut self) -> Result<Vec<Item>, Error> {
        let mut all = Vec::new();
        while let Some(item) = self.next().await {
            all.push(item?);
        }
        Ok(all)
    }
}

impl Client {
    /// All tasks that match, newest first; with `ready`, those that a worker could lease now.
    pub fn list_tasks(&self, filter: proto::ListTasksRequest) -> Pages<Task> {
        let client = self.clone();
        Pages::new(move |page_token| {
            let (client, request) = (client.clone(), proto::ListTasksRequest { page_token, ..filter.clone() });
            async move {
                let page = call!(&client, tasks.list_tasks(request)).await?;
                Ok((page.tasks, page.next_page_token))
            }
        })
    }

    /// The open obligations of the caller, oldest first: the first call to make in a new session.
    pub fn obligations(&self) -> Pages<OpenObligation> {
        let client = self.clone();
        Pages::new(move |cursor| {
            let client = client.clone();
            async move {
                let request = proto::ListOpenObligationsRequest { cursor, ..Default::default() };
                let page = call!(&client, obligations.list_open_obligations(request)).await?;
                Ok((page.open_obligations, page.cursor))
            }
        })
    }

    /// The receipts of a task in the order of its chain; without a task, those addressed to the caller, newest first.
    pub fn receipts(&self, filter: proto::ListReceiptsRequest) -> Pages<Receipt> {
        let client = self.clone();
        Pages::new(move |page_token| {
            let (client, request) = (client.clone(), proto::ListReceiptsRequest { page_token, ..filter.clone() });
            async move {
                let page = call!(&client, receipts.list_receipts(request)).await?;
                Ok((page.receipts, page.next_page_token))
            }
        })
    }
}
