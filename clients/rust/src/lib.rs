//! AsyncGate for Rust: create tasks and follow them, or work on them. The README has a whole tasker and a whole
//! worker.
//!
//! [`Client`] creates tasks, follows them, and reads what they print. [`Worker`] takes tasks and gives them to
//! handlers, which get a [`Job`]. [`contract`] has the messages and stubs that are generated from the contract.
mod amounts;
mod backoff;
mod client;
mod connection;
mod content;
mod ending;
mod error;
mod events;
mod failure;
mod handler;
mod ids;
mod job;
mod lease_clock;
mod new_task;
mod question;
mod reasons;
mod retry;
mod session;
mod times;
mod traces;
mod verification;
pub mod wait;
mod wait_result;
mod worker;

pub use amounts::{Amounts, InvalidAmount};
pub use asyncgate_proto::asyncgate::v1 as contract;
pub use asyncgate_proto::asyncgate::v1::{Artifact, ErrorReason, LeaseLoss, OnImpossible, Task, TaskState};
pub use backoff::Backoff;
pub use client::{
    Agents, Client, ClientBuilder, Created, Delegated, Delegation, NewAgentSession, OpenQuestion, OpenedAgentSession,
    OutputReader, OutputRequest, Pages, Route, SentSignal, Signal, SignalTarget, Stubs, Watch,
};
pub use connection::{Credential, Tls, Transport};
pub use content::Content;
pub use ending::{Done, Ending, HandOff, Release, Suspension};
pub use error::{Error, Facts, ResultError};
pub use events::{DrainReason, EndingKind, Event, Stats};
pub use failure::{Failure, StopCause, Stopped};
pub use handler::{Handler, HandlerResult};
pub use job::{Job, Note, Output};
pub use new_task::{NewTask, RetryPolicy, Scope, named};
pub use question::{Answer, Question};
pub use retry::RetryOptions;
pub use session::reports::Sent;
pub use tokio_util::sync::CancellationToken;
pub use verification::{RejectedReport, Verdict, Verification};
pub use wait_result::{TakenSignal, WaitResult};
pub use worker::{Worker, WorkerBuilder};
