package asyncgate

import (
	"context"

	v1 "github.com/asyncgate/asyncgate/gen/go/asyncgate/v1"
	"google.golang.org/grpc/metadata"
)

// Tracing runs handlers in spans, and lets calls carry the trace that they are made in. The package otelasyncgate makes
// one of OpenTelemetry, so that programs without it need nothing of it.
type Tracing interface {
	// Handle begins the span of a handler, in the trace of its task. The context is the handler's. end gets the type of
	// the error that the handler has failed with, if it has.
	Handle(ctx context.Context, task *v1.Task) (handler context.Context, end func(errorType string))
	// Headers are those of the trace that a call is made in, by their names. Empty if it is made in none.
	Headers(ctx context.Context) map[string]string
}

type untraced struct{}

func (untraced) Handle(ctx context.Context, _ *v1.Task) (context.Context, func(string)) {
	return ctx, func(string) {}
}

func (untraced) Headers(context.Context) map[string]string { return nil }

func tracingOr(given Tracing) Tracing {
	if given == nil {
		return untraced{}
	}
	return given
}

// carrying is the context of a call with the trace that it is made in. Streams outlive every span, and carry none.
func carrying(ctx context.Context, tracing Tracing) context.Context {
	for name, value := range tracing.Headers(ctx) {
		if outgoing, _ := metadata.FromOutgoingContext(ctx); len(outgoing.Get(name)) == 0 {
			ctx = metadata.AppendToOutgoingContext(ctx, name, value)
		}
	}
	return ctx
}
