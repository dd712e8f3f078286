// Package otelasyncgate lets handlers run in spans of OpenTelemetry, each in the trace of its task, and calls carry the
// trace that they are made in:
//
//	tracing := otelasyncgate.New()
//	asyncgate.NewClient(asyncgate.ClientConfig{Tracing: tracing, …})
//	asyncgate.NewWorker(asyncgate.WorkerConfig{Tracing: tracing, …})
//
// It needs OpenTelemetry's API and no SDK: without one, nothing is recorded.
package otelasyncgate

import (
	"context"

	asyncgate "github.com/asyncgate/asyncgate/clients/go"
	v1 "github.com/asyncgate/asyncgate/gen/go/asyncgate/v1"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

const scope = "github.com/asyncgate/asyncgate/clients/go/otelasyncgate"

// Tasks carry the headers of W3C Trace Context, whatever else the program propagates.
var format = propagation.TraceContext{}

type tracing struct{ provider trace.TracerProvider }

// Option of New.
type Option func(*tracing)

// WithTracerProvider records by this provider. Without it, by the one that the program has set with
// otel.SetTracerProvider, also if it does so later.
func WithTracerProvider(provider trace.TracerProvider) Option {
	return func(t *tracing) { t.provider = provider }
}

// New is for the Tracing of clients and workers.
func New(options ...Option) asyncgate.Tracing {
	made := &tracing{}
	for _, option := range options {
		option(made)
	}
	return made
}

func (t *tracing) tracer() trace.Tracer {
	provider := t.provider
	if provider == nil {
		provider = otel.GetTracerProvider()
	}
	return provider.Tracer(scope, trace.WithInstrumentationVersion(asyncgate.Version))
}

// Handle: the span has no payload, no result and no error's text.
func (t *tracing) Handle(ctx context.Context, task *v1.Task) (context.Context, func(errorType string)) {
	of := task.GetTraceContext()
	headers := propagation.MapCarrier{"traceparent": of.GetTraceparent(), "tracestate": of.GetTracestate()}
	// What was active when the worker was started is no parent of its tasks.
	parent := format.Extract(trace.ContextWithSpanContext(ctx, trace.SpanContext{}), headers)
	handler, span := t.tracer().Start(parent, "process "+task.GetType(),
		trace.WithSpanKind(trace.SpanKindConsumer),
		trace.WithAttributes(
			attribute.String("messaging.system", "asyncgate"),
			attribute.String("messaging.operation.name", "process"),
			attribute.String("messaging.operation.type", "process"),
			attribute.String("messaging.destination.name", task.GetQueue()),
			attribute.String("messaging.message.id", task.GetTaskId()),
			attribute.String("asyncgate.task.type", task.GetType()),
			attribute.Int("asyncgate.task.attempt", int(task.GetAttempt())),
		))
	return handler, func(errorType string) {
		if errorType != "" {
			span.SetAttributes(attribute.String("error.type", errorType))
			span.SetStatus(codes.Error, "")
		}
		span.End()
	}
}

func (t *tracing) Headers(ctx context.Context) map[string]string {
	headers := propagation.MapCarrier{}
	format.Inject(ctx, headers)
	return headers
}
