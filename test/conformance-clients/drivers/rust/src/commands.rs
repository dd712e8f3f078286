//! The commands of the runner.
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use asyncgate::contract::{ListTasksRequest, TaskState};
use asyncgate::{CancellationToken, Client, Event, OutputRequest, Signal, SignalTarget, Worker, named};
use serde_json::{Value, json};

use crate::agents;
use crate::answers::{error_of, plain, result_error_of, state_name, summary};
use crate::say;
use crate::script::{Scripts, play};
use crate::tasks::{content, millis, new_task, number, text, texts};

#[derive(Default)]
pub struct Driver {
    client: Mutex<Option<Client>>,
    worker: Mutex<Option<Worker>>,
    gates: Arc<Gates>,
}

/// Gates by name. One that was opened stays open.
#[derive(Default)]
pub struct Gates(Mutex<HashMap<String, CancellationToken>>);

impl Gates {
    pub fn gate(&self, name: &str) -> CancellationToken {
        self.0.lock().unwrap().entry(name.to_owned()).or_default().clone()
    }
}

impl Driver {
    fn client(&self) -> Client {
        self.client.lock().unwrap().clone().expect("the scenario opens the client first")
    }

    fn worker(&self) -> Worker {
        self.worker.lock().unwrap().clone().expect("the scenario starts the worker first")
    }
}

type Answer = Result<Value, Value>;

pub async fn obey(driver: &Arc<Driver>, args: &Value) -> Answer {
    let command = text(&args["command"]);
    match command.as_str() {
        "client" => open_client(driver, args),
        "worker" => start_worker(driver, args),
        "stop" => {
            let within = millis(&args["within_ms"]).unwrap_or(Duration::from_secs(30));
            driver.worker().stop_within(within).await.map_err(|error| error_of(&error))?;
            Ok(Value::Null)
        }
        "go" => {
            driver.gates.gate(&text(&args["gate"])).cancel();
            Ok(Value::Null)
        }
        _ => call(&driver.client(), &command, args).await,
    }
}

fn open_client(driver: &Driver, args: &Value) -> Answer {
    let timeout = millis(&args["timeout_ms"]).unwrap_or(Duration::from_secs(30));
    let builder = Client::builder(text(&args["endpoint"]), text(&args["key"])).timeout(timeout);
    *driver.client.lock().unwrap() = Some(builder.build().map_err(|error| error_of(&error))?);
    Ok(Value::Null)
}

fn task_id_of(args: &Value) -> String {
    args["named"].as_str().map_or_else(|| text(&args["task_id"]), named)
}

async fn call(client: &Client, command: &str, args: &Value) -> Answer {
    match command {
        "result" => {
            let answer = match millis(&args["timeout_ms"]) {
                Some(within) => client.result_within(&task_id_of(args), within).await,
                None => client.result(&task_id_of(args)).await,
            };
            answer.map(plain).map_err(|error| result_error_of(&error))
        }
        _ => call_plainly(client, command, args).await.map_err(|error| error_of(&error)),
    }
}

