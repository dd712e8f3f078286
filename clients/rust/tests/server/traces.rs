//! Handlers run in spans of their tasks' traces, and what they create is in these spans. The spans stay in the memory.
use std::sync::{Mutex, OnceLock};

use asyncgate::contract::{CreateTaskRequest, ListTasksRequest, TraceContext};
use asyncgate::{Client, Failure, HandlerResult, Job, NewTask, Worker};
use opentelemetry::trace::{FutureExt as _, SpanId, SpanKind, Status, TraceContextExt as _, Tracer as _};
use opentelemetry::{Context, global};
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SdkTracerProvider, SpanData, SpanExporter};

use crate::kit::{kind, start, url, variable};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";

static FINISHED: Mutex<Vec<SpanData>> = Mutex::new(Vec::new());

#[derive(Debug)]
struct InMemory;

impl SpanExporter for InMemory {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        FINISHED.lock().unwrap().extend(batch);
        Ok(())
    }
}

fn operator() -> Client {
    static ONCE: OnceLock<()> = OnceLock::new();
    ONCE.get_or_init(|| {
        global::set_tracer_provider(SdkTracerProvider::builder().with_simple_exporter(InMemory).build());
    });
    Client::new(url(), variable("KIT_OPERATOR_KEY")).unwrap()
}

fn builder() -> asyncgate::WorkerBuilder {
    Worker::builder(url(), variable("KIT_OPERATOR_KEY")).drain_on_sigterm(false)
}

/// Of the only handler that has run.
fn span(kind: &str) -> SpanData {
    let finished = FINISHED.lock().unwrap();
    let mut found = finished.iter().filter(|span| span.name == format!("process {kind}"));
    let (span, further) = (found.next().expect("there is a span").clone(), found.next());
    assert!(further.is_none() && !format!("{span:?}").contains("secret"));
    span
}

fn attribute(span: &SpanData, key: &str) -> String {
    let found = span.attributes.iter().find(|one| one.key.as_str() == key);
    found.map(|one| one.value.to_string()).unwrap_or_default()
}

fn in_trace(kind: &str) -> NewTask {
    let context =
        TraceContext { traceparent: format!("00-{TRACE}-b7ad6b7169203331-01"), tracestate: "vendor=1".to_owned() };
    let request = CreateTaskRequest { r#type: kind.into(), trace_context: Some(context), ..Default::default() };
    NewTask::from(request).payload("the-payload-is-secret")
}

async fn assert_child_is_in_its_span(client: &Client, parent: &str, span: &SpanData) {
    assert_eq!(span.span_context.trace_id().to_string(), TRACE);
    assert_eq!(span.parent_span_id.to_string(), "b7ad6b7169203331");
    assert_eq!((attribute(span, "messaging.message.id").as_str(), &span.span_kind), (parent, &SpanKind::Consumer));
    let filter = ListTasksRequest { parent: parent.to_owned(), ..Default::default() };
    let children = client.list_tasks(filter).collect().await.unwrap();
    let of = children[0].trace_context.clone().unwrap();
    assert_eq!(of.traceparent, format!("00-{TRACE}-{}-01", span.span_context.span_id()));
    assert_eq!(of.tracestate, "vendor=1");
}

#[tokio::test]
async fn an_async_handler_runs_in_a_span_of_its_tasks_trace_and_creates_in_it() {
    let (client, kind) = (operator(), kind());
    let handler = |job: Job| async move {
        tokio::task::yield_now().await;
        job.child(NewTask::new("rust-child-of-a-span")).await?;
        Ok("the-result-is-secret")
    };
    let _running = start(builder().handler(&kind, handler));
    let created = client.create_task(in_trace(&kind)).await.unwrap();
    client.await_task(created.task_id()).await.unwrap();
    assert_child_is_in_its_span(&client, created.task_id(), &span(&kind)).await;
}

#[tokio::test]
async fn a_blocking_handler_does_so_too() {
    let (client, kind) = (operator(), kind());
    let handler = |job: Job| -> HandlerResult<()> {
        tokio::runtime::Handle::current().block_on(job.child(NewTask::new("rust-child-of-a-span")))?;
        Ok(())
    };
    let _running = start(builder().blocking(&kind, handler));
    let created = client.create_task(in_trace(&kind)).await.unwrap();
    client.await_task(created.task_id()).await.unwrap();
    assert_child_is_in_its_span(&client, created.task_id(), &span(&kind)).await;
}

#[tokio::test]
async fn a_handler_that_fails_leaves_the_type_of_its_failure_in_the_span_of_its_creator() {
    let (client, kind) = (operator(), kind());
    let fail = |_: Job| async { Err::<(), _>(Failure::non_retryable("the-error-is-secret").with_type("Broken")) };
    let _running = start(builder().handler(&kind, fail));
    let creator = Context::new().with_span(global::tracer("own").start("the creator"));
    let created = client.create_task(NewTask::new(&kind)).with_context(creator.clone()).await.unwrap();
    client.await_task(created.task_id()).await.unwrap();
    let span = span(&kind);
    assert_eq!(span.parent_span_id, creator.span().span_context().span_id());
    assert_eq!((&span.status, attribute(&span, "error.type").as_str()), (&Status::error(""), "Broken"));
}

#[tokio::test]
async fn a_task_without_a_trace_begins_one() {
    let (client, kind) = (operator(), kind());
    let _running = start(builder().handler(&kind, |_| async { Ok(()) }));
    let created = client.create_task(NewTask::new(&kind)).await.unwrap();
    client.await_task(created.task_id()).await.unwrap();
    assert_eq!(span(&kind).parent_span_id, SpanId::INVALID);
}
