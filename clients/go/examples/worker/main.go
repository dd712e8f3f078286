// Works on tasks of two types until SIGTERM. The API key must be able to work on tasks.
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"syscall"
	"time"

	asyncgate "github.com/asyncgate/asyncgate/clients/go"
)

type person struct {
	Name string `json:"name"`
}

type page struct {
	URL string `json:"url"`
}

func greet(_ context.Context, _ *asyncgate.Job, who person) (map[string]string, error) {
	return map[string]string{"greeting": fmt.Sprintf("Hello, %s!", who.Name)}, nil
}

func fetch(ctx context.Context, _ *asyncgate.Job, page page) (map[string]int64, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, page.URL, nil)
	if err != nil {
		return nil, asyncgate.NonRetryable{Err: err}
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	switch {
	case answer.StatusCode == http.StatusNotFound:
		return nil, asyncgate.NonRetryable{Err: fmt.Errorf("there is nothing at %s", page.URL)}
	case answer.StatusCode != http.StatusOK:
		return nil, asyncgate.RetryAfter{After: time.Minute, Err: fmt.Errorf("%s answered %s", page.URL, answer.Status)}
	}
	length, err := io.Copy(io.Discard, answer.Body)
	return map[string]int64{"length": length}, err
}

func main() {
	config := asyncgate.WorkerConfig{
		Endpoint: os.Getenv("ASYNCGATE_URL"),
		Key:      os.Getenv("ASYNCGATE_API_KEY"),
		Handlers: asyncgate.Handlers{"greet": asyncgate.Typed(greet), "fetch": asyncgate.Typed(fetch)},
		Slots:    8,
	}
	if err := asyncgate.RunWorker(context.Background(), config, syscall.SIGTERM, os.Interrupt); err != nil {
		log.Fatal(err)
	}
}
