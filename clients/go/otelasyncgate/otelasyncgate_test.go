package otelasyncgate_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	asyncgate "github.com/asyncgate/asyncgate/clients/go"
	"github.com/asyncgate/asyncgate/clients/go/otelasyncgate"
	v1 "github.com/asyncgate/asyncgate/gen/go/asyncgate/v1"
	"go.opentelemetry.io/otel/codes"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
)

const traceID = "0af7651916cd43dd8448eb211c80319c"

var traceContext = &v1.TraceContext{
	Traceparent: "00-" + traceID + "-b7ad6b7169203331-01", Tracestate: "vendor=1",
}

// kit is a client, and a worker with one handler, whose spans the exporter keeps. The server is started by
// test/clients/go/kit.test.ts.
type kit struct {
	client   *asyncgate.Client
	exporter *tracetest.InMemoryExporter
	provider *sdk.TracerProvider
	kind     string
	stop     func()
}

func start(t *testing.T, handler asyncgate.Handler) *kit {
	t.Helper()
	endpoint, key := os.Getenv("KIT_URL"), os.Getenv("KIT_OPERATOR_KEY")
	if endpoint == "" {
		t.Skip("KIT_URL is not set")
	}
	exporter := tracetest.NewInMemoryExporter()
	provider := sdk.NewTracerProvider(sdk.WithSyncer(exporter))
	tracing := otelasyncgate.New(otelasyncgate.WithTracerProvider(provider))
	client, err := asyncgate.NewClient(asyncgate.ClientConfig{Endpoint: endpoint, Key: key, Tracing: tracing})
	if err != nil {
		t.Fatal(err)
	}
	kind := "go-" + strings.ToLower(rand.Text())
	worker, err := asyncgate.NewWorker(asyncgate.WorkerConfig{
		Endpoint: endpoint, Key: key, Tracing: tracing, Handlers: asyncgate.Handlers{kind: handler},
	})
	if err != nil {
		t.Fatal(err)
	}
	// A span that is active when the worker is started is no parent of its tasks.
	around, span := provider.Tracer("own").Start(context.Background(), "the program")
	go func() { _ = worker.Run(around) }()
	stop := func() { worker.Shutdown(context.Background()) }
	t.Cleanup(func() {
		stop()
		span.End()
		_ = client.Close()
	})
	return &kit{client, exporter, provider, kind, stop}
}

func (k *kit) do(t *testing.T, ctx context.Context, task asyncgate.NewTask) *v1.Task {
	t.Helper()
	created, err := k.client.CreateTask(ctx, task)
	if err != nil {
		t.Fatal(err)
	}
	ended, err := k.client.AwaitTask(ctx, created.TaskID)
	if err != nil {
		t.Fatal(err)
	}
	return ended
}

// span is that of the only handler that has run. A span ends before its task is settled.
func (k *kit) span(t *testing.T) tracetest.SpanStub {
	t.Helper()
	var found []tracetest.SpanStub
	for _, span := range k.exporter.GetSpans() {
		if span.Name == "process "+k.kind {
			found = append(found, span)
		}
	}
	if len(found) != 1 {
		t.Fatalf("there are %d spans", len(found))
	}
	if text := fmt.Sprintf("%+v", found[0]); strings.Contains(text, "secret") {
		t.Fatalf("it tells a secret: %s", text)
	}
	return found[0]
}

func attributeOf(span tracetest.SpanStub, key string) string {
	for _, one := range span.Attributes {
		if string(one.Key) == key {
			return one.Value.Emit()
		}
	}
	return ""
}

func TestAHandlerRunsInASpanOfItsTasksTraceAndCreatesInIt(t *testing.T) {
	t.Parallel()
	k := start(t, func(ctx context.Context, job *asyncgate.Job) (any, error) {
		_, err := job.Child(ctx, asyncgate.NewTask{Type: "go-child-of-a-span"})
		return "the-result-is-secret", err
	})
	asked := asyncgate.NewTask{Type: k.kind, Payload: "the-payload-is-secret", TraceContext: traceContext}
	task := k.do(t, t.Context(), asked)
	span := k.span(t)
	if span.SpanContext.TraceID().String() != traceID || span.Parent.SpanID().String() != "b7ad6b7169203331" ||
		attributeOf(span, "messaging.message.id") != task.GetTaskId() || span.Status.Code != codes.Unset {
		t.Fatalf("%+v", span)
	}
	for child, err := range k.client.ListTasks(t.Context(), &v1.ListTasksRequest{Parent: task.GetTaskId()}) {
		wanted := fmt.Sprintf("00-%s-%s-01", traceID, span.SpanContext.SpanID())
		of := child.GetTraceContext()
		if err != nil || of.GetTraceparent() != wanted || of.GetTracestate() != "vendor=1" {
			t.Fatalf("the child is in %v, not in %s: %v", of, wanted, err)
		}
		return
	}
	t.Fatal("there is no child")
}

func TestAHandlerThatFailsLeavesTheTypeOfItsError(t *testing.T) {
	t.Parallel()
	k := start(t, func(context.Context, *asyncgate.Job) (any, error) {
		return nil, asyncgate.NonRetryable{Err: errors.New("the-error-is-secret")}
	})
	// A task that is created in a span is in its trace.
	ctx, own := k.provider.Tracer("own").Start(t.Context(), "the creator")
	k.do(t, ctx, asyncgate.NewTask{Type: k.kind})
	span := k.span(t)
	if span.Status.Code != codes.Error || attributeOf(span, "error.type") != "NonRetryable" ||
		span.Parent.SpanID() != own.SpanContext().SpanID() || span.SpanKind != trace.SpanKindConsumer {
		t.Fatalf("%+v", span)
	}
}

func TestATaskWithoutATraceBeginsOne(t *testing.T) {
	t.Parallel()
	k := start(t, func(context.Context, *asyncgate.Job) (any, error) { return nil, nil })
	k.do(t, t.Context(), asyncgate.NewTask{Type: k.kind})
	if span := k.span(t); span.Parent.IsValid() || span.Status.Code != codes.Unset {
		t.Fatalf("%+v", span)
	}
}
