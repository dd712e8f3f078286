package asyncgate_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	asyncgate "github.com/asyncgate/asyncgate/clients/go"
	v1 "github.com/asyncgate/asyncgate/gen/go/asyncgate/v1"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/durationpb"
)

// scriptedWork is a server whose worker streams a test scripts frame by frame. Heartbeats are acknowledged by
// themselves, unless it is deaf.
type scriptedWork struct {
	v1.UnimplementedWorkerServiceServer
	welcome *v1.Welcome
	streams chan *scriptedStream
}

type scriptedStream struct {
	hello  *v1.Hello
	frames chan *v1.WorkRequest
	send   func(*v1.WorkResponse)
	// Ends the stream without a status that says why.
	cut func()

	mu         sync.Mutex
	isDeaf     bool
	heartbeats int
	// When the last heartbeat that was acknowledged arrived.
	acknowledgedAt time.Time
}

func (s *scriptedWork) Work(rpc grpc.BidiStreamingServer[v1.WorkRequest, v1.WorkResponse]) error {
	first, err := rpc.Recv()
	if err != nil {
		return err
	}
	over := make(chan struct{})
	var sending sync.Mutex
	stream := &scriptedStream{
		hello:  first.GetHello(),
		frames: make(chan *v1.WorkRequest, 10_000),
		cut:    sync.OnceFunc(func() { close(over) }),
	}
	stream.send = func(frame *v1.WorkResponse) {
		sending.Lock()
		defer sending.Unlock()
		_ = rpc.Send(frame)
	}
	stream.send(&v1.WorkResponse{Welcome: s.welcome})
	s.streams <- stream
	go func() {
		defer stream.cut()
		for {
			frame, err := rpc.Recv()
			if err != nil {
				return
			}
			if heartbeat := frame.GetHeartbeat(); heartbeat != nil {
				stream.acknowledge(heartbeat)
				continue
			}
			stream.frames <- frame
		}
	}()
	<-over
	return nil
}

func (s *scriptedStream) acknowledge(heartbeat *v1.Heartbeat) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.heartbeats++
	if !s.isDeaf {
		s.acknowledgedAt = time.Now()
		s.send(&v1.WorkResponse{HeartbeatAck: &v1.HeartbeatAck{Sequence: heartbeat.GetSequence()}})
	}
}

func (s *scriptedStream) counted() (int, time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.heartbeats, s.acknowledgedAt
}

func (s *scriptedStream) offer(ids ...string) {
	frame := &v1.WorkResponse{}
	for _, id := range ids {
		frame.Offers = append(frame.Offers, &v1.Offer{Leased: &v1.LeasedTask{
			Task:  &v1.Task{TaskId: id, Type: "work", Attempt: 1},
			Lease: &v1.Lease{LeaseId: id, TaskId: id, Token: "token-" + id},
		}})
	}
	s.send(frame)
}

func (s *scriptedStream) answer(requestID string, refused *v1.ErrorDetail) {
	settled := &v1.Settled{RequestId: requestID, Result: &v1.Settled_Completed{Completed: &v1.CompleteTaskResponse{}}}
	if refused != nil {
		settled.Result = &v1.Settled_Error{Error: refused}
	}
	s.send(&v1.WorkResponse{Settled: []*v1.Settled{settled}})
}

// await is the first frame for which find finds something.
func await[T any](t *testing.T, s *scriptedStream, find func(*v1.WorkRequest) []T) []T {
	t.Helper()
	for {
		select {
		case frame := <-s.frames:
			if found := find(frame); len(found) > 0 {
				return found
			}
		case <-time.After(late):
			t.Fatal("no such frame came")
		}
	}
}

// startScripted runs a worker against a scripted server. Sessions last for an hour, unless the test says otherwise.
func startScripted(
	t *testing.T, welcome *v1.Welcome, config asyncgate.WorkerConfig, handler asyncgate.Handler,
) (*scriptedWork, *asyncgate.Worker) {
	t.Helper()
	full := &v1.Welcome{
		SessionId:         "s",
		ResumeToken:       "resume",
		HeartbeatInterval: durationpb.New(time.Second),
		Ttl:               durationpb.New(time.Hour),
		ResumeGrace:       durationpb.New(time.Hour),
		Leases:            welcome.GetLeases(),
	}
	if welcome.GetTtl() != nil {
		full.Ttl, full.HeartbeatInterval = welcome.GetTtl(), welcome.GetHeartbeatInterval()
	}
	script := &scriptedWork{welcome: full, streams: make(chan *scriptedStream, 10)}
	config.Endpoint, _ = serve(t, func(server *grpc.Server) { v1.RegisterWorkerServiceServer(server, script) })
	config.Handlers = asyncgate.Handlers{"work": handler}
	config.Reconnect = &asyncgate.Backoff{Initial: 10 * time.Millisecond, Multiplier: 10, Max: time.Second}
	if config.OnEvent == nil {
		config.OnEvent = func(asyncgate.Event) {}
	}
	worker, err := asyncgate.NewWorker(config)
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = worker.Run(context.Background()) }()
	t.Cleanup(func() {
		now, cancel := context.WithCancel(context.Background())
		cancel()
		// The server stops as well, so the test does not wait for it.
		go worker.Shutdown(now)
	})
	return script, worker
}

