//! The driver for Rust: does with the kit what the runner tells it. docs/conformance.md has the commands.
mod agents;
mod answers;
mod commands;
mod script;
mod tasks;

use std::env;
use std::io::BufRead as _;
use std::sync::{Arc, LazyLock};

use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::commands::{Driver, obey};

pub fn say(message: &Value) {
    if !(is_quiet() && message.get("event").is_some()) {
        println!("{message}");
    }
}

/// The benchmark wants answers alone.
fn is_quiet() -> bool {
    static QUIET: LazyLock<bool> = LazyLock::new(|| env::var("ASYNCGATE_DRIVER_QUIET").is_ok_and(|value| value == "1"));
    *QUIET
}

/// One thread for all handlers: one that blocks stops everything but the kit's session.
#[tokio::main(flavor = "current_thread")]
async fn main() {
    let driver = Arc::new(Driver::default());
    let mut lines = read_lines();
    while let Some(line) = lines.recv().await {
        let driver = Arc::clone(&driver);
        tokio::spawn(async move {
            let message: Value = serde_json::from_str(&line).expect("the runner writes JSON");
            match obey(&driver, &message).await {
                Ok(answer) => say(&json!({"id": message["id"], "ok": answer})),
                Err(error) => say(&json!({"id": message["id"], "error": error})),
            }
        });
    }
}

/// Standard input, in a thread of its own, so that a handler that blocks does not stop it.
fn read_lines() -> mpsc::Receiver<String> {
    let (sender, receiver) = mpsc::channel(100);
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines() {
            if line.is_ok_and(|line| sender.blocking_send(line).is_ok()) {
                continue;
            }
            break;
        }
    });
    receiver
}
