package asyncgate

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	v1 "github.com/asyncgate/asyncgate/gen/go/asyncgate/v1"
	"google.golang.org/grpc"
)

const (
	defaultSlots       = 10
	slotsMax           = 10_000
	defaultDrainWithin = 30 * time.Second
)

// Several attempts within the grace of a session, and few when a server is away for long.
var defaultReconnect = Backoff{Initial: 100 * time.Millisecond, Multiplier: 2, Max: 3 * time.Second}

// WorkerConfig says what a worker does. Endpoint or Endpoints, and Handlers, are required, and Key unless TLS has a
// certificate to come with.
type WorkerConfig struct {
	// Endpoint is the server, as http://host:port or https://host:port.
	Endpoint string
	// Endpoints are several servers: after a break the next one is used.
	Endpoints []string
	// Key is the API key. If empty, the server knows the caller by the certificate in TLS.
	Key string
	// Handlers by type of task. The worker takes only these types.
	Handlers Handlers
	// Slots is how many tasks run at once. If 0, 10.
	Slots int
	// Queues to take from. If empty, "default".
	Queues       []string
	Capabilities []string
	// Name, Instance and Version are for people. If Instance is empty, host and process id.
	Name, Instance, Version string
	// LeaseTTL is how long leases last without a heartbeat. If 0, the server decides.
	LeaseTTL time.Duration
	// AgentSession is the id of an agent's session, which the worker keeps alive and works in. It ends with the worker.
	AgentSession string
	// ReportStart records the start of each task, which costs a receipt and a write a task.
	ReportStart bool
	// DrainWithin is how long running tasks have to finish when the context of Run ends. If 0, 30 s; if negative, none.
	DrainWithin time.Duration
	// Reconnect says how long to wait before the next stream. If nil, up to 100 ms at first, and up to 3 s later.
	Reconnect *Backoff
	// Tracing runs handlers in spans: otelasyncgate.New(). If nil, they run in none.
	Tracing Tracing
	// TLS is for endpoints with https. If nil, the authorities of the system are trusted.
	TLS         *tls.Config
	DialOptions []grpc.DialOption
	// OnEvent gets everything that happens, one event at a time, in place of Logger.
	OnEvent func(Event)
	// Logger gets everything that happens. If nil, slog.Default().
	Logger *slog.Logger
}

// Worker does tasks until it is stopped.
type Worker struct {
	config    WorkerConfig
	requestID string
	requests  atomic.Uint64
	events    chan Event
	stopped   chan struct{}
	// Ends when the worker closes, and with it the pause before a stream.
	closing context.Context
	close   context.CancelFunc
	// Of handlers and streams: the values of Run's context, and not its end.
	base context.Context

	mu          sync.Mutex
	outbox      *outbox
	clock       leaseClock
	held        map[string]*held
	clients     map[string]*Client
	stats       Stats
	running     int
	stream      *stream
	resumeToken string
	// Streams that failed since the last acknowledged heartbeat.
	failures int
	// How far the worker is: it has begun, takes nothing new, has said bye, has ended.
	hasBegun, isDraining, isClosing, hasEnded bool
}

// NewWorker returns an error only for a faulty configuration: Run connects.
func NewWorker(config WorkerConfig) (*Worker, error) {
	if err := config.complete(); err != nil {
		return nil, err
	}
	w := &Worker{
		config:    config,
		requestID: rand.Text(),
		events:    make(chan Event, eventsWaitingMax),
		stopped:   make(chan struct{}),
		outbox:    newOutbox(),
		held:      map[string]*held{},
		clients:   map[string]*Client{},
		stats:     Stats{Endings: map[Ending]int{}},
	}
	w.closing, w.close = context.WithCancel(context.Background())
	w.clock.onTime = w.leasesExpired
	return w, nil
}

// complete fills in defaults and looks for faults.
func (c *WorkerConfig) complete() error {
	if c.Endpoint != "" {
		c.Endpoints = append([]string{c.Endpoint}, c.Endpoints...)
	}
	if len(c.Endpoints) == 0 || len(c.Handlers) == 0 {
		return errors.New("a worker needs an endpoint and a handler")
	}
	for _, endpoint := range c.Endpoints {
		if _, err := targetOf(endpoint); err != nil {
			return err
		}
	}
	if c.Slots == 0 {
		c.Slots = defaultSlots
	}
	if c.Slots < 0 || c.Slots > slotsMax {
		return fmt.Errorf("slots are from 1 to %d, not %d", slotsMax, c.Slots)
	}
	if c.DrainWithin == 0 {
		c.DrainWithin = defaultDrainWithin
	}
	if c.Reconnect == nil {
		c.Reconnect = &defaultReconnect
	}
	if c.Instance == "" {
		host, _ := os.Hostname()
		c.Instance = host + ":" + strconv.Itoa(os.Getpid())
	}
	c.Tracing = tracingOr(c.Tracing)
	if c.OnEvent == nil {
		logger := c.Logger
		if logger == nil {
			logger = slog.Default()
		}
		c.OnEvent = func(event Event) { event.log(logger) }
	}
	return nil
}

