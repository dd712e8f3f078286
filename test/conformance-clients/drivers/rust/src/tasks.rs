//! What scenarios say about new tasks and their waits, in the kit's types.
use std::time::{Duration, SystemTime};

use asyncgate::contract::{
    OnExceeded, OnNameTaken, OnParentEnd, OnReject, Principal, PrincipalKind, Requirements, Verifier,
};
use asyncgate::{Amounts, Artifact, Content, NewTask, OnImpossible, RetryPolicy, Scope, Verification, wait};
use serde_json::Value;

use crate::answers::from_base64;

pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

pub fn texts(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().map(text).collect()
}

pub fn millis(value: &Value) -> Option<Duration> {
    value.as_f64().map(|ms| Duration::from_secs_f64(ms / 1_000.0))
}

pub fn number(value: &Value) -> Option<i32> {
    value.as_i64().and_then(|number| i32::try_from(number).ok())
}

pub fn principal(value: &Value) -> Principal {
    let kind = PrincipalKind::from_str_name(&format!("PRINCIPAL_KIND_{}", text(&value["kind"])));
    Principal { kind: kind.expect("the scenario names a kind").into(), id: text(&value["id"]) }
}

pub fn artifacts(value: &Value) -> Vec<Artifact> {
    let artifact = |one: &Value| Artifact { kind: text(&one["kind"]), uri: text(&one["uri"]), ..Default::default() };
    value.as_array().into_iter().flatten().map(artifact).collect()
}

/// What was spent or may be, as texts or whole numbers.
pub fn amounts(value: &Value) -> Amounts {
    value.as_object().into_iter().flatten().fold(Amounts::default(), |amounts, (unit, amount)| {
        let amount = amount.as_str().map_or_else(|| amount.to_string(), str::to_owned);
        amounts.and(unit, amount).expect("the scenario names amounts")
    })
}

pub fn scopes(value: &Value) -> Vec<Scope> {
    let scope = |one: &Value| match one.as_str() {
        Some(resource) => Scope::write(resource),
        None => Scope::read(text(&one["read"])),
    };
    value.as_array().into_iter().flatten().map(scope).collect()
}

/// A task in the scenario's queue, unless it names another one.
pub fn new_task(given: &Value, queue: &str) -> NewTask {
    let fields = given.as_object().expect("a task is an object");
    let task = NewTask::new(text(&given["type"])).queue(queue);
    fields.iter().fold(task, |task, (name, value)| set_field(task, name, value))
}

fn set_field(task: NewTask, name: &str, value: &Value) -> NewTask {
    let count = || number(value).expect("the field is a number");
    let time = || millis(value).expect("the field is a number");
    match name {
        "payload" => task.payload(value.clone()),
        "payload_base64" => task.payload(from_base64(&text(value))),
        "queue" => task.queue(text(value)),
        "idempotency_key" => task.idempotency_key(text(value)),
        "capabilities" => task.capabilities(texts(value)),
        "priority" => task.priority(count()),
        "max_attempts" => task.max_attempts(count()),
        "retry_ms" => task.retry(RetryPolicy {
            initial_interval: Some(time()),
            max_interval: Some(Duration::from_secs(3_600)),
            ..Default::default()
        }),
        "delay_ms" => task.delay(time()),
        "deadline_ms" => task.deadline(SystemTime::now() + time()),
        "wait" => task.wait(wait_of(value)),
        "name" => task.name(text(value)),
        "on_name_taken" => {
            task.on_name_taken(OnNameTaken::from_str_name(&format!("ON_NAME_TAKEN_{}", text(value))).unwrap())
        }
        "scopes" => task.scopes(scopes(value)),
        "addressee" => task.addressee(principal(value)),
        "budget" => {
            let exceeded = format!("ON_EXCEEDED_{}", value["on_exceeded"].as_str().unwrap_or("UNSPECIFIED"));
            task.budget(amounts(&value["amounts"]), OnExceeded::from_str_name(&exceeded).unwrap())
        }
        "verification" => task.verification(verification(value)),
        "keep" => task.on_parent_end(OnParentEnd::Keep),
        _ => task,
    }
}

fn verification(value: &Value) -> Verification {
    let mut verification = Verification::new();
    if let Some(count) = number(&value["verifiers"]) {
        verification = verification.verifiers(count, number(&value["accept_at"]).unwrap_or(1));
    }
    if value["verifier"].is_object() {
        let verifier = &value["verifier"];
        verification = verification.verifier(Verifier {
            queue: text(&verifier["queue"]),
            r#type: text(&verifier["type"]),
            requirements: verifier["capabilities"]
                .is_array()
                .then(|| Requirements { capabilities: texts(&verifier["capabilities"]) }),
        });
    }
    match value["on_reject"].as_str() {
        Some("retry") => verification = verification.on_reject(OnReject::Retry),
        Some("fail") => verification = verification.on_reject(OnReject::Fail),
        _ => {}
    }
    verification.criteria(texts(&value["criteria"])).evidence_required(texts(&value["evidence_required"]))
}

pub fn wait_of(given: &Value) -> wait::Wait {
    let groups = given["all_of"].as_array().into_iter().flatten().map(|group| match group["any_of"].as_array() {
        Some(conditions) => wait::any_of(conditions.iter().map(condition_of)),
        None => condition_of(group).into(),
    });
    let all = wait::all_of(groups);
    match given["on_impossible"].as_str() {
        Some(name) => all.on_impossible(OnImpossible::from_str_name(&format!("ON_IMPOSSIBLE_{name}")).unwrap()),
        None => all,
    }
}

fn condition_of(given: &Value) -> wait::Condition {
    let condition = if let Some(time) = millis(&given["after_ms"]) {
        wait::after(time)
    } else if given["channel"].is_string() {
        wait::signals(text(&given["channel"]), number(&given["count"]).unwrap_or(1))
    } else if given["key"].is_string() {
        wait::task_by_key(text(&given["key"]))
    } else if let Some(place) = number(&given["item"]) {
        wait::item(place)
    } else {
        wait::task(text(&given["task"]))
    };
    let condition = if given["ended"] == true { condition.ended() } else { condition };
    condition.named(text(&given["name"]))
}

pub fn content(value: &Value) -> Content {
    Content::from(value.clone())
}
