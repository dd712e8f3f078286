package asyncgate

import (
	"context"
	"time"

	v1 "github.com/asyncgate/asyncgate/gen/go/asyncgate/v1"
	"google.golang.org/protobuf/types/known/timestamppb"
)

const (
	// A piece leaves when it is this large, or after this time.
	gatherBytes = 16 << 10
	gatherTime  = 200 * time.Millisecond
	// The most that the server takes in a piece.
	pieceBytesMax = 64 << 10
	// A write waits while more than this waits to be sent.
	roomBytes = 256 << 10
)

// Output is a log of a task, for its handler to write to: an io.Writer. Bytes are gathered for a moment and appended
// each at its offset, so that a piece that is sent twice is in the log once. A stream has one piece under way; what
// comes meanwhile makes the next. All that was written is sent before the task is settled.
type Output struct {
	held   *held
	ctx    context.Context
	stream string

	// Guarded by the worker's lock.
	buffer []byte
	// When the first of these bytes was written.
	since time.Time
	// Where the next piece begins.
	offset      int64
	underWay    int
	isFlushing  bool
	isGathering bool
	isFinished  bool
	err         error
	// Closed and replaced when something has changed.
	changed chan struct{}
}

// Write appends. It returns at once while little waits to be sent, else when there is room again, or when the handler
// must stop.
func (o *Output) Write(data []byte) (int, error) {
	w := o.held.worker
	written := 0
	for written < len(data) {
		w.mu.Lock()
		if err := o.failure(); err != nil {
			w.mu.Unlock()
			return written, err
		}
		room, changed := roomBytes-len(o.buffer), o.changed
		if room > 0 {
			piece := data[written:min(len(data), written+room)]
			if len(o.buffer) == 0 {
				o.since = time.Now()
			}
			o.buffer = append(o.buffer, piece...)
			written += len(piece)
			o.schedule()
			w.mu.Unlock()
			continue
		}
		w.mu.Unlock()
		select {
		case <-changed:
		case <-o.ctx.Done():
			return written, context.Cause(o.ctx)
		}
	}
	return written, nil
}

// WriteString writes text as UTF-8.
func (o *Output) WriteString(text string) (int, error) { return o.Write([]byte(text)) }

// Flush returns when the server has all that was written.
func (o *Output) Flush(ctx context.Context) error {
	w := o.held.worker
	for {
		w.mu.Lock()
		if o.err != nil || (len(o.buffer) == 0 && o.underWay == 0) {
			defer w.mu.Unlock()
			return o.err
		}
		o.isFlushing = true
		o.sendNext()
		changed := o.changed
		w.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

func (h *held) output(stream string) *Output {
	h.worker.mu.Lock()
	defer h.worker.mu.Unlock()
	output, ok := h.outputs[stream]
	if !ok {
		output = &Output{held: h, ctx: h.ctx, stream: stream, changed: make(chan struct{}), isFinished: h.isSettling}
		if h.outputs == nil {
			h.outputs = map[string]*Output{}
		}
		h.outputs[stream] = output
	}
	return output
}

// finishOutputs puts all that was written, for the settlement to follow it. Nothing can be written any more.
func (h *held) finishOutputs() {
	for _, output := range h.outputs {
		// Those behind the one under way as well: items of a lease are applied in their order.
		for len(output.buffer) > 0 {
			output.sendPiece()
		}
		output.isFinished = true
		output.notify()
	}
}

func (o *Output) failure() error {
	if o.err == nil && (o.isFinished || o.held.worker.hasEnded) {
		return errSettled
	}
	return o.err
}

func (o *Output) notify() {
	close(o.changed)
	o.changed = make(chan struct{})
}

func (o *Output) schedule() {
	if len(o.buffer) >= gatherBytes {
		o.sendNext()
		return
	}
	if o.isGathering {
		return
	}
	o.isGathering = true
	time.AfterFunc(gatherTime, func() {
		o.held.worker.mu.Lock()
		defer o.held.worker.mu.Unlock()
		o.isGathering = false
		o.sendNext()
	})
}

func (o *Output) sendNext() {
	if o.underWay == 0 && len(o.buffer) > 0 && !o.isFinished {
		o.sendPiece()
	}
}

func (o *Output) sendPiece() {
	size := min(len(o.buffer), pieceBytesMax)
	data := append([]byte(nil), o.buffer[:size]...)
	o.buffer = append(o.buffer[:0], o.buffer[size:]...)
	o.put(piece{data, o.offset, o.since, false})
	o.offset += int64(size)
	o.notify()
}

type piece struct {
	data   []byte
	offset int64
	since  time.Time
	// Whether it was put to where the server says the log ends.
	isMoved bool
}

func (o *Output) put(piece piece) {
	w := o.held.worker
	requestID := w.nextRequestID()
	next := &item{key: requestID, message: &v1.AppendOutputRequest{
		LeaseToken: o.held.token,
		Stream:     o.stream,
		Offset:     piece.offset,
		Data:       piece.data,
		Time:       timestamppb.New(piece.since),
		RequestId:  requestID,
	}}
	next.onAnswer = func(settled *v1.Settled) {
		if !w.retryLater(next, settled) {
			o.takeAnswer(piece, settled)
		}
	}
	o.underWay++
	w.put(next)
}

func (o *Output) takeAnswer(piece piece, settled *v1.Settled) {
	o.underWay--
	defer o.notify()
	detail := settled.GetError()
	switch {
	case detail != nil:
		refused := itemError(detail, settled.GetRequestId())
		if o.moveToEnd(piece, refused) {
			return
		}
		o.err = refused
		o.buffer = nil
		o.held.worker.emit(OutputRefusedEvent{o.held.leased.GetTask(), o.stream, refused})
	case len(o.buffer) == 0:
		o.isFlushing = false
	case o.isFlushing || len(o.buffer) >= gatherBytes:
		o.sendNext()
	default:
		o.schedule()
	}
}

// moveToEnd: a crash of Postgres may have lost the last moment of the log, which then goes on where it ends now.
func (o *Output) moveToEnd(piece piece, refused *Error) bool {
	facts := refused.Detail.GetOutput()
	if refused.Reason != v1.ErrorReason_ERROR_REASON_OFFSET_MISMATCH || facts == nil || facts.GetClosed() {
		return false
	}
	if piece.isMoved || o.isFinished || facts.GetNextOffset() > piece.offset {
		return false
	}
	piece.isMoved, piece.offset = true, facts.GetNextOffset()
	o.offset = piece.offset + int64(len(piece.data))
	o.put(piece)
	return true
}
