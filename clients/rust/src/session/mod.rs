//! A worker's session: the state machine, and the stream that carries it.
pub(crate) mod drain;
pub(crate) mod keeper;
pub(crate) mod listener;
pub(crate) mod outbox;
pub(crate) mod output;
pub(crate) mod receive;
pub(crate) mod reports;
pub(crate) mod settlement;
pub(crate) mod state;
pub(crate) mod stream;
pub(crate) mod tasks;
pub(crate) mod timers;
