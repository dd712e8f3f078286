package asyncgate

import (
	"context"
	"log/slog"
	"time"

	v1 "github.com/asyncgate/asyncgate/gen/go/asyncgate/v1"
)

// Event is something that happened to a worker: one of the types whose names end in Event.
type Event interface {
	log(*slog.Logger)
}

// Ending is how a lease ended.
type Ending string

const (
	Completed Ending = "completed"
	Suspended Ending = "suspended"
	Asked     Ending = "asked"
	HandedOff Ending = "handed_off"
	Failed    Ending = "failed"
	Released  Ending = "released"
)

type (
	// ConnectedEvent: a stream is open.
	ConnectedEvent struct {
		Endpoint, SessionID string
		// Resumed says whether an earlier session was resumed, with its leases.
		Resumed bool
	}
	// DisconnectedEvent: the stream has ended, and the next one is opened after a time.
	DisconnectedEvent struct {
		Err     *Error
		RetryIn time.Duration
	}
	// TakenEvent: an offer was accepted.
	TakenEvent struct{ Task *v1.Task }
	// StoppingEvent: a handler was told to stop.
	StoppingEvent struct {
		Task  *v1.Task
		Cause *Stopped
	}
	// HandlerFailedEvent: a handler has returned an error, or panicked.
	HandlerFailedEvent struct {
		Task *v1.Task
		Err  error
		// Stack is that of a panic.
		Stack []byte
	}
	// SettledEvent: the server has recorded how a lease ended.
	SettledEvent struct {
		Task      *v1.Task
		Ending    Ending
		ReceiptID string
	}
	// RefusedEvent: the server has refused how a lease ended. Its lease was lost before, and the result has no effect
	// (FENCED, LEASE_EXPIRED, INVALID_TRANSITION), or it breaks a rule, and the task is settled in another way.
	RefusedEvent struct {
		Task   *v1.Task
		Ending Ending
		Err    error
	}
	// OutputRefusedEvent: the server took no more of what a handler printed. The task goes on.
	OutputRefusedEvent struct {
		Task   *v1.Task
		Stream string
		Err    *Error
	}
	// OverBudgetEvent: a task has spent more than its budget.
	OverBudgetEvent struct{ Task *v1.Task }
	// LostEvent: a lease is lost.
	LostEvent struct {
		Task *v1.Task
		Loss v1.LeaseLoss
	}
	// LeaseLimitEvent: the session has as many leases as it may; the worker has more slots than the server fills.
	LeaseLimitEvent struct{ LeasesMax int32 }
	// DrainingEvent: nothing more is taken, because the worker stops, or on this stream, because the server does.
	DrainingEvent struct{ ByServer bool }
	// StoppedEvent: the worker has stopped.
	StoppedEvent struct{}
)

// What a program need not act on is for debugging.

func (e ConnectedEvent) log(l *slog.Logger) {
	l.Info("connected", "endpoint", e.Endpoint, "session", e.SessionID, "resumed", e.Resumed)
}

func (e DisconnectedEvent) log(l *slog.Logger) {
	l.Warn("disconnected", "error", e.Err, "retry_in", e.RetryIn)
}

func (e TakenEvent) log(l *slog.Logger) { logTask(l, slog.LevelDebug, "taken", e.Task) }

func (e StoppingEvent) log(l *slog.Logger) {
	logTask(l, slog.LevelInfo, "stopping", e.Task, "why", e.Cause.Why, "reason", e.Cause.Reason)
}

func (e HandlerFailedEvent) log(l *slog.Logger) {
	if e.Stack != nil {
		logTask(l, slog.LevelError, "handler panicked", e.Task, "error", e.Err, "stack", string(e.Stack))
		return
	}
	logTask(l, slog.LevelWarn, "handler failed", e.Task, "error", e.Err)
}

func (e SettledEvent) log(l *slog.Logger) {
	logTask(l, slog.LevelDebug, "settled", e.Task, "ending", e.Ending, "receipt", e.ReceiptID)
}

func (e RefusedEvent) log(l *slog.Logger) {
	logTask(l, slog.LevelWarn, "refused", e.Task, "ending", e.Ending, "error", e.Err)
}

func (e OutputRefusedEvent) log(l *slog.Logger) {
	logTask(l, slog.LevelWarn, "output refused", e.Task, "stream", e.Stream, "error", e.Err)
}

func (e OverBudgetEvent) log(l *slog.Logger) { logTask(l, slog.LevelWarn, "over budget", e.Task) }

func (e LostEvent) log(l *slog.Logger) {
	logTask(l, slog.LevelWarn, "lease lost", e.Task, "loss", e.Loss)
}

func (e LeaseLimitEvent) log(l *slog.Logger) { l.Warn("lease limit", "leases_max", e.LeasesMax) }

func (e DrainingEvent) log(l *slog.Logger) { l.Info("draining", "by_server", e.ByServer) }

func (StoppedEvent) log(l *slog.Logger) { l.Info("stopped") }

func logTask(l *slog.Logger, level slog.Level, message string, task *v1.Task, more ...any) {
	ctx := context.Background()
	if l.Enabled(ctx, level) {
		of := l.With("task", task.GetTaskId(), "type", task.GetType(), "attempt", task.GetAttempt())
		of.Log(ctx, level, message, more...)
	}
}

// Stats are counts of a worker. Those from Taken on are since it began.
type Stats struct {
	// Connected says whether a session is open now.
	Connected bool
	// Running handlers.
	Running int
	// Credits are the tasks that the server may still offer.
	Credits int
	// Unanswered items were sent and are not answered yet.
	Unanswered int

	Taken   int
	Endings map[Ending]int
	Refused int
	Lost    int
	Streams int
	// EventsDropped were not delivered because OnEvent or the logger was too slow.
	EventsDropped int
}

// More events than this wait only if they are taken too slowly. Then further ones are dropped and counted: heartbeats
// and handlers never wait for a log.
const eventsWaitingMax = 4_096
