package asyncgate_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	asyncgate "github.com/asyncgate/asyncgate/clients/go"
	"github.com/asyncgate/asyncgate/clients/go/wait"
	v1 "github.com/asyncgate/asyncgate/gen/go/asyncgate/v1"
)

func ExampleDo() {
	client, err := asyncgate.NewClient(asyncgate.ClientConfig{Endpoint: "http://localhost:7171", Key: "…"})
	if err != nil {
		panic(err)
	}
	task := asyncgate.NewTask{Type: "sum", Payload: []int{1, 2, 3}}
	sum, err := asyncgate.Do[int](context.Background(), client, task)
	var ended *asyncgate.TaskEndedError
	switch {
	case errors.As(err, &ended):
		fmt.Println("it failed or was canceled:", ended.Task.GetOutcome().GetError().GetMessage())
	case asyncgate.ReasonOf(err) == v1.ErrorReason_ERROR_REASON_PERMISSION_DENIED:
		fmt.Println("the key may not create tasks")
	case err != nil:
		panic(err)
	}
	fmt.Println(sum)
}

func ExampleTyped() {
	sum := func(_ context.Context, _ *asyncgate.Job, numbers []int) (int, error) {
		total := 0
		for _, number := range numbers {
			total += number
		}
		return total, nil
	}
	_ = asyncgate.Handlers{"sum": asyncgate.Typed(sum)}
}

// A handler that pays for an order asks for approval, waits for the payment, and goes on when it has come.
func ExampleSuspend() {
	_ = asyncgate.Handler(func(_ context.Context, job *asyncgate.Job) (any, error) {
		if paid := job.WaitResult("paid"); paid != nil {
			return paid.GetStatus() == v1.ConditionStatus_CONDITION_STATUS_MET, nil
		}
		if job.Answer("approve") == nil {
			return nil, asyncgate.Ask{
				Title: "May this be paid?", Options: asyncgate.Options("yes", "no"), Name: "approve",
			}
		}
		return nil, asyncgate.Suspend{
			Wait: wait.AllOf(wait.AnyOf(wait.Signal("").Named("paid"), wait.After(24*time.Hour))),
		}
	})
}

func ExampleClient_WatchTask() {
	client, err := asyncgate.NewClient(asyncgate.ClientConfig{Endpoint: "http://localhost:7171", Key: "…"})
	if err != nil {
		panic(err)
	}
	for news, err := range client.WatchTask(context.Background(), asyncgate.Named("reports/nightly"), 0) {
		if err != nil {
			panic(err)
		}
		fmt.Println(news.GetTask().GetState(), news.GetTask().GetProgress().GetMessage())
	}
}
