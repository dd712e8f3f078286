package asyncgate

import (
	"context"

	v1 "github.com/asyncgate/asyncgate/gen/go/asyncgate/v1"
	"google.golang.org/protobuf/proto"
)

// Items beyond this are refused: a handler that does not wait for its reports would fill the memory while a server is
// away.
const itemsWaitingMax = 10_000

// Report is one that is on its way to the server. Reports that were merged are one.
type Report struct {
	done chan struct{}
	err  error
}

func newReport() *Report { return &Report{done: make(chan struct{})} }

func failedReport(err error) *Report {
	report := newReport()
	report.finish(err)
	return report
}

func (r *Report) finish(err error) {
	r.err = err
	close(r.done)
}

// Wait returns when the server has answered, or when ctx ends. Reports need not be waited for.
func (r *Report) Wait(ctx context.Context) error {
	select {
	case <-r.done:
		return r.err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Done is closed when the server has answered.
func (r *Report) Done() <-chan struct{} { return r.done }

type pendingReport struct {
	item    *item
	request *v1.ReportProgressRequest
	report  *Report
}

func (w *Worker) reportStart(held *held) *Report {
	w.mu.Lock()
	defer w.mu.Unlock()
	report := newReport()
	requestID := w.nextRequestID()
	request := &v1.StartTaskRequest{LeaseToken: held.token, RequestId: requestID}
	w.putReport(held, &item{message: request, key: requestID}, report)
	return report
}

// report merges into an earlier report that has not been sent. Reports for the ledger are never merged. One that was
// sent on an earlier stream stays as it was: its request id stands for its content.
func (w *Worker) report(held *held, isReceipted bool, change func(*v1.ReportProgressRequest)) *Report {
	w.mu.Lock()
	defer w.mu.Unlock()
	earlier := held.pending
	if earlier != nil && !earlier.item.isSent && !isReceipted && !earlier.request.GetReceipted() {
		merged := proto.Clone(earlier.request).(*v1.ReportProgressRequest)
		change(merged)
		if size := proto.Size(merged); size <= itemBytesMax {
			earlier.item.message, earlier.item.size = merged, size
			earlier.request = merged
			return earlier.report
		}
	}
	requestID := w.nextRequestID()
	request := &v1.ReportProgressRequest{LeaseToken: held.token, RequestId: requestID}
	change(request)
	pending := &pendingReport{&item{message: request, key: requestID}, request, newReport()}
	if w.putReport(held, pending.item, pending.report) {
		held.pending = pending
	}
	return pending.report
}

func (w *Worker) putReport(held *held, item *item, report *Report) bool {
	item.onAnswer = func(settled *v1.Settled) {
		if w.retryLater(item, settled) {
			return
		}
		if settled.GetProgressed().GetOverBudget() {
			w.overBudget(held)
		}
		if detail := settled.GetError(); detail != nil {
			report.finish(itemError(detail, item.key))
		} else {
			report.finish(nil)
		}
	}
	item.onEnd = func() { report.finish(errStopped) }
	switch {
	case held.isSettling || w.hasEnded:
		report.finish(errSettled)
	case w.outbox.waiting() >= itemsWaitingMax:
		report.finish(errTooMany)
	case !w.put(item):
		report.finish(errTooLarge)
	default:
		return true
	}
	return false
}

func (w *Worker) overBudget(held *held) {
	if !held.isOverBudget {
		held.isOverBudget = true
		w.emit(OverBudgetEvent{held.leased.GetTask()})
	}
}
