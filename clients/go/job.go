package asyncgate

import (
	"cmp"
	"context"

	v1 "github.com/asyncgate/asyncgate/gen/go/asyncgate/v1"
)

// Handler does tasks of one type. What it returns is the task's result: any value that Encode takes, or a Done. An
// error fails the attempt; NonRetryable and RetryAfter say how. Suspend, Sleep, Ask, HandOff and Release, returned as
// errors, give the task back.
//
// ctx is canceled when the handler must stop; StopOf(ctx) says why. A handler that returns an error after that releases
// its task with its last checkpoint. A handler runs in a goroutine of its own. A panic fails the attempt.
type Handler func(ctx context.Context, job *Job) (any, error)

// Handlers by type of task.
type Handlers map[string]Handler

// Typed makes a Handler of a function that takes the payload as a Go value: see Decode.
func Typed[In, Out any](do func(ctx context.Context, job *Job, input In) (Out, error)) Handler {
	return func(ctx context.Context, job *Job) (any, error) {
		var input In
		if err := job.Input(&input); err != nil {
			return nil, err
		}
		return do(ctx, job, input)
	}
}

// Job is the task of one handler. Its methods may be called by several goroutines at once.
type Job struct {
	// Task is as it was offered: its id, type, attempt, labels and so on.
	Task *v1.Task
	held *held
}

// Input decodes the payload: see Decode.
func (j *Job) Input(into any) error { return Decode(j.Task.GetPayload(), into) }

// HasCheckpoint says whether a previous holder has left a checkpoint.
func (j *Job) HasCheckpoint() bool { return j.Task.GetCheckpoint().GetContent() != nil }

// Checkpoint decodes what the previous holder saved last. Without a checkpoint it changes nothing.
func (j *Job) Checkpoint(into any) error { return Decode(j.Task.GetCheckpoint(), into) }

// WaitResults are what became of the conditions that the task waited for last, in their order. Empty if it has not
// waited.
func (j *Job) WaitResults() []*v1.WaitResult { return j.held.leased.GetWaitResults() }

// WaitResult is the first of these with this name. Nil if there is none.
func (j *Job) WaitResult(name string) *v1.WaitResult {
	for _, result := range j.WaitResults() {
		if result.GetName() == name {
			return result
		}
	}
	return nil
}

// Answer says how the task's last question was settled, by its name; an empty one is "input", as in Ask. Nil if the
// task asked none. DecodeAnswer reads the answer itself.
func (j *Job) Answer(name string) *v1.InputResult {
	name = cmp.Or(name, "input")
	for _, result := range j.WaitResults() {
		if result.GetName() == name && result.GetInput() != nil {
			return result.GetInput()
		}
	}
	return nil
}

// HandedOver says how the task was handed over last, for this holder to go on. Nil if it never was.
func (j *Job) HandedOver() *v1.HandOff { return j.held.leased.GetHandOff() }

// Review is an earlier report on the task, which was rejected, with all verdicts. Nil if none was.
func (j *Job) Review() *v1.Review { return j.held.leased.GetReview() }

// OverBudget says whether the task has spent more than its budget: the handler should end soon.
func (j *Job) OverBudget() bool {
	j.held.worker.mu.Lock()
	defer j.held.worker.mu.Unlock()
	return j.held.isOverBudget
}

// Note is what a handler reports.
type Note struct {
	// Percent from 0 to 100: proto.Float64(40).
	Percent *float64
	Message string
	// Detail is further data, as JSON.
	Detail any
	// Receipted notes are also written to the ledger. Others may be merged into the latest.
	Receipted bool
}

// Start reports that work has begun. It is seldom needed: progress implies it, and a task can be settled without it.
func (j *Job) Start() *Report {
	return j.held.worker.reportStart(j.held)
}

// Progress reports how far the work is. A handler may report as often as it likes: while a report has not been sent, a
// later one is merged into it. It need not wait for the answer.
func (j *Job) Progress(note Note) *Report {
	detail, err := jsonOrEmpty(note.Detail)
	if err != nil {
		return failedReport(err)
	}
	progress := &v1.Progress{Percent: note.Percent, Message: note.Message, Detail: detail}
	return j.held.worker.report(j.held, note.Receipted, func(request *v1.ReportProgressRequest) {
		request.Progress = progress
		request.Receipted = note.Receipted
	})
}

