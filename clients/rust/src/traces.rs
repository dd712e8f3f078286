//! Traces, with the feature `otel`: handlers run in spans of their tasks' traces, and calls carry the trace that they
//! are made in. Nothing is recorded before the program has set a tracer provider. Without the feature, all of it is
//! nothing.
#[cfg(feature = "otel")]
pub(crate) use recorded::{HandlerSpan, inject};
#[cfg(not(feature = "otel"))]
pub(crate) use unrecorded::{HandlerSpan, inject};

#[cfg(feature = "otel")]
mod recorded {
    use std::future::Future;
    use std::str::FromStr as _;

    use asyncgate_proto::asyncgate::v1::Task;
    use opentelemetry::trace::{
        FutureExt as _, SpanContext, SpanId, SpanKind, Status, TraceContextExt as _, TraceFlags, TraceId, TraceState,
        Tracer as _, TracerProvider as _,
    };
    use opentelemetry::{Context, ContextGuard, InstrumentationScope, KeyValue, global};
    use tonic::metadata::{Ascii, MetadataMap, MetadataValue};

    use crate::handler::HandlerResult;

    /// The span of one handler. It has no payload, no result and no error's text.
    pub(crate) struct HandlerSpan(Context);

    impl HandlerSpan {
        pub(crate) fn begin(task: &Task) -> Self {
            let scope = InstrumentationScope::builder("asyncgate").with_version(env!("CARGO_PKG_VERSION")).build();
            let tracer = global::tracer_provider().tracer_with_scope(scope);
            let attributes = [
                KeyValue::new("messaging.system", "asyncgate"),
                KeyValue::new("messaging.operation.name", "process"),
                KeyValue::new("messaging.operation.type", "process"),
                KeyValue::new("messaging.destination.name", task.queue.clone()),
                KeyValue::new("messaging.message.id", task.task_id.clone()),
                KeyValue::new("asyncgate.task.type", task.r#type.clone()),
                KeyValue::new("asyncgate.task.attempt", i64::from(task.attempt)),
            ];
            // What is active in a thread of the runtime is no parent of the tasks.
            let root = Context::new();
            let parent = context_of(task).map_or_else(|| root.clone(), |of| root.with_remote_span_context(of));
            let builder = tracer
                .span_builder(format!("process {}", task.r#type))
                .with_kind(SpanKind::Consumer)
                .with_attributes(attributes);
            let span = tracer.build_with_context(builder, &parent);
            Self(parent.with_span(span))
        }

        pub(crate) async fn around<F: Future>(&self, handler: F) -> F::Output {
            handler.with_context(self.0.clone()).await
        }

        /// For a handler that blocks this thread, until the guard is dropped.
        pub(crate) fn enter(&self) -> ContextGuard {
            self.0.clone().attach()
        }

        pub(crate) fn end(self, result: &HandlerResult) {
            let span = self.0.span();
            if let Err(failure) = result {
                span.set_attribute(KeyValue::new("error.type", failure.type_name().to_owned()));
                span.set_status(Status::error(""));
            }
            span.end();
        }
    }

    /// `None` for a task without a trace, or with one in a form that is not known.
    fn context_of(task: &Task) -> Option<SpanContext> {
        let of = task.trace_context.as_ref()?;
        let mut parts = of.traceparent.split('-').skip(1);
        let trace_id = TraceId::from_hex(parts.next()?).ok()?;
        let span_id = SpanId::from_hex(parts.next()?).ok()?;
        let flags = TraceFlags::new(u8::from_str_radix(parts.next()?, 16).ok()?);
        let state = TraceState::from_str(&of.tracestate).unwrap_or_default();
        let context = SpanContext::new(trace_id, span_id, flags, true, state);
        context.is_valid().then_some(context)
    }

    pub(crate) fn inject(headers: &mut MetadataMap) {
        let context = Context::current();
        let of = context.span().span_context().clone();
        if !of.is_valid() {
            return;
        }
        let traceparent = format!("00-{}-{}-{:02x}", of.trace_id(), of.span_id(), of.trace_flags().to_u8());
        for (name, text) in [("traceparent", traceparent), ("tracestate", of.trace_state().header())] {
            // A state of another program may hold what no header does.
            if let Ok(value) = MetadataValue::<Ascii>::try_from(text)
                && !value.is_empty()
            {
                headers.insert(name, value);
            }
        }
    }
}

#[cfg(not(feature = "otel"))]
mod unrecorded {
    use std::future::Future;

    use asyncgate_proto::asyncgate::v1::Task;
    use tonic::metadata::MetadataMap;

    use crate::handler::HandlerResult;

    pub(crate) struct HandlerSpan;

    impl HandlerSpan {
        pub(crate) fn begin(_: &Task) -> Self {
            Self
        }

        pub(crate) fn around<F: Future>(&self, handler: F) -> F {
            handler
        }

        pub(crate) fn enter(&self) -> impl Sized {}

        pub(crate) fn end(self, _: &HandlerResult) {}
    }

    pub(crate) fn inject(_: &mut MetadataMap) {}
}
