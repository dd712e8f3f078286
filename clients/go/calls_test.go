package asyncgate_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	asyncgate "github.com/asyncgate/asyncgate/clients/go"
	v1 "github.com/asyncgate/asyncgate/gen/go/asyncgate/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"
)

// Longer than anything takes on a slow, busy machine.
const late = time.Minute

// serve runs a gRPC server on a port of its own until the test ends.
func serve(t *testing.T, register func(*grpc.Server)) (endpoint string, server *grpc.Server) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server = grpc.NewServer()
	register(server)
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(server.Stop)
	return "http://" + listener.Addr().String(), server
}

func refusal(t *testing.T, reason v1.ErrorReason, code codes.Code, retryAfter time.Duration) error {
	t.Helper()
	detail := &v1.ErrorDetail{Reason: reason, Message: "scripted", Advice: "none"}
	if retryAfter > 0 {
		detail.RetryAfter = durationpb.New(retryAfter)
	}
	refused, err := status.New(code, "scripted").WithDetails(detail)
	if err != nil {
		t.Fatal(err)
	}
	return refused.Err()
}

// scriptedTasks answers the n-th creation by the n-th error; behind them, it creates.
type scriptedTasks struct {
	v1.UnimplementedTaskServiceServer
	errors []error
	// The header of the last call.
	authorization atomic.Value
	requests      chan string
	calls         atomic.Int32
	hangs         bool
}

func (s *scriptedTasks) CreateTask(ctx context.Context, request *v1.CreateTaskRequest) (*v1.CreateTaskResponse, error) {
	n := int(s.calls.Add(1))
	headers, _ := metadata.FromIncomingContext(ctx)
	s.authorization.Store(strings.Join(headers.Get("authorization"), ","))
	select {
	case s.requests <- request.GetRequestId():
	default:
	}
	if s.hangs {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	if n <= len(s.errors) {
		return nil, s.errors[n-1]
	}
	return &v1.CreateTaskResponse{Task: &v1.Task{TaskId: "t"}}, nil
}

func scriptedClient(t *testing.T, script *scriptedTasks, config asyncgate.ClientConfig) *asyncgate.Client {
	t.Helper()
	script.requests = make(chan string, 100)
	config.Endpoint, _ = serve(t, func(server *grpc.Server) { v1.RegisterTaskServiceServer(server, script) })
	return clientOf(t, config)
}

func clientOf(t *testing.T, config asyncgate.ClientConfig) *asyncgate.Client {
	t.Helper()
	client, err := asyncgate.NewClient(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return client
}

func TestACallIsRetriedWithTheSameRequestID(t *testing.T) {
	t.Parallel()
	away := refusal(t, v1.ErrorReason_ERROR_REASON_UNAVAILABLE, codes.Unavailable, 0)
	script := &scriptedTasks{errors: []error{away, away}}
	client := scriptedClient(t, script, asyncgate.ClientConfig{Timeout: late})
	created, err := client.CreateTask(t.Context(), asyncgate.NewTask{Type: "work"})
	if err != nil || created.TaskID != "t" {
		t.Fatalf("created %v, %v", created, err)
	}
	first := <-script.requests
	if first == "" || first != <-script.requests || first != <-script.requests {
		t.Fatal("the request ids of the attempts differ")
	}
}

func TestARefusalThatARetryCannotChangeComesAtOnce(t *testing.T) {
	t.Parallel()
	refused := refusal(t, v1.ErrorReason_ERROR_REASON_INVALID_ARGUMENT, codes.InvalidArgument, 0)
	script := &scriptedTasks{errors: []error{refused}}
	client := scriptedClient(t, script, asyncgate.ClientConfig{})
	_, err := client.CreateTask(t.Context(), asyncgate.NewTask{Type: "work"})
	var failed *asyncgate.Error
	if !errors.As(err, &failed) || failed.Retryable || failed.Advice != "none" || failed.RequestID != <-script.requests {
		t.Fatalf("it failed with %#v", err)
	}
	if asyncgate.ReasonOf(err) != v1.ErrorReason_ERROR_REASON_INVALID_ARGUMENT || script.calls.Load() != 1 {
		t.Fatalf("%v after %d calls", err, script.calls.Load())
	}
}

func TestARetryWaitsAsLongAsTheServerAsks(t *testing.T) {
	t.Parallel()
	limited := refusal(t, v1.ErrorReason_ERROR_REASON_RATE_LIMITED, codes.ResourceExhausted, 400*time.Millisecond)
	client := scriptedClient(t, &scriptedTasks{errors: []error{limited}}, asyncgate.ClientConfig{Timeout: late})
	begin := time.Now()
	if _, err := client.CreateTask(t.Context(), asyncgate.NewTask{Type: "work"}); err != nil {
		t.Fatal(err)
	}
	if waited := time.Since(begin); waited < 400*time.Millisecond {
		t.Fatalf("it has waited only %v", waited)
	}
}

func TestACallEndsAtItsTimeoutWithWhatWasWrongBefore(t *testing.T) {
	t.Parallel()
	limited := refusal(t, v1.ErrorReason_ERROR_REASON_RATE_LIMITED, codes.ResourceExhausted, time.Hour)
	script := &scriptedTasks{errors: []error{limited, limited}}
	client := scriptedClient(t, script, asyncgate.ClientConfig{Timeout: late})
	// It does not wait for an hour only to find that there is no time left.
	_, err := client.CreateTask(t.Context(), asyncgate.NewTask{Type: "work"})
	if asyncgate.ReasonOf(err) != v1.ErrorReason_ERROR_REASON_RATE_LIMITED || script.calls.Load() != 1 {
		t.Fatalf("%v after %d calls", err, script.calls.Load())
	}
}

func TestACallThatIsNotAnsweredEndsByItsContext(t *testing.T) {
	t.Parallel()
	client := scriptedClient(t, &scriptedTasks{hangs: true}, asyncgate.ClientConfig{Timeout: 200 * time.Millisecond})
	_, err := client.CreateTask(t.Context(), asyncgate.NewTask{Type: "work"})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("its own time-out: %v", err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	why := errors.New("the user has left")
	time.AfterFunc(100*time.Millisecond, func() { cancel(why) })
	if _, err := client.CreateTask(ctx, asyncgate.NewTask{Type: "work"}); !errors.Is(err, why) {
		t.Fatalf("canceled: %v", err)
	}
}

func TestAttemptsMayBeBounded(t *testing.T) {
	t.Parallel()
	away := refusal(t, v1.ErrorReason_ERROR_REASON_UNAVAILABLE, codes.Unavailable, 0)
	script := &scriptedTasks{errors: []error{away, away, away}}
	retry := &asyncgate.RetryPolicy{MaxAttempts: 2}
	client := scriptedClient(t, script, asyncgate.ClientConfig{Timeout: late, Retry: retry})
	_, err := client.CreateTask(t.Context(), asyncgate.NewTask{Type: "work"})
	if err == nil || script.calls.Load() != 2 {
		t.Fatalf("%v after %d calls", err, script.calls.Load())
	}
}

func TestWithoutAKeyNoneIsSent(t *testing.T) {
	t.Parallel()
	for key, header := range map[string]string{"secret": "Bearer secret", "": ""} {
		script := &scriptedTasks{}
		client := scriptedClient(t, script, asyncgate.ClientConfig{Key: key, Timeout: late})
		if _, err := client.CreateTask(t.Context(), asyncgate.NewTask{Type: "work"}); err != nil {
			t.Fatal(err)
		}
		if sent := script.authorization.Load(); sent != header {
			t.Errorf("with the key %q, the header %q was sent", key, sent)
		}
	}
}

// cutServer answers gRPC calls and ends each stream regularly, but before the status: as a proxy does that loses its
// server.
func cutServer(t *testing.T, calls *atomic.Int32) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Protocols: new(http.Protocols), Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		calls.Add(1)
		w.Header().Set("content-type", "application/grpc")
		// An empty message, whole.
		_, _ = w.Write(make([]byte, 5))
	})}
	server.Protocols.SetUnencryptedHTTP2(true)
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	return "http://" + listener.Addr().String()
}

