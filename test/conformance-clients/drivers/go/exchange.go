package main

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"

	asyncgate "github.com/asyncgate/asyncgate/clients/go"
	v1 "github.com/asyncgate/asyncgate/gen/go/asyncgate/v1"
	"google.golang.org/protobuf/proto"
)

// taskRef is the id of a task, or its name.
func taskRef(args data) string {
	if name, has := args["named"].(string); has {
		return asyncgate.Named(name)
	}
	return text(args, "task_id")
}

func questions(ctx context.Context, args data) (any, error) {
	found := []data{}
	for question, err := range theClient().Questions(ctx) {
		if err != nil {
			return nil, err
		}
		if question.TaskID != text(args, "task_id") {
			continue
		}
		asked := question.Asked.GetQuestion()
		options := []string{}
		for _, option := range asked.GetOptions() {
			options = append(options, option.GetValue())
		}
		found = append(found, data{
			"task_id":  question.TaskID,
			"input_id": question.InputID,
			"title":    asked.GetTitle(),
			"text":     asked.GetText(),
			"options":  options,
			"context":  jsonOrNull(asked.GetContext()),
		})
	}
	return found, nil
}

func jsonOrNull(text string) json.RawMessage {
	if text == "" {
		return json.RawMessage("null")
	}
	return json.RawMessage(text)
}

func giveAnswer(ctx context.Context, args data) (any, error) {
	given := asyncgate.Answer{Value: args["answer"]}
	answer, err := theClient().Answer(ctx, text(args, "task_id"), text(args, "input_id"), given)
	return data{"state": stateName(answer.GetState())}, err
}

func decline(ctx context.Context, args data) (any, error) {
	answer, err := theClient().Decline(ctx, text(args, "task_id"), text(args, "input_id"), text(args, "reason"))
	return data{"state": stateName(answer.GetState())}, err
}

func sendSignal(ctx context.Context, args data) (any, error) {
	to, signal := signalOf(args)
	sent, err := theClient().SendSignal(ctx, to, signal)
	return sentOf(sent), err
}

func signalOf(args data) (asyncgate.Target, asyncgate.Signal) {
	to := asyncgate.ToTask(taskRef(args))
	if channel := text(args, "channel"); channel != "" {
		to = asyncgate.ToChannel(channel)
	}
	return to, asyncgate.Signal{
		Payload:   args["payload"],
		Broadcast: args["broadcast"] == true,
		TTL:       ms(args, "ttl_ms", 0),
	}
}

func sentOf(sent *v1.SendSignalResponse) data {
	var takenBy any
	if id := sent.GetTakenByTaskId(); id != "" {
		takenBy = id
	}
	return data{"taken_by": takenBy, "kept": sent.GetKeepUntil() != nil, "waiting": sent.GetWaiting()}
}

func readOutput(ctx context.Context, args data) (any, error) {
	what := asyncgate.OutputRange{
		Stream:     text(args, "stream"),
		FromOffset: int64(number(args, "from_offset", 0)),
		Follow:     args["follow"] == true,
	}
	if _, has := args["last_bytes"]; has {
		what.LastBytes = proto.Int64(int64(number(args, "last_bytes", 0)))
	}
	var all []byte
	var nextOffset int64
	for part, err := range theClient().ReadOutput(ctx, text(args, "task_id"), what) {
		if err != nil {
			return nil, err
		}
		if len(part.GetData()) > 0 {
			say(data{"event": "printed"})
		}
		all = append(all, part.GetData()...)
		nextOffset = part.GetNextOffset()
	}
	return data{"text": string(all), "next_offset": nextOffset}, nil
}

func listScopes(ctx context.Context, args data) (any, error) {
	found := []data{}
	for scope, err := range theClient().ListScopes(ctx, text(args, "prefix")) {
		if err != nil {
			return nil, err
		}
		mode := strings.TrimPrefix(scope.GetMode().String(), "SCOPE_MODE_")
		found = append(found, data{"resource": scope.GetResource(), "mode": mode, "task_id": scope.GetTaskId()})
	}
	return found, nil
}

// What new tasks and endings have in common.

func principalOf(given data) *v1.Principal {
	if given == nil {
		return nil
	}
	kind := v1.PrincipalKind(v1.PrincipalKind_value["PRINCIPAL_KIND_"+text(given, "kind")])
	return &v1.Principal{Kind: kind, Id: text(given, "id")}
}

func principalData(principal *v1.Principal) any {
	if principal == nil {
		return nil
	}
	kind := strings.TrimPrefix(principal.GetKind().String(), "PRINCIPAL_KIND_")
	return data{"kind": kind, "id": principal.GetId()}
}

func scopesOf(given []any) []*v1.Scope {
	var scopes []*v1.Scope
	for _, one := range given {
		switch scope := one.(type) {
		case string:
			scopes = append(scopes, asyncgate.Write(scope))
		case data:
			if resource := text(scope, "read"); resource != "" {
				scopes = append(scopes, asyncgate.Read(resource))
			} else {
				scopes = append(scopes, asyncgate.Write(text(scope, "write")))
			}
		}
	}
	return scopes
}

func amountsOf(given data) asyncgate.Amounts {
	amounts := asyncgate.Amounts{}
	for unit, amount := range given {
		switch amount := amount.(type) {
		case string:
			amounts[unit] = amount
		case float64:
			amounts[unit] = strconv.FormatFloat(amount, 'f', -1, 64)
		}
	}
	return amounts
}

func verificationOf(given data) *v1.Verification {
	if given == nil {
		return nil
	}
	verification := &v1.Verification{
		Criteria:         texts(given, "criteria"),
		EvidenceRequired: texts(given, "evidence_required"),
		OnReject:         v1.OnReject(v1.OnReject_value["ON_REJECT_"+strings.ToUpper(text(given, "on_reject"))]),
	}
	if _, has := given["verifiers"]; has {
		verification.Verifiers = proto.Int32(int32(number(given, "verifiers", 0)))
	}
	if _, has := given["accept_at"]; has {
		verification.AcceptAt = proto.Int32(int32(number(given, "accept_at", 0)))
	}
	if verifier := object(given, "verifier"); verifier != nil {
		verification.Verifier = &v1.Verifier{Queue: text(verifier, "queue"), Type: text(verifier, "type")}
		if capabilities := texts(verifier, "capabilities"); capabilities != nil {
			verification.Verifier.Requirements = &v1.Requirements{Capabilities: capabilities}
		}
	}
	return verification
}
