package asyncgate

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	v1 "github.com/asyncgate/asyncgate/gen/go/asyncgate/v1"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// Error is a call that was refused or did not arrive. Decide by Reason and by nothing else; Detail has the facts.
type Error struct {
	Reason v1.ErrorReason
	// Code is gRPC's.
	Code    codes.Code
	Message string
	// Retryable says whether the same call, unchanged, may succeed later. The kit has retried it already, within its
	// deadline.
	Retryable bool
	// RetryAfter is how long to wait before that, if the server has said so.
	RetryAfter time.Duration
	// Advice says what to do now, in one sentence.
	Advice string
	// Detail is the contract's message with the facts, such as Detail.GetLimit(). Nil if the server was not reached.
	Detail *v1.ErrorDetail
	// RequestID is the id under which the call may be repeated.
	RequestID string
}

func (e *Error) Error() string { return reasonName(e.Reason) + ": " + e.Message }

// ReasonName is the reason in the contract's words: TASK_NOT_FOUND.
func (e *Error) ReasonName() string { return reasonName(e.Reason) }

// Is makes errors.Is(err, context.DeadlineExceeded) true for a call that ran out of time.
func (e *Error) Is(target error) bool {
	return target == context.DeadlineExceeded && e.Reason == v1.ErrorReason_ERROR_REASON_DEADLINE_EXCEEDED
}

// ReasonOf is the reason of an error of this package, for a switch. Unspecified for any other error.
func ReasonOf(err error) v1.ErrorReason {
	var refused *Error
	if errors.As(err, &refused) {
		return refused.Reason
	}
	return v1.ErrorReason_ERROR_REASON_UNSPECIFIED
}

// ErrorOf makes an Error of what a generated stub has returned.
func ErrorOf(err error) *Error {
	var known *Error
	if errors.As(err, &known) {
		return known
	}
	answer := status.Convert(err)
	for _, one := range answer.Details() {
		if detail, ok := one.(*v1.ErrorDetail); ok {
			return errorOfDetail(detail, answer.Code())
		}
	}
	code := answer.Code()
	if isCut(answer) {
		code = codes.Unavailable
	}
	return &Error{
		Reason:    reasonOfCode(code),
		Code:      code,
		Message:   answer.Message(),
		Retryable: !contract().finalCodes[code],
	}
}

func errorOfDetail(detail *v1.ErrorDetail, code codes.Code) *Error {
	isRetryable := detail.GetRetryable()
	// A reason that is newer than this kit says it by itself.
	if failure, ok := contract().reasons[detail.GetReason()]; ok {
		isRetryable = failure.GetRetryable()
		if code == codes.Unknown {
			code = codes.Code(failure.GetGrpcCode())
		}
	}
	return &Error{
		Reason:     detail.GetReason(),
		Code:       code,
		Message:    detail.GetMessage(),
		Retryable:  isRetryable,
		RetryAfter: detail.GetRetryAfter().AsDuration(),
		Advice:     detail.GetAdvice(),
		Detail:     detail,
	}
}

// itemError is the error of one item of a batch or a frame, which has no code.
func itemError(detail *v1.ErrorDetail, requestID string) *Error {
	refused := errorOfDetail(detail, codes.Unknown)
	refused.RequestID = requestID
	return refused
}

// The words of grpc-go for an answer that ended before its status. It calls that an internal error, as if the service
// had one; but every error of the service has a detail.
var cutMessages = []string{
	"server closed the stream without sending trailers",
	"stream terminated by RST_STREAM",
	"unexpected EOF",
	"malformed header",
	"transport: ",
}

func isCut(answer *status.Status) bool {
	if answer.Code() != codes.Internal {
		return false
	}
	for _, message := range cutMessages {
		if strings.Contains(answer.Message(), message) {
			return true
		}
	}
	return false
}

// isFinal says whether a further stream would end in the same way.
func (e *Error) isFinal() bool {
	// An internal error of the server may be over at the next attempt.
	return e.Detail != nil && !e.Retryable && e.Reason < serverReasonsFrom
}

// isLeaseEnded: facts about the lease or the transition come with every reason that says that the lease has ended.
func (e *Error) isLeaseEnded() bool {
	return e.Detail.GetLease() != nil || e.Detail.GetTransition() != nil
}

// TaskEndedError says that a task ended without a result: it failed or was canceled.
type TaskEndedError struct {
	Task *v1.Task
}

func (e *TaskEndedError) Error() string {
	text := fmt.Sprintf("task %s is %s", e.Task.GetTaskId(), stateName(e.Task.GetState()))
	if failure := e.Task.GetOutcome().GetError(); failure != nil {
		return fmt.Sprintf("%s: %s: %s", text, failure.GetType(), failure.GetMessage())
	}
	if reason := e.Task.GetCancelReason(); reason != "" {
		return text + ": " + reason
	}
	return text
}

var (
	errTooLarge = errors.New("this is larger than a message may be: store it elsewhere and pass a reference to it")
	errTooMany  = errors.New("too many items wait to be sent: wait for the reports")
	errStopped  = errors.New("the worker has stopped: whether the server has this is not known")
	errSettled  = errors.New("the task is settled: nothing is reported any more")
)
