package main

import (
	"context"
	"errors"
	"strings"
	"time"

	asyncgate "github.com/asyncgate/asyncgate/clients/go"
	v1 "github.com/asyncgate/asyncgate/gen/go/asyncgate/v1"
)

// handler plays a script with its job. queue is for the tasks that it creates.
type handler struct {
	job   *asyncgate.Job
	queue string
}

func (h handler) handle(ctx context.Context, steps []data) (any, error) {
	var checkpoint any
	if err := h.job.Checkpoint(&checkpoint); err != nil {
		return nil, err
	}
	say(data{
		"event":      "entered",
		"type":       h.job.Task.GetType(),
		"attempt":    h.job.Task.GetAttempt(),
		"checkpoint": plain(checkpoint),
	})
	context.AfterFunc(ctx, func() {
		if stop := asyncgate.StopOf(ctx); stop != nil {
			say(data{"event": "told", "why": stop.Why})
		}
	})
	return h.play(ctx, steps)
}

func (h handler) play(ctx context.Context, steps []data) (any, error) {
	for _, step := range steps {
		if on := object(step, "on"); on != nil && !h.isSo(on) {
			continue
		}
		if _, has := step["do"]; has {
			return h.play(ctx, objects(step, "do"))
		}
		if err := h.act(ctx, step); err != nil {
			return nil, err
		}
		if err := h.exchange(ctx, step); err != nil {
			if step["catch"] != true {
				return nil, err
			}
			say(data{"event": "caught", "error": errorOf(err)})
		}
		if value, ended, err := h.finish(step); ended || err != nil {
			return value, err
		}
	}
	return nil, nil
}

// act waits and reports, as the step says.
func (h handler) act(ctx context.Context, step data) error {
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
		if err := h.job.Start().Wait(ctx); err != nil {
			return err
		}
	}
	if note := object(step, "progress"); note != nil {
		if err := h.job.Progress(noteOf(note)).Wait(ctx); err != nil {
			return err
		}
	}
	if checkpoint, has := step["checkpoint"]; has {
		return h.job.SaveCheckpoint(checkpoint).Wait(ctx)
	}
	return nil
}

// exchange does what concerns other tasks, or what others see.
func (h handler) exchange(ctx context.Context, step data) error {
	if child := object(step, "child"); child != nil {
		created, err := h.job.Child(ctx, newTask(child, h.queue))
		if err != nil {
			return err
		}
		say(data{"event": "created", "task_id": created.TaskID})
	}
	if output := object(step, "output"); output != nil {
		log := h.job.Output(text(output, "stream"))
		for range int(number(output, "times", 1)) {
			if _, err := log.WriteString(text(output, "text")); err != nil {
				return err
			}
		}
		if output["flush"] == true {
			return log.Flush(ctx)
		}
	}
	if amounts := object(step, "spend"); amounts != nil {
		return h.job.Spend(amountsOf(amounts)).Wait(ctx)
	}
	if args := object(step, "send_signal"); args != nil {
		to, signal := signalOf(args)
		sent, err := h.job.SendSignal(ctx, to, signal)
		if err != nil {
			return err
		}
		event := sentOf(sent)
		event["event"] = "sent"
		say(event)
	}
	if scopes, has := step["add_scopes"].([]any); has {
		return h.job.AddScopes(ctx, scopesOf(scopes)...)
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

func (h handler) isSo(on data) bool {
	switch {
	case on["attempt"] != nil:
		return h.job.Task.GetAttempt() == int32(number(on, "attempt", 0))
	case on["results"] == true:
		return len(h.job.WaitResults()) > 0
	case on["answer"] != nil:
		return h.job.Answer(text(on, "answer")) != nil
	case on["rejected"] == true:
		return h.job.Review() != nil
	case on["handed_over"] == true:
		return h.job.HandedOver() != nil
	case on["over_budget"] == true:
		return h.job.OverBudget()
	default:
		return h.job.HasCheckpoint()
	}
}

func (h handler) outputOf(what string, step data) (any, error) {
	var value any
	switch what {
	case "payload":
		err := h.job.Input(&value)
		return value, err
	case "attempt":
		return h.job.Task.GetAttempt(), nil
	case "checkpoint":
		err := h.job.Checkpoint(&value)
		return value, err
	case "answer":
		return answerData(h.job.Answer(text(step, "name"))), nil
	case "rejected":
		return rejectedData(h.job.Review())
	case "handed_over":
		handOff := h.job.HandedOver()
		refs := []data{}
		for _, ref := range handOff.GetRefs() {
			refs = append(refs, data{"kind": ref.GetKind(), "uri": ref.GetUri()})
		}
		return data{"note": handOff.GetNote(), "refs": refs, "from": principalData(handOff.GetFrom())}, nil
	case "over_budget":
		return h.job.OverBudget(), nil
	default:
		return resultsData(h.job.WaitResults())
	}
}

func resultsData(found []*v1.WaitResult) (any, error) {
	results := []data{}
	for _, result := range found {
		value, err := contentOf(result.GetResult())
		if err != nil {
			return nil, err
		}
		signals := []any{}
		for _, signal := range result.GetSignals() {
			payload, err := contentOf(signal.GetPayload())
			if err != nil {
				return nil, err
			}
			signals = append(signals, payload)
		}
		results = append(results, data{
			"name":    result.GetName(),
			"status":  strings.ToLower(strings.TrimPrefix(result.GetStatus().String(), "CONDITION_STATUS_")),
			"result":  value,
			"signals": signals,
		})
	}
	return results, nil
}

func contentOf(payload *v1.Payload) (any, error) {
	var value any
	err := asyncgate.Decode(payload, &value)
	return plain(value), err
}

func answerData(answer *v1.InputResult) any {
	if answer == nil {
		return nil
	}
	return data{
		"outcome": outcomeName(answer.GetOutcome()),
		"answer":  jsonOrNull(answer.GetAnswer()),
		"reason":  answer.GetReason(),
		"by":      principalData(answer.GetBy()),
	}
}

func outcomeName(outcome v1.InputOutcome) string {
	return strings.ToLower(strings.TrimPrefix(outcome.String(), "INPUT_OUTCOME_"))
}

func rejectedData(review *v1.Review) (any, error) {
	if review == nil {
		return nil, errors.New("no report was rejected")
	}
	findings := []string{}
	for _, given := range review.GetVerdicts() {
		findings = append(findings, given.GetVerdict().GetFindings()...)
	}
	result, err := contentOf(review.GetReport().GetResult())
	return data{"findings": findings, "attempt": review.GetReport().GetAttempt(), "result": result}, err
}
