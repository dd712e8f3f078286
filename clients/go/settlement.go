package asyncgate

import (
	"errors"
	"reflect"
	"time"

	v1 "github.com/asyncgate/asyncgate/gen/go/asyncgate/v1"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"
)

const (
	errorTypeBytesMax    = 255
	errorMessageBytesMax = 4_096
	reasonBytesMax       = 1_024
)

// completion is how a task ends whose handler has returned a value.
func completion(held *held, requestID string, value any) (*item, error) {
	done, ok := value.(Done)
	if pointer, isPointer := value.(*Done); isPointer && pointer != nil {
		done, ok = *pointer, true
	}
	request := &v1.CompleteTaskRequest{LeaseToken: held.token, RequestId: requestID}
	var err error
	if !ok {
		request.Result, err = Encode(value)
		return &item{message: request, key: requestID}, err
	}
	request.Artifacts = done.Artifacts
	request.DeliveryProof = done.DeliveryProof
	request.Verdict = done.Verdict
	request.Contract = done.Contract
	// A completion that says nowhere where the result is would leave the obligation open.
	if done.Result != nil || len(done.Artifacts) == 0 && done.DeliveryProof == nil && done.Verdict == nil {
		if request.Result, err = Encode(done.Result); err != nil {
			return nil, err
		}
	}
	request.Next, err = requestsOf(done.Next)
	return &item{message: request, key: requestID}, err
}

func requestsOf(tasks []NewTask) ([]*v1.CreateTaskRequest, error) {
	requests := make([]*v1.CreateTaskRequest, 0, len(tasks))
	for _, task := range tasks {
		request, err := task.request()
		if err != nil {
			return nil, err
		}
		requests = append(requests, request)
	}
	return requests, nil
}

func (s Suspend) settlement(held *held, requestID string) (*item, error) {
	request := &v1.SuspendTaskRequest{LeaseToken: held.token, RequestId: requestID, Wait: s.Wait}
	for _, group := range []struct {
		as    v1.CreateAs
		tasks []NewTask
	}{{v1.CreateAs_CREATE_AS_CHILD, s.Create}, {v1.CreateAs_CREATE_AS_NEXT, s.CreateNext}} {
		tasks, err := requestsOf(group.tasks)
		if err != nil {
			return nil, err
		}
		for _, task := range tasks {
			request.Create = append(request.Create, &v1.TaskToCreate{Task: task, As: group.as})
		}
	}
	checkpoint, err := held.checkpointOr(s.Checkpoint)
	request.Checkpoint = checkpoint
	return &item{message: request, key: requestID}, err
}

func (s Sleep) settlement(held *held, requestID string) (*item, error) {
	after := &v1.TimeCondition{Of: &v1.TimeCondition_After{After: durationpb.New(s.For)}}
	condition := &v1.Condition{Condition: &v1.Condition_Time{Time: after}}
	wait := &v1.Wait{AllOf: []*v1.ConditionGroup{{AnyOf: []*v1.Condition{condition}}}}
	return Suspend{Wait: wait, Checkpoint: s.Checkpoint}.settlement(held, requestID)
}

func (r Release) settlement(held *held, requestID string) (*item, error) {
	checkpoint, err := held.checkpointOr(r.Checkpoint)
	return &item{message: &v1.ReleaseLeaseRequest{
		LeaseToken: held.token,
		RequestId:  requestID,
		Reason:     clip(r.Reason, reasonBytesMax),
		Delay:      duration(r.Delay),
		Checkpoint: checkpoint,
	}, key: requestID}, err
}

func (h HandOff) settlement(held *held, requestID string) (*item, error) {
	if h.Principal == nil && len(h.Capabilities) == 0 && h.Queue == "" {
		return nil, errors.New("a hand-off names a principal, capabilities or a queue")
	}
	target := &v1.HandOffTarget{Principal: h.Principal, Queue: h.Queue}
	if len(h.Capabilities) > 0 {
		target.Requirements = &v1.Requirements{Capabilities: h.Capabilities}
	}
	checkpoint, err := held.checkpointOr(h.Checkpoint)
	return &item{message: &v1.HandOffRequest{
		LeaseToken: held.token,
		RequestId:  requestID,
		To:         target,
		Note:       h.Note,
		Refs:       h.Refs,
		Checkpoint: checkpoint,
		Contract:   h.Contract,
	}, key: requestID}, err
}

