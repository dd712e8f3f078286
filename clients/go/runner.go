package asyncgate

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"runtime/debug"
	"time"

	v1 "github.com/asyncgate/asyncgate/gen/go/asyncgate/v1"
)

// For temporary refusals that do not say how long to wait.
const retryDefault = 250 * time.Millisecond

// take accepts an offer and starts its handler. A task is settled even if its lease seems lost by then: the fence makes
// a late result harmless, and the server's answer is the truth.
func (w *Worker) take(leased *v1.LeasedTask) {
	task, lease := leased.GetTask(), leased.GetLease()
	if task == nil || lease == nil {
		return
	}
	fillHolder(task, lease)
	ctx, cancel := context.WithCancelCause(w.base)
	held := &held{
		worker:    w,
		leased:    leased,
		token:     lease.GetToken(),
		leaseID:   lease.GetLeaseId(),
		ctx:       ctx,
		cancel:    cancel,
		isRunning: true,
	}
	w.held[held.leaseID] = held
	w.running++
	w.stats.Taken++
	w.accept(held)
	if w.config.ReportStart {
		requestID := w.nextRequestID()
		request := &v1.StartTaskRequest{LeaseToken: held.token, RequestId: requestID}
		w.putReport(held, &item{message: request, key: requestID}, newReport())
	}
	w.emit(TakenEvent{task})
	go w.run(held)
}

func (w *Worker) accept(held *held) {
	accept := &item{message: &v1.Accept{LeaseToken: held.token}, key: held.token}
	accept.onAnswer = func(settled *v1.Settled) {
		// The offer's window was over, or the task was canceled. The handler has begun and is told to stop.
		if settled.GetError() != nil && !w.retryLater(accept, settled) {
			w.lose(held, v1.LeaseLoss_LEASE_LOSS_FENCED)
		}
	}
	w.put(accept)
}

// run is the goroutine of a handler. It never holds the lock while the handler runs, and no goroutine of the session
// waits for it: a handler that blocks, or computes without a pause, delays no heartbeat.
func (w *Worker) run(held *held) {
	var value any
	var err error
	var stack []byte
	hasReturned := false
	task := held.leased.GetTask()
	ctx, endSpan := w.config.Tracing.Handle(held.ctx, task)
	// Deferred also because a handler may call runtime.Goexit, which ends its goroutine.
	defer func() {
		if !hasReturned {
			err, stack = panicError{recover()}, debug.Stack()
		}
		endSpan(failureTypeOf(err))
		w.finish(held, value, err, stack)
	}()
	if handler := w.config.Handlers[task.GetType()]; handler != nil {
		value, err = handler(ctx, &Job{task, held})
	} else {
		err = fmt.Errorf("there is no handler for %s", task.GetType())
	}
	hasReturned = true
}

// finish settles the task of a handler that has ended.
func (w *Worker) finish(held *held, value any, err error, stack []byte) {
	settlement, err := w.settlementOf(held, value, err)
	w.mu.Lock()
	defer w.mu.Unlock()
	defer held.cancel(nil)
	held.isRunning = false
	w.running--
	if err != nil {
		w.emit(HandlerFailedEvent{held.leased.GetTask(), err, stack})
	}
	switch {
	case held.isSettling:
		// The worker has given it up.
	case settlement != nil:
		w.settle(held, settlement)
	case held.isLost:
		// There is nothing to settle.
		delete(w.held, held.leaseID)
	}
	w.changed()
}

// panicError is a panic, or a runtime.Goexit, whose value is nil.
type panicError struct{ value any }

func (e panicError) Error() string { return fmt.Sprintf("the handler panicked: %v", e.value) }

// settlementOf is the item that ends the lease, and the error that the handler has failed with, if it has. Nil if there
// is nothing to settle. Contents are encoded here, without the lock.
func (w *Worker) settlementOf(held *held, value any, err error) (*item, error) {
	var ending ending
	var settlement *item
	var faulty error
	switch {
	case err == nil:
		settlement, faulty = completion(held, w.nextRequestID(), value)
	case errors.As(err, &ending):
		settlement, faulty = ending.settlement(held, w.nextRequestID())
	default:
		faulty = err
	}
	if faulty == nil {
		return settlement, nil
	}
	isLost, stop := w.stateOf(held)
	switch {
	case isLost:
		return nil, faulty
	case stop != nil:
		settlement, _ = Release{Reason: string(stop.Why)}.settlement(held, w.nextRequestID())
		return settlement, faulty
	default:
		return failure(held, w.nextRequestID(), faulty), faulty
	}
}