// SaveCheckpoint saves state for the next holder, in case this one does not finish. At most 64 KiB.
func (j *Job) SaveCheckpoint(value any) *Report {
	checkpoint, err := Encode(value)
	if err != nil {
		return failedReport(err)
	}
	// Kept here as well: a release carries it, whether or not the report was sent.
	j.held.saveCheckpoint(checkpoint)
	return j.held.worker.report(j.held, false, func(request *v1.ReportProgressRequest) {
		request.Checkpoint = checkpoint
	})
}

// Spend adds to what the task has spent, exactly. What comes faster than it is sent is added up, and all of it is
// counted once, whatever is sent again.
func (j *Job) Spend(amounts Amounts) *Report {
	if err := amounts.check(); err != nil {
		return failedReport(err)
	}
	return j.held.worker.report(j.held, false, func(request *v1.ReportProgressRequest) {
		request.Spend = Amounts(request.GetSpend()).plus(amounts)
	})
}

// Output is a log of the task that others can follow while it grows: fmt.Fprintln(job.Output("stdout"), "…").
func (j *Job) Output(stream string) *Output { return j.held.output(stream) }

// Child creates a task under this one. It is canceled when this one ends, unless OnParentEnd says KEEP.
func (j *Job) Child(ctx context.Context, task NewTask) (*Created, error) {
	client, err := j.held.worker.client()
	if err != nil {
		return nil, err
	}
	task.Under = j.held.token
	return client.CreateTask(ctx, task)
}

// SendSignal sends a signal to this task, to others that the worker may send to, or on a channel.
func (j *Job) SendSignal(ctx context.Context, to Target, signal Signal) (*v1.SendSignalResponse, error) {
	client, err := j.held.worker.client()
	if err != nil {
		return nil, err
	}
	return client.SendSignal(ctx, to, signal)
}

// AddScopes adds write scopes to the lease, before the handler touches what its task's scopes do not cover. It gets all
// of them, or is refused with SCOPE_HELD, whose facts name the holders.
func (j *Job) AddScopes(ctx context.Context, scopes ...*v1.Scope) error {
	client, err := j.held.worker.client()
	if err != nil {
		return err
	}
	return client.AddScopes(ctx, j.held.token, scopes...)
}

// held is a task that this worker holds, from its offer until its settlement is answered. The worker's lock guards the
// fields below it.
type held struct {
	worker  *Worker
	leased  *v1.LeasedTask
	token   string
	leaseID string
	// The handler's.
	ctx    context.Context
	cancel context.CancelCauseFunc

	isRunning bool
	// Whether its settlement has been put into the outbox.
	isSettling   bool
	isOverBudget bool
	isLost       bool
	stop         *Stopped
	// The last one that was saved.
	checkpoint *v1.Payload
	pending    *pendingReport
	outputs    map[string]*Output
}

func (h *held) saveCheckpoint(checkpoint *v1.Payload) {
	h.worker.mu.Lock()
	defer h.worker.mu.Unlock()
	h.checkpoint = checkpoint
}

func (h *held) savedCheckpoint() *v1.Payload {
	h.worker.mu.Lock()
	defer h.worker.mu.Unlock()
	return h.checkpoint
}

func (h *held) checkpointOr(value any) (*v1.Payload, error) {
	if value == nil {
		return h.savedCheckpoint(), nil
	}
	return Encode(value)
}

// Filled in because the hello asks the server to leave it out: the lease says the same.
func fillHolder(task *v1.Task, lease *v1.Lease) {
	if task.GetHolder() != nil {
		return
	}
	task.Holder = &v1.Holder{
		Worker:     lease.GetWorker(),
		LeaseId:    lease.GetLeaseId(),
		Fence:      lease.GetFence(),
		GrantTime:  lease.GetGrantTime(),
		ExpireTime: lease.GetExpireTime(),
	}
}
