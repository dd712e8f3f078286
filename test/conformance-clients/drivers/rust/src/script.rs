//! Handlers as scripts: lists of steps.
use std::sync::Arc;
use std::time::Duration;

use asyncgate::{
    Done, Ending, Error, Failure, HandOff, HandlerResult, Job, Note, Question, Release, Suspension, Verdict,
};
use serde_json::{Value, json};

use crate::answers::{error_of, outcome_name, plain, principal as principal_json};
use crate::commands::{Gates, sent_of, signal_of};
use crate::say;
use crate::tasks::{amounts, artifacts, content, millis, new_task, number, principal, scopes, text, texts, wait_of};

pub struct Scripts {
    pub steps: Value,
    pub queue: String,
    pub gates: Arc<Gates>,
}

pub async fn play(script: &Scripts, steps: &Value, job: &Job) -> HandlerResult {
    for step in steps.as_array().into_iter().flatten() {
        if step.get("on").is_some_and(|on| !is_so(on, job)) {
            continue;
        }
        if let Some(steps) = step.get("do") {
            return Box::pin(play(script, steps, job)).await;
        }
        report(script, step, job).await?;
        fail(step)?;
        if let Some(ending) = ending_of(script, step, job) {
            return Ok(ending);
        }
    }
    Ok(().into())
}

async fn report(script: &Scripts, step: &Value, job: &Job) -> Result<(), Failure> {
    if let Some(gate) = step["wait"].as_str() {
        job.unless_stopped(script.gates.gate(gate).cancelled()).await?;
    }
    if let Some(gate) = step["hold"].as_str() {
        script.gates.gate(gate).cancelled().await;
    }
    if let Some(time) = millis(&step["block_ms"]) {
        std::thread::sleep(time);
    }
    if step.get("start").is_some() {
        job.start().await?;
    }
    if let Some(note) = step.get("progress") {
        job.progress(note_of(note)).await?;
    }
    if let Some(checkpoint) = step.get("checkpoint") {
        job.save_checkpoint(content(checkpoint)).await?;
    }
    match act(script, step, job).await {
        Err(error) if step["catch"] == true => say(&json!({"event": "caught", "error": error_of(&error)})),
        result => result?,
    }
    Ok(())
}

/// The steps whose errors may be caught.
async fn act(script: &Scripts, step: &Value, job: &Job) -> Result<(), Error> {
    if let Some(task) = step.get("child") {
        let created = job.child(new_task(task, &script.queue)).await?;
        say(&json!({"event": "created", "task_id": created.task_id()}));
    }
    if let Some(output) = step.get("output") {
        let log = job.output(output["stream"].as_str().unwrap_or("stdout"));
        for _ in 0..output["times"].as_i64().unwrap_or(1) {
            log.write(text(&output["text"])).await?;
        }
        if output["flush"] == true {
            log.flush().await?;
        }
    }
    if let Some(spent) = step.get("spend") {
        job.spend(amounts(spent)).await?;
    }
    if let Some(args) = step.get("send_signal") {
        let (to, signal) = signal_of(args);
        let mut sent = sent_of(&job.send_signal(to, signal).await?);
        sent["event"] = json!("sent");
        say(&sent);
    }
    if let Some(wanted) = step.get("add_scopes") {
        job.add_scopes(scopes(wanted)).await?;
    }
    Ok(())
}

fn note_of(given: &Value) -> Note {
    let mut note = given["percent"].as_f64().map_or_else(Note::default, Note::percent);
    note = note.message(text(&given["message"]));
    if let Some(detail) = given.get("detail") {
        note = note.detail(detail);
    }
    if given["receipted"] == true { note.receipted() } else { note }
}

fn fail(step: &Value) -> Result<(), Failure> {
    if let Some(message) = step["fail"].as_str() {
        return Err(Failure::new(message));
    }
    if let Some(failure) = step.get("fail_for_good") {
        let for_good = Failure::non_retryable(text(&failure["message"]));
        return Err(match failure["type"].as_str() {
            Some(name) => for_good.with_type(name),
            None => for_good,
        });
    }
    if let Some(after) = millis(&step["retry_after_ms"]) {
        return Err(Failure::retry_after(after, "later"));
    }
    Ok(())
}

fn ending_of(script: &Scripts, step: &Value, job: &Job) -> Option<Ending> {
    if step["artifacts"].is_array() {
        return Some(artifacts(&step["artifacts"]).into_iter().fold(Done::new(), Done::artifact).into());
    }
    if let Some(given) = step.get("suspend") {
        return Some(suspension(script, given).into());
    }
    if let Some(given) = step.get("release") {
        let delay = millis(&given["delay_ms"]).unwrap_or_default();
        return Some(Release::default().delay(delay).checkpoint(content(&given["checkpoint"])).into());
    }
    if let Some(time) = millis(&step["sleep_ms"]) {
        return Some(Suspension::sleep(time).into());
    }
    if let Some(given) = step.get("ask") {
        return Some(question(given).into());
    }
    if let Some(given) = step.get("hand_on") {
        let tasks = given["next"].as_array().into_iter().flatten().map(|task| new_task(task, &script.queue));
        return Some(tasks.fold(Done::new().result(content(&given["result"])), Done::next).into());
    }
    if let Some(given) = step.get("hand_off") {
        return Some(hand_off(given).into());
    }
    if let Some(given) = step.get("verdict") {
        return Some(verdict(given).into());
    }
    if let Some(size) = step["sized"].as_u64() {
        return Some("x".repeat(usize::try_from(size).unwrap_or_default()).into());
    }
    if let Some(value) = step.get("return") {
        return Some(value.clone().into());
    }
    step["return_of"].as_str().map(|what| value_of(what, step, job).into())
}

