//! What the driver answers: tasks and errors as JSON.
use asyncgate::contract::{Principal, PrincipalKind, Task, TaskState};
use asyncgate::{Content, Error, Facts, ResultError};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

pub fn state_name(state: i32) -> String {
    let state = TaskState::try_from(state).unwrap_or_default();
    state.as_str_name().trim_start_matches("TASK_STATE_").to_owned()
}

pub fn summary(task: &Task) -> Value {
    let mut found = json!({
        "task_id": task.task_id,
        "type": task.r#type,
        "state": state_name(task.state),
        "attempt": task.attempt,
    });
    if let Some(error) = task.outcome.as_ref().and_then(|outcome| outcome.error.as_ref()) {
        found["error"] = json!({"type": error.r#type, "message": error.message});
    }
    found
}

pub fn plain(content: Option<Content>) -> Value {
    match content {
        None => Value::Null,
        Some(Content::Json(value)) => value,
        Some(Content::Bytes(data, _)) => json!({"base64": STANDARD.encode(data)}),
        Some(Content::Reference(uri, _)) => json!(uri),
    }
}

pub fn from_base64(text: &str) -> Vec<u8> {
    STANDARD.decode(text).expect("the scenarios have valid base64")
}

pub fn principal(principal: Option<&Principal>) -> Value {
    principal.map_or(Value::Null, |one| {
        let kind = PrincipalKind::try_from(one.kind).unwrap_or_default();
        json!({"kind": kind.as_str_name().trim_start_matches("PRINCIPAL_KIND_"), "id": one.id})
    })
}

pub fn error_of(error: &Error) -> Value {
    let fact = error.facts().map_or(Value::Null, fact_of);
    json!({"reason": error.reason_name(), "retryable": error.is_retryable(), "fact": fact})
}

pub fn result_error_of(error: &ResultError) -> Value {
    match error {
        ResultError::Call(error) => error_of(error),
        ResultError::TimedOut { .. } => json!({"reason": "TIMEOUT"}),
        ResultError::Unreadable { error, .. } => json!({"reason": "UNREADABLE", "message": error}),
        ResultError::Ended(task) => {
            let mut found = json!({"reason": "TASK_ENDED", "state": state_name(task.state)});
            if let Value::Object(error) = summary(task)["error"].take() {
                found.as_object_mut().expect("it is an object").extend(error);
            }
            found
        }
    }
}

/// The fact by which a program would decide.
fn fact_of(facts: &Facts) -> Value {
    match facts {
        Facts::Limit(one) => json!(one.limit),
        Facts::Permission(one) => json!(one.scope),
        Facts::Violations(one) => json!(one.violations.first().map(|violation| &violation.field)),
        Facts::Conflict(one) => json!(one.task_id),
        Facts::Resource(one) => json!(one.id),
        Facts::Lease(one) => json!(state_name(one.state)),
        Facts::Transition(one) => json!(state_name(one.from)),
        Facts::Name(one) => json!(one.task_id),
        Facts::Budget(one) => json!(one.task_id),
        Facts::Scopes(one) => json!(one.held.first().map(|held| &held.task_id)),
        Facts::Input(one) => json!(outcome_name(one.outcome)),
        Facts::Outcome(one) => {
            let missing = one.missing.first().and_then(|missing| missing.required.as_ref());
            json!(missing.map(|required| &required.kind))
        }
        Facts::Parent(_) | Facts::Cycle(_) | Facts::Output(_) => Value::Null,
        Facts::AgentScopes(_) | Facts::AgentVersion(_) => Value::Null,
        Facts::AgentSession(_) | Facts::Preflight(_) | Facts::Version(_) | Facts::NodeRollout(_) => Value::Null,
    }
}

pub fn outcome_name(outcome: i32) -> String {
    let outcome = asyncgate::contract::InputOutcome::try_from(outcome).unwrap_or_default();
    outcome.as_str_name().trim_start_matches("INPUT_OUTCOME_").to_lowercase()
}