func next(t *testing.T, script *scriptedWork) *scriptedStream {
	t.Helper()
	select {
	case stream := <-script.streams:
		return stream
	case <-time.After(late):
		t.Fatal("no stream came")
		return nil
	}
}

func receive[T any](t *testing.T, what string, from <-chan T) T {
	t.Helper()
	select {
	case value := <-from:
		return value
	case <-time.After(late):
		t.Fatalf("%s did not come", what)
		panic("unreachable")
	}
}

var anHour = &v1.Welcome{}

func completes(frame *v1.WorkRequest) []*v1.CompleteTaskRequest  { return frame.GetCompletes() }
func fails(frame *v1.WorkRequest) []*v1.FailTaskRequest          { return frame.GetFails() }
func releases(frame *v1.WorkRequest) []*v1.ReleaseLeaseRequest   { return frame.GetReleases() }
func progress(frame *v1.WorkRequest) []*v1.ReportProgressRequest { return frame.GetProgress() }
func outputs(frame *v1.WorkRequest) []*v1.AppendOutputRequest    { return frame.GetOutputs() }

// Not in parallel: it takes all the time of the processors.
func TestHandlersThatComputeWithoutAPauseAndALogThatBlocksStopNoHeartbeat(t *testing.T) {
	welcome := &v1.Welcome{Ttl: durationpb.New(time.Hour), HeartbeatInterval: durationpb.New(time.Second)}
	handlers := runtime.GOMAXPROCS(0) + 1
	end := make(chan struct{})
	blocked := make(chan struct{})
	t.Cleanup(func() { close(blocked) })
	onEvent := func(asyncgate.Event) { <-blocked }
	script, worker := startScripted(t, welcome, asyncgate.WorkerConfig{Slots: handlers, OnEvent: onEvent},
		func(context.Context, *asyncgate.Job) (any, error) {
			for {
				select {
				case <-end:
					return nil, nil
				default:
				}
			}
		})
	stream := next(t, script)
	// More events than may wait.
	flood := &v1.WorkResponse{}
	for range 5_000 {
		flood.Directives = append(flood.Directives, &v1.Directive{
			Directive: &v1.Directive_LeaseLimit{LeaseLimit: &v1.LeaseLimitDirective{}},
		})
	}
	stream.send(flood)
	for i := range handlers {
		stream.offer(fmt.Sprint(i))
	}
	deadline := time.After(late)
	for begin, _ := stream.counted(); ; {
		if count, _ := stream.counted(); count >= begin+3 {
			break
		}
		select {
		case <-deadline:
			t.Fatal("the heartbeats have stopped")
		case <-time.After(10 * time.Millisecond):
		}
	}
	if worker.Stats().EventsDropped == 0 {
		t.Error("the events that did not fit are not counted")
	}
	close(end)
	await(t, stream, completes)
}

func TestALostLeaseIsToldBeforeItsTTLIsOver(t *testing.T) {
	t.Parallel()
	ttl := 10 * time.Second
	welcome := &v1.Welcome{Ttl: durationpb.New(ttl), HeartbeatInterval: durationpb.New(time.Second)}
	told := make(chan time.Time, 1)
	script, _ := startScripted(t, welcome, asyncgate.WorkerConfig{}, func(ctx context.Context, _ *asyncgate.Job) (any, error) {
		<-ctx.Done()
		told <- time.Now()
		return nil, asyncgate.StopOf(ctx)
	})
	stream := next(t, script)
	stream.offer("a")
	for count := 0; count == 0; count, _ = stream.counted() {
		time.Sleep(10 * time.Millisecond)
	}
	stream.mu.Lock()
	stream.isDeaf = true
	stream.mu.Unlock()
	at := receive(t, "the loss", told)
	_, acknowledgedAt := stream.counted()
	if spare := ttl - at.Sub(acknowledgedAt); spare <= 0 {
		t.Fatalf("it was told %v after the TTL was over", -spare)
	}
}

