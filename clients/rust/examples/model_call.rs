//! A long model call as a task: progress, a checkpoint to go on from, words that are streamed while they come, a
//! question to a person, and cancellation that ends the call at once.
//!
//! The model is a script, so that the example runs without a key to one. The API key must be able to create tasks and
//! to work on them, as that of an operator. The first worker stops soon, as in a deployment, and the second one goes
//! on where it stopped; when the text is written, it asks whether it may be published. A second task is canceled by
//! its owner.
use std::time::Duration;

use asyncgate::{Client, Ending, Error, HandlerResult, Job, NewTask, Note, OutputRequest, Question, TaskState, Worker};
use serde_json::{Value, json};

const WORDS: [&str; 16] =
    ["a", "lease", "is", "the", "right", "to", "work", "on", "one", "task", "until", "a", "point", "in", "time", "and"];
/// A real model takes its time for a word, too.
const PER_WORD: Duration = Duration::from_millis(20);

type Outcome<T = ()> = Result<T, Box<dyn std::error::Error>>;

/// The word that comes after those that were written already.
async fn model(written: usize) -> &'static str {
    tokio::time::sleep(PER_WORD).await;
    WORDS[written % WORDS.len()]
}

async fn write(job: Job) -> HandlerResult {
    let input: Value = job.input()?;
    let words = input["words"].as_u64().unwrap_or(200) as usize;
    let mut written: Vec<String> = job.resume().unwrap_or_default();
    let resumed_at = written.len();
    let stream = job.output("tokens");
    while written.len() < words {
        let word = match job.unless_stopped(model(written.len())).await {
            Ok(word) => word,
            Err(stopped) => {
                // Here a real call would be ended, so that it costs nothing more. The checkpoint goes with the task.
                println!("stopped after {} words: {}", written.len(), stopped.0.why());
                return Err(stopped.into());
            }
        };
        written.push(word.to_owned());
        stream.write(format!("{word} ")).await?;
        // Neither is awaited: reports that come faster than they are sent are merged.
        let percent = 100.0 * written.len() as f64 / words as f64;
        job.progress(Note::percent(percent).message(format!("{} words", written.len())));
        job.save_checkpoint(json!(written));
    }
    let text = written.join(" ");
    match job.answer() {
        // Here one key does all; elsewhere the worker may not answer itself. The handler ends here; the next one
        // starts from the beginning, with the answer and the checkpoint.
        None => Ok(Question::new("May this be published?").text(text).options(["yes", "no"]).asker_may_answer().into()),
        Some(answer) => Ok(Ending::from(json!({
            "words": written.len(), "resumed_at": resumed_at, "published": answer.answer == Some(json!("yes")),
        }))),
    }
}

/// A worker, and the task of the runtime that it runs in.
fn start(url: &str, key: &str) -> Result<(Worker, tokio::task::JoinHandle<Result<(), Error>>), Error> {
    let worker = Worker::builder(url, key).handler("model.write", write).build()?;
    let running = worker.clone();
    Ok((worker, tokio::spawn(async move { running.run().await })))
}

async fn create(client: &Client, prompt: &str, words: usize) -> Result<String, Error> {
    let payload = json!({"prompt": prompt, "words": words});
    Ok(client.create_task(NewTask::new("model.write").payload(payload)).await?.task.task_id)
}

async fn wait_for_progress(client: &Client, task_id: &str) -> Result<(), Error> {
    let mut watch = client.watch_task(task_id);
    while let Some(news) = watch.next().await {
        if news?.task.is_some_and(|task| task.progress.is_some()) {
            break;
        }
    }
    Ok(())
}

#[tokio::main]
async fn main() -> Outcome {
    let (url, key) = (std::env::var("ASYNCGATE_URL")?, std::env::var("ASYNCGATE_API_KEY")?);
    let client = Client::new(&url, &key)?;
    let task_id = create(&client, "What is a lease?", 200).await?;
    let (first, running) = start(&url, &key)?;
    wait_for_progress(&client, &task_id).await?;
    first.stop_within(Duration::ZERO).await?;
    running.await??;

    let (second, running) = start(&url, &key)?;
    answer_when_asked(&client, &task_id).await?;
    let result: Value = client.result_as(&task_id).await?;
    println!("wrote {} words, published: {}", result["words"], result["published"]);
    println!("streamed {} words", streamed(&client, &task_id).await?);

    let unwanted = create(&client, "What is a fence?", 3_000).await?;
    wait_for_progress(&client, &unwanted).await?;
    client.cancel_task(&unwanted, "the user has left", Some(Duration::from_secs(30))).await?;
    let ended = client.await_task(&unwanted).await?;
    println!("the second task is {}", TaskState::try_from(ended.state)?.as_str_name());
    second.stop().await?;
    running.await??;
    Ok(())
}

async fn answer_when_asked(client: &Client, task_id: &str) -> Result<(), Error> {
    let mut watch = client.watch_task(task_id);
    while let Some(news) = watch.next().await {
        let Some(question) = news?.task.and_then(|task| task.question) else { continue };
        println!("asked: {}", question.question.map(|one| one.title).unwrap_or_default());
        client.answer(task_id, &question.input_id, &json!("yes")).await?;
        break;
    }
    Ok(())
}

/// How many words are in the log of the lease that has written last.
async fn streamed(client: &Client, task_id: &str) -> Result<usize, Error> {
    let mut text = Vec::new();
    let mut parts = client.read_output(OutputRequest::new(task_id, "tokens"));
    while let Some(part) = parts.next().await {
        text.extend_from_slice(&part?.data);
    }
    Ok(String::from_utf8_lossy(&text).split_whitespace().count())
}
