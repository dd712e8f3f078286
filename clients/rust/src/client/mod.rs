//! A client: creates tasks and follows them. Every call has a time-out and is repeated, under the same request id,
//! when the contract says that this may help.
mod agent_session;
mod agents;
mod calls;
mod follow;
mod lists;
mod output;
mod questions;
mod signals;

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use asyncgate_proto::asyncgate::v1 as proto;
use proto::agent_service_client::AgentServiceClient;
use proto::lease_service_client::LeaseServiceClient;
use proto::obligation_service_client::ObligationServiceClient;
use proto::output_service_client::OutputServiceClient;
use proto::queue_service_client::QueueServiceClient;
use proto::receipt_service_client::ReceiptServiceClient;
use proto::signal_service_client::SignalServiceClient;
use proto::system_service_client::SystemServiceClient;
use proto::task_service_client::TaskServiceClient;

pub use agent_session::{NewAgentSession, OpenedAgentSession};
pub use agents::{Agents, Delegated, Delegation, Route};
pub use calls::Created;
pub use follow::Watch;
pub use lists::Pages;
pub use output::{OutputReader, OutputRequest};
pub use questions::OpenQuestion;
pub use signals::{SentSignal, Signal, SignalTarget};

use crate::connection::{Config, Connection, Tls, Transport};
use crate::error::Error;
use crate::retry::RetryOptions;

/// Of a call that names no other.
const TIMEOUT_DEFAULT: Duration = Duration::from_secs(30);
/// A page of large tasks is larger than the 4 MiB that tonic takes otherwise.
const ANSWER_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Creates tasks and follows them. It is cheap to clone; clones share a connection. A call is canceled by dropping its
/// future.
#[derive(Clone, Debug)]
pub struct Client {
    connection: Connection,
    timeout: Duration,
    retry: RetryOptions,
}

/// Options of a client.
#[derive(Clone, Debug)]
#[must_use]
pub struct ClientBuilder {
    endpoint: String,
    config: Config,
    timeout: Duration,
    retry: RetryOptions,
}

impl ClientBuilder {
    /// How the server is trusted.
    pub fn tls(mut self, tls: Tls) -> Self {
        self.config.tls = tls;
        self
    }

    /// How long a call may take, retries included. If absent, 30 s.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// How calls are repeated.
    pub fn retry(mut self, retry: RetryOptions) -> Self {
        self.retry = retry;
        self
    }

    /// Connects with the first call. It must be called in a runtime of tokio.
    pub fn build(self) -> Result<Client, Error> {
        let Self { endpoint, config, timeout, retry } = self;
        Ok(Client { connection: config.connect(&endpoint)?, timeout, retry })
    }
}

impl Client {
    /// A client of the server at `http://host:port` or `https://…`, with an API key. It connects with the first call,
    /// and must be made in a runtime of tokio.
    pub fn new(endpoint: impl Into<String>, key: impl Into<String>) -> Result<Self, Error> {
        Self::builder(endpoint, key).build()
    }

    /// The same, with options.
    pub fn builder(endpoint: impl Into<String>, key: impl Into<String>) -> ClientBuilder {
        let config = Config { key: key.into(), tls: Tls::new() };
        ClientBuilder { endpoint: endpoint.into(), config, timeout: TIMEOUT_DEFAULT, retry: RetryOptions::default() }
    }

    /// The generated stubs over its connection.
    pub fn stubs(&self) -> Stubs {
        Stubs(self.connection.transport())
    }

    /// This client with another time-out for its calls.
    #[must_use]
    pub fn with_timeout(&self, timeout: Duration) -> Self {
        Self { timeout, ..self.clone() }
    }
}

/// The generated stubs over a client's connection, for everything else: no retries, no time-outs, tonic's errors.
#[derive(Clone, Debug)]
pub struct Stubs(Transport);

macro_rules! stubs {
    ($($name:ident: $stub:ident),*) => {
        impl Stubs {
            $(#[doc = concat!("A new [`contract`](crate::contract) stub: `", stringify!($stub), "`.")]
            pub fn $name(&self) -> $stub<Transport> {
                $stub::new(self.0.clone()).max_decoding_message_size(ANSWER_BYTES_MAX)
            })*
        }
    };
}

stubs! {
    tasks: TaskServiceClient,
    leases: LeaseServiceClient,
    outputs: OutputServiceClient,
    receipts: ReceiptServiceClient,
    obligations: ObligationServiceClient,
    agents: AgentServiceClient,
    queues: QueueServiceClient,
    signals: SignalServiceClient,
    system: SystemServiceClient
}

/// A client that is made by its first call: most workers need none.
pub(crate) struct LazyClient {
    config: Config,
    at: Mutex<At>,
}

/// Where the session is, and the client that was made for it.
struct At {
    endpoint: String,
    made: Option<Client>,
}

impl LazyClient {
    pub(crate) fn new(endpoint: String, config: Config) -> Self {
        Self { config, at: Mutex::new(At { endpoint, made: None }) }
    }

    /// From now on its calls go to this endpoint.
    pub(crate) fn move_to(&self, endpoint: &str) {
        let mut at = self.at.lock().unwrap_or_else(PoisonError::into_inner);
        if at.endpoint != endpoint {
            *at = At { endpoint: endpoint.to_owned(), made: None };
        }
    }

    pub(crate) fn get(&self) -> Result<Client, Error> {
        let mut at = self.at.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(made) = &at.made {
            return Ok(made.clone());
        }
        let builder = ClientBuilder {
            endpoint: at.endpoint.clone(),
            config: self.config.clone(),
            timeout: TIMEOUT_DEFAULT,
            retry: RetryOptions::default(),
        };
        let client = builder.build()?;
        at.made = Some(client.clone());
        Ok(client)
    }
}
