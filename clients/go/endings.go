package asyncgate

import (
	"context"
	"errors"
	"fmt"
	"time"

	v1 "github.com/asyncgate/asyncgate/gen/go/asyncgate/v1"
)

// Done is a result with more than a value, for handlers to return in place of one.
type Done struct {
	// Result is stored by the server: see Encode. If nil, none is stored beside artifacts, a delivery proof or a
	// verdict; without any of these, null is.
	Result any
	// Artifacts say where the results are.
	Artifacts []*v1.Artifact
	// DeliveryProof is evidence that the result arrived elsewhere.
	DeliveryProof *v1.DeliveryProof
	// Next are tasks that go on from this one: its owner owns them. At most 20. All are created in the same step, or
	// the completion is refused.
	Next []NewTask
	// Verdict is required of a verification task, and only of one.
	Verdict *v1.Verdict
	// Contract is the hand-off contract by which the tasks of Next take over: Artifacts must fulfill it.
	Contract string
}

// An ending ends a lease without completing or failing the task. Handlers return it as their error, because no code
// runs after it; it is made as a literal, because the compiler refuses one that is not used.
type ending interface {
	error
	settlement(held *held, requestID string) (*item, error)
}

// Suspend gives the task back until the wait is over. The handler ends, and its slot is free; the next holder starts
// from the beginning, with the checkpoint and the results of the wait.
//
//	return nil, asyncgate.Suspend{Wait: wait.AllOf(wait.Signal("paid"))}
type Suspend struct {
	Wait *v1.Wait
	// Create has tasks to create in the same step, so that none is created twice or lost. A condition names one by its
	// place: wait.Item(0). They are children of this task.
	Create []NewTask
	// CreateNext has tasks that go on beside this one; their places come after those of Create.
	CreateNext []NewTask
	// Checkpoint is what the next holder needs to continue: see Encode. If nil, the last one that was saved stays.
	Checkpoint any
}

func (Suspend) Error() string { return "the task is suspended" }

// Sleep gives the task back for a while.
type Sleep struct {
	For        time.Duration
	Checkpoint any
}

func (s Sleep) Error() string { return fmt.Sprintf("the task sleeps for %v", s.For) }

// Release gives the task back to its queue, and nothing is counted.
type Release struct {
	// Reason is for people.
	Reason string
	// Delay is how long no worker gets the task.
	Delay      time.Duration
	Checkpoint any
}

func (r Release) Error() string { return "the task is released: " + r.Reason }

// Ask asks a person or an agent and gives the task back until there is an answer. The next holder starts from the
// beginning, with the checkpoint and the answer: Job.Answer.
type Ask struct {
	// Title says in one line what it is about.
	Title string
	Text  string
	// Context is what one should know to answer it, as JSON.
	Context any
	// AnswerSchema is what the answer must look like: a JSON Schema.
	AnswerSchema any
	// Options are answers to choose among: Options("yes", "no"). Without a schema, the answer is one of their values.
	Options []*v1.QuestionOption
	// ActionDigest is of the action that the answer decides on; it comes back with the answer.
	ActionDigest []byte
	// Addressee owes the answer. If nil, the owner of the task.
	Addressee *v1.Principal
	// AlsoAllowed may answer as well.
	AlsoAllowed    []*v1.Answerer
	AskerMayAnswer bool
	// ExpiresAfter says how long it can be answered, and OnExpiry what happens then. If 0, it does not expire.
	ExpiresAfter time.Duration
	OnExpiry     v1.OnExpiry
	// DefaultAnswer is for ON_EXPIRY_DEFAULT, as JSON.
	DefaultAnswer any
	// EscalateTo owes the answer, too, after this time.
	EscalateTo    *v1.Principal
	EscalateAfter time.Duration
	Checkpoint    any
	// Name is that of the answer: Job.Answer(name). If empty, "input".
	Name string
}

func (a Ask) Error() string { return "the task asks: " + a.Title }

// Options are answers to choose among, by their values.
func Options(values ...string) []*v1.QuestionOption {
	options := make([]*v1.QuestionOption, len(values))
	for i, value := range values {
		options[i] = &v1.QuestionOption{Value: value}
	}
	return options
}

// HandOff hands the task over to another worker: to one principal, or to any with these capabilities or of this queue.
// At least one of the three is set. The next holder starts from the beginning, with the note, the references and the
// checkpoint: Job.HandedOver.
type HandOff struct {
	Principal    *v1.Principal
	Capabilities []string
	Queue        string
	// Note says what is done and what is left.
	Note string
	// Refs say where the results so far are.
	Refs       []*v1.Artifact
	Checkpoint any
	// Contract is the hand-off contract by which it is handed over: Refs must fulfill it.
	Contract string
}

func (h HandOff) Error() string { return "the task is handed over: " + h.Note }

// NonRetryable fails the task, because no other attempt can succeed.
type NonRetryable struct {
	// Err is what went wrong.
	Err error
	// Type is the kind of error, for programs. If empty, the name of Err's type.
	Type string
	// Detail is more about it, as JSON.
	Detail any
}

func (e NonRetryable) Error() string { return messageOf(e.Err) }

func (e NonRetryable) Unwrap() error { return e.Err }

// RetryAfter fails this attempt, and the next one starts after a time, if attempts are left.
type RetryAfter struct {
	After  time.Duration
	Err    error
	Type   string
	Detail any
}

func (e RetryAfter) Error() string { return messageOf(e.Err) }

func (e RetryAfter) Unwrap() error { return e.Err }

func messageOf(err error) string {
	if err == nil {
		return "it cannot be done"
	}
	return err.Error()
}

// StopReason says why a handler must stop.
type StopReason string

const (
	// StopCanceled: the task's owner has asked for cancellation; the lease is taken away at the deadline.
	StopCanceled StopReason = "canceled"
	// StopLeaseLost: another worker may have the task, and the handler's result will be refused.
	StopLeaseLost StopReason = "lease_lost"
	// StopDrain: the worker stops, and the time for running tasks is over.
	StopDrain StopReason = "drain"
)

// Stopped is the cause with which a handler's context is canceled.
type Stopped struct {
	Why StopReason
	// Reason is the owner's, for StopCanceled.
	Reason string
	// Deadline is for StopCanceled. Zero if there is none.
	Deadline time.Time
	// Loss is for StopLeaseLost.
	Loss v1.LeaseLoss
}

func (s *Stopped) Error() string { return "the work must stop: " + string(s.Why) }

// StopOf says why a handler must stop. Nil if it need not.
func StopOf(ctx context.Context) *Stopped {
	var stopped *Stopped
	errors.As(context.Cause(ctx), &stopped)
	return stopped
}
