package asyncgate

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	v1 "github.com/asyncgate/asyncgate/gen/go/asyncgate/v1"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"
)

// The longest that one call waits for a task to end, and time for its answer.
const (
	awaitMax   = 50 * time.Second
	awaitSlack = 10 * time.Second
)

var errBrokenWatch = status.Error(codes.Unavailable, "the server has ended the stream before the task ended")

// AwaitTask returns the task when it has ended, however it did. It waits until then or until ctx ends.
func (c *Client) AwaitTask(ctx context.Context, taskID string) (*v1.Task, error) {
	for {
		// A name is looked up once: it may pass on to another task.
		task, ended, err := c.await(ctx, taskID, awaitMax)
		if err != nil || ended {
			return task, err
		}
		// Too late for another answer.
		if deadline, has := ctx.Deadline(); has && time.Until(deadline) <= answerTime {
			<-ctx.Done()
		}
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		taskID = task.GetTaskId()
	}
}

// AwaitTaskFor waits as well, for a time, and returns the task as it is then.
func (c *Client) AwaitTaskFor(ctx context.Context, taskID string, within time.Duration) (*v1.Task, error) {
	until := time.Now().Add(within)
	for {
		left := max(0, time.Until(until))
		task, ended, err := c.await(ctx, taskID, min(left, awaitMax))
		if err != nil || ended || !time.Now().Before(until) {
			return task, err
		}
		taskID = task.GetTaskId()
	}
}

func (c *Client) await(ctx context.Context, taskID string, wait time.Duration) (*v1.Task, bool, error) {
	inner, cancel := context.WithTimeout(ctx, wait+awaitSlack)
	defer cancel()
	// The server answers in time: a call that ran into its own deadline would say nothing about the task.
	if deadline, has := ctx.Deadline(); has {
		wait = max(0, min(wait, time.Until(deadline)-answerTime))
	}
	request := &v1.AwaitTaskRequest{TaskId: taskID, Wait: durationpb.New(wait)}
	answer, err := call(inner, c, c.tasks.AwaitTask, request)
	if err != nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return answer.GetTask(), answer.GetEnded(), err
}

// Left of a deadline for an answer to arrive.
const answerTime = 100 * time.Millisecond

// Result waits until a task has ended and decodes its result. The error is a *TaskEndedError if the task failed or was
// canceled. To wait for a time only, give ctx a deadline: the task goes on, whatever becomes of the call.
func Result[T any](ctx context.Context, c *Client, taskID string) (T, error) {
	var result T
	task, err := c.AwaitTask(ctx, taskID)
	if errors.Is(err, context.DeadlineExceeded) {
		return result, fmt.Errorf("task %s has not ended in time: %w", taskID, err)
	}
	if err != nil {
		return result, err
	}
	if task.GetState() != v1.TaskState_TASK_STATE_SUCCEEDED {
		return result, &TaskEndedError{task}
	}
	err = Decode(task.GetOutcome().GetResult(), &result)
	return result, err
}

// Do creates a task and waits for its result: CreateTask and Result in one step.
func Do[T any](ctx context.Context, c *Client, task NewTask) (T, error) {
	created, err := c.CreateTask(ctx, task)
	if err != nil {
		var none T
		return none, err
	}
	return Result[T](ctx, c, created.TaskID)
}

// WatchTask is a snapshot, then every change after afterVersion, until the task has ended. After a break it continues
// where it was, and tries that for as long as a call would.
func (c *Client) WatchTask(
	ctx context.Context, taskID string, afterVersion int64,
) iter.Seq2[*v1.WatchTaskResponse, error] {
	return func(yield func(*v1.WatchTaskResponse, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		request := &v1.WatchTaskRequest{TaskId: taskID, AfterVersion: afterVersion}
		c.follow(ctx, yieldsError(yield), func(alive func()) (bool, error) {
			stream, err := c.tasks.WatchTask(ctx, request)
			for err == nil {
				var news *v1.WatchTaskResponse
				if news, err = stream.Recv(); err != nil {
					break
				}
				alive()
				if task := news.GetTask(); task != nil {
					request.TaskId, request.AfterVersion = task.GetTaskId(), task.GetVersion()
				}
				if !yield(news, nil) || news.GetTask().GetEndTime() != nil {
					return true, nil
				}
			}
			// Only the end of the task ends it. Servers that shut down may end the stream, too.
			return false, endOr(err, errBrokenWatch)
		})
	}
}

// follow opens a stream again and again until read says that all was read. alive tells it that the stream works.
func (c *Client) follow(ctx context.Context, fail func(error), read func(alive func()) (bool, error)) {
	failures := 0
	var brokenAt time.Time
	for {
		done, err := read(func() { failures, brokenAt = 0, time.Time{} })
		if done {
			return
		}
		if ctx.Err() != nil {
			fail(context.Cause(ctx))
			return
		}
		failed := ErrorOf(err)
		failures++
		if brokenAt.IsZero() {
			brokenAt = time.Now()
		}
		if !failed.Retryable || c.retry.isOver(failures) || time.Since(brokenAt) >= c.timeout {
			fail(failed)
			return
		}
		if err := pause(ctx, retryDelay(c.retry.Backoff, failures, failed)); err != nil {
			fail(err)
			return
		}
	}
}
