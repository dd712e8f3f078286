package asyncgate

import (
	"context"
	"encoding/json"
	"iter"
	"time"

	v1 "github.com/asyncgate/asyncgate/gen/go/asyncgate/v1"
)

// Target is where a signal goes: ToTask or ToChannel.
type Target struct {
	taskID, channel string
}

// ToTask sends to a task, by its id or as Named.
func ToTask(taskID string) Target { return Target{taskID: taskID} }

// ToChannel sends on a channel.
func ToChannel(channel string) Target { return Target{channel: channel} }

// Signal is a message for tasks that wait for it.
type Signal struct {
	// Payload is what it carries: see Encode. At most 64 KiB. If nil, nothing.
	Payload any
	// Broadcast meets all conditions that wait now, and is not kept.
	Broadcast bool
	// TTL is how long it is kept for a task that waits for it. If 0, 7 days.
	TTL time.Duration
	// RequestID repeats a call of another process. If empty, one is made.
	RequestID string
}

// SendSignal sends a signal to a task or on a channel: to the condition that has waited longest for it, or to the next
// that waits.
func (c *Client) SendSignal(ctx context.Context, to Target, signal Signal) (*v1.SendSignalResponse, error) {
	payload, err := encodeOptional(signal.Payload)
	if err != nil {
		return nil, err
	}
	request := &v1.SendSignalRequest{
		Payload:   payload,
		Broadcast: signal.Broadcast,
		Ttl:       duration(signal.TTL),
		RequestId: requestID(signal.RequestID),
	}
	if to.channel != "" {
		request.To = &v1.SendSignalRequest_Channel{Channel: to.channel}
	} else {
		request.To = &v1.SendSignalRequest_TaskId{TaskId: to.taskID}
	}
	return change(ctx, c, c.signals.SendSignal, request, request.GetRequestId())
}

// AddScopes adds write scopes to a lease: all, or none. Handlers call Job.AddScopes.
func (c *Client) AddScopes(ctx context.Context, leaseToken string, scopes ...*v1.Scope) error {
	request := &v1.AddScopesRequest{LeaseToken: leaseToken, Scopes: scopes, RequestId: requestID("")}
	_, err := change(ctx, c, c.leases.AddScopes, request, request.GetRequestId())
	return err
}

// Question is one that the caller owes an answer to.
type Question struct {
	TaskID  string
	InputID string
	// From is the worker that asks.
	From *v1.Principal
	// Asked has the question, and when it expires.
	Asked *v1.InputRequested
}

// Questions has the questions that the caller owes answers to, oldest first.
func (c *Client) Questions(ctx context.Context) iter.Seq2[Question, error] {
	return func(yield func(Question, error) bool) {
		for obligation, err := range c.Obligations(ctx, nil) {
			receipt := obligation.GetReceipt()
			asked := receipt.GetBody().GetInputRequested()
			if err == nil && asked == nil {
				continue
			}
			if !yield(Question{receipt.GetTaskId(), receipt.GetReceiptId(), receipt.GetFrom(), asked}, err) {
				return
			}
		}
	}
}

// Answer says what is answered to a question.
type Answer struct {
	// Value is the answer, as JSON.
	Value any
	// ActionDigest, if set, must be the one of the question.
	ActionDigest []byte
	// RequestID repeats a call of another process. If empty, one is made.
	RequestID string
}

// Answer answers a question, once: a second answer is refused with INPUT_ANSWERED, which says how it was settled.
func (c *Client) Answer(
	ctx context.Context, taskID, inputID string, answer Answer,
) (*v1.ProvideInputResponse, error) {
	text, err := encodeJSON(answer.Value)
	if err != nil {
		return nil, err
	}
	request := &v1.ProvideInputRequest{
		TaskId:       taskID,
		InputId:      inputID,
		Outcome:      &v1.ProvideInputRequest_Answer{Answer: text},
		ActionDigest: answer.ActionDigest,
		RequestId:    requestID(answer.RequestID),
	}
	return change(ctx, c, c.tasks.ProvideInput, request, request.GetRequestId())
}

// Decline declines a question: its task goes on without an answer.
func (c *Client) Decline(ctx context.Context, taskID, inputID, reason string) (*v1.ProvideInputResponse, error) {
	request := &v1.ProvideInputRequest{
		TaskId:    taskID,
		InputId:   inputID,
		Outcome:   &v1.ProvideInputRequest_Decline{Decline: &v1.DeclineInput{Reason: reason}},
		RequestId: requestID(""),
	}
	return change(ctx, c, c.tasks.ProvideInput, request, request.GetRequestId())
}

// DecodeAnswer reads the answer to a question.
func DecodeAnswer(answer *v1.InputResult, into any) error {
	return json.Unmarshal([]byte(answer.GetAnswer()), into)
}

// OutputRange says what to read of a task's output.
type OutputRange struct {
	// Stream is the log's name. If empty, stdout.
	Stream string
	// Fence of the lease that wrote it. If 0, the latest that has written to the stream.
	Fence int64
	// FromOffset is where to begin; LastBytes, if set, so many bytes before the end.
	FromOffset int64
	LastBytes  *int64
	// Follow goes on until the task has ended.
	Follow bool
}

// ReadOutput has what a task has printed. After a break, and after having been too slow, it continues where it was.
func (c *Client) ReadOutput(ctx context.Context, taskID string, what OutputRange) iter.Seq2[*v1.OutputPart, error] {
	return func(yield func(*v1.OutputPart, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		request := &v1.ReadOutputRequest{TaskId: taskID, Stream: what.Stream, Fence: what.Fence, Follow: what.Follow}
		request.Begin = &v1.ReadOutputRequest_FromOffset{FromOffset: what.FromOffset}
		if what.LastBytes != nil {
			request.Begin = &v1.ReadOutputRequest_LastBytes{LastBytes: *what.LastBytes}
		}
		c.follow(ctx, yieldsError(yield), func(alive func()) (bool, error) {
			stream, err := c.outputs.ReadOutput(ctx, request)
			for err == nil {
				var answer *v1.ReadOutputResponse
				if answer, err = stream.Recv(); err != nil {
					break
				}
				alive()
				part := answer.GetPart()
				if part == nil {
					continue
				}
				request.Fence = part.GetFence()
				request.Begin = &v1.ReadOutputRequest_FromOffset{FromOffset: part.GetNextOffset()}
				if !yield(part, nil) {
					return true, nil
				}
			}
			end := endOr(err, nil)
			return end == nil, end
		})
	}
}
