package main

import (
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"os/signal"
	"syscall"
	"time"

	asyncgate "github.com/asyncgate/asyncgate/clients/go"
	"github.com/asyncgate/asyncgate/clients/go/wait"
	v1 "github.com/asyncgate/asyncgate/gen/go/asyncgate/v1"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"
)

const (
	defaultTimeoutMs = 30_000
	defaultSlots     = 8
)

var commands map[string]func(context.Context, data) (any, error)

// Set here, because the commands that start a worker refer to the others.
func init() {
	commands = map[string]func(context.Context, data) (any, error){
		"client":      openClient,
		"create":      create,
		"create_many": createMany,
		"get": func(ctx context.Context, args data) (any, error) {
			task, err := theClient().GetTask(ctx, taskRef(args))
			return summary(task), err
		},
		"await":       await,
		"result":      result,
		"cancel":      cancel,
		"list":        list,
		"watch":       watch,
		"obligations": obligations,
		"questions":   questions,
		"answer":      giveAnswer,
		"decline":     decline,
		"send_signal": sendSignal,
		"output":      readOutput,
		"scopes":      listScopes,

		"register_agent": registerAgent,
		"get_agent":      getAgent,
		"agents":         listAgents,
		"agent_tools":    listAgentTools,
		"route":          route,
		"delegate":       delegate,

		"worker": startWorker,
		"stop":   stop,
		"go": func(_ context.Context, args data) (any, error) {
			theGates.pass(text(args, "gate"))
			return nil, nil
		},
	}
}

func ms(from data, name string, otherwise float64) time.Duration {
	return time.Duration(number(from, name, otherwise) * float64(time.Millisecond))
}

func openClient(_ context.Context, args data) (any, error) {
	client, err := asyncgate.NewClient(asyncgate.ClientConfig{
		Endpoint: text(args, "endpoint"),
		Key:      text(args, "key"),
		Timeout:  ms(args, "timeout_ms", defaultTimeoutMs),
	})
	state.Lock()
	defer state.Unlock()
	state.client = client
	return nil, err
}

func create(ctx context.Context, args data) (any, error) {
	created, err := theClient().CreateTask(ctx, newTask(object(args, "task"), text(args, "queue")))
	if err != nil {
		return nil, err
	}
	return data{
		"task_id": created.TaskID,
		"existed": created.Existed,
		"state":   stateName(created.Task.GetState()),
	}, nil
}

func createMany(ctx context.Context, args data) (any, error) {
	var tasks []asyncgate.NewTask
	for _, task := range objects(args, "tasks") {
		tasks = append(tasks, newTask(task, text(args, "queue")))
	}
	results, err := theClient().CreateTasks(ctx, tasks...)
	var answers []data
	for _, result := range results {
		if result.Err != nil {
			answers = append(answers, data{"error": errorOf(result.Err)})
		} else {
			answers = append(answers, data{"task_id": result.Created.TaskID})
		}
	}
	return answers, err
}

func await(ctx context.Context, args data) (any, error) {
	if _, has := args["timeout_ms"]; has {
		task, err := theClient().AwaitTaskFor(ctx, taskRef(args), ms(args, "timeout_ms", 0))
		return summary(task), err
	}
	task, err := theClient().AwaitTask(ctx, taskRef(args))
	return summary(task), err
}

func result(ctx context.Context, args data) (any, error) {
	if _, has := args["timeout_ms"]; has {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, ms(args, "timeout_ms", 0))
		defer cancel()
	}
	found, err := asyncgate.Result[any](ctx, theClient(), taskRef(args))
	return plain(found), err
}

func cancel(ctx context.Context, args data) (any, error) {
	how := asyncgate.Cancel{Reason: text(args, "reason"), GracePeriod: ms(args, "grace_ms", 0)}
	answer, err := theClient().CancelTask(ctx, taskRef(args), how)
	return data{"state": stateName(answer.GetTask().GetState())}, err
}

