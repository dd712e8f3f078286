//! What handlers do with their jobs, beyond what the scenarios of the conformance suite show.
use std::io::Write as _;
use std::time::Duration;

use asyncgate::contract::Task;
use asyncgate::{
    Amounts, Client, Done, Ending, ErrorReason, Failure, Handler, HandlerResult, Job, NewTask, Note, OutputRequest,
    ResultError, TaskState,
};
use serde_json::json;

use crate::kit::{builder, client, kind, start};

async fn printed(client: &Client, task_id: &str, stream: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut parts = client.read_output(OutputRequest::new(task_id, stream).follow());
    while let Some(part) = parts.next().await {
        bytes.extend_from_slice(&part.unwrap().data);
    }
    bytes
}

#[tokio::test]
async fn a_handler_may_be_a_type_with_a_state_of_its_own() {
    struct Greeter(&'static str);
    impl Handler for Greeter {
        async fn handle(&self, job: Job) -> HandlerResult {
            let name: String = job.input()?;
            Ok(Done::json(&format!("{}, {name}!", self.0))?.into())
        }
    }
    let (client, kind) = (client(), kind());
    let _worker = start(builder().handler(&kind, Greeter("Hello")));
    let created = client.create_task(NewTask::new(&kind).payload("Ada")).await.unwrap();
    assert_eq!(client.result_as::<String>(created.task_id()).await.unwrap(), "Hello, Ada!");
    // A payload of another type fails for good: no other attempt could read it.
    let wrong = client.create_task(NewTask::new(&kind).payload(7)).await.unwrap();
    let Err(ResultError::Ended(task)) = client.result(wrong.task_id()).await else { panic!("it has failed") };
    assert_eq!((task.state(), task.attempt), (TaskState::Failed, 1));
    assert_eq!(task.outcome.unwrap().error.unwrap().r#type, "InvalidPayload");
}

#[tokio::test]
async fn a_blocking_handler_reports_prints_and_sees_that_it_is_canceled() {
    let (client, kind) = (client(), kind());
    let handler = |job: Job| -> HandlerResult<()> {
        job.progress(Note::percent(10.0).message("begun")).wait()?;
        writeln!(job.output("stdout"), "from a thread")?;
        loop {
            job.check()?;
            std::thread::sleep(Duration::from_millis(5));
        }
    };
    let _worker = start(builder().blocking(&kind, handler));
    let created = client.create_task(NewTask::new(&kind)).await.unwrap();
    let mut watch = client.watch_task(created.task_id());
    while let Some(news) = watch.next().await {
        if news.unwrap().task.is_some_and(|task| task.progress.is_some()) {
            break;
        }
    }
    client.cancel_task(created.task_id(), "not wanted", Some(Duration::from_secs(30))).await.unwrap();
    let task = client.await_task(created.task_id()).await.unwrap();
    assert_eq!(task.state(), TaskState::Canceled);
    assert_eq!(printed(&client, created.task_id(), "stdout").await, b"from a thread\n");
}

#[tokio::test]
async fn output_of_any_size_arrives_whole_if_the_writes_are_awaited_and_is_bounded_if_not() {
    let (client, kind) = (client(), kind());
    let line = "0123456789abcdef".repeat(512);
    let handler = {
        let line = line.clone();
        move |job: Job| {
            let line = line.clone();
            async move {
                let log = job.output("stdout");
                for _ in 0..256 {
                    log.write(&line).await?;
                }
                log.flush().await?;
                // In one turn, so that nothing can be sent meanwhile: the last one finds no room.
                let flood = job.output("flood");
                let sent: Vec<_> = (0..200).map(|_| flood.write(&line)).collect();
                let last = sent.into_iter().last().ok_or_else(|| Failure::new("there is one"))?;
                Ok(last.await.err().map_or_else(String::new, |error| error.reason_name()))
            }
        }
    };
    let _worker = start(builder().handler(&kind, handler));
    let created = client.create_task(NewTask::new(&kind)).await.unwrap();
    assert_eq!(client.result_as::<String>(created.task_id()).await.unwrap(), "LIMIT_EXCEEDED");
    assert!(printed(&client, created.task_id(), "stdout").await == line.repeat(256).into_bytes());
}

#[tokio::test]
async fn what_is_spent_in_many_reports_is_added_exactly() {
    let (client, kind) = (client(), kind());
    let spend = |job: Job| async move {
        for _ in 0..999 {
            drop(job.spend(Amounts::of("usd", "0.001")?.and("tokens", 2)?));
        }
        job.spend(Amounts::of("usd", "0.001")?).await?;
        Ok(())
    };
    let _worker = start(builder().handler(&kind, spend));
    let created = client.create_task(NewTask::new(&kind)).await.unwrap();
    let task: Task = client.await_task(created.task_id()).await.unwrap();
    let spent = task.spent.unwrap().amounts;
    assert_eq!((spent["usd"].as_str(), spent["tokens"].as_str()), ("1", "1998"));
}

#[tokio::test]
async fn a_report_of_a_job_that_has_ended_is_refused() {
    let (client, kind) = (client(), kind());
    let (sender, jobs) = std::sync::mpsc::sync_channel(1);
    let keep = move |job: Job| {
        let sender = sender.clone();
        async move {
            sender.send(job)?;
            Ok(Ending::from(json!(1)))
        }
    };
    let _worker = start(builder().handler(&kind, keep));
    let created = client.create_task(NewTask::new(&kind)).await.unwrap();
    client.await_task(created.task_id()).await.unwrap();
    let job = jobs.recv().unwrap();
    assert_eq!(job.progress(Note::of("late")).await.unwrap_err().reason(), ErrorReason::Fenced);
    assert_eq!(job.output("stdout").write("late").await.unwrap_err().reason(), ErrorReason::Fenced);
}

#[tokio::test]
async fn a_list_is_read_page_after_page() {
    let (client, kind) = (client(), kind());
    client.create_tasks((0..5).map(|_| NewTask::new(&kind))).await.unwrap();
    let filter = asyncgate::contract::ListTasksRequest { r#type: kind, page_size: 2, ..Default::default() };
    assert_eq!(client.list_tasks(filter).collect().await.unwrap().len(), 5);
}

#[tokio::test]
async fn a_server_that_is_away_is_an_error_in_time_and_a_wrong_endpoint_at_once() {
    let nowhere = Client::builder("http://127.0.0.1:1", "key").timeout(Duration::from_millis(200)).build().unwrap();
    let error = nowhere.get_task("x").await.unwrap_err();
    assert_eq!((error.reason(), error.is_retryable()), (ErrorReason::Unavailable, true));
    for wrong in ["not an endpoint", "localhost", "ftp://localhost", "http://localhost/tasks"] {
        let error = Client::new(wrong, "key").unwrap_err();
        assert_eq!((error.reason(), error.is_retryable()), (ErrorReason::InvalidArgument, false), "{wrong}");
    }
}
