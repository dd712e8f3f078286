package asyncgate_test

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	asyncgate "github.com/asyncgate/asyncgate/clients/go"
	v1 "github.com/asyncgate/asyncgate/gen/go/asyncgate/v1"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"
)

// operator may create tasks, work on them, and register agents. The kind is a type of tasks, and the id of an agent
// with a tool of that type, that no other test has.
func operator(t *testing.T) (client *asyncgate.Client, kind string) {
	t.Helper()
	client = clientOf(t, asyncgate.ClientConfig{
		Endpoint: environment(t, "KIT_URL"), Key: environment(t, "KIT_OPERATOR_KEY"), Timeout: late,
	})
	kind = "go-" + strings.ToLower(rand.Text())
	agent := &v1.Agent{
		AgentId: kind,
		Roles:   []v1.AgentRole{v1.AgentRole_AGENT_ROLE_EXECUTOR},
		Tools:   []*v1.AgentTool{{Name: "act", TaskType: kind}},
	}
	if _, err := client.Agents().Register(t.Context(), agent); err != nil {
		t.Fatal(err)
	}
	return client, kind
}

// work runs a worker of the operator. What is returned ends it.
func work(t *testing.T, config asyncgate.WorkerConfig) (stop func()) {
	t.Helper()
	config.Endpoint, config.Key = environment(t, "KIT_URL"), environment(t, "KIT_OPERATOR_KEY")
	worker, err := asyncgate.NewWorker(config)
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- worker.Run(context.Background()) }()
	stop = func() { worker.Shutdown(context.Background()) }
	t.Cleanup(stop)
	return stop
}

func reasonIs(t *testing.T, err error, wanted v1.ErrorReason) *asyncgate.Error {
	t.Helper()
	var refused *asyncgate.Error
	if !errors.As(err, &refused) || refused.Reason != wanted {
		t.Fatalf("it is %v, and not refused with %v", err, wanted)
	}
	return refused
}