func TestAReportThatWasSentIsSentAgainUnchanged(t *testing.T) {
	t.Parallel()
	resume := make(chan struct{})
	kept := &v1.Welcome{Leases: []*v1.Lease{{LeaseId: "a", Token: "token-a"}}}
	script, _ := startScripted(t, kept, asyncgate.WorkerConfig{}, func(_ context.Context, job *asyncgate.Job) (any, error) {
		job.Progress(asyncgate.Note{Message: "first"})
		<-resume
		for i := range 100 {
			job.Progress(asyncgate.Note{Message: fmt.Sprint("later ", i)})
		}
		return nil, nil
	})
	stream := next(t, script)
	// The lease that the worker does not know is released.
	if released := await(t, stream, releases)[0]; released.GetLeaseToken() != "token-a" {
		t.Fatalf("released %v", released)
	}
	stream.offer("a")
	first := await(t, stream, progress)[0]
	stream.cut()
	second := next(t, script)
	if second.hello.GetResumeToken() != "resume" || strings.Join(second.hello.GetHeld().GetLeaseTokens(), " ") != "token-a" {
		t.Fatalf("resumed by %v", second.hello)
	}
	again := await(t, second, progress)[0]
	if again.GetRequestId() != first.GetRequestId() || again.GetProgress().GetMessage() != "first" {
		t.Fatalf("%v was sent again as %v", first, again)
	}
	close(resume)
	var last *v1.ReportProgressRequest
	for last.GetProgress().GetMessage() != "later 99" {
		for _, report := range await(t, second, progress) {
			last = report
		}
		if last.GetRequestId() == first.GetRequestId() {
			t.Fatal("another report has the same request id")
		}
	}
}

func TestATemporaryRefusalIsRepeatedWithTheSameRequestID(t *testing.T) {
	t.Parallel()
	script, worker := startScripted(t, anHour, asyncgate.WorkerConfig{}, func(context.Context, *asyncgate.Job) (any, error) {
		return "done", nil
	})
	stream := next(t, script)
	stream.offer("a")
	first := await(t, stream, completes)[0]
	stream.answer(first.GetRequestId(), &v1.ErrorDetail{
		Reason: v1.ErrorReason_ERROR_REASON_OVERLOADED, RetryAfter: durationpb.New(time.Millisecond),
	})
	second := await(t, stream, completes)[0]
	if second.GetRequestId() != first.GetRequestId() {
		t.Fatal("it has another request id")
	}
	stream.answer(second.GetRequestId(), nil)
	for worker.Stats().Endings[asyncgate.Completed] == 0 {
		time.Sleep(time.Millisecond)
	}
}

func TestAPanicFailsTheAttemptAndNothingElse(t *testing.T) {
	t.Parallel()
	script, _ := startScripted(t, anHour, asyncgate.WorkerConfig{}, func(_ context.Context, job *asyncgate.Job) (any, error) {
		switch job.Task.GetTaskId() {
		case "panics":
			panic("out of cheese")
		case "exits":
			runtime.Goexit()
		}
		return nil, nil
	})
	stream := next(t, script)
	for _, id := range []string{"panics", "exits"} {
		stream.offer(id)
		failed := await(t, stream, fails)[0]
		if failed.GetLeaseToken() != "token-"+id || failed.GetError().GetType() != "Panic" {
			t.Fatalf("%s: %v", id, failed)
		}
	}
	stream.offer("fine")
	await(t, stream, completes)
}

func TestReportsThatWaitAreBounded(t *testing.T) {
	t.Parallel()
	refused := make(chan error, 1)
	entered := make(chan struct{})
	goOn := make(chan struct{})
	script, _ := startScripted(t, anHour, asyncgate.WorkerConfig{}, func(ctx context.Context, job *asyncgate.Job) (any, error) {
		close(entered)
		<-goOn
		// Receipted ones are never merged.
		for range 10_001 {
			job.Progress(asyncgate.Note{Receipted: true})
		}
		refused <- job.Progress(asyncgate.Note{Receipted: true}).Wait(ctx)
		return nil, nil
	})
	stream := next(t, script)
	stream.offer("a")
	receive(t, "the handler", entered)
	// The least time between two frames: nothing is sent any more.
	slow := &v1.SlowDownDirective{FrameInterval: durationpb.New(time.Hour)}
	stream.send(&v1.WorkResponse{Directives: []*v1.Directive{{Directive: &v1.Directive_SlowDown{SlowDown: slow}}}})
	stream.offer("b")
	await(t, stream, func(frame *v1.WorkRequest) []*v1.Accept {
		if accepts := frame.GetAccepts(); len(accepts) > 0 && accepts[0].GetLeaseToken() == "token-b" {
			return accepts
		}
		return nil
	})
	close(goOn)
	if err := receive(t, "the refusal", refused); err == nil || !strings.Contains(err.Error(), "too many") {
		t.Fatalf("a report too many ended with %v", err)
	}
}

