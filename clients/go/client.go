package asyncgate

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"time"

	v1 "github.com/asyncgate/asyncgate/gen/go/asyncgate/v1"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/durationpb"
)

const defaultTimeout = 30 * time.Second

// ClientConfig says how a client calls. Endpoint is required, and Key unless TLS has a certificate to come with.
type ClientConfig struct {
	// Endpoint is the server, as http://host:port or https://host:port.
	Endpoint string
	// Key is the API key. If empty, the server knows the caller by the certificate in TLS.
	Key string
	// TLS is for endpoints with https. If nil, the authorities of the system are trusted.
	TLS *tls.Config
	// Timeout of a call whose context has no deadline, retries included. If 0, 30 s.
	Timeout time.Duration
	// Retry says how often and how fast calls are retried. If nil, as long as there is time, after 50 ms to 2 s.
	Retry *RetryPolicy
	// Tracing lets calls carry the trace that they are made in: otelasyncgate.New(). If nil, they carry none.
	Tracing Tracing
	// DialOptions are added to those of the kit.
	DialOptions []grpc.DialOption
}

// Client calls a server. Its methods may be called by several goroutines at once.
//
// A call lasts until its context ends; without a deadline, for the Timeout of the configuration. Within that, it is
// retried under the same request id when the contract says that this may help.
type Client struct {
	connection *grpc.ClientConn
	retry      RetryPolicy
	timeout    time.Duration
	tracing    Tracing

	tasks       v1.TaskServiceClient
	leases      v1.LeaseServiceClient
	outputs     v1.OutputServiceClient
	receipts    v1.ReceiptServiceClient
	obligations v1.ObligationServiceClient
	signals     v1.SignalServiceClient
	agents      v1.AgentServiceClient
}

// NewClient returns an error only for a faulty configuration: it connects at the first call.
func NewClient(config ClientConfig) (*Client, error) {
	connection, err := dial(config.Endpoint, config.Key, config.TLS, config.DialOptions)
	if err != nil {
		return nil, err
	}
	client := &Client{
		connection:  connection,
		retry:       defaultRetry,
		timeout:     defaultTimeout,
		tracing:     tracingOr(config.Tracing),
		tasks:       v1.NewTaskServiceClient(connection),
		leases:      v1.NewLeaseServiceClient(connection),
		outputs:     v1.NewOutputServiceClient(connection),
		receipts:    v1.NewReceiptServiceClient(connection),
		obligations: v1.NewObligationServiceClient(connection),
		signals:     v1.NewSignalServiceClient(connection),
		agents:      v1.NewAgentServiceClient(connection),
	}
	if config.Retry != nil {
		client.retry = *config.Retry
	}
	if config.Timeout > 0 {
		client.timeout = config.Timeout
	}
	return client, nil
}

// Conn is the connection, for the generated stubs: v1.NewQueueServiceClient(client.Conn()). Calls of a stub are not
// retried, have no time-out of their own, and return gRPC's errors, which ErrorOf reads.
func (c *Client) Conn() grpc.ClientConnInterface { return c.connection }

// Close ends the connection, and calls that are under way with it.
func (c *Client) Close() error { return c.connection.Close() }

// call sends one request, again and again until there is an answer that counts.
func call[Q, A any](
	ctx context.Context, c *Client, method func(context.Context, *Q, ...grpc.CallOption) (*A, error), request *Q,
) (*A, error) {
	send := func(ctx context.Context) (*A, error) { return method(carrying(ctx, c.tracing), request) }
	return callWithRetry(ctx, c.retry, c.timeout, send)
}

// change is a call that changes something, and carries a request id.
func change[Q, A any](
	ctx context.Context, c *Client, method func(context.Context, *Q, ...grpc.CallOption) (*A, error), request *Q,
	id string,
) (*A, error) {
	answer, err := call(ctx, c, method, request)
	if failed, ok := err.(*Error); ok {
		failed.RequestID = id
	}
	return answer, err
}