async fn call_plainly(client: &Client, command: &str, args: &Value) -> Result<Value, asyncgate::Error> {
    let queue = text(&args["queue"]);
    let task_id = task_id_of(args);
    match command {
        "create" => {
            let created = client.create_task(new_task(&args["task"], &queue)).await?;
            let state = state_name(created.task.state);
            Ok(json!({"task_id": created.task_id(), "existed": created.existed, "state": state}))
        }
        "create_many" => {
            let tasks = args["tasks"].as_array().into_iter().flatten().map(|task| new_task(task, &queue));
            let results = client.create_tasks(tasks).await?.into_iter().map(|result| match result {
                Ok(created) => json!({"task_id": created.task_id()}),
                Err(error) => json!({"error": error_of(&error)}),
            });
            Ok(results.collect())
        }
        "get" => Ok(summary(&client.get_task(&task_id).await?)),
        "await" => Ok(summary(&match millis(&args["timeout_ms"]) {
            Some(within) => client.await_task_within(&task_id, within).await?,
            None => client.await_task(&task_id).await?,
        })),
        "cancel" => {
            let task = client.cancel_task(&task_id, text(&args["reason"]), millis(&args["grace_ms"])).await?;
            Ok(json!({"state": state_name(task.state)}))
        }
        "list" => list(client, queue, args).await,
        "watch" => watch(client, task_id).await,
        "obligations" => {
            let all = client.obligations().collect().await?;
            Ok(all.into_iter().filter_map(|one| one.receipt).map(|receipt| json!(receipt.task_id)).collect())
        }
        "questions" => questions(client, &task_id).await,
        "answer" => {
            let answered = client.answer(&task_id, &text(&args["input_id"]), &args["answer"]).await?;
            Ok(json!({"state": state_name(answered.state)}))
        }
        "decline" => {
            let declined = client.decline(&task_id, &text(&args["input_id"]), text(&args["reason"])).await?;
            Ok(json!({"state": state_name(declined.state)}))
        }
        "send_signal" => {
            let (to, signal) = signal_of(args);
            Ok(sent_of(&client.send_signal(to, signal).await?))
        }
        "output" => output(client, task_id, args).await,
        "scopes" => {
            let held = client.list_scopes(text(&args["prefix"])).collect().await?;
            Ok(held
                .into_iter()
                .map(|one| {
                    json!({
                        "resource": one.resource, "mode": one.mode().as_str_name().trim_start_matches("SCOPE_MODE_"),
                        "task_id": one.task_id,
                    })
                })
                .collect())
        }
        _ => agents::call(client, command, args).await,
    }
}

pub fn signal_of(args: &Value) -> (SignalTarget, Signal) {
    let to = match args["channel"].as_str() {
        Some(channel) => SignalTarget::from(channel),
        None => SignalTarget::Task(task_id_of(args)),
    };
    let mut signal = args.get("payload").map_or_else(Signal::new, |payload| Signal::of(content(payload)));
    if args["broadcast"] == true {
        signal = signal.broadcast();
    }
    if let Some(ttl) = millis(&args["ttl_ms"]) {
        signal = signal.ttl(ttl);
    }
    (to, signal)
}

pub fn sent_of(sent: &asyncgate::SentSignal) -> Value {
    let taken_by = Some(&sent.taken_by_task_id).filter(|id| !id.is_empty());
    json!({"taken_by": taken_by, "kept": sent.keep_until.is_some(), "waiting": sent.waiting})
}