func list(ctx context.Context, args data) (any, error) {
	filter := &v1.ListTasksRequest{Queue: text(args, "queue"), Type: text(args, "type")}
	for _, name := range texts(args, "states") {
		filter.States = append(filter.States, v1.TaskState(v1.TaskState_value["TASK_STATE_"+name]))
	}
	found := []data{}
	for task, err := range theClient().ListTasks(ctx, filter) {
		if err != nil {
			return nil, err
		}
		found = append(found, summary(task))
	}
	return found, nil
}

func watch(ctx context.Context, args data) (any, error) {
	states := []string{}
	for news, err := range theClient().WatchTask(ctx, taskRef(args), 0) {
		if err != nil {
			return nil, err
		}
		state := stateName(news.GetTask().GetState())
		if len(states) == 0 || states[len(states)-1] != state {
			states = append(states, state)
			say(data{"event": "watched", "state": state})
		}
	}
	return states, nil
}

func obligations(ctx context.Context, _ data) (any, error) {
	owed := []string{}
	for obligation, err := range theClient().Obligations(ctx, nil) {
		if err != nil {
			return nil, err
		}
		owed = append(owed, obligation.GetReceipt().GetTaskId())
	}
	return owed, nil
}

func startWorker(_ context.Context, args data) (any, error) {
	handlers := asyncgate.Handlers{}
	for kind := range object(args, "handlers") {
		script := objects(object(args, "handlers"), kind)
		handlers[kind] = func(ctx context.Context, job *asyncgate.Job) (any, error) {
			return handler{job, text(args, "queue")}.handle(ctx, script)
		}
	}
	config := asyncgate.WorkerConfig{
		Endpoint:     text(args, "endpoint"),
		Endpoints:    texts(args, "endpoints"),
		Key:          text(args, "key"),
		Queues:       []string{text(args, "queue")},
		Slots:        int(number(args, "slots", defaultSlots)),
		Capabilities: texts(args, "capabilities"),
		// None is less than none: zero is the default.
		DrainWithin: ms(args, "drain_within_ms", defaultTimeoutMs) - 1,
		LeaseTTL:    ms(args, "ttl_ms", 0),
		Handlers:    handlers,
		OnEvent:     sayEvent,
	}
	if len(config.Endpoints) > 0 {
		config.Endpoint = ""
	}
	worker, err := asyncgate.NewWorker(config)
	if err != nil {
		return nil, err
	}
	state.Lock()
	defer state.Unlock()
	state.worker = worker
	go run(worker)
	return nil, nil
}

func run(worker *asyncgate.Worker) {
	ctx, release := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer release()
	stopped := data{"event": "stopped"}
	if err := worker.Run(ctx); err != nil {
		stopped["error"] = errorOf(err)
	}
	say(stopped)
}

func sayEvent(event asyncgate.Event) {
	switch event := event.(type) {
	case asyncgate.ConnectedEvent:
		say(data{"event": "connected", "resumed": event.Resumed})
	case asyncgate.DisconnectedEvent:
		say(data{"event": "disconnected"})
	case asyncgate.DrainingEvent:
		say(data{"event": "draining"})
	case asyncgate.SettledEvent:
		say(data{"event": "settled", "ending": event.Ending})
	case asyncgate.OverBudgetEvent:
		say(data{"event": "over_budget"})
	case asyncgate.RefusedEvent:
		var refused *asyncgate.Error
		reason := "OTHER"
		if errors.As(event.Err, &refused) {
			reason = refused.ReasonName()
		}
		say(data{"event": "refused", "reason": reason})
	}
}

func stop(ctx context.Context, args data) (any, error) {
	state.Lock()
	worker := state.worker
	state.Unlock()
	if worker == nil {
		return nil, nil
	}
	ctx, cancel := context.WithTimeout(ctx, ms(args, "within_ms", defaultTimeoutMs))
	defer cancel()
	worker.Shutdown(ctx)
	return nil, nil
}