fn suspension(script: &Scripts, given: &Value) -> Suspension {
    let mut suspension = Suspension::new(wait_of(given));
    if let Some(checkpoint) = given.get("checkpoint") {
        suspension = suspension.checkpoint(content(checkpoint));
    }
    for task in given["create"].as_array().into_iter().flatten() {
        let created = new_task(task, &script.queue);
        suspension = if task["as"] == "next" { suspension.next(created) } else { suspension.child(created) };
    }
    suspension
}

fn question(given: &Value) -> Question {
    let mut question = Question::new(text(&given["title"])).text(text(&given["text"]));
    question = question.options(texts(&given["options"])).named(text(&given["name"]));
    if let Some(context) = given.get("context") {
        question = question.context(context);
    }
    if let Some(schema) = given.get("answer_schema") {
        question = question.answer_schema(schema);
    }
    if given["addressee"].is_object() {
        question = question.addressee(principal(&given["addressee"]));
    }
    if let Some(checkpoint) = given.get("checkpoint") {
        question = question.checkpoint(content(checkpoint));
    }
    let Some(expires) = given.get("expires") else {
        return question;
    };
    let after = millis(&expires["after_ms"]).unwrap_or(Duration::ZERO);
    match expires["otherwise"].get("answer") {
        Some(answer) => question.defaults_to(answer, after),
        None if expires["otherwise"] == "decline" => question.declined_after(after),
        None => question.expires(after),
    }
}

fn hand_off(given: &Value) -> HandOff {
    let to = &given["to"];
    let hand_off = if to["principal"].is_object() {
        HandOff::to_principal(principal(&to["principal"]))
    } else if to["capabilities"].is_array() {
        HandOff::to_capabilities(texts(&to["capabilities"]))
    } else {
        HandOff::to_queue(text(&to["queue"]))
    };
    let hand_off = artifacts(&given["refs"]).into_iter().fold(hand_off.note(text(&given["note"])), HandOff::artifact);
    match given.get("checkpoint") {
        Some(checkpoint) => hand_off.checkpoint(content(checkpoint)),
        None => hand_off,
    }
}

fn verdict(given: &Value) -> Verdict {
    let findings = texts(&given["findings"]);
    let verdict = match given["decision"].as_str() {
        Some("accept") => Verdict::accept().findings(findings),
        Some("reject") => Verdict::reject(findings),
        _ => Verdict::unverifiable(findings),
    };
    match given["confidence"].as_f64() {
        Some(confidence) => verdict.confidence(confidence),
        None => verdict,
    }
}

fn is_so(on: &Value, job: &Job) -> bool {
    if let Some(attempt) = number(&on["attempt"]) {
        return job.attempt() == attempt;
    }
    if on.get("results").is_some() {
        return !job.wait_results().is_empty();
    }
    if let Some(name) = on["answer"].as_str() {
        return job.answer_to(name).is_some();
    }
    if on.get("rejected").is_some() {
        return job.rejected().is_some();
    }
    if on.get("handed_over").is_some() {
        return job.handed_over().is_some();
    }
    if on.get("over_budget").is_some() {
        return job.is_over_budget();
    }
    job.checkpoint().is_some()
}

fn value_of(what: &str, step: &Value, job: &Job) -> Value {
    match what {
        "payload" => plain(job.payload()),
        "attempt" => json!(job.attempt()),
        "checkpoint" => plain(job.checkpoint()),
        "over_budget" => json!(job.is_over_budget()),
        "answer" => {
            let answer = step["name"].as_str().map_or_else(|| job.answer(), |name| job.answer_to(name));
            answer.map_or(Value::Null, |one| {
                json!({
                    "outcome": outcome_name(one.outcome.into()),
                    "answer": one.answer,
                    "reason": one.reason,
                    "by": principal_json(one.by.as_ref()),
                })
            })
        }
        "rejected" => job.rejected().map_or(
            Value::Null,
            |one| json!({"findings": one.findings, "attempt": one.attempt, "result": plain(one.result)}),
        ),
        "handed_over" => job.handed_over().map_or(Value::Null, |one| {
            let refs: Vec<_> = one.refs.iter().map(|one| json!({"kind": one.kind, "uri": one.uri})).collect();
            json!({"note": one.note, "refs": refs, "from": principal_json(one.from.as_ref())})
        }),
        "results" => job
            .wait_results()
            .into_iter()
            .map(|one| {
                let status = one.status.as_str_name().trim_start_matches("CONDITION_STATUS_").to_lowercase();
                let signals: Vec<_> = one.signals.into_iter().map(|signal| plain(signal.payload)).collect();
                json!({"name": one.name, "status": status, "result": plain(one.result), "signals": signals})
            })
            .collect(),
        _ => panic!("there is no value {what}"),
    }
}