async fn list(client: &Client, queue: String, args: &Value) -> Result<Value, asyncgate::Error> {
    let states = texts(&args["states"]).into_iter().map(|name| {
        i32::from(TaskState::from_str_name(&format!("TASK_STATE_{name}")).expect("the scenario names a state"))
    });
    let states = states.collect();
    let filter = ListTasksRequest { queue, r#type: text(&args["type"]), states, ..Default::default() };
    Ok(client.list_tasks(filter).collect().await?.iter().map(summary).collect())
}

async fn watch(client: &Client, task_id: String) -> Result<Value, asyncgate::Error> {
    let mut states: Vec<String> = Vec::new();
    let mut watch = client.watch_task(task_id);
    while let Some(news) = watch.next().await {
        let state = state_name(news?.task.unwrap_or_default().state);
        if states.last() != Some(&state) {
            say(&json!({"event": "watched", "state": state}));
            states.push(state);
        }
    }
    Ok(json!(states))
}

async fn questions(client: &Client, task_id: &str) -> Result<Value, asyncgate::Error> {
    let open = client.questions().await?;
    Ok(open
        .into_iter()
        .filter(|one| one.task_id == task_id)
        .map(|one| {
            json!({
                "task_id": one.task_id,
                "input_id": one.input_id,
                "title": one.question.title,
                "text": one.question.text,
                "options": one.question.options.iter().map(|option| &option.value).collect::<Vec<_>>(),
                "context": serde_json::from_str::<Value>(&one.question.context).unwrap_or(Value::Null),
            })
        })
        .collect())
}

async fn output(client: &Client, task_id: String, args: &Value) -> Result<Value, asyncgate::Error> {
    let mut request = OutputRequest::new(task_id, text(&args["stream"]));
    if let Some(offset) = args["from_offset"].as_i64() {
        request = request.from_offset(offset);
    }
    if let Some(count) = args["last_bytes"].as_i64() {
        request = request.last_bytes(count);
    }
    if args["follow"] == true {
        request = request.follow();
    }
    let (mut bytes, mut next_offset) = (Vec::new(), 0);
    let mut reader = client.read_output(request);
    while let Some(part) = reader.next().await {
        let part = part?;
        bytes.extend_from_slice(&part.data);
        next_offset = part.next_offset;
        if !part.data.is_empty() {
            say(&json!({"event": "printed"}));
        }
    }
    Ok(json!({"text": String::from_utf8(bytes).expect("scenarios print text"), "next_offset": next_offset}))
}

fn start_worker(driver: &Arc<Driver>, args: &Value) -> Answer {
    let queue = text(&args["queue"]);
    let slots = number(&args["slots"]).unwrap_or(8);
    let endpoints =
        args["endpoints"].as_array().map_or_else(|| vec![text(&args["endpoint"])], |_| texts(&args["endpoints"]));
    let mut builder = Worker::builder(endpoints[0].clone(), text(&args["key"]))
        .slots(usize::try_from(slots).unwrap_or_default())
        .queues([queue.clone()])
        .capabilities(texts(&args["capabilities"]))
        .drain_within(millis(&args["drain_within_ms"]).unwrap_or(Duration::from_secs(30)))
        .on_event(on_event);
    for endpoint in &endpoints[1..] {
        builder = builder.or_endpoint(endpoint.clone());
    }
    if let Some(ttl) = millis(&args["ttl_ms"]) {
        builder = builder.lease_ttl(ttl);
    }
    for (kind, steps) in args["handlers"].as_object().into_iter().flatten() {
        let script = Arc::new(Scripts { steps: steps.clone(), queue: queue.clone(), gates: Arc::clone(&driver.gates) });
        builder = builder.handler(kind, move |job: asyncgate::Job| {
            let script = Arc::clone(&script);
            async move {
                let (kind, attempt) = (&job.task().r#type, job.attempt());
                let checkpoint = plain(job.checkpoint());
                say(&json!({"event": "entered", "type": kind, "attempt": attempt, "checkpoint": checkpoint}));
                play(&script, &script.steps, &job).await
            }
        });
    }
    let worker = builder.build().map_err(|error| error_of(&error))?;
    *driver.worker.lock().unwrap() = Some(worker.clone());
    tokio::spawn(async move {
        match worker.run().await {
            Ok(()) => say(&json!({"event": "stopped"})),
            Err(error) => say(&json!({"event": "stopped", "error": error_of(&error)})),
        }
    });
    Ok(Value::Null)
}

fn on_event(event: &Event) {
    match event {
        Event::Connected { resumed, .. } => say(&json!({"event": "connected", "resumed": resumed})),
        Event::Disconnected { .. } => say(&json!({"event": "disconnected"})),
        Event::Draining { .. } => say(&json!({"event": "draining"})),
        Event::Stopping { cause, .. } => say(&json!({"event": "told", "why": cause.why()})),
        Event::Settled { ending, .. } => say(&json!({"event": "settled", "ending": ending.name()})),
        Event::Refused { error, .. } => say(&json!({"event": "refused", "reason": error.reason_name()})),
        Event::OverBudget { .. } => say(&json!({"event": "over_budget"})),
        _ => {}
    }
}