func (w *Worker) stateOf(held *held) (bool, *Stopped) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return held.isLost, held.stop
}

// From here on, all is called with the lock.

func (w *Worker) settle(held *held, settlement *item) {
	held.isSettling = true
	held.finishOutputs()
	settlement.onAnswer = func(settled *v1.Settled) {
		if !w.retryLater(settlement, settled) {
			w.takeSettled(held, settlement, settled)
		}
	}
	// An item that fits into no frame is settled in another way, as if the server had refused it.
	if !w.put(settlement) {
		w.refused(held, settlement, errTooLarge)
		w.settleInstead(held, settlement, errTooLarge)
	}
}

func (w *Worker) takeSettled(held *held, settlement *item, settled *v1.Settled) {
	detail := settled.GetError()
	if detail == nil {
		delete(w.held, held.leaseID)
		ending := endings[reflect.TypeOf(settlement.message)]
		w.stats.Endings[ending]++
		w.emit(SettledEvent{held.leased.GetTask(), ending, receiptOf(settled)})
		return
	}
	refused := itemError(detail, settled.GetRequestId())
	w.refused(held, settlement, refused)
	if refused.isLeaseEnded() {
		delete(w.held, held.leaseID)
	} else {
		w.settleInstead(held, settlement, refused)
	}
}

func receiptOf(settled *v1.Settled) string {
	for _, answer := range []interface{ GetReceiptId() string }{
		settled.GetCompleted(), settled.GetFailed(), settled.GetReleased(), settled.GetSuspended(),
		settled.GetHandedOff(), settled.GetAsked(),
	} {
		if id := answer.GetReceiptId(); id != "" {
			return id
		}
	}
	return ""
}

func (w *Worker) refused(held *held, settlement *item, err error) {
	w.stats.Refused++
	w.emit(RefusedEvent{held.leased.GetTask(), endings[reflect.TypeOf(settlement.message)], err})
}

// settleInstead: the lease is still held and must end in another way. An end or a move ends as a failure, and that as a
// release; the checkpoint may be what was refused.
func (w *Worker) settleInstead(held *held, settlement *item, err error) {
	held.checkpoint = nil
	switch settlement.message.(type) {
	case *v1.ReleaseLeaseRequest:
		delete(w.held, held.leaseID)
	case *v1.FailTaskRequest:
		w.settle(held, w.plainRelease(held, clip(err.Error(), reasonBytesMax)))
	default:
		requestID := w.nextRequestID()
		w.settle(held, &item{key: requestID, message: &v1.FailTaskRequest{
			LeaseToken: held.token,
			RequestId:  requestID,
			Error:      &v1.TaskError{Type: typeOf(err), Message: clip(err.Error(), errorMessageBytesMax)},
		}})
	}
}

func (w *Worker) plainRelease(held *held, reason string) *item {
	requestID := w.nextRequestID()
	return &item{key: requestID, message: &v1.ReleaseLeaseRequest{
		LeaseToken: held.token,
		RequestId:  requestID,
		Reason:     reason,
		Checkpoint: held.checkpoint,
	}}
}

// lose tells the handler that its lease is lost.
func (w *Worker) lose(held *held, loss v1.LeaseLoss) {
	// If its settlement is on its way, the answer to that counts.
	if held.isLost || held.isSettling {
		return
	}
	held.isLost = true
	w.stats.Lost++
	w.emit(LostEvent{held.leased.GetTask(), loss})
	w.tellToStop(held, &Stopped{Why: StopLeaseLost, Loss: loss})
}

// tellToStop cancels the handler's context; the first cause is the one that it sees.
func (w *Worker) tellToStop(held *held, cause *Stopped) {
	if held.stop != nil {
		return
	}
	held.stop = cause
	w.emit(StoppingEvent{held.leased.GetTask(), cause})
	held.cancel(cause)
}

// giveUp releases a task whose handler has not finished, with its last checkpoint.
func (w *Worker) giveUp(held *held, reason string) {
	if !held.isSettling && !held.isLost {
		w.settle(held, w.plainRelease(held, reason))
	}
}

// retryLater: the answer is a temporary refusal, and the item is sent again later, under the same request id.
func (w *Worker) retryLater(item *item, settled *v1.Settled) bool {
	detail := settled.GetError()
	if detail == nil {
		return false
	}
	refused := itemError(detail, item.key)
	if !refused.Retryable {
		return false
	}
	delay := refused.RetryAfter
	if delay == 0 {
		delay = retryDefault
	}
	time.AfterFunc(delay, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		if w.hasEnded {
			item.abandon()
			return
		}
		w.put(item)
	})
	return true
}