func TestAnAgentIsPresentInASessionWithAWorkerInIt(t *testing.T) {
	t.Parallel()
	client, kind := operator(t)
	agents, ctx := client.Agents(), t.Context()
	required := asyncgate.Delegation{Preflight: v1.Preflight_PREFLIGHT_REQUIRED}
	_, err := agents.Delegate(ctx, kind, required)
	reasonIs(t, err, v1.ErrorReason_ERROR_REASON_PREFLIGHT_FAILED)
	session, err := agents.OpenSession(ctx, asyncgate.NewAgentSession{AgentID: kind, Name: kind, TTL: 2 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	_, err = agents.OpenSession(ctx, asyncgate.NewAgentSession{AgentID: kind, Name: kind})
	by := reasonIs(t, err, v1.ErrorReason_ERROR_REASON_SESSION_COLLISION).Detail.GetAgentSession()
	if by.GetAgentSessionId() != session.ID || !proto.Equal(by.GetHolder(), session.Session.GetHolder()) ||
		!by.GetExpireTime().AsTime().After(session.Session.GetCreateTime().AsTime()) {
		t.Fatalf("the name is held by %v", by)
	}
	stop := work(t, asyncgate.WorkerConfig{
		AgentSession: session.ID, Capabilities: []string{"agent:" + kind},
		Handlers: asyncgate.Handlers{kind: func(context.Context, *asyncgate.Job) (any, error) { return "done", nil }},
	})
	given, err := agents.Delegate(ctx, kind, asyncgate.Delegation{})
	if err != nil {
		t.Fatal(err)
	}
	if result, err := asyncgate.Result[string](ctx, client, given.TaskID); err != nil || result != "done" {
		t.Fatalf("%q, %v", result, err)
	}
	types := []v1.ReceiptType{v1.ReceiptType_RECEIPT_TYPE_TASK_ACCEPTED}
	accepted := &v1.ListReceiptsRequest{TaskId: given.TaskID, Types: types}
	for receipt, err := range client.Receipts(ctx, accepted) {
		if err != nil || receipt.GetBody().GetTaskAccepted().GetAgentSession().GetAgentSessionId() != session.ID {
			t.Fatalf("it was accepted by %v, %v", receipt, err)
		}
	}
	// The end of the stream is the session's, and it is noticed.
	stop()
	receive(t, "the end of the session", session.Done())
	reasonIs(t, session.Err(), v1.ErrorReason_ERROR_REASON_AGENT_SESSION_NOT_FOUND)
	if err := session.Close(ctx, "it has ended already"); err != nil {
		t.Fatal(err)
	}
}

func names(t *testing.T, client *asyncgate.Client, agentID string) []string {
	t.Helper()
	found := []string{}
	for session, err := range client.Agents().Sessions(t.Context(), &v1.ListAgentSessionsRequest{AgentId: agentID}) {
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, session.GetName())
	}
	return found
}

func TestASessionIsKeptForLongerThanItsTTLUntilItIsClosed(t *testing.T) {
	t.Parallel()
	client, kind := operator(t)
	open := func(name string, isNotKept bool) *asyncgate.OpenedAgentSession {
		session, err := client.Agents().OpenSession(t.Context(), asyncgate.NewAgentSession{
			AgentID: kind, Name: name, TTL: time.Second, IsNotKept: isNotKept,
		})
		if err != nil {
			t.Fatal(err)
		}
		return session
	}
	kept, left := open(kind, false), open(kind+"-left", true)
	// The control: a session that is not kept ends by itself.
	for slices.Contains(names(t, client, kind), kind+"-left") {
		time.Sleep(50 * time.Millisecond)
	}
	if open := names(t, client, kind); !slices.Equal(open, []string{kind}) {
		t.Fatalf("%v are open", open)
	}
	if _, err := left.Keep(t.Context()); err == nil {
		t.Fatal("a session that has ended is kept")
	}
	if answer, err := kept.Keep(t.Context()); err != nil || answer.GetLeases() != 0 || kept.Err() != nil {
		t.Fatalf("%v, %v, %v", answer, err, kept.Err())
	}
	if err := kept.Close(t.Context(), "done for today"); err != nil {
		t.Fatal(err)
	}
	receive(t, "the end of the session", kept.Done())
	if left := names(t, client, kind); len(left) != 0 || kept.Err() != nil {
		t.Fatalf("%v, %v", left, kept.Err())
	}
}

func TestAnAgentThatIsNotThereFailsItsCheckUnlessAnOperatorLetsItPass(t *testing.T) {
	t.Parallel()
	client, kind := operator(t)
	which := &v1.CheckAgentsRequest{AgentIds: []string{kind}, Strict: true}
	for _, expected := range []bool{false, true} {
		answer, err := client.Agents().Check(t.Context(), which)
		if err != nil || answer.GetPassed() != expected {
			t.Fatalf("%v, %v", answer, err)
		}
		if err := client.Agents().OverridePreflight(t.Context(), kind, time.Minute, "it is well"); err != nil {
			t.Fatal(err)
		}
	}
	created, err := client.CreateTask(t.Context(), asyncgate.NewTask{
		Type: kind, Capabilities: []string{"agent:" + kind}, Preflight: v1.Preflight_PREFLIGHT_REQUIRED,
	})
	if err != nil || created.Task.GetPreflight() != v1.Preflight_PREFLIGHT_REQUIRED {
		t.Fatalf("%v, %v", created, err)
	}
}

func TestWorkThatIsHandedOverMustFulfillTheContractThatItNames(t *testing.T) {
	t.Parallel()
	client, kind := operator(t)
	contract := &v1.HandOffContract{Name: kind, Required: []*v1.RequiredArtifact{{Kind: "sources", Min: 1}}}
	put, err := client.Agents().PutContract(t.Context(), contract)
	if err != nil || !put.GetChanged() || put.GetContract().GetVersion() != 1 {
		t.Fatalf("%v, %v", put, err)
	}
	if read, err := client.Agents().Contract(t.Context(), kind); err != nil || !proto.Equal(read, put.GetContract()) {
		t.Fatalf("%v, %v", read, err)
	}
	isListed := false
	for one, err := range client.Agents().Contracts(t.Context()) {
		isListed = isListed || err == nil && one.GetName() == kind
	}
	refused := make(chan error, 1)
	work(t, asyncgate.WorkerConfig{
		Handlers: asyncgate.Handlers{kind: func(_ context.Context, job *asyncgate.Job) (any, error) {
			if job.Task.GetAttempt() == 1 {
				return nil, asyncgate.HandOff{Queue: "elsewhere", Contract: kind}
			}
			sources := []*v1.Artifact{{Kind: "sources", Uri: "https://example.org/sources"}}
			return asyncgate.Done{Artifacts: sources, Next: []asyncgate.NewTask{{Type: kind + "-next"}}, Contract: kind}, nil
		}},
		OnEvent: func(event asyncgate.Event) {
			if one, ok := event.(asyncgate.RefusedEvent); ok {
				refused <- one.Err
			}
		},
	})
	soon := &v1.RetryPolicy{InitialInterval: durationpb.New(10 * time.Millisecond)}
	created, err := client.CreateTask(t.Context(), asyncgate.NewTask{Type: kind, Retry: soon})
	if err != nil {
		t.Fatal(err)
	}
	task, err := client.AwaitTaskFor(t.Context(), created.TaskID, late)
	if err != nil || task.GetState() != v1.TaskState_TASK_STATE_SUCCEEDED || task.GetAttempt() != 2 || !isListed {
		t.Fatalf("%v, %v, %v", task, err, isListed)
	}
	reasonIs(t, receive(t, "the refusal", refused), v1.ErrorReason_ERROR_REASON_OUTCOME_INCOMPLETE)
}