func requestID(given string) string {
	if given != "" {
		return given
	}
	return rand.Text()
}

// Created is the answer to the creation of a task.
type Created struct {
	Task   *v1.Task
	TaskID string
	// AssignedReceiptID is the receipt of the obligation that the task is.
	AssignedReceiptID string
	// Existed is true if the task existed already and nothing was written.
	Existed bool
}

func createdOf(answer *v1.CreateTaskResponse) *Created {
	task := answer.GetTask()
	return &Created{task, task.GetTaskId(), answer.GetAssignedReceiptId(), answer.GetExisted()}
}

// CreateTask creates a task.
func (c *Client) CreateTask(ctx context.Context, task NewTask) (*Created, error) {
	request, err := task.request()
	if err != nil {
		return nil, err
	}
	// With an idempotency key, the call is safe to repeat without a request id.
	if task.IdempotencyKey == "" {
		request.RequestId = requestID(task.RequestID)
	}
	answer, err := change(ctx, c, c.tasks.CreateTask, request, request.GetRequestId())
	if err != nil {
		return nil, err
	}
	return createdOf(answer), nil
}

// CreateResult is the answer to one item of a batch: the task, or why it was refused.
type CreateResult struct {
	Created *Created
	Err     error
}

// CreateTasks creates up to 500 tasks and answers in their order. An item that is refused does not fail the others. The
// RequestID of the items is not used.
func (c *Client) CreateTasks(ctx context.Context, tasks ...NewTask) ([]CreateResult, error) {
	request := &v1.CreateTasksRequest{RequestId: requestID("")}
	for _, task := range tasks {
		one, err := task.request()
		if err != nil {
			return nil, err
		}
		one.RequestId = ""
		request.Tasks = append(request.Tasks, one)
	}
	answer, err := change(ctx, c, c.tasks.CreateTasks, request, request.GetRequestId())
	if err != nil {
		return nil, err
	}
	results := make([]CreateResult, 0, len(answer.GetResults()))
	for _, result := range answer.GetResults() {
		if detail := result.GetError(); detail != nil {
			results = append(results, CreateResult{Err: itemError(detail, request.GetRequestId())})
		} else {
			results = append(results, CreateResult{Created: createdOf(result.GetCreated())})
		}
	}
	return results, nil
}

// GetTask reads a task, by its id or as Named.
func (c *Client) GetTask(ctx context.Context, taskID string) (*v1.Task, error) {
	answer, err := call(ctx, c, c.tasks.GetTask, &v1.GetTaskRequest{TaskId: taskID})
	return answer.GetTask(), err
}

// ExplainTask says why a task does not run, or what it is doing.
func (c *Client) ExplainTask(ctx context.Context, taskID string) (*v1.Explanation, error) {
	answer, err := call(ctx, c, c.tasks.ExplainTask, &v1.ExplainTaskRequest{TaskId: taskID})
	return answer.GetExplanation(), err
}

// Cancel says how to cancel a task.
type Cancel struct {
	// Reason is for people: the holder sees it.
	Reason string
	// GracePeriod is how long the holder may take to end the task itself. If 0, the task is canceled at once.
	GracePeriod time.Duration
	// RequestID repeats a call of another process. If empty, one is made.
	RequestID string
}

// CancelTask cancels a task. The task in the answer is canceled, or still held with cancel_requested.
func (c *Client) CancelTask(ctx context.Context, taskID string, cancel Cancel) (*v1.CancelTaskResponse, error) {
	request := &v1.CancelTaskRequest{TaskId: taskID, Reason: cancel.Reason, RequestId: requestID(cancel.RequestID)}
	if cancel.GracePeriod > 0 {
		request.GracePeriod = durationpb.New(cancel.GracePeriod)
	}
	return change(ctx, c, c.tasks.CancelTask, request, request.GetRequestId())
}
