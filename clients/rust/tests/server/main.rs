//! The kit against a real server, which test/clients/rust/kit.test.ts starts: its leases may last 1 s, so that tests
//! can lose them. Each test uses types of tasks of its own.
mod agent_sessions;
mod cut_answers;
mod jobs;
mod kit;
mod proxy;
mod tls;
#[cfg(feature = "otel")]
mod traces;
mod trouble;
