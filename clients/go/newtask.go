package asyncgate

import (
	"time"

	v1 "github.com/asyncgate/asyncgate/gen/go/asyncgate/v1"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// NewTask is a task to create. Each field has the meaning of the field of that name in CreateTaskRequest, and its zero
// value leaves it to the server. Type is required.
type NewTask struct {
	Type string
	// Payload is the worker's input: see Encode. If nil, there is none.
	Payload any
	Queue   string
	// IdempotencyKey is your key for the task: creating it again with the same key returns the task that exists.
	IdempotencyKey string
	Labels         map[string]string
	Capabilities   []string
	// Priority from 0 to 9: proto.Int32(9).
	Priority    *int32
	MaxAttempts int32
	Retry       *v1.RetryPolicy
	NotBefore   time.Time
	Delay       time.Duration
	// StartDeadline and Deadline fail a task that no worker has held by then, or that has not ended by then.
	StartDeadline   time.Time
	Deadline        time.Time
	AttemptTimeout  time.Duration
	LeaseTTL        time.Duration
	MaxLeaseLosses  *int32
	ExpectedOutcome *v1.ExpectedOutcome
	// Addressee is the only principal that may lease it.
	Addressee      *v1.Principal
	Obligated      *v1.Principal
	ParentReceipts []string
	TraceContext   *v1.TraceContext
	RedriveOf      string
	// Wait holds the task back until it is over: see the package wait.
	Wait *v1.Wait
	// Under is the token of a lease: the task becomes a child of that one. Job.Child fills it in.
	Under       string
	OnParentEnd v1.OnParentEnd
	// Name is borne by at most one live task of the tenant. Calls find the task by Named(name).
	Name         string
	OnNameTaken  v1.OnNameTaken
	Verification *v1.Verification
	// Scopes are what it works on: Write("repo:shop/api"), Read("repo:shop").
	Scopes []*v1.Scope
	// Budget is what the task and those under it may spend, and OnExceeded what happens beyond.
	Budget     Amounts
	OnExceeded v1.OnExceeded
	// Preflight says whether the agents that it is for must be well before it is leased. If unspecified, they need not.
	Preflight v1.Preflight
	// RequestID repeats a creation of another process. If empty, one is made.
	RequestID string
}

// Named finds the live task that bears a name, wherever a call takes the id of a task.
func Named(name string) string { return "name:" + name }

// Write is a scope that a task writes to, with everything below it.
func Write(resource string) *v1.Scope {
	return &v1.Scope{Resource: resource, Mode: v1.ScopeMode_SCOPE_MODE_WRITE}
}

// Read is a scope that a task reads; others may read it at the same time.
func Read(resource string) *v1.Scope {
	return &v1.Scope{Resource: resource, Mode: v1.ScopeMode_SCOPE_MODE_READ}
}

func (t NewTask) request() (*v1.CreateTaskRequest, error) {
	request := &v1.CreateTaskRequest{
		Type:            t.Type,
		Queue:           t.Queue,
		IdempotencyKey:  t.IdempotencyKey,
		Labels:          t.Labels,
		Priority:        t.Priority,
		Retry:           t.Retry,
		NotBefore:       timestamp(t.NotBefore),
		Delay:           duration(t.Delay),
		StartDeadline:   timestamp(t.StartDeadline),
		Deadline:        timestamp(t.Deadline),
		AttemptTimeout:  duration(t.AttemptTimeout),
		LeaseTtl:        duration(t.LeaseTTL),
		MaxLeaseLosses:  t.MaxLeaseLosses,
		ExpectedOutcome: t.ExpectedOutcome,
		Addressee:       t.Addressee,
		Obligated:       t.Obligated,
		ParentReceipts:  t.ParentReceipts,
		TraceContext:    t.TraceContext,
		RedriveOf:       t.RedriveOf,
		Wait:            t.Wait,
		Under:           t.Under,
		OnParentEnd:     t.OnParentEnd,
		Name:            t.Name,
		OnNameTaken:     t.OnNameTaken,
		Verification:    t.Verification,
		Scopes:          t.Scopes,
		Preflight:       t.Preflight,
		RequestId:       t.RequestID,
	}
	if t.MaxAttempts != 0 {
		request.MaxAttempts = &t.MaxAttempts
	}
	if len(t.Capabilities) > 0 {
		request.Requirements = &v1.Requirements{Capabilities: t.Capabilities}
	}
	if len(t.Budget) > 0 {
		if err := t.Budget.check(); err != nil {
			return nil, err
		}
		request.Budget = &v1.Budget{Amounts: t.Budget, OnExceeded: t.OnExceeded}
	}
	payload, err := encodeOptional(t.Payload)
	request.Payload = payload
	return request, err
}

func encodeOptional(value any) (*v1.Payload, error) {
	if value == nil {
		return nil, nil
	}
	return Encode(value)
}

func timestamp(t time.Time) *timestamppb.Timestamp {
	if t.IsZero() {
		return nil
	}
	return timestamppb.New(t)
}

func duration(d time.Duration) *durationpb.Duration {
	if d == 0 {
		return nil
	}
	return durationpb.New(d)
}
