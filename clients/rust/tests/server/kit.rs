//! What every test begins with: a client, workers whose events are kept, and gates at which handlers wait.
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use asyncgate::{Client, Error, Event, Worker, WorkerBuilder};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

/// Longer than anything takes on a slow, busy machine.
pub const PATIENCE: Duration = Duration::from_secs(60);

pub fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set: run make test ARGS=test/clients/rust"))
}

pub fn url() -> String {
    variable("KIT_URL")
}

pub fn client() -> Client {
    Client::new(url(), variable("KIT_TASKER_KEY")).expect("the server's URL is valid")
}

/// A type of task that no other test has.
pub fn kind() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!("t-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

pub fn builder() -> WorkerBuilder {
    builder_at(&url())
}

pub fn builder_at(endpoint: &str) -> WorkerBuilder {
    Worker::builder(endpoint, variable("KIT_WORKER_KEY")).drain_on_sigterm(false)
}

/// A worker that runs until it is dropped.
pub struct Running {
    pub worker: Worker,
    pub run: JoinHandle<Result<(), Error>>,
    heard: Arc<Heard>,
}

#[derive(Default)]
struct Heard {
    events: Mutex<Vec<Event>>,
    changed: Notify,
}

pub fn start(builder: WorkerBuilder) -> Running {
    let heard = Arc::new(Heard::default());
    let listener = Arc::clone(&heard);
    let builder = builder.on_event(move |event| {
        listener.events.lock().unwrap().push(event.clone());
        listener.changed.notify_one();
    });
    let worker = builder.build().expect("the options are valid");
    let running = worker.clone();
    Running { worker, run: tokio::spawn(async move { running.run().await }), heard }
}

impl Running {
    pub fn events(&self) -> Vec<Event> {
        self.heard.events.lock().unwrap().clone()
    }

    /// What the first event says that this takes, as soon as there is one.
    pub async fn heard<Found>(&self, find: impl Fn(&Event) -> Option<Found>) -> Found {
        let look = async {
            loop {
                if let Some(found) = self.events().iter().find_map(&find) {
                    return found;
                }
                self.heard.changed.notified().await;
            }
        };
        tokio::time::timeout(PATIENCE, look).await.expect("the event comes")
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.run.abort();
    }
}
