package main

import (
	"errors"
	"strings"

	asyncgate "github.com/asyncgate/asyncgate/clients/go"
	v1 "github.com/asyncgate/asyncgate/gen/go/asyncgate/v1"
)

// finish says whether the handler ends by this step, and how.
func (h handler) finish(step data) (any, bool, error) {
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
	if err := h.ending(step); err != nil {
		return nil, true, err
	}
	if artifacts := objects(step, "artifacts"); artifacts != nil {
		return asyncgate.Done{Artifacts: artifactsOf(artifacts)}, true, nil
	}
	if given := object(step, "hand_on"); given != nil {
		done := asyncgate.Done{Result: given["result"]}
		for _, next := range objects(given, "next") {
			done.Next = append(done.Next, newTask(next, h.queue))
		}
		return done, true, nil
	}
	if given := object(step, "verdict"); given != nil {
		return asyncgate.Done{Verdict: verdictOf(given)}, true, nil
	}
	if size := int(number(step, "sized", 0)); size > 0 {
		return strings.Repeat("x", size), true, nil
	}
	if value, has := step["return"]; has {
		return value, true, nil
	}
	if what := text(step, "return_of"); what != "" {
		value, err := h.outputOf(what, step)
		return value, true, err
	}
	return nil, false, nil
}

// ending is what gives the task back.
func (h handler) ending(step data) error {
	if given := object(step, "suspend"); given != nil {
		return h.suspend(given)
	}
	if given := object(step, "release"); given != nil {
		return asyncgate.Release{Delay: ms(given, "delay_ms", 0), Checkpoint: given["checkpoint"]}
	}
	if _, has := step["sleep_ms"]; has {
		return asyncgate.Sleep{For: ms(step, "sleep_ms", 0)}
	}
	if given := object(step, "ask"); given != nil {
		return askOf(given)
	}
	if given := object(step, "hand_off"); given != nil {
		to := object(given, "to")
		return asyncgate.HandOff{
			Principal:    principalOf(object(to, "principal")),
			Capabilities: texts(to, "capabilities"),
			Queue:        text(to, "queue"),
			Note:         text(given, "note"),
			Refs:         artifactsOf(objects(given, "refs")),
			Checkpoint:   given["checkpoint"],
		}
	}
	return nil
}

func (h handler) suspend(given data) error {
	suspend := asyncgate.Suspend{Wait: waitOf(given), Checkpoint: given["checkpoint"]}
	for _, task := range objects(given, "create") {
		if text(task, "as") == "next" {
			suspend.CreateNext = append(suspend.CreateNext, newTask(task, h.queue))
		} else {
			suspend.Create = append(suspend.Create, newTask(task, h.queue))
		}
	}
	return suspend
}

func askOf(given data) error {
	ask := asyncgate.Ask{
		Title:      text(given, "title"),
		Text:       text(given, "text"),
		Context:    given["context"],
		Options:    asyncgate.Options(texts(given, "options")...),
		Addressee:  principalOf(object(given, "addressee")),
		Name:       text(given, "name"),
		Checkpoint: given["checkpoint"],
	}
	if schema := object(given, "answer_schema"); schema != nil {
		ask.AnswerSchema = schema
	}
	if expires := object(given, "expires"); expires != nil {
		ask.ExpiresAfter = ms(expires, "after_ms", 0)
		ask.OnExpiry = v1.OnExpiry(v1.OnExpiry_value["ON_EXPIRY_"+strings.ToUpper(text(expires, "otherwise"))])
		if otherwise := object(expires, "otherwise"); otherwise != nil {
			ask.OnExpiry = v1.OnExpiry_ON_EXPIRY_DEFAULT
			ask.DefaultAnswer = otherwise["answer"]
		}
	}
	return ask
}

func verdictOf(given data) *v1.Verdict {
	decision := "VERDICT_DECISION_" + strings.ToUpper(text(given, "decision"))
	verdict := &v1.Verdict{
		Decision: v1.VerdictDecision(v1.VerdictDecision_value[decision]),
		Findings: texts(given, "findings"),
	}
	if confidence, ok := given["confidence"].(float64); ok {
		verdict.Confidence = &confidence
	}
	return verdict
}

func artifactsOf(given []data) []*v1.Artifact {
	var artifacts []*v1.Artifact
	for _, one := range given {
		artifacts = append(artifacts, &v1.Artifact{Kind: text(one, "kind"), Uri: text(one, "uri")})
	}
	return artifacts
}
