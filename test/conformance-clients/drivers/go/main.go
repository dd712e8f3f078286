// The driver for Go: does with the kit what the runner tells it. docs/conformance.md has the commands.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"

	asyncgate "github.com/asyncgate/asyncgate/clients/go"
	v1 "github.com/asyncgate/asyncgate/gen/go/asyncgate/v1"
)

// A request or a step of a script: the scenarios are data, whose shape their format says.
type data = map[string]any

// A payload of 256 KiB may be in a line, several times.
const lineBytesMax = 16 << 20

var (
	printing sync.Mutex
	theGates = gates{open: map[string]chan struct{}{}}
	state    struct {
		sync.Mutex
		client *asyncgate.Client
		worker *asyncgate.Worker
	}
)

func main() {
	// Logs are talk.
	slog.SetDefault(slog.New(slog.NewTextHandler(os.Stderr, nil)))
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, lineBytesMax)
	for lines.Scan() {
		var request data
		if err := json.Unmarshal(lines.Bytes(), &request); err != nil {
			slog.Error("not a request", "error", err)
			os.Exit(1)
		}
		command := text(request, "command")
		if command == "client" || command == "worker" {
			// The steps behind them use what they have opened.
			answer(request, command)
			continue
		}
		go answer(request, command)
	}
}

func answer(request data, command string) {
	run, ok := commands[command]
	if !ok {
		say(data{"id": request["id"], "error": data{"reason": "OTHER", "message": "no such command: " + command}})
		return
	}
	result, err := run(context.Background(), request)
	if err != nil {
		say(data{"id": request["id"], "error": errorOf(err)})
		return
	}
	say(data{"id": request["id"], "ok": result})
}

// The benchmark wants answers alone.
var isQuiet = os.Getenv("ASYNCGATE_DRIVER_QUIET") == "1"

func say(message data) {
	if _, isEvent := message["event"]; isQuiet && isEvent {
		return
	}
	line, err := json.Marshal(message)
	if err != nil {
		slog.Error("no JSON", "error", err)
		os.Exit(1)
	}
	printing.Lock()
	defer printing.Unlock()
	fmt.Fprintf(os.Stdout, "%s\n", line)
}

// gates are where handlers wait. One that was opened stays open.
type gates struct {
	sync.Mutex
	open map[string]chan struct{}
}

func (g *gates) of(name string) chan struct{} {
	g.Lock()
	defer g.Unlock()
	if _, ok := g.open[name]; !ok {
		g.open[name] = make(chan struct{})
	}
	return g.open[name]
}

func (g *gates) pass(name string) {
	gate := g.of(name)
	g.Lock()
	defer g.Unlock()
	select {
	case <-gate:
	default:
		close(gate)
	}
}

func theClient() *asyncgate.Client {
	state.Lock()
	defer state.Unlock()
	return state.client
}

func stateName(state v1.TaskState) string { return strings.TrimPrefix(state.String(), "TASK_STATE_") }

func summary(task *v1.Task) data {
	found := data{
		"task_id": task.GetTaskId(),
		"type":    task.GetType(),
		"state":   stateName(task.GetState()),
		"attempt": task.GetAttempt(),
	}
	if failure := task.GetOutcome().GetError(); failure != nil {
		found["error"] = data{"type": failure.GetType(), "message": failure.GetMessage()}
	}
	return found
}

// plain is what JSON lines can carry.
func plain(value any) any {
	if bytes, ok := value.([]byte); ok {
		return data{"base64": bytes}
	}
	return value
}

func errorOf(err error) data {
	var ended *asyncgate.TaskEndedError
	var refused *asyncgate.Error
	switch {
	case errors.As(err, &ended):
		found := data{"reason": "TASK_ENDED", "state": stateName(ended.Task.GetState())}
		if failure := ended.Task.GetOutcome().GetError(); failure != nil {
			found["type"], found["message"] = failure.GetType(), failure.GetMessage()
		}
		return found
	case errors.As(err, &refused):
		return data{"reason": refused.ReasonName(), "retryable": refused.Retryable, "fact": factOf(refused.Detail)}
	case errors.Is(err, context.DeadlineExceeded):
		return data{"reason": "TIMEOUT"}
	default:
		return data{"reason": "OTHER", "message": err.Error()}
	}
}

// factOf is the fact by which a program would decide.
func factOf(detail *v1.ErrorDetail) any {
	switch facts := detail.GetFacts().(type) {
	case *v1.ErrorDetail_Limit:
		return facts.Limit.GetLimit()
	case *v1.ErrorDetail_Permission:
		return facts.Permission.GetScope()
	case *v1.ErrorDetail_Violations:
		return facts.Violations.GetViolations()[0].GetField()
	case *v1.ErrorDetail_Conflict:
		return facts.Conflict.GetTaskId()
	case *v1.ErrorDetail_Resource:
		return facts.Resource.GetId()
	case *v1.ErrorDetail_Lease:
		return stateName(facts.Lease.GetState())
	case *v1.ErrorDetail_Name:
		return facts.Name.GetTaskId()
	case *v1.ErrorDetail_Budget:
		return facts.Budget.GetTaskId()
	case *v1.ErrorDetail_Scopes:
		return facts.Scopes.GetHeld()[0].GetTaskId()
	case *v1.ErrorDetail_Input:
		return outcomeName(facts.Input.GetOutcome())
	case *v1.ErrorDetail_Outcome:
		return facts.Outcome.GetMissing()[0].GetRequired().GetKind()
	case *v1.ErrorDetail_Transition:
		return stateName(facts.Transition.GetFrom())
	default:
		return nil
	}
}

// Fields of a request or a step. An absent one has the zero value.

func text(from data, name string) string {
	value, _ := from[name].(string)
	return value
}

func number(from data, name string, otherwise float64) float64 {
	if value, ok := from[name].(float64); ok {
		return value
	}
	return otherwise
}

func object(from data, name string) data {
	value, _ := from[name].(data)
	return value
}

func objects(from data, name string) []data {
	var found []data
	list, _ := from[name].([]any)
	for _, one := range list {
		if value, ok := one.(data); ok {
			found = append(found, value)
		}
	}
	return found
}

func texts(from data, name string) []string {
	var found []string
	list, _ := from[name].([]any)
	for _, one := range list {
		if value, ok := one.(string); ok {
			found = append(found, value)
		}
	}
	return found
}
