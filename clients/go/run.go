package asyncgate

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// RunWorker makes a worker and runs it until ctx ends or one of the signals comes; without any, SIGTERM. Then the worker
// drains: see Worker.Run. A second signal ends the process at once.
func RunWorker(ctx context.Context, config WorkerConfig, signals ...os.Signal) error {
	worker, err := NewWorker(config)
	if err != nil {
		return err
	}
	if len(signals) == 0 {
		signals = []os.Signal{syscall.SIGTERM}
	}
	ctx, release := signal.NotifyContext(ctx, signals...)
	defer release()
	context.AfterFunc(ctx, release)
	return worker.Run(ctx)
}
