package asyncgate

import (
	"context"
	"math"
	"math/rand/v2"
	"time"

	v1 "github.com/asyncgate/asyncgate/gen/go/asyncgate/v1"
)

// Backoff says how long to wait before a retry: exponentially longer each time, and a random part of that, so that many
// callers that failed together do not come back together.
type Backoff struct {
	// Initial is the longest wait before the first retry.
	Initial    time.Duration
	Multiplier float64
	Max        time.Duration
}

// wait is between zero and the whole wait. failures counts from 1.
func (b Backoff) wait(failures int) time.Duration {
	whole := min(float64(b.Initial)*math.Pow(b.Multiplier, float64(failures-1)), float64(b.Max))
	return time.Duration(rand.Float64() * whole)
}

// RetryPolicy of a client's calls.
type RetryPolicy struct {
	Backoff
	// MaxAttempts of a call; 1 is no retry. If 0, as many as the call's deadline leaves time for.
	MaxAttempts int
}

// A server that restarts is away for some seconds: pauses grow until then, and no further.
var defaultRetry = RetryPolicy{Backoff: Backoff{Initial: 50 * time.Millisecond, Multiplier: 2, Max: 2 * time.Second}}

func (r RetryPolicy) isOver(attempts int) bool { return r.MaxAttempts > 0 && attempts >= r.MaxAttempts }

// retryDelay is at least as long as the server asks for.
func retryDelay(b Backoff, failures int, err *Error) time.Duration {
	return err.RetryAfter + b.wait(failures)
}

// pause returns the context's error if that ends first.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// callWithRetry retries a call when the contract says that this may help, until its deadline: that of ctx, or else
// after timeout. Every call that changes something has a request id and is retried with the same request, so a call
// whose answer was lost is done once, however often it is retried.
func callWithRetry[A any](
	ctx context.Context, retry RetryPolicy, timeout time.Duration, call func(context.Context) (A, error),
) (A, error) {
	var none A
	inner := ctx
	if _, has := ctx.Deadline(); !has {
		bounded, cancel := context.WithTimeout(ctx, timeout)
		defer cancel()
		inner = bounded
	}
	deadline, _ := inner.Deadline()
	var before *Error
	for attempt := 1; ; attempt++ {
		answer, err := call(inner)
		if err == nil {
			return answer, nil
		}
		if context.Cause(ctx) != nil && ctx.Err() == context.Canceled {
			return none, context.Cause(ctx)
		}
		failed := ErrorOf(err)
		// That the time is over says less than why the attempts before have failed.
		if before != nil && failed.Reason == v1.ErrorReason_ERROR_REASON_DEADLINE_EXCEEDED {
			return none, before
		}
		before = failed
		delay := retryDelay(retry.Backoff, attempt, failed)
		// A wait that leaves no time for another attempt would only delay the error.
		if !failed.Retryable || retry.isOver(attempt) || time.Now().Add(delay).After(deadline) {
			return none, failed
		}
		if pause(inner, delay) != nil {
			if ctx.Err() == context.Canceled {
				return none, context.Cause(ctx)
			}
			return none, failed
		}
	}
}