func (a Ask) settlement(held *held, requestID string) (*item, error) {
	question, err := a.question()
	if err != nil {
		return nil, err
	}
	request := &v1.RequestInputRequest{
		LeaseToken:  held.token,
		RequestId:   requestID,
		Question:    question,
		Addressee:   a.Addressee,
		AlsoAllowed: a.AlsoAllowed,
		NotTheAsker: proto.Bool(!a.AskerMayAnswer),
		Name:        a.Name,
	}
	if a.ExpiresAfter > 0 {
		request.Expires = &v1.QuestionExpiry{After: durationpb.New(a.ExpiresAfter), OnExpiry: a.OnExpiry}
		if request.Expires.DefaultAnswer, err = jsonOrEmpty(a.DefaultAnswer); err != nil {
			return nil, err
		}
	}
	if a.EscalateTo != nil {
		request.Escalate = &v1.QuestionEscalation{After: durationpb.New(a.EscalateAfter), To: a.EscalateTo}
	}
	request.Checkpoint, err = held.checkpointOr(a.Checkpoint)
	return &item{message: request, key: requestID}, err
}

func (a Ask) question() (*v1.Question, error) {
	context, err := jsonOrEmpty(a.Context)
	if err != nil {
		return nil, err
	}
	schema, err := jsonOrEmpty(a.AnswerSchema)
	return &v1.Question{
		Title:        a.Title,
		Text:         a.Text,
		Context:      context,
		AnswerSchema: schema,
		Options:      a.Options,
		ActionDigest: a.ActionDigest,
	}, err
}

func jsonOrEmpty(value any) (string, error) {
	if value == nil {
		return "", nil
	}
	return encodeJSON(value)
}

// failure is how an attempt ends whose handler has returned an error.
func failure(held *held, requestID string, err error) *item {
	request := &v1.FailTaskRequest{LeaseToken: held.token, RequestId: requestID, Checkpoint: held.savedCheckpoint()}
	request.Error = &v1.TaskError{Type: typeOf(err), Message: err.Error()}
	var final NonRetryable
	var later RetryAfter
	if errors.As(err, &final) {
		request.Error.Retryable = proto.Bool(false)
		describe(request.Error, final.Type, "NonRetryable", final.Err, final.Detail)
	} else if errors.As(err, &later) {
		request.RetryAfter = durationpb.New(max(0, later.After))
		describe(request.Error, later.Type, "RetryAfter", later.Err, later.Detail)
	}
	request.Error.Type = clip(request.Error.GetType(), errorTypeBytesMax)
	request.Error.Message = clip(request.Error.GetMessage(), errorMessageBytesMax)
	return &item{message: request, key: requestID}
}

func describe(to *v1.TaskError, named, fallback string, err error, detail any) {
	to.Type = named
	if named == "" {
		if to.Type = typeOf(err); to.GetType() == plainErrorType {
			to.Type = fallback
		}
	}
	text, failed := jsonOrEmpty(detail)
	if failed != nil {
		// The failure of the task matters more than its detail.
		text, _ = encodeJSON(failed.Error())
	}
	to.Detail = text
}

const plainErrorType = "Error"

// typeOf is the reason of a refusal, or the name of the first exported type in the chain of errors: *fs.PathError is
// PathError. What errors.New and fmt.Errorf make has none.
func typeOf(err error) string {
	var refused *Error
	if errors.As(err, &refused) {
		return refused.ReasonName()
	}
	var panicked panicError
	if errors.As(err, &panicked) {
		return "Panic"
	}
	for ; err != nil; err = errors.Unwrap(err) {
		kind := reflect.TypeOf(err)
		if kind.Kind() == reflect.Pointer {
			kind = kind.Elem()
		}
		if name := kind.Name(); name != "" && name[0] >= 'A' && name[0] <= 'Z' {
			return name
		}
	}
	return plainErrorType
}

// failureTypeOf is empty for what is no failure: no error, or an ending.
func failureTypeOf(err error) string {
	var ending ending
	if err == nil || errors.As(err, &ending) {
		return ""
	}
	return typeOf(err)
}

// How a lease ended, in the words of events.
var endings = map[reflect.Type]Ending{
	reflect.TypeFor[*v1.CompleteTaskRequest](): Completed,
	reflect.TypeFor[*v1.SuspendTaskRequest]():  Suspended,
	reflect.TypeFor[*v1.RequestInputRequest](): Asked,
	reflect.TypeFor[*v1.HandOffRequest]():      HandedOff,
	reflect.TypeFor[*v1.FailTaskRequest]():     Failed,
	reflect.TypeFor[*v1.ReleaseLeaseRequest](): Released,
}

func deadlineOf(directive *v1.CancelDirective) time.Time {
	if directive.GetCancelDeadline() == nil {
		return time.Time{}
	}
	return directive.GetCancelDeadline().AsTime()
}