func TestAnAnswerThatIsCutBeforeItsStatusIsABrokenConnection(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	client := clientOf(t, asyncgate.ClientConfig{
		Endpoint: cutServer(t, &calls), Timeout: late, Retry: &asyncgate.RetryPolicy{MaxAttempts: 3},
	})
	_, err := client.CreateTask(t.Context(), asyncgate.NewTask{Type: "work"})
	if asyncgate.ReasonOf(err) != v1.ErrorReason_ERROR_REASON_UNAVAILABLE || calls.Load() != 3 {
		t.Fatalf("%v after %d calls", err, calls.Load())
	}
}

func TestFaultyConfigurationsAreRefused(t *testing.T) {
	t.Parallel()
	if _, err := asyncgate.NewClient(asyncgate.ClientConfig{Endpoint: "localhost:7171"}); err == nil ||
		!strings.Contains(err.Error(), "http://host:port") {
		t.Errorf("a faulty endpoint: %v", err)
	}
	handlers := asyncgate.Handlers{"work": func(context.Context, *asyncgate.Job) (any, error) { return nil, nil }}
	for _, config := range []asyncgate.WorkerConfig{
		{Endpoint: "http://localhost"},
		{Handlers: handlers},
		{Endpoint: "http://localhost", Handlers: handlers, Slots: 10_001},
		{Endpoints: []string{"http://localhost", "nonsense"}, Handlers: handlers},
	} {
		if _, err := asyncgate.NewWorker(config); err == nil {
			t.Errorf("%v was taken", config)
		}
	}
	budget := asyncgate.NewTask{Type: "work", Budget: asyncgate.Amounts{"usd": "1,5"}}
	if _, err := clientOf(t, asyncgate.ClientConfig{Endpoint: "http://localhost"}).CreateTask(t.Context(), budget); err == nil {
		t.Error("a faulty amount was sent")
	}
}