func newTask(given data, queue string) asyncgate.NewTask {
	task := asyncgate.NewTask{
		Type:           text(given, "type"),
		Queue:          cmp.Or(text(given, "queue"), queue),
		Payload:        given["payload"],
		IdempotencyKey: text(given, "idempotency_key"),
		Capabilities:   texts(given, "capabilities"),
		MaxAttempts:    int32(number(given, "max_attempts", 0)),
		Delay:          ms(given, "delay_ms", 0),
		Wait:           waitOf(object(given, "wait")),
		Name:           text(given, "name"),
		OnNameTaken:    v1.OnNameTaken(v1.OnNameTaken_value["ON_NAME_TAKEN_"+text(given, "on_name_taken")]),
		Addressee:      principalOf(object(given, "addressee")),
		Verification:   verificationOf(object(given, "verification")),
	}
	if scopes, ok := given["scopes"].([]any); ok {
		task.Scopes = scopesOf(scopes)
	}
	if budget := object(given, "budget"); budget != nil {
		task.Budget = amountsOf(object(budget, "amounts"))
		task.OnExceeded = v1.OnExceeded(v1.OnExceeded_value["ON_EXCEEDED_"+text(budget, "on_exceeded")])
	}
	if given["keep"] == true {
		task.OnParentEnd = v1.OnParentEnd_ON_PARENT_END_KEEP
	}
	fillTimes(&task, given)
	return task
}

// fillTimes fills in what is seldom given.
func fillTimes(task *asyncgate.NewTask, given data) {
	if encoded, ok := given["payload_base64"].(string); ok {
		bytes, err := base64.StdEncoding.DecodeString(encoded)
		if err != nil {
			panic(err)
		}
		task.Payload = bytes
	}
	if labels := object(given, "labels"); labels != nil {
		task.Labels = map[string]string{}
		for name := range labels {
			task.Labels[name] = text(labels, name)
		}
	}
	if _, has := given["priority"]; has {
		task.Priority = proto.Int32(int32(number(given, "priority", 0)))
	}
	if _, has := given["retry_ms"]; has {
		task.Retry = &v1.RetryPolicy{
			InitialInterval: durationpb.New(ms(given, "retry_ms", 0)),
			MaxInterval:     durationpb.New(time.Hour),
		}
	}
	if _, has := given["deadline_ms"]; has {
		task.Deadline = time.Now().Add(ms(given, "deadline_ms", 0))
	}
}

func waitOf(given data) *v1.Wait {
	if given == nil {
		return nil
	}
	var groups []wait.Group
	for _, group := range objects(given, "all_of") {
		if _, has := group["any_of"]; !has {
			groups = append(groups, conditionOf(group))
			continue
		}
		var conditions []wait.Condition
		for _, condition := range objects(group, "any_of") {
			conditions = append(conditions, conditionOf(condition))
		}
		groups = append(groups, wait.AnyOf(conditions...))
	}
	made := wait.AllOf(groups...)
	made.OnImpossible = v1.OnImpossible(v1.OnImpossible_value["ON_IMPOSSIBLE_"+text(given, "on_impossible")])
	return made
}

func conditionOf(given data) wait.Condition {
	condition := func() wait.Condition {
		if channel, has := given["channel"].(string); has {
			return wait.Signals(channel, int(number(given, "count", 1)))
		}
		if _, has := given["after_ms"]; has {
			return wait.After(ms(given, "after_ms", 0))
		}
		task := wait.ID(text(given, "task"))
		if key := text(given, "key"); key != "" {
			task = wait.Key(key)
		} else if _, has := given["item"]; has {
			task = wait.Item(int(number(given, "item", 0)))
		}
		if given["ended"] == true {
			return wait.Ended(task)
		}
		return wait.Succeeded(task)
	}()
	return condition.Named(text(given, "name"))
}
