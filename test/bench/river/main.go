// Program bench-river adds jobs to River or works on them, with its own library as its documentation describes. It takes
// orders as lines of JSON on stdin and answers each with a line on stdout, as the other helpers do over IPC.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
)

type order struct {
	ID    int             `json:"id"`
	Name  string          `json:"name"`
	Given json.RawMessage `json:"given"`
}

type done struct {
	ID      int    `json:"id"`
	Failure string `json:"failure,omitempty"`
}

// Fields of all orders; each uses some of them.
type given struct {
	DatabaseURL         string `json:"databaseUrl"`
	Pool                int32  `json:"pool"`
	MaxWorkers          int    `json:"maxWorkers"`
	FetchCooldownMs     int    `json:"fetchCooldownMs"`
	FetchPollIntervalMs int    `json:"fetchPollIntervalMs"`
	Tasks               int    `json:"tasks"`
	Batch               int    `json:"batch"`
	Callers             int    `json:"callers"`
	Text                string `json:"text"`
}

type jobArgs struct {
	Text string `json:"text"`
}

func (jobArgs) Kind() string { return "bench" }

type jobWorker struct {
	river.WorkerDefaults[jobArgs]
	handled *counter
}

func (w *jobWorker) Work(context.Context, *river.Job[jobArgs]) error {
	w.handled.add()
	return nil
}

// counter counts handled jobs and tells when a goal is reached.
type counter struct {
	mutex   sync.Mutex
	count   int
	goal    int
	reached chan struct{}
}

func (c *counter) add() {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.count++
	c.tell()
}

func (c *counter) reset() {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.count, c.reached = 0, nil
}

func (c *counter) until(goal int) <-chan struct{} {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	reached := make(chan struct{})
	c.goal, c.reached = goal, reached
	c.tell()
	return reached
}

func (c *counter) tell() {
	if c.reached != nil && c.count >= c.goal {
		close(c.reached)
		c.reached = nil
	}
}

type helper struct {
	pool    *pgxpool.Pool
	client  *river.Client[pgx.Tx]
	handled counter
}

func main() {
	var answers sync.Mutex
	help := &helper{}
	encoder := json.NewEncoder(os.Stdout)
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		var next order
		if err := json.Unmarshal(lines.Bytes(), &next); err != nil {
			panic(err)
		}
		// Orders may overlap: one waits for jobs while another adds them.
		go func() {
			answer := done{ID: next.ID}
			if err := help.carryOut(context.Background(), next); err != nil {
				answer.Failure = err.Error()
			}
			answers.Lock()
			defer answers.Unlock()
			if err := encoder.Encode(answer); err != nil {
				panic(err)
			}
		}()
	}
}

func (h *helper) carryOut(ctx context.Context, order order) error {
	var with given
	if len(order.Given) > 0 {
		if err := json.Unmarshal(order.Given, &with); err != nil {
			return err
		}
	}
	switch order.Name {
	case "connectToAdd":
		return h.connectToAdd(ctx, with)
	case "add":
		return h.add(ctx, with)
	case "run":
		return h.run(ctx, with)
	case "startCounting":
		h.handled.reset()
		return nil
	case "untilHandled":
		<-h.handled.until(with.Tasks)
		return nil
	case "stop":
		return h.client.Stop(ctx)
	}
	return fmt.Errorf("there is no order %q", order.Name)
}

func (h *helper) open(ctx context.Context, with given, config *river.Config) error {
	poolConfig, err := pgxpool.ParseConfig(with.DatabaseURL)
	if err != nil {
		return err
	}
	poolConfig.MaxConns = with.Pool
	if h.pool, err = pgxpool.NewWithConfig(ctx, poolConfig); err != nil {
		return err
	}
	// It logs no line per job, and neither does our server.
	config.Logger = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	h.client, err = river.NewClient(riverpgxv5.New(h.pool), config)
	return err
}

func (h *helper) connectToAdd(ctx context.Context, with given) error {
	if err := h.open(ctx, with, &river.Config{}); err != nil {
		return err
	}
	migrator, err := rivermigrate.New(riverpgxv5.New(h.pool), nil)
	if err != nil {
		return err
	}
	_, err = migrator.Migrate(ctx, rivermigrate.DirectionUp, nil)
	return err
}

func (h *helper) add(ctx context.Context, with given) error {
	args := jobArgs{Text: with.Text}
	var left atomic.Int64
	left.Store(int64(with.Tasks))
	failures := make(chan error, with.Callers)
	for range with.Callers {
		go func() { failures <- h.addInTurn(ctx, args, with.Batch, &left) }()
	}
	for range with.Callers {
		if err := <-failures; err != nil {
			return err
		}
	}
	return nil
}

// addInTurn is one caller: it waits for each answer before it calls again.
func (h *helper) addInTurn(ctx context.Context, args jobArgs, batch int, left *atomic.Int64) error {
	for {
		// The last call of all adds what is left.
		count := min(int64(batch), left.Add(-int64(batch))+int64(batch))
		if count <= 0 {
			return nil
		}
		if batch == 1 {
			if _, err := h.client.Insert(ctx, args, nil); err != nil {
				return err
			}
			continue
		}
		jobs := make([]river.InsertManyParams, count)
		for place := range jobs {
			jobs[place] = river.InsertManyParams{Args: args}
		}
		if _, err := h.client.InsertMany(ctx, jobs); err != nil {
			return err
		}
	}
}

func (h *helper) run(ctx context.Context, with given) error {
	workers := river.NewWorkers()
	river.AddWorker(workers, &jobWorker{handled: &h.handled})
	config := &river.Config{
		Queues:            map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: with.MaxWorkers}},
		Workers:           workers,
		FetchCooldown:     time.Duration(with.FetchCooldownMs) * time.Millisecond,
		FetchPollInterval: time.Duration(with.FetchPollIntervalMs) * time.Millisecond,
	}
	if err := h.open(ctx, with, config); err != nil {
		return err
	}
	return h.client.Start(ctx)
}
