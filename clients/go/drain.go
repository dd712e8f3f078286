package asyncgate

import (
	"time"

	v1 "github.com/asyncgate/asyncgate/gen/go/asyncgate/v1"
)

// For handlers to end after they were told to stop, for answers to come, for the stream to end.
const (
	stopGrace    = 2 * time.Second
	answersGrace = 5 * time.Second
	byeGrace     = 2 * time.Second
	// For the last events to be taken.
	eventsGrace = 2 * time.Second
)

// drain takes nothing new, lets running tasks finish for a while, then stops their handlers, releases the tasks that
// are left, and says bye.
func (w *Worker) drain(within time.Duration) {
	w.startDrain(within)
	time.AfterFunc(within, w.stopHandlers)
}

func (w *Worker) startDrain(within time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.isDraining {
		return
	}
	w.isDraining = true
	if w.stream != nil && w.stream.isOpen {
		w.put(&item{message: &v1.Drain{Within: duration(within)}})
	}
	w.emit(DrainingEvent{})
	w.closeIfIdle()
}

func (w *Worker) stopHandlers() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.isClosing {
		return
	}
	for _, held := range w.held {
		if held.isRunning {
			w.tellToStop(held, &Stopped{Why: StopDrain})
		}
	}
	time.AfterFunc(stopGrace, w.giveUpAll)
}

func (w *Worker) giveUpAll() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, held := range w.held {
		w.giveUp(held, string(StopDrain))
	}
	time.AfterFunc(answersGrace, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.sayBye()
	})
}

// closeIfIdle closes a worker that is draining as soon as nothing is held and everything is answered.
func (w *Worker) closeIfIdle() {
	if w.isDraining && len(w.held) == 0 && w.outbox.unanswered() == 0 {
		w.sayBye()
	}
}

// sayBye: no stream follows this one, which is ended if the server does not end it soon.
func (w *Worker) sayBye() {
	if w.isClosing {
		return
	}
	w.isClosing = true
	w.close()
	if w.stream == nil {
		return
	}
	stream := w.stream
	if !stream.isOpen {
		stream.cancel(errClosed)
		return
	}
	w.put(&item{message: &v1.Bye{Reason: "drained"}})
	// The last frame does not wait.
	stream.frameInterval = 0
	time.AfterFunc(byeGrace, func() { stream.cancel(errClosed) })
}

// end is called when the session is over. Handlers that still run are told; their results have no use.
func (w *Worker) end() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.isClosing = true
	w.close()
	w.loseAll()
	w.emit(StoppedEvent{})
	w.hasEnded = true
	close(w.events)
	w.outbox.abandon()
	for _, client := range w.clients {
		_ = client.Close()
	}
}