func (c *WorkerConfig) hello() *v1.Hello {
	hello := &v1.Hello{
		WorkerName:   c.Name,
		Instance:     c.Instance,
		Version:      c.Version,
		Capabilities: c.Capabilities,
		Queues:       c.Queues,
		Slots:        int32(c.Slots),
		LeaseTtl:     duration(c.LeaseTTL),
		OmitHolder:   true,

		AgentSessionId: c.AgentSession,
	}
	for kind := range c.Handlers {
		hello.AcceptTypes = append(hello.AcceptTypes, kind)
	}
	slices.Sort(hello.AcceptTypes)
	return hello
}

// Run works until ctx ends. Then the worker drains: it takes nothing new, gives running tasks DrainWithin to finish,
// stops the handlers that are left, and releases their tasks. Run returns nil when that is done, or an *Error if no
// stream can be opened: a wrong key, a missing scope. If a server is away, the worker reconnects.
//
// Handlers get the values of ctx, and not its end. RunWorker drains on SIGTERM.
func (w *Worker) Run(ctx context.Context) error {
	w.mu.Lock()
	if w.hasBegun {
		w.mu.Unlock()
		return errors.New("a worker runs once")
	}
	w.hasBegun = true
	w.base = context.WithoutCancel(ctx)
	w.mu.Unlock()
	delivered := make(chan struct{})
	go func() {
		defer close(delivered)
		for event := range w.events {
			w.config.OnEvent(event)
		}
	}()
	defer context.AfterFunc(ctx, func() { w.drain(max(0, w.config.DrainWithin)) })()
	failed := w.keepSession()
	w.end()
	select {
	case <-delivered:
	case <-time.After(eventsGrace):
		// A log that blocks does not keep the program from ending.
	}
	close(w.stopped)
	if failed != nil {
		return failed
	}
	return nil
}

// Shutdown takes nothing new and gives running tasks until the end of ctx to finish. Then it stops the handlers that
// are left and releases their tasks. It returns when Run does, some seconds after the end of ctx at the latest.
func (w *Worker) Shutdown(ctx context.Context) {
	within := time.Duration(0)
	if deadline, has := ctx.Deadline(); has {
		within = max(0, time.Until(deadline))
	}
	w.startDrain(within)
	defer context.AfterFunc(ctx, w.stopHandlers)()
	w.mu.Lock()
	hasBegun := w.hasBegun
	w.mu.Unlock()
	if hasBegun {
		<-w.stopped
	}
}

// Stats are counts for dashboards and tests.
func (w *Worker) Stats() Stats {
	w.mu.Lock()
	defer w.mu.Unlock()
	stats := w.stats
	stats.Endings = map[Ending]int{}
	for ending, count := range w.stats.Endings {
		stats.Endings[ending] = count
	}
	stats.Running = w.running
	stats.Unanswered = w.outbox.unanswered()
	if w.stream != nil {
		stats.Connected, stats.Credits = w.stream.isOpen, w.stream.credits
	}
	return stats
}

// Ids that are unique across processes: a random prefix and a counter.
func (w *Worker) nextRequestID() string {
	return w.requestID + "-" + strconv.FormatUint(w.requests.Add(1), 36)
}

// client is for calls beside the stream, at the server of the stream. Most workers need none.
func (w *Worker) client() (*Client, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	endpoint := w.config.Endpoints[0]
	if w.stream != nil {
		endpoint = w.stream.endpoint
	}
	if w.hasEnded {
		return nil, errSettled
	}
	if known, ok := w.clients[endpoint]; ok {
		return known, nil
	}
	client, err := NewClient(ClientConfig{
		Endpoint: endpoint, Key: w.config.Key, TLS: w.config.TLS, DialOptions: w.config.DialOptions,
		Tracing: w.config.Tracing,
	})
	if err == nil {
		w.clients[endpoint] = client
	}
	return client, err
}

// From here on, all is called with the lock.

// put returns false if the item fits into no frame.
func (w *Worker) put(item *item) bool {
	isPut := w.outbox.put(item)
	w.wakeWriter()
	return isPut
}

func (w *Worker) wakeWriter() {
	if w.stream != nil {
		w.stream.wakeWriter()
	}
}

func (w *Worker) emit(event Event) {
	if w.hasEnded {
		return
	}
	select {
	case w.events <- event:
	default:
		w.stats.EventsDropped++
	}
}

// changed: a slot may be free, or nothing may be left to do.
func (w *Worker) changed() {
	w.closeIfIdle()
	w.wakeWriter()
}
