package asyncgate

import (
	"context"
	"errors"
	"io"
	"time"

	v1 "github.com/asyncgate/asyncgate/gen/go/asyncgate/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

const (
	// A server that accepts the connection and does not answer the hello is given up.
	welcomeTimeout = 15 * time.Second
	// This many unacknowledged heartbeats end the stream, with time left to reconnect before the TTL is over.
	unacknowledgedMax = 2
	// The most tokens that a hello may have.
	heldTokensMax = 5_000
)

var (
	errUnwelcome      = status.Error(codes.Unavailable, "no welcome came")
	errUnacknowledged = status.Error(codes.Unavailable, "heartbeats were not acknowledged")
	errReconfigure    = status.Error(codes.Unavailable, "the server asked for a new hello")
	errStreamEnded    = status.Error(codes.Unavailable, "the server ended the stream")
	errClosed         = status.Error(codes.Unavailable, "the worker has closed the stream")
)

// stream is one stream of the worker's session, from its hello to its end. It has three goroutines: one reads, one
// writes, and one makes the heartbeats and ends a stream whose heartbeats are not acknowledged. None of them waits for
// a handler.
type stream struct {
	endpoint string
	rpc      grpc.BidiStreamingClient[v1.WorkRequest, v1.WorkResponse]
	ctx      context.Context
	cancel   context.CancelCauseFunc
	helloAt  time.Time
	// One is enough: the writer takes all that has gathered.
	wake chan struct{}
	// Heartbeats to write, ahead of the frames that wait.
	heartbeats chan int64

	// Guarded by the worker's lock.
	isOpen bool
	// Credits that the server has and has not used.
	credits          int
	isServerDraining bool
	// The least time between two frames, as the server asked for.
	frameInterval time.Duration
	// When each heartbeat that is not acknowledged was made, by its sequence.
	unacknowledged map[int64]time.Time
	endReason      v1.StreamEndReason
}

// keepSession opens stream after stream, until the worker closes or a failure is final, which it returns. After a break
// the same session is resumed, at the same or the next endpoint.
func (w *Worker) keepSession() *Error {
	for number := 0; ; number++ {
		failed, reason := w.runStream(w.config.Endpoints[number%len(w.config.Endpoints)])
		w.mu.Lock()
		w.stream = nil
		w.clock.disconnected(time.Now())
		if w.isClosing {
			w.mu.Unlock()
			return nil
		}
		if failed.isFinal() {
			w.mu.Unlock()
			return failed
		}
		if reason == v1.StreamEndReason_STREAM_END_REASON_EXPIRED {
			w.loseAll()
		}
		w.failures++
		retryIn := retryDelay(*w.config.Reconnect, w.failures, failed)
		w.emit(DisconnectedEvent{failed, retryIn})
		w.mu.Unlock()
		if pause(w.closing, retryIn) != nil {
			return nil
		}
	}
}

// runStream returns how the stream ended.
func (w *Worker) runStream(endpoint string) (*Error, v1.StreamEndReason) {
	connection, err := dial(endpoint, w.config.Key, w.config.TLS, w.config.DialOptions)
	if err != nil {
		return ErrorOf(err), 0
	}
	defer connection.Close()
	ctx, cancel := context.WithCancelCause(w.base)
	defer cancel(nil)
	s := &stream{
		endpoint:       endpoint,
		ctx:            ctx,
		cancel:         cancel,
		helloAt:        time.Now(),
		wake:           make(chan struct{}, 1),
		heartbeats:     make(chan int64, unacknowledgedMax),
		unacknowledged: map[int64]time.Time{},
	}
	unwelcome := time.AfterFunc(welcomeTimeout, func() { cancel(errUnwelcome) })
	defer unwelcome.Stop()
	hello, ok := w.begin(s)
	if !ok {
		return ErrorOf(errClosed), 0
	}
	err = w.converse(connection, s, hello, unwelcome)
	if cause := context.Cause(ctx); cause != nil {
		err = cause
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return ErrorOf(endOr(err, errStreamEnded)), s.endReason
}

// begin returns false if the worker has closed meanwhile: a stream that is opened now would not be ended by anything.
func (w *Worker) begin(s *stream) (*v1.Hello, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.isClosing {
		return nil, false
	}
	w.stream = s
	hello := w.config.hello()
	if w.resumeToken == "" {
		return hello, true
	}
	hello.ResumeToken = w.resumeToken
	tokens := make([]string, 0, len(w.held))
	for _, held := range w.held {
		if !held.isLost {
			tokens = append(tokens, held.token)
		}
	}
	if len(tokens) <= heldTokensMax {
		hello.Held = &v1.HeldLeases{LeaseTokens: tokens}
	}
	return hello, true
}

func (w *Worker) converse(connection *grpc.ClientConn, s *stream, hello *v1.Hello, unwelcome *time.Timer) error {
	var err error
	if s.rpc, err = v1.NewWorkerServiceClient(connection).Work(s.ctx); err != nil {
		return err
	}
	// That the stream has broken is what the reader is told.
	if err := s.rpc.Send(&v1.WorkRequest{Hello: hello}); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	for {
		frame, err := s.rpc.Recv()
		if err != nil {
			return err
		}
		if welcome := frame.GetWelcome(); welcome != nil && !s.isOpen {
			unwelcome.Stop()
			w.takeWelcome(s, welcome)
			go w.write(s)
			go w.makeHeartbeats(s, heartbeatInterval(welcome))
		}
		w.takeFrame(s, frame)
	}
}

func heartbeatInterval(welcome *v1.Welcome) time.Duration {
	if interval := welcome.GetHeartbeatInterval().AsDuration(); interval > 0 {
		return interval
	}
	return max(welcome.GetTtl().AsDuration()/3, time.Second)
}

func (w *Worker) makeHeartbeats(s *stream, interval time.Duration) {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for sequence := int64(1); ; sequence++ {
		select {
		case <-s.ctx.Done():
			return
		case <-ticker.C:
		}
		w.mu.Lock()
		unacknowledged := len(s.unacknowledged)
		// A moment before it is written, so the lease clock is early and never late.
		s.unacknowledged[sequence] = time.Now()
		w.mu.Unlock()
		if unacknowledged >= unacknowledgedMax {
			s.cancel(errUnacknowledged)
			return
		}
		s.heartbeats <- sequence
	}
}

// takeAck: an acknowledgement stands for all earlier heartbeats, too.
func (w *Worker) takeAck(s *stream, ack *v1.HeartbeatAck) {
	madeAt, ok := s.unacknowledged[ack.GetSequence()]
	for sequence := range s.unacknowledged {
		if sequence <= ack.GetSequence() {
			delete(s.unacknowledged, sequence)
		}
	}
	if ok {
		w.clock.acknowledged(madeAt)
		w.failures = 0
	}
}

// write sends frames, each with everything that has gathered and the credits that are free. A slow connection makes it
// wait, and the frames larger.
func (w *Worker) write(s *stream) {
	wait := time.NewTimer(0)
	defer wait.Stop()
	var mayFrom time.Time
	for {
		var frame *v1.WorkRequest
		select {
		case sequence := <-s.heartbeats:
			frame = &v1.WorkRequest{Heartbeat: &v1.Heartbeat{Sequence: sequence}}
		default:
			select {
			case <-s.ctx.Done():
				return
			case sequence := <-s.heartbeats:
				frame = &v1.WorkRequest{Heartbeat: &v1.Heartbeat{Sequence: sequence}}
			case <-s.wake:
			case <-wait.C:
			}
		}
		if frame == nil {
			if early := time.Until(mayFrom); early > 0 {
				wait.Reset(early)
				continue
			}
			var interval time.Duration
			if frame, interval = w.nextFrame(s); frame == nil {
				continue
			}
			mayFrom = time.Now().Add(interval)
			// More may wait than fits into a frame.
			s.wakeWriter()
		}
		// That the stream has broken is what the reader is told.
		if s.rpc.Send(frame) != nil {
			return
		}
		if frame.GetBye() != nil {
			_ = s.rpc.CloseSend()
			return
		}
	}
}

func (w *Worker) nextFrame(s *stream) (*v1.WorkRequest, time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.stream != s {
		return nil, 0
	}
	credits := w.freeCredits(s)
	frame := w.outbox.take(credits)
	s.credits += credits
	return frame, s.frameInterval
}

func (s *stream) wakeWriter() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}
