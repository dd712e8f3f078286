//! Hands over one task and prints its result.
use asyncgate::{Client, NewTask};
use serde_json::{Value, json};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = Client::new(std::env::var("ASYNCGATE_URL")?, std::env::var("ASYNCGATE_API_KEY")?)?;
    let task = NewTask::new("greet").payload(json!({"name": "Ada"})).idempotency_key("greet-ada");
    let created = client.create_task(task).await?;
    let result: Value = client.result_as(created.task_id()).await?;
    println!("{result}");
    Ok(())
}
