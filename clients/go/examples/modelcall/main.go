// A long model call as a task: progress, streamed output, a checkpoint to go on from, a question to a person, and
// cancellation that ends the call at once.
//
// The model is a script, so that the example runs without a key to one. The API key must be able to create tasks, to
// work on them and to answer questions, as that of an operator. The first worker stops soon, as in a deployment, and
// the second one goes on where it stopped; it asks its owner whether the text may be published. A second task is
// canceled.
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"strings"
	"time"

	asyncgate "github.com/asyncgate/asyncgate/clients/go"
	v1 "github.com/asyncgate/asyncgate/gen/go/asyncgate/v1"
	"google.golang.org/protobuf/proto"
)

var vocabulary = strings.Fields("a lease is the right to work on one task until a point in time and")

// model streams the words that come after those that were written already.
func model(ctx context.Context, written, words int) <-chan string {
	stream := make(chan string)
	go func() {
		defer close(stream)
		for i := written; i < words; i++ {
			select {
			case <-time.After(20 * time.Millisecond):
			case <-ctx.Done():
				return
			}
			select {
			case stream <- vocabulary[i%len(vocabulary)]:
			case <-ctx.Done():
				return
			}
		}
	}()
	return stream
}

type assignment struct {
	Prompt string `json:"prompt"`
	Words  int    `json:"words"`
}

// draft is the checkpoint: what the next holder needs to continue.
type draft struct {
	Written   []string `json:"written"`
	ResumedAt int      `json:"resumedAt"`
}

func write(ctx context.Context, job *asyncgate.Job, wanted assignment) (*draft, error) {
	text := &draft{}
	if err := job.Checkpoint(text); err != nil {
		return nil, err
	}
	if answer := job.Answer("publish"); answer != nil {
		return publish(text, answer)
	}
	text.ResumedAt = len(text.Written)
	tokens := job.Output("tokens")
	for word := range model(ctx, len(text.Written), wanted.Words) {
		text.Written = append(text.Written, word)
		// Neither is waited for: reports that come faster than they are sent are merged.
		job.Progress(asyncgate.Note{
			Percent: proto.Float64(100 * float64(len(text.Written)) / float64(wanted.Words)),
			Message: fmt.Sprintf("%d words", len(text.Written)),
		})
		job.SaveCheckpoint(text)
		if _, err := fmt.Fprint(tokens, word, " "); err != nil {
			return nil, err
		}
	}
	if stop := asyncgate.StopOf(ctx); stop != nil {
		// Here a real call would be ended, so that it costs nothing more. The checkpoint goes with the task.
		fmt.Printf("stopped after %d words: %s\n", len(text.Written), stop.Why)
		return nil, stop
	}
	return nil, asyncgate.Ask{
		Title:      "May this be published?",
		Options:    asyncgate.Options("yes", "no"),
		Name:       "publish",
		Checkpoint: text,
		// This example has one key for all, so its worker and its owner are the same principal.
		AskerMayAnswer: true,
	}
}

func publish(text *draft, answer *v1.InputResult) (*draft, error) {
	var decision string
	if err := asyncgate.DecodeAnswer(answer, &decision); err != nil {
		return nil, err
	}
	if decision != "yes" {
		return nil, asyncgate.NonRetryable{Err: fmt.Errorf("it may not be published: %s", decision), Type: "Rejected"}
	}
	return text, nil
}

func main() {
	if err := show(context.Background()); err != nil {
		log.Fatal(err)
	}
}

func show(ctx context.Context) error {
	endpoint, key := os.Getenv("ASYNCGATE_URL"), os.Getenv("ASYNCGATE_API_KEY")
	client, err := asyncgate.NewClient(asyncgate.ClientConfig{Endpoint: endpoint, Key: key})
	if err != nil {
		return err
	}
	defer client.Close()
	first := startWorker(endpoint, key)
	created, err := client.CreateTask(ctx, asyncgate.NewTask{
		Type: "model.write", Payload: assignment{"What is a lease?", 200},
	})
	if err != nil {
		return err
	}
	if err := waitForProgress(ctx, client, created.TaskID); err != nil {
		return err
	}
	first()
	stopSecond := startWorker(endpoint, key)
	defer stopSecond()
	if err := answerQuestion(ctx, client, created.TaskID); err != nil {
		return err
	}
	text, err := asyncgate.Result[draft](ctx, client, created.TaskID)
	if err != nil {
		return err
	}
	fmt.Printf("resumed after %d words, and wrote %d\n", text.ResumedAt, len(text.Written))
	if err := readTokens(ctx, client, created.TaskID); err != nil {
		return err
	}
	return cancelOne(ctx, client)
}

// readTokens reads what the second holder has streamed; with Follow, it would have been read as it came.
func readTokens(ctx context.Context, client *asyncgate.Client, taskID string) error {
	var streamed []byte
	for part, err := range client.ReadOutput(ctx, taskID, asyncgate.OutputRange{Stream: "tokens"}) {
		if err != nil {
			return err
		}
		streamed = append(streamed, part.GetData()...)
	}
	fmt.Printf("streamed %d words after that\n", len(strings.Fields(string(streamed))))
	return nil
}

// startWorker returns what stops it at once.
func startWorker(endpoint, key string) func() {
	worker, err := asyncgate.NewWorker(asyncgate.WorkerConfig{
		Endpoint: endpoint,
		Key:      key,
		Handlers: asyncgate.Handlers{"model.write": asyncgate.Typed(write)},
	})
	if err != nil {
		log.Fatal(err)
	}
	go func() {
		if err := worker.Run(context.Background()); err != nil {
			log.Print(err)
		}
	}()
	return func() {
		now, cancel := context.WithCancel(context.Background())
		cancel()
		worker.Shutdown(now)
	}
}

func waitForProgress(ctx context.Context, client *asyncgate.Client, taskID string) error {
	for news, err := range client.WatchTask(ctx, taskID, 0) {
		if err != nil || news.GetTask().GetProgress().GetPercent() > 0 {
			return err
		}
	}
	return fmt.Errorf("task %s has ended without progress", taskID)
}

// answerQuestion waits until the task asks, and answers.
func answerQuestion(ctx context.Context, client *asyncgate.Client, taskID string) error {
	for news, err := range client.WatchTask(ctx, taskID, 0) {
		if err != nil {
			return err
		}
		question := news.GetTask().GetQuestion()
		if question == nil {
			continue
		}
		fmt.Println("asked:", question.GetQuestion().GetTitle())
		_, err = client.Answer(ctx, taskID, question.GetInputId(), asyncgate.Answer{Value: "yes"})
		return err
	}
	return fmt.Errorf("task %s has ended without a question", taskID)
}

func cancelOne(ctx context.Context, client *asyncgate.Client) error {
	unwanted, err := client.CreateTask(ctx, asyncgate.NewTask{
		Type: "model.write", Payload: assignment{"What is a fence?", 3_000},
	})
	if err != nil {
		return err
	}
	if err := waitForProgress(ctx, client, unwanted.TaskID); err != nil {
		return err
	}
	cancel := asyncgate.Cancel{Reason: "the user has left", GracePeriod: 30 * time.Second}
	if _, err := client.CancelTask(ctx, unwanted.TaskID, cancel); err != nil {
		return err
	}
	ended, err := client.AwaitTask(ctx, unwanted.TaskID)
	fmt.Println("the second task is", ended.GetState())
	return err
}
