//! A worker with an async function, and with a function that computes in a thread. Ends on SIGTERM.
use asyncgate::{Failure, HandlerResult, Job, Note, Worker};
use serde_json::{Value, json};

const ROUNDS: u32 = 100;

async fn greet(job: Job) -> HandlerResult<Value> {
    let input: Value = job.input()?;
    let name = input["name"].as_str().ok_or_else(|| Failure::non_retryable("the payload has no name"))?;
    Ok(json!({"greeting": format!("Hello, {name}!")}))
}

/// Computes for a while: nothing else in this process has to wait for it, and its lease is kept.
fn primes(job: Job) -> HandlerResult<u32> {
    let up_to: u32 = job.input()?;
    let mut found = 0;
    for round in 0..ROUNDS {
        job.check()?;
        let numbers = (2..=up_to).filter(|number| number % ROUNDS == round);
        found += numbers
            .filter(|number| (2..*number).take_while(|by| by * by <= *number).all(|by| number % by != 0))
            .count();
        job.progress(Note::percent(f64::from(round + 1)));
    }
    Ok(u32::try_from(found)?)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (url, key) = (std::env::var("ASYNCGATE_URL")?, std::env::var("ASYNCGATE_API_KEY")?);
    let worker = Worker::builder(url, key).slots(8).handler("greet", greet).blocking("primes", primes).build()?;
    worker.run().await?;
    Ok(())
}