func TestAWriteWaitsForRoomAndEndsWithItsHandler(t *testing.T) {
	t.Parallel()
	written := make(chan error, 2)
	script, _ := startScripted(t, anHour, asyncgate.WorkerConfig{}, func(_ context.Context, job *asyncgate.Job) (any, error) {
		log := job.Output("stdout")
		// More than may wait, while the first piece is not answered.
		n, err := log.Write(make([]byte, 1<<20))
		if n >= 1<<20 {
			err = errors.New("it has taken everything")
		}
		written <- err
		return nil, err
	})
	stream := next(t, script)
	stream.offer("a")
	piece := await(t, stream, outputs)[0]
	if piece.GetOffset() != 0 || len(piece.GetData()) == 0 {
		t.Fatalf("the first piece is %v", piece)
	}
	select {
	case err := <-written:
		t.Fatalf("it did not wait: %v", err)
	case <-time.After(300 * time.Millisecond):
	}
	cancel := &v1.CancelDirective{LeaseId: "a", Reason: "not needed"}
	stream.send(&v1.WorkResponse{Directives: []*v1.Directive{{Directive: &v1.Directive_Cancel{Cancel: cancel}}}})
	var stopped *asyncgate.Stopped
	if err := receive(t, "the end of the write", written); !errors.As(err, &stopped) || stopped.Reason != "not needed" {
		t.Fatalf("the write ended with %v", err)
	}
	if released := await(t, stream, releases)[0]; released.GetReason() != "canceled" {
		t.Fatalf("the task ended by %v", released)
	}
}

func TestAWorkerClosesInOrder(t *testing.T) {
	t.Parallel()
	goOn := make(chan struct{})
	script, worker := startScripted(t, anHour, asyncgate.WorkerConfig{}, func(context.Context, *asyncgate.Job) (any, error) {
		<-goOn
		return nil, nil
	})
	stream := next(t, script)
	stream.offer("a")
	await(t, stream, func(frame *v1.WorkRequest) []*v1.Accept { return frame.GetAccepts() })
	stopped := make(chan struct{})
	go func() {
		worker.Shutdown(context.Background())
		close(stopped)
	}()
	await(t, stream, func(frame *v1.WorkRequest) []*v1.Drain {
		if frame.GetDrain() == nil {
			return nil
		}
		return []*v1.Drain{frame.GetDrain()}
	})
	stream.offer("late")
	if declined := await(t, stream, func(f *v1.WorkRequest) []*v1.Decline { return f.GetDeclines() }); len(declined) != 1 {
		t.Fatalf("declined %v", declined)
	}
	close(goOn)
	done := await(t, stream, completes)[0]
	stream.answer("", nil)
	stream.send(&v1.WorkResponse{Settled: []*v1.Settled{{
		LeaseToken: "token-a", Result: &v1.Settled_Accepted{Accepted: &v1.Accepted{}},
	}}})
	select {
	case <-stopped:
		t.Fatal("it has stopped although a completion is not answered")
	case frame := <-stream.frames:
		if frame.GetBye() != nil {
			t.Fatal("it said bye although a completion is not answered")
		}
	case <-time.After(200 * time.Millisecond):
	}
	stream.answer(done.GetRequestId(), nil)
	await(t, stream, func(frame *v1.WorkRequest) []*v1.Bye {
		if frame.GetCredit() != nil {
			t.Error("a credit was given while draining")
		}
		if frame.GetBye() == nil {
			return nil
		}
		return []*v1.Bye{frame.GetBye()}
	})
	stream.cut()
	receive(t, "the end", stopped)
}

func TestNothingWaitsForAReportOfAWorkerThatHasStopped(t *testing.T) {
	t.Parallel()
	ended := make(chan error, 1)
	script, worker := startScripted(t, anHour, asyncgate.WorkerConfig{}, func(_ context.Context, job *asyncgate.Job) (any, error) {
		// The server never answers, and the handler does not look at its context.
		ended <- job.Progress(asyncgate.Note{Message: "half"}).Wait(context.Background())
		return nil, nil
	})
	stream := next(t, script)
	stream.offer("a")
	await(t, stream, progress)
	now, cancel := context.WithCancel(t.Context())
	cancel()
	worker.Shutdown(now)
	if err := receive(t, "the end of the report", ended); err == nil {
		t.Fatal("a report that was not answered ended well")
	}
}
