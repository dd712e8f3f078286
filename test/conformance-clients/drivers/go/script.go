package main

import (
	"context"
	"errors"
	"strings"
	"time"

	asyncgate "github.com/asyncgate/asyncgate/clients/go"
	v1 "github.com/asyncgate/asyncgate/gen/go/asyncgate/v1"
)

func handle(ctx context.Context, steps []data, job *asyncgate.Job) (any, error) {
	var checkpoint any
	if err := job.Checkpoint(&checkpoint); err != nil {
		return nil, err
	}
	say(data{
		"event":      "entered",
		"type":       job.Task.GetType(),
		"attempt":    job.Task.GetAttempt(),
		"checkpoint": plain(checkpoint),
	})
	context.AfterFunc(ctx, func() {
		if stop := asyncgate.StopOf(ctx); stop != nil {
			say(data{"event": "told", "why": stop.Why})
		}
	})
	return play(ctx, steps, job)
}

func play(ctx context.Context, steps []data, job *asyncgate.Job) (any, error) {
	for _, step := range steps {
		if on := object(step, "on"); on != nil && !isSo(on, job) {
			continue
		}
		if _, has := step["do"]; has {
			return play(ctx, objects(step, "do"), job)
		}
		if err := act(ctx, step, job); err != nil {
			return nil, err
		}
		if value, ended, err := finish(step, job); ended || err != nil {
			return value, err
		}
	}
	return nil, nil
}

// act does what a step says before the handler may end by it.
func act(ctx context.Context, step data, job *asyncgate.Job) error {
	if name := text(step, "wait"); name != "" {
		select {
		case <-theGates.of(name):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	if name := text(step, "hold"); name != "" {
		<-theGates.of(name)
	}
	if _, has := step["block_ms"]; has {
		// Computes without a pause, as a handler that blocks its thread does.
		for until := time.Now().Add(ms(step, "block_ms", 0)); time.Now().Before(until); {
			continue
		}
	}
	if step["start"] == true {
		if err := job.Start().Wait(ctx); err != nil {
			return err
		}
	}
	if note := object(step, "progress"); note != nil {
		if err := job.Progress(noteOf(note)).Wait(ctx); err != nil {
			return err
		}
	}
	if checkpoint, has := step["checkpoint"]; has {
		return job.SaveCheckpoint(checkpoint).Wait(ctx)
	}
	return nil
}

func noteOf(given data) asyncgate.Note {
	note := asyncgate.Note{
		Message:   text(given, "message"),
		Detail:    given["detail"],
		Receipted: given["receipted"] == true,
	}
	if percent, ok := given["percent"].(float64); ok {
		note.Percent = &percent
	}
	return note
}

// finish says whether the handler ends by this step, and how.
func finish(step data, job *asyncgate.Job) (any, bool, error) {
	if message := text(step, "fail"); message != "" {
		return nil, true, errors.New(message)
	}
	if given := object(step, "fail_for_good"); given != nil {
		err := errors.New(text(given, "message"))
		return nil, true, asyncgate.NonRetryable{Err: err, Type: text(given, "type"), Detail: given["detail"]}
	}
	if _, has := step["retry_after_ms"]; has {
		return nil, true, asyncgate.RetryAfter{After: ms(step, "retry_after_ms", 0), Err: errors.New("later")}
	}
	if artifacts := objects(step, "artifacts"); artifacts != nil {
		return asyncgate.Done{Artifacts: artifactsOf(artifacts)}, true, nil
	}
	if given := object(step, "suspend"); given != nil {
		return nil, true, asyncgate.Suspend{Wait: waitOf(given), Checkpoint: given["checkpoint"]}
	}
	if given := object(step, "release"); given != nil {
		return nil, true, asyncgate.Release{Delay: ms(given, "delay_ms", 0), Checkpoint: given["checkpoint"]}
	}
	if _, has := step["sleep_ms"]; has {
		return nil, true, asyncgate.Sleep{For: ms(step, "sleep_ms", 0)}
	}
	if size := int(number(step, "sized", 0)); size > 0 {
		return strings.Repeat("x", size), true, nil
	}
	if value, has := step["return"]; has {
		return value, true, nil
	}
	if what := text(step, "return_of"); what != "" {
		value, err := outputOf(what, job)
		return value, true, err
	}
	return nil, false, nil
}

func artifactsOf(given []data) []*v1.Artifact {
	var artifacts []*v1.Artifact
	for _, one := range given {
		artifacts = append(artifacts, &v1.Artifact{Kind: text(one, "kind"), Uri: text(one, "uri")})
	}
	return artifacts
}

func isSo(on data, job *asyncgate.Job) bool {
	if attempt := number(on, "attempt", 0); attempt > 0 {
		return job.Task.GetAttempt() == int32(attempt)
	}
	if on["results"] == true {
		return len(job.WaitResults()) > 0
	}
	return job.HasCheckpoint()
}

func outputOf(what string, job *asyncgate.Job) (any, error) {
	var value any
	switch what {
	case "payload":
		err := job.Input(&value)
		return value, err
	case "attempt":
		return job.Task.GetAttempt(), nil
	case "checkpoint":
		err := job.Checkpoint(&value)
		return value, err
	}
	results := []data{}
	for _, result := range job.WaitResults() {
		var found any
		if err := asyncgate.Decode(result.GetResult(), &found); err != nil {
			return nil, err
		}
		results = append(results, data{
			"name":   result.GetName(),
			"status": statusName(result.GetStatus()),
			"result": plain(found),
		})
	}
	return results, nil
}

func statusName(status v1.ConditionStatus) string {
	return strings.ToLower(strings.TrimPrefix(status.String(), "CONDITION_STATUS_"))
}
